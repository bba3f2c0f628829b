"""A twin that enforces policies, asked by boto3 and obstore as on AWS."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import obstore
import pytest
from backroom_local.clients import Keys, service_keys
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin
from botocore.config import Config
from botocore.exceptions import ClientError
from obstore.store import S3Store

from tests.integration.twin.waiting import until

ROLE = "arn:aws:iam::123456789012:role/worker"
TASKS = service_keys("ecs-tasks.amazonaws.com")
JSON, REST = ("AccessDeniedException", 400), ("AccessDeniedException", 403)
XML, SQS = ("AccessDenied", 403), ("AccessDenied", 400)
NO_POLICY = "because no identity-based policy allows the {} action"


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    template = Path(__file__).with_name("template.yaml")
    settings = TwinSettings(template, tmp_path_factory.mktemp("state"), enforce_iam=True, keep=False)
    with Twin.started(settings) as running:
        yield running


def client(twin: Twin, service: str, keys: Keys) -> Any:
    make: Any = boto3.client
    return make(
        service,
        region_name=twin.running.region,
        endpoint_url=twin.endpoint_url,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        aws_session_token=keys.token,
        config=Config(retries={"total_max_attempts": 1}),
    )


def session(twin: Twin, keys: Keys = TASKS, **more: Any) -> Keys:
    """Give the keys of a session of the role `worker`."""
    sts = client(twin, "sts", keys)
    made = sts.assume_role(RoleArn=ROLE, RoleSessionName="me", **more)["Credentials"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


@pytest.fixture(scope="module")
def worker(twin: Twin) -> Callable[[str], Any]:
    """Clients of a session of the role `worker`, by service."""
    keys = session(twin)
    return lambda service: client(twin, service, keys)


def refused(call: Callable[[], Any]) -> tuple[str, str, int]:
    """Give code, message and status of what a call is refused with."""
    with pytest.raises(ClientError) as error:
        call()
    found = error.value.response
    return found["Error"]["Code"], found["Error"]["Message"], found["ResponseMetadata"]["HTTPStatusCode"]


def test_the_session_is_the_role_s(worker: Any) -> None:
    assert worker("sts").get_caller_identity()["Arn"] == "arn:aws:sts::123456789012:assumed-role/worker/me"


@pytest.mark.parametrize(
    ("service", "call", "action", "resource", "error"),
    [
        ("dynamodb", lambda c: c.describe_table(TableName="x"), "dynamodb:DescribeTable", "table/x", JSON),
        ("s3", lambda c: c.list_objects_v2(Bucket="files"), "s3:ListBucket", "s3:::files", XML),
        ("batch", lambda c: c.describe_job_queues(), "batch:DescribeJobQueues", "*", REST),
        ("lambda", lambda c: c.invoke(FunctionName="f"), "lambda:InvokeFunction", "function:f", REST),
        ("iam", lambda c: c.get_role(RoleName="worker"), "iam:GetRole", "role/worker", XML),
        ("sqs", lambda c: c.purge_queue(QueueUrl="http://localhost/1/shut"), "sqs:PurgeQueue", ":shut", SQS),
        ("stepfunctions", lambda c: c.list_state_machines(), "states:ListStateMachines", "*", JSON),
        ("cloudwatch", lambda c: c.delete_alarms(AlarmNames=["a"]), "cloudwatch:DeleteAlarms", "a", JSON),
    ],
)
def test_each_protocol_says_no_as_aws_does(
    worker: Any, service: str, call: Callable[[Any], Any], action: str, resource: str, error: tuple[str, int]
) -> None:
    found, message, answered = refused(lambda: call(worker(service)))
    assert (found, answered) == error
    assert message.startswith(
        f"User: arn:aws:sts::123456789012:assumed-role/worker/me is not authorized to perform: {action} on resource: "
    )
    assert resource in message
    assert message.endswith(NO_POLICY.format(action))


def test_obstore_raises_what_it_raises_on_aws(twin: Twin) -> None:
    keys = session(twin)
    store = S3Store(
        "files",
        endpoint=twin.endpoint_url,
        region=twin.running.region,
        access_key_id=keys.access_key,
        secret_access_key=keys.secret_key,
        session_token=keys.token or "",
        client_options={"allow_http": True},
        virtual_hosted_style_request=False,
    )
    obstore.put(store, "a", b"x")
    with pytest.raises(obstore.exceptions.PermissionDeniedError, match="s3:ListBucket"):
        obstore.get(store, "none")


def test_a_missing_object_is_forbidden_to_who_may_not_list(twin: Twin, worker: Any) -> None:
    assert refused(lambda: worker("s3").get_object(Bucket="files", Key="none"))[::2] == ("AccessDenied", 403)
    assert refused(lambda: worker("s3").head_object(Bucket="files", Key="none"))[2] == 403
    assert refused(lambda: twin.client("s3").get_object(Bucket="files", Key="none"))[2] == 404


def test_a_bucket_s_policy_denies_even_what_the_role_is_allowed(worker: Any) -> None:
    s3 = worker("s3")
    s3.put_object(Bucket="files", Key="once/a", Body=b"x", IfNoneMatch="*")
    code, message, _ = refused(lambda: s3.put_object(Bucket="files", Key="once/a", Body=b"y"))
    assert code == "AccessDenied"
    assert message.endswith("with an explicit deny in a resource-based policy")
    upload = s3.create_multipart_upload(Bucket="files", Key="once/b")["UploadId"]
    part = s3.upload_part(Bucket="files", Key="once/b", UploadId=upload, PartNumber=1, Body=b"x")
    whole = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}, "UploadId": upload}
    refused(lambda: s3.complete_multipart_upload(Bucket="files", Key="once/b", **whole))
    s3.complete_multipart_upload(Bucket="files", Key="once/b", IfNoneMatch="*", **whole)


def test_a_copy_needs_its_source_too(worker: Any) -> None:
    source = {"Bucket": "elsewhere", "Key": "k"}
    _, message, _ = refused(lambda: worker("s3").copy_object(Bucket="files", Key="copy", CopySource=source))
    assert 's3:GetObject on resource: "arn:aws:s3:::elsewhere/k"' in message


def test_a_boundary_limits_the_role(worker: Any) -> None:
    _, message, _ = refused(
        lambda: worker("sns").publish(TopicArn="arn:aws:sns:eu-central-1:123456789012:t", Message="m")
    )
    assert message.endswith("because no permissions boundary allows the sns:Publish action")


def test_a_managed_policy_of_aws_allows(worker: Any) -> None:
    worker("cloudwatch").describe_alarms()


def test_a_session_policy_limits_the_session(twin: Twin) -> None:
    only = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    dynamodb = client(twin, "dynamodb", session(twin, Policy=json.dumps(only)))
    _, message, _ = refused(lambda: dynamodb.describe_table(TableName="rows"))
    assert message.endswith("because no session policy allows the dynamodb:DescribeTable action")


def test_a_key_s_policy_must_allow_too(twin: Twin, worker: Any) -> None:
    _, message, _ = refused(lambda: worker("kms").encrypt(KeyId=twin.outputs["Key"], Plaintext=b"x"))
    assert message.endswith("because no resource-based policy allows the kms:Encrypt action")


def test_a_queue_s_policy_allows_whom_it_names(twin: Twin, worker: Any) -> None:
    worker("sqs").send_message(QueueUrl=twin.outputs["Opened"], MessageBody="m")
    refused(lambda: worker("sqs").send_message(QueueUrl=twin.outputs["Shut"], MessageBody="m"))


def test_a_role_is_assumed_only_by_whom_it_trusts(twin: Twin) -> None:
    for keys in (service_keys("lambda.amazonaws.com"), session(twin)):
        _, message, _ = refused(lambda keys=keys: session(twin, keys))  # type: ignore[misc]
        assert message.endswith("because no role trust policy allows the sts:AssumeRole action")


def test_the_administrator_s_sessions_are_measured_as_any(twin: Twin) -> None:
    dynamodb = client(twin, "dynamodb", session(twin, Keys()))
    dynamodb.describe_table(TableName="rows")
    refused(lambda: dynamodb.describe_table(TableName="other"))


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("dynamodb", lambda c: c.list_tables(), "UnrecognizedClientException"),
        ("sts", lambda c: c.get_caller_identity(), "InvalidClientTokenId"),
        ("s3", lambda c: c.list_buckets(), "InvalidAccessKeyId"),
    ],
)
def test_a_key_that_is_nobody_s_is_refused(twin: Twin, service: str, call: Callable[[Any], Any], code: str) -> None:
    assert refused(lambda: call(client(twin, service, Keys("AKIANOBODY"))))[0] == code


def test_what_cannot_be_read_is_denied_and_named(worker: Any) -> None:
    _, message, _ = refused(lambda: worker("dynamodb").execute_statement(Statement="SELECT * FROM rows"))
    assert "dynamodb:ExecuteStatement" in message


def test_a_rule_delivers_where_the_queue_lets_it(twin: Twin) -> None:
    twin.client("events").put_events(Entries=[{"Source": "test", "DetailType": "t", "Detail": '{"n": 1}'}])

    def told() -> bool:
        got = twin.client("sqs").receive_message(QueueUrl=twin.outputs["Opened"], WaitTimeSeconds=1)
        return any('"source":"test"' in message["Body"].replace(" ", "") for message in got.get("Messages", []))

    until(told, "the event in the queue that lets it in")
    assert not twin.client("sqs").receive_message(QueueUrl=twin.outputs["Shut"]).get("Messages")
    calls = twin.access()["events.amazonaws.com"]["calls"]
    assert {(call["resource"].rsplit(":", 1)[1], call["denied"] > 0) for call in calls} == {
        ("shut", True),
        ("opened", False),
    }


def test_a_machine_that_waits_by_a_rule_needs_a_role_that_may_make_it(twin: Twin) -> None:
    def create(resource: str) -> Any:
        task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": {}, "End": True}
        definition = json.dumps({"StartAt": "Only", "States": {"Only": task}})
        return twin.client("stepfunctions").create_state_machine(name="m", definition=definition, roleArn=ROLE)

    code, message, _ = refused(lambda: create("batch:submitJob.sync"))
    assert code == "AccessDeniedException"
    assert message.startswith(f"'{ROLE}' is not authorized to create managed-rule.")
    assert "events:PutTargets" in message
    create("batch:submitJob")


def test_the_report_says_what_was_denied_and_what_nobody_used(twin: Twin, worker: Any) -> None:
    refused(lambda: worker("dynamodb").describe_table(TableName="reported"))
    worker("dynamodb").describe_table(TableName="rows")
    found = twin.access()["worker"]
    counts = {(call["action"], call["resource"].rsplit("/", 1)[-1]): call for call in found["calls"]}
    assert counts["dynamodb:DescribeTable", "reported"]["denied"] == 1
    assert counts["dynamodb:DescribeTable", "rows"]["allowed"] >= 1
    assert "sns:*" in found["unused"]
    assert "dynamodb:*" not in found["unused"]


def test_denials_are_told_in_the_log(twin: Twin, worker: Any) -> None:
    refused(lambda: worker("dynamodb").describe_table(TableName="logged"))
    assert "denied: User: arn:aws:sts::" in (log := (twin.settings.state_dir / "twin.log").read_text())
    assert "table/logged" in log
