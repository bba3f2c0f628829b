"""The demo on a twin that enforces the template's policies: they suffice, and what they do not allow fails by name."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin
from boto3.dynamodb.types import TypeSerializer

from tests.e2e.command_line import ROOT, CommandLine, clean_environment
from tests.e2e.test_demo import ROW
from tests.e2e.test_machine import eventually
from tests.template.calls import of_roles, recorded

PARAMETERS = {
    "UntrustedCompute": "fargate",
    "EncryptionKey": "stack",
    "SecurityGroup": "",
    "Egress": "nat",
    "FairShare": "true",
}


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A twin of a copy of this project, whose template can be edited; what opens tenants' bytes is on Fargate."""
    folder = tmp_path_factory.mktemp("enforced")
    for name in ("layers", "functions", "statemachine", "containers", "samconfig.toml"):
        (folder / name).symlink_to(ROOT / name)
    template = folder / "template.yaml"
    template.write_text((ROOT / "template.yaml").read_text())
    with Twin.started(TwinSettings(template, folder / "state", enforce_iam=True, parameters=PARAMETERS)) as running:
        yield running


@pytest.fixture(scope="module")
def backroom(twin: Twin) -> CommandLine:
    """The command line at that twin."""
    return CommandLine(clean_environment(BACKROOM_STATE_DIR=str(twin.settings.state_dir)))


@pytest.fixture(scope="module")
def demo(backroom: CommandLine) -> str:
    """What the demo says."""
    done = backroom("demo")
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def denials(twin: Twin) -> list[tuple[str, str, str]]:
    """Give who was denied which action on what."""
    return [
        (who, call["action"], call["resource"])
        for who, found in twin.access().items()
        for call in found["calls"]
        if call["denied"]
    ]


def test_the_demo_has_its_usual_result_and_nothing_is_denied(demo: str, twin: Twin) -> None:
    rows = {tenant: tuple(map(int, figures)) for tenant, *figures in ROW.findall(demo)}
    assert rows == {"bergblick": (1, 4, 0, 0), "kontor": (1, 10, 2, 0), "solo": (1, 1, 0, 0)}
    assert denials(twin) == []
    callers = twin.access()
    assert {"backroom-tenant", "states.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com"} <= set(
        callers
    )
    assert {call["action"] for call in callers["backroom-tenant"]["calls"]} >= {"s3:GetObject", "s3:PutObject"}


def test_what_roles_called_is_what_the_template_is_held_to(demo: str, twin: Twin) -> None:
    known = {(role, action) for role, actions in recorded().items() for action in actions}
    called = {(role, action) for role, action, _ in of_roles(twin.access())}
    assert called <= known, "RECORD_CALLS=1 python -m pytest tests/e2e adds them to tests/template/calls.json"


def test_what_opens_the_tenants_bytes_ran_on_fargate(demo: str, twin: Twin) -> None:
    batch, definition = twin.client("batch"), "backroom-image_resize"
    (fargate,) = batch.list_jobs(jobQueue="backroom-fargate_spot", jobStatus="SUCCEEDED")["jobSummaryList"]
    for queue in ("backroom-spot", "backroom-on_demand"):
        assert not batch.list_jobs(jobQueue=queue, jobStatus="SUCCEEDED")["jobSummaryList"]
    assert definition in fargate["jobDefinition"]
    (run,) = {name.rpartition("-w1-")[0] for name in [fargate["jobName"]]}
    portion = f"run#{run}", "portion#0000000"
    key = {name: {"S": value} for name, value in zip(("pk", "sk"), portion, strict=True)}
    item = twin.client("dynamodb").get_item(TableName=twin.outputs["RunsTableName"], Key=key)["Item"]
    (attempt,) = item["attempts"]["L"]
    assert (attempt["M"]["queue"]["S"], attempt["M"]["capacity"]["S"]) == ("spot", "spot")


def test_the_command_line_tells_of_the_calls(demo: str, backroom: CommandLine, twin: Twin) -> None:
    folder = ("--state-dir", str(twin.settings.state_dir))
    assert backroom.json("local", "access", *folder)["enforced"] is True
    said = backroom("local", "access", *folder).stdout
    assert "\nbackroom-tenant\n" in said
    assert "DENIED" not in said


@contextmanager
def scheduled(twin: Twin, name: str) -> Iterator[None]:
    """Have the demo's job scheduled once a day."""
    arguments = {"Name": name, "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}}
    scheduler = twin.client("scheduler")
    known = scheduler.get_schedule(Name="backroom-image_resize")["Target"]
    scheduler.create_schedule(**arguments, Target={key: known[key] for key in ("Arn", "RoleArn", "Input")})
    yield
    scheduler.delete_schedule(Name=name)


def test_a_schedule_starts_its_run_as_its_role(demo: str, twin: Twin) -> None:
    with scheduled(twin, "once"):
        fired = twin.running.ask("forward?seconds=90000", change=True)
    assert "once" in {arn.rsplit("/", 1)[1] for arn in fired}
    machine = twin.outputs["RunJobArn"]
    for execution in twin.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]:
        twin.wait(execution["executionArn"])
    assert denials(twin) == []
    (role,) = [who for who in twin.access() if "SchedulerRole" in who]
    assert ("states:StartExecution", machine) in [
        (call["action"], call["resource"]) for call in twin.access()[role]["calls"] if call["allowed"]
    ]


