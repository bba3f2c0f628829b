"""Requests that boto3 makes are the actions on the resources that AWS's Service Authorization Reference says."""

import re
from typing import Any

import pytest
from backroom_local.access.acts import acts
from backroom_local.access.arns import Place
from backroom_local.access.asked import Asked, UnreadableError, read, service_of
from backroom_local.access.evaluation import Call
from backroom_local.access.matching import like
from backroom_local.access.reference import UnknownActionError, forms, needs_resource

from tests.unit.access.known_requests import MACHINE, REQUESTS, ROLE
from tests.unit.access.sent import ACCOUNT, REGION, environ

PLACE = Place(REGION, ACCOUNT)


def calls(service: str, operation: str, parameters: dict[str, Any]) -> list[Call]:
    return acts(read(environ(service, operation, parameters), service), PLACE)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    REQUESTS,
    ids=[f"{service}-{operation}-{number}" for number, (service, operation, _, _) in enumerate(REQUESTS)],
)
def test_a_request_is_these_actions(
    service: str, operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = [(call.action, call.resource) for call in calls(service, operation, parameters)]
    assert found == expected
    for action, resource in found:
        patterns = [re.sub(r"\$\{\w+\}", "*", form) for form in forms(action)]
        on_nothing = resource == "*" and not needs_resource(action)
        assert on_nothing or any(like(pattern, resource) for pattern in patterns), f"{action} acts on {patterns}"


def context(operation: str, parameters: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return dict(calls("s3", operation, {"Bucket": "b", **parameters})[0].context)


def test_writes_say_what_they_are_conditional_on_and_reads_do_not() -> None:
    assert context("PutObject", {"Key": "k", "IfNoneMatch": "*"}) == {
        "s3:if-none-match": ("*",),
        "s3:objectcreationoperation": ("true",),
    }
    part = {"Key": "k", "UploadId": "u", "PartNumber": 1, "Body": b""}
    assert context("UploadPart", part) == {"s3:objectcreationoperation": ("false",)}
    assert context("CompleteMultipartUpload", {"Key": "k", "UploadId": "u", "IfNoneMatch": "*"}) == {
        "s3:if-none-match": ("*",),
        "s3:objectcreationoperation": ("true",),
    }
    assert context("GetObject", {"Key": "k", "IfNoneMatch": '"e"'}) == {}
    assert context("ListObjectsV2", {"Prefix": "a/"}) == {"s3:prefix": ("a/",)}


def test_the_tags_of_a_session_are_condition_keys() -> None:
    (assume, _tag) = calls(
        "sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "me", "Tags": [{"Key": "Tenant", "Value": "a"}]}
    )
    assert assume.context == {
        "sts:rolesessionname": ("me",),
        "aws:requesttag/tenant": ("a",),
        "aws:tagkeys": ("Tenant",),
    }


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "named"),
    [
        ("dynamodb", "ExecuteStatement", {"Statement": "SELECT * FROM t"}, "dynamodb:ExecuteStatement"),
        ("athena", "StartQueryExecution", {"QueryString": "SELECT 1"}, "athena:StartQueryExecution"),
    ],
)
def test_what_is_no_action_on_a_known_resource_is_named(
    service: str, operation: str, parameters: dict[str, Any], named: str
) -> None:
    with pytest.raises(UnknownActionError, match=named):
        calls(service, operation, parameters)


def test_a_request_that_no_model_knows_is_unreadable() -> None:
    asked = environ("dynamodb", "ListTables", {}) | {"HTTP_X_AMZ_TARGET": "DynamoDB_20120810.OpenSesame"}
    with pytest.raises(UnreadableError, match="no request to dynamodb"):
        read(asked, "dynamodb")


def test_a_body_that_was_read_can_be_read_again() -> None:
    asked = environ("stepfunctions", "StartExecution", {"stateMachineArn": MACHINE, "input": "{}"})
    assert read(asked, "stepfunctions") == read(asked, "stepfunctions")
    assert isinstance(read(asked, "stepfunctions"), Asked)


def test_the_two_services_that_sign_as_ses_differ_by_path() -> None:
    assert (service_of("ses", "/v2/email/x"), service_of("ses", "/"), service_of("states", "/")) == (
        "sesv2",
        "ses",
        "stepfunctions",
    )
