"""What is watched: every alarm reaches somebody, is on the dashboard, and counts what there is; each has its page."""

import json
import re
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from scripts.rendering import Rendered, render
from tests.template.conftest import ROOT

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
OF_AWS = {
    "AWS/States": {"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionThrottled"},
    "AWS/Lambda": {"Errors"},
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
}
"""docs.aws.amazon.com: monitoring of Step Functions, Lambda and SQS by CloudWatch."""
EMITTED = re.compile(r'add_metric\("(\w+)"')


@pytest.fixture(scope="module")
def stack() -> Rendered:
    return render(AlarmMail="ops@example.com")


@pytest.fixture(scope="module")
def alarms(stack: Rendered) -> dict[str, Any]:
    """The alarms by their names without the stack's."""
    found = stack.of_type("AWS::CloudWatch::Alarm").values()
    return {alarm["AlarmName"].removeprefix("backroom-"): alarm for alarm in found}


def emitted() -> set[str]:
    """Give the metrics that functions count."""
    return {name for path in (ROOT / "functions").rglob("*.py") for name in EMITTED.findall(path.read_text())}


def test_every_alarm_tells_of_its_beginning_and_its_end(stack: Rendered, alarms: dict[str, Any]) -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:backroom-alarms"
    assert len(alarms) >= 16
    for name, alarm in alarms.items():
        assert (alarm["AlarmActions"], alarm["OKActions"]) == ([topic], [topic]), name
    (subscription,) = stack.of_type("AWS::SNS::Subscription").values()
    assert (subscription["TopicArn"], subscription["Endpoint"]) == (topic, "ops@example.com")
    assert not render().of_type("AWS::SNS::Subscription")


def test_every_alarm_counts_what_somebody_counts(stack: Rendered, alarms: dict[str, Any]) -> None:
    functions = {function["FunctionName"] for function in stack.of_type("AWS::Lambda::Function").values()}
    (machine,) = (f"arn:aws:states:eu-central-1:123456789012:stateMachine:{name}" for name in ["backroom-run_job"])
    values = {"FunctionName": functions, "StateMachineArn": {machine}, "service": {"backroom"}}
    values["QueueName"] = {f"{queue['QueueName']}.QueueName" for queue in stack.of_type("AWS::SQS::Queue").values()}
    for name, alarm in alarms.items():
        assert alarm["MetricName"] in {**OF_AWS, "Backroom": emitted()}[alarm["Namespace"]], name
        (dimension,) = alarm["Dimensions"]
        assert dimension["Value"] in values[dimension["Name"]], name


def test_every_function_and_every_dead_letter_queue_has_an_alarm(stack: Rendered, alarms: dict[str, Any]) -> None:
    watched = {alarm["Dimensions"][0]["Value"].removesuffix(".QueueName") for alarm in alarms.values()}
    functions = {function["FunctionName"] for function in stack.of_type("AWS::Lambda::Function").values()}
    # These two are asked by people, too, for what cannot be; they count by themselves what is wrong.
    assert {alarms[name]["MetricName"] for name in ("plan_errors", "reconcile_errors")} <= emitted()
    asked = {"backroom-plan", "backroom-reconcile"}
    dead = {"backroom-undelivered", "backroom-events-dead"}
    assert (functions - asked) | dead <= watched


def test_only_the_sweep_is_missed_when_nothing_is_counted(alarms: dict[str, Any]) -> None:
    breaching = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}
    assert breaching == {"sweeps_missing"}
    period = alarms["sweeps_missing"]["Period"]
    assert period >= 1800, "the schedule is every 15 minutes, and one sweep may fail"


def test_the_dashboard_shows_every_alarm_and_metrics_that_there_are(stack: Rendered, alarms: dict[str, Any]) -> None:
    (dashboard,) = stack.of_type("AWS::CloudWatch::Dashboard").values()
    first, *widgets = json.loads(dashboard["DashboardBody"])["widgets"]
    shown = {arn.rpartition(":")[2].removeprefix("backroom-") for arn in first["properties"]["alarms"]}
    assert shown == set(alarms)
    text = json.dumps(widgets)
    assert "${" not in text
    for space, name in re.findall(r'\["(Backroom|AWS/\w+)", "(\w+)"', text):
        assert space != "Backroom" or name in emitted(), name
    areas = [(w["x"], w["y"], w["x"] + w["width"], w["y"] + w["height"]) for w in widgets]
    assert all(a is b or a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for a in areas for b in areas)


def test_a_queue_that_is_blocked_is_told_to_the_observer(stack: Rendered) -> None:
    rule, states = stack["QueueBlockedRule"], stack["BatchStateRule"]
    assert rule["EventPattern"]["detail-type"] == ["Batch Job Queue Blocked"]
    assert rule["EventPattern"]["detail"]["jobQueue"] == states["EventPattern"]["detail"]["jobQueue"]
    assert rule["Targets"][0]["Arn"] == states["Targets"][0]["Arn"]


def sections() -> dict[str, str]:
    """Give the runbook's sections by their headings."""
    _, *parts = re.split(r"^## ", RUNBOOK, flags=re.MULTILINE)
    return {heading: text for heading, _, text in (part.partition("\n") for part in parts)}


def test_every_alarm_has_its_section_and_every_section_its_alarm(alarms: dict[str, Any]) -> None:
    assert {heading for heading in sections() if re.fullmatch(r"[a-z_]+", heading)} == set(alarms)
    for name in alarms:
        for part in ("**Means**", "**First**", "**Way out**"):
            assert part in sections()[name], f"{name} has no {part}"


def test_every_call_of_aws_that_the_runbook_names_is_there() -> None:
    session, named = botocore.session.get_session(), re.findall(r"`aws ([a-z0-9-]+) ([a-z-]+)", RUNBOOK)
    assert len(named) > 10
    for service, operation in named:
        known = {xform_name(name, "-") for name in session.get_service_model(service).operation_names}
        assert operation in known, f"aws {service} {operation}"