def counted(twin: Twin, function: str) -> list[dict[str, Any]]:
    """Give the lines of metrics that a function has logged, in order of time, whichever process wrote them."""
    pages = twin.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
    lines = [json.loads(event["message"]) for page in pages for event in page["events"] if '"_aws"' in event["message"]]
    return sorted(lines, key=lambda line: line["_aws"]["Timestamp"])


def sweep(twin: Twin) -> dict[str, Any]:
    """Let the reconciler look around; gives its metrics."""
    before = len(counted(twin, "backroom-reconcile"))
    answer = twin.client("lambda").invoke(FunctionName=twin.outputs["ReconcileFunctionName"], Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    eventually(lambda: len(counted(twin, "backroom-reconcile")) > before, "it says nothing")
    return counted(twin, "backroom-reconcile")[-1]


def test_the_sweep_looks_around_as_its_role_and_counts_what_alarms_are_made_of(demo: str, twin: Twin) -> None:
    with scheduled(twin, "backroom-daily"):
        line = sweep(twin)
    (metrics,) = line["_aws"]["CloudWatchMetrics"]
    assert (metrics["Namespace"], metrics["Dimensions"], line["service"]) == ("Backroom", [["service"]], "backroom")
    names = {one["Name"] for one in metrics["Metrics"]}
    assert names >= {"Sweeps", "SlotsMissed", "FrontOfQueueSeconds", "RunsRepaired"}
    assert (line["Sweeps"], line["SlotsMissed"], line["FrontOfQueueSeconds"]) == ([1.0], [0.0], [0.0])
    assert denials(twin) == []


def test_a_queue_that_is_blocked_is_counted_by_the_observer_and_its_wait_by_the_sweep(demo: str, twin: Twin) -> None:
    batch = twin.client("batch")
    huge = {"resourceRequirements": [{"type": "VCPU", "value": "9999"}]}
    names = {
        "jobName": "huge",
        "jobQueue": "backroom-spot",
        "jobDefinition": "backroom-sitemap",
        "shareIdentifier": "x",
    }
    job = batch.submit_job(**names, containerOverrides=huge)["jobId"]
    try:
        eventually(
            lambda: any(1.0 in line["QueuesBlocked"] for line in counted(twin, "backroom-observe")), "it is seen"
        )
        assert sweep(twin)["FrontOfQueueSeconds"][0] > 0.0
    finally:
        batch.terminate_job(jobId=job, reason="seen")
    assert denials(twin) == []


def point_tenant_at(twin: Twin, tenant: str, bucket: str) -> None:
    """Enter a tenant whose bucket is another's."""
    record = {"tenant": tenant, "name": tenant, "bucket": bucket, "enabled": True}
    item = {key: TypeSerializer().serialize(value) for key, value in record.items()}
    twin.client("dynamodb").put_item(TableName=twin.outputs["TenantsTableName"], Item=item)


def run(twin: Twin, **given: Any) -> dict[str, Any]:
    """Run the demo's job."""
    return twin.run(twin.outputs["RunJobArn"], {"job": "image_resize", **given})


def test_a_container_of_one_tenant_does_not_reach_another_s_bucket(
    demo: str, twin: Twin, backroom: CommandLine
) -> None:
    point_tenant_at(twin, "intruder", "backroom-bergblick")
    ended = run(twin, tenants=["intruder"])
    assert ended["status"] == "FAILED", ended
    found = denials(twin)
    assert found
    assert {who for who, _, _ in found} == {"backroom-tenant"}
    assert all(resource.startswith("arn:aws:s3:::backroom-bergblick") for _, _, resource in found)
    log = (twin.settings.state_dir / "twin.log").read_text()
    assert "assumed-role/backroom-tenant/" in log
    assert len(backroom.json("portions", "last")) == 1, "nobody looks for the item that is to blame"
    why = backroom.json("why", "last")
    assert why["reason"] == "permission_denied"
    assert "role backroom-tenant is not allowed s3:GetObject on arn:aws:s3:::backroom-bergblick/" in why["sentence"]


def test_a_statement_that_is_missing_fails_the_run_and_is_named(demo: str, twin: Twin, backroom: CommandLine) -> None:
    before, action = twin.settings.template.read_text(), "dynamodb:Scan"
    twin.settings.template.write_text(without(before, "ReadTenants"))
    try:
        twin.apply()
        ended = run(twin, params={"widths": [48]})
    finally:
        twin.settings.template.write_text(before)
        twin.apply()
    assert ended["status"] == "FAILED", ended
    assert f"is not authorized to perform: {action} on resource: " in ended["cause"]
    assert (
        f"because no identity-based policy allows the {action} action"
        in (twin.settings.state_dir / "twin.log").read_text()
    )
    why = backroom.json("why", "last")
    assert why["reason"] == "permission_denied"
    assert f"is not allowed {action} on " in why["sentence"]


def without(template: str, sid: str) -> str:
    """Give a template without the statement of this Sid, in whichever role it is."""
    lines = template.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.strip() == f"- Sid: {sid}")
    indent = len(lines[start]) - len(lines[start].lstrip())
    following = enumerate(lines[start + 1 :], start + 1)
    end = next(number for number, line in following if len(line) - len(line.lstrip()) <= indent and line.strip())
    return "".join(lines[:start] + lines[end:])
