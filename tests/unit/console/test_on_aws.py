"""The commands on a stack in AWS, as moto answers for it: found by CloudFormation, refused with a reason."""

import json

import boto3
import pytest
from backroom_console.exits import Exit

from tests.unit.console.account import OUTPUTS, ROOT, backroom, deploy, on_dev


def test_a_stack_that_is_not_there_is_named_with_those_that_are(aws: None) -> None:
    deploy("backroom-dev", OUTPUTS)
    deploy("another", {"Url": "https://example.com"})
    done = backroom("runs", "--stack", "backroom-def")
    assert done.exit_code == Exit.UNREACHABLE
    assert done.stderr.strip() == (
        "Error: there is no stack 'backroom-def' in eu-central-1; name one with --stack: backroom-dev"
    )


def test_a_stack_of_somebody_else_is_refused(aws: None) -> None:
    deploy("another", {"Url": "https://example.com"})
    done = backroom("tenants", "list", "--stack", "another")
    assert done.exit_code == Exit.UNREACHABLE
    assert "has no output NotifyFunctionName, OnDemandQueueArn, PlanFunctionName, ReconcileFunctionName" in done.stderr


def test_without_credentials_both_ways_out_are_said(monkeypatch: pytest.MonkeyPatch, aws: None) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    done = backroom("runs")
    assert done.exit_code == Exit.UNREACHABLE
    assert "aws sso login" in done.stderr
    assert "backroom local up" in done.stderr
    assert "Traceback" not in done.output


def test_errors_are_json_where_json_was_asked_for(aws: None) -> None:
    done = backroom("runs", "--profile", "nobody", "--json")
    assert (done.exit_code, done.stdout) == (Exit.UNREACHABLE, "")
    assert json.loads(done.stderr)["error"] == "ProfileNotFound"


def test_a_stack_without_runs_says_how_to_start_one(stack: None) -> None:
    assert on_dev("runs") == []
    done = backroom("show", "last", "--stack", "backroom-dev")
    assert done.exit_code == Exit.UNKNOWN
    assert "backroom run JOB" in done.stderr


def test_a_job_is_shown_by_its_newest_definition_of_this_stack(stack: None) -> None:
    batch = boto3.client("batch")
    for name, waves in (("dev-probe", 1), ("dev-probe", 2), ("probe", 3), ("dev-other", 4)):
        batch.register_job_definition(
            jobDefinitionName=f"backroom-{name}",
            type="container",
            parameters={"job": "probe", "waves": str(waves), "portion_items": "10"},
            retryStrategy={"attempts": 3},
            containerProperties={
                "image": "probe",
                "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}],
            },
        )
    (job,) = on_dev("jobs")
    assert (job["job"], job["revision"], job["waves"], job["attempts"]) == ("probe", 2, "2", 3)
    assert (job["schedule"], job["scheduled"]) == (None, False)


def test_what_aws_refuses_is_said_in_its_words(aws: None) -> None:
    deploy("backroom-dev", OUTPUTS)
    done = backroom("tenants", "list", "--stack", "backroom-dev")
    assert done.exit_code == Exit.REFUSED
    assert "AWS refused Scan: ResourceNotFoundException" in done.stderr


@pytest.mark.parametrize("command", ["demo", "jobs", "logs", "plan", "portions", "run", "runs", "show"])
def test_every_command_helps_with_examples_and_answers_json(command: str) -> None:
    done = backroom(command, "--help")
    assert done.exit_code == Exit.OK
    assert "Examples:\n    backroom " in done.stdout
    assert "--json" in done.stdout


def test_exit_codes_are_documented() -> None:
    documented = (ROOT / "docs" / "operations.md").read_text().partition("## Exit codes of a container")[0]
    helped = backroom("--help").stdout
    for code in Exit:
        assert f"| {code.value} |" in documented
        assert f"\n    {code.value} " in helped


def test_the_doctor_finds_what_a_stack_lacks_and_goes_on(stack: None) -> None:
    sqs, cloudwatch = boto3.client("sqs"), boto3.client("cloudwatch")
    url = sqs.create_queue(QueueName="backroom-dev-undelivered")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a schedule's")
    rule = {"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 0.0, "Period": 60}
    metric = {"Namespace": "AWS/SQS", "MetricName": "Messages", "Statistic": "Sum"}
    cloudwatch.put_metric_alarm(AlarmName="backroom-dev-lost", **rule, **metric)
    cloudwatch.set_alarm_state(AlarmName="backroom-dev-lost", StateValue="ALARM", StateReason="one is there")
    done = backroom("doctor", "--stack", "backroom-dev", "--json")
    assert done.exit_code == Exit.UNSUCCESSFUL
    found = {check["name"]: (check["level"], check["message"]) for check in json.loads(done.stdout)}
    assert found["credentials"][0] == found["stack"][0] == found["runs"][0] == "ok"
    assert found["jobs"][0] == "warn"
    assert found["messages backroom-dev-undelivered"][0] == "fail"
    assert found["messages backroom-dev-events-dead"] == ("fail", "there is no such queue")
    assert found["alarms"] == ("fail", "raised: backroom-dev-lost")
    level, message = found["queue backroom-dev-spot"]
    assert (level, "Batch has no queue" in message) == ("fail", True)


def test_without_a_stack_the_doctor_says_so_and_stops(aws: None) -> None:
    done = backroom("doctor", "--stack", "backroom-dev")
    assert done.exit_code == Exit.UNSUCCESSFUL
    assert "there is no stack 'backroom-dev' in eu-central-1" in done.stdout
    assert "queue" not in done.stdout
