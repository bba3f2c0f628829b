"""The pinned version of moto has the private places that the twin fills, and they do what the twin takes them to do."""

from typing import Any

import boto3
import pytest
from backroom_local import moto_seams
from backroom_local.engine import gaps, jobs, places
from backroom_local.engine.places import Replacement
from moto import mock_aws
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.serialize import BaseJSONSerializer
from moto.events.models import Rule
from moto.sqs.models import SQSBackend
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.utils import TMP_THREADS


def test_every_replaced_place_is_there_with_its_parameters() -> None:
    gaps.check()


@pytest.mark.parametrize("parameters", [("self",), ("self", "environment")])
def test_a_place_that_has_moved_is_named(monkeypatch: pytest.MonkeyPatch, parameters: tuple[str, ...]) -> None:
    moved = Replacement(string_expression.StringJSONata, "_eval_body", parameters, gaps.check)
    monkeypatch.setattr(gaps, "_REPLACEMENTS", (moved,))
    with pytest.raises(gaps.EngineMovedError, match=r"no StringJSONata._eval_body\(self.*\): install moto as"):
        gaps.check()


def test_a_place_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Replacement(string_expression.StringJSONata, "_evaluate_it", ("self",), gaps.check)
    monkeypatch.setattr(gaps, "_REPLACEMENTS", (gone,))
    with pytest.raises(gaps.EngineMovedError, match="_evaluate_it"):
        gaps.check()
    places.Installed.originals.pop((string_expression.StringJSONata, "_evaluate_it"))


def test_a_batch_job_that_is_waited_for_is_marked_once_for_each_of_its_containers() -> None:
    mark = {"name": "MANAGED_BY_AWS", "value": "STARTED_BY_STEP_FUNCTIONS"}
    plain: dict[str, Any] = {"ContainerOverrides": {"Environment": [{"Name": "A", "Value": "1"}]}}
    nodes: dict[str, Any] = {"NodeOverrides": {"NodePropertyOverrides": [{"TargetNodes": "0:"}]}}
    bare: dict[str, Any] = {}
    for given in (plain, nodes, bare):
        jobs.mark(given)
    assert plain["ContainerOverrides"]["Environment"][1:] == [mark]
    assert bare == {"ContainerOverrides": {"Environment": [mark]}}
    every = {"TargetNodes": "0:", "ContainerOverrides": {"Environment": [mark]}}
    assert nodes == {"NodeOverrides": {"NodePropertyOverrides": [every]}}


def parameters(function: Any) -> tuple[str, ...]:
    """Give the names of a function's parameters."""
    code = function.__code__
    names: tuple[str, ...] = code.co_varnames[: code.co_argcount]
    return names


def test_the_seams_outside_of_the_engine_are_where_they_were() -> None:
    invoke = ("self", "function_name", "qualifier", "body", "headers", "response_headers")
    assert [name.lstrip("_") for name in parameters(LambdaSimpleBackend.invoke)] == list(invoke)
    assert parameters(LambdaFunction.invoke) == ("self", "body", "request_headers", "response_headers")
    assert parameters(LambdaBackend.create_event_source_mapping) == ("self", "spec")
    assert parameters(Rule.send_to_targets) == ("self", "original_event", "transform_input")
    assert isinstance(TMP_THREADS, list)
    kept = parameters(SQSBackend.is_message_valid_based_on_retention_period)
    assert kept == ("self", "queue_name", "message")
    assert parameters(moto_seams._MILLISECONDS) == ("dt",)
    assert parameters(moto_seams.sqs_models.unix_time_millis) == ("dt",)


VALUES: dict[str, Any] = {
    "text": {"S": ""},
    "number": {"N": "1.50"},
    "bytes": {"B": b"\0\xff"},
    "sets": {"L": [{"SS": ["a"]}, {"NS": ["1", "2"]}, {"BS": [b"x"]}]},
    "flags": {"M": {"yes": {"BOOL": True}, "no": {"BOOL": False}, "none": {"NULL": True}}},
    "empty": {"L": [{"M": {}}, {"L": []}]},
}


def test_items_are_answered_as_moto_does_and_asked_for_nothing_that_they_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseJSONSerializer, "_serialize_type_structure", moto_seams._SERIALIZE_STRUCTURE)
    asked: list[str] = []
    get_value = BaseJSONSerializer.get_value

    def ask(*given: Any) -> Any:
        asked.append(given[2])
        return get_value(*given)

    monkeypatch.setattr(BaseJSONSerializer, "get_value", ask)
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        key = [{"AttributeName": "id", "KeyType": "HASH"}]
        types = [{"AttributeName": "id", "AttributeType": "S"}]
        client.create_table(TableName="t", KeySchema=key, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
        item = {"id": {"S": "1"}, **VALUES}
        client.put_item(TableName="t", Item=item)
        assert client.scan(TableName="t")["Items"] == [item]
        assert asked.count("NS") > len(VALUES)
        moto_seams.shorten_items()
        asked.clear()
        assert client.scan(TableName="t")["Items"] == [item]
    assert "NS" not in asked
