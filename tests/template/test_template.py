"""The template keeps the contracts of docs/architecture.md and what AWS Batch asks of who wants to run it well."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from backroom.planning.job import JobRow
from backroom.settings import Settings

from tests.job_rows import with_job, with_stage
from tests.template.conftest import ROOT, Resources, expanded, of_type, rows_definitions, text


def test_cfn_lint_accepts_the_template() -> None:
    done = subprocess.run([ROOT / ".venv/bin/cfn-lint"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def made_for(key: str) -> set[str]:
    """Give the logical ids of what each row makes."""
    return {f"{part}{key}" for part in ("JobDefinition", "LogGroup", "JobRole", "ExecutionRole")}


def test_a_row_is_all_that_a_job_takes(resources: Resources, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(with_job((ROOT / "template.yaml").read_text(), "Probe", "probe"))
    shutil.copy(ROOT / "samconfig.toml", tmp_path)
    two = expanded(template, ProbeImage=f"probe@sha256:{'1' * 64}")["Resources"]
    assert set(two) - set(resources) == {*made_for("Probe"), "ScheduleProbe"}
    assert text(two["JobDefinitionProbe"]["Properties"]["JobDefinitionName"]) == "${AWS::StackName}-probe"


def test_definition_carries_a_row_that_the_planner_reads(resources: Resources) -> None:
    for definition in rows_definitions(resources):
        assert all(isinstance(value, str) for value in definition["Parameters"].values()), "AWS Batch takes texts only"
        row = JobRow.model_validate(definition["Parameters"])
        assert text(definition["JobDefinitionName"]) == f"${{AWS::StackName}}-{row.job}"


def test_each_stage_has_a_definition_of_its_own(resources: Resources) -> None:
    rows = [JobRow.model_validate(definition["Parameters"]) for definition in rows_definitions(resources)]
    found = {f"{row.job}-{stage.name}" for row in rows for stage in row.stages[1:]}
    assert found == {row.job for row in rows if "-" in row.job}, "no stage without a row, no row without a stage"


def names(resources: Resources, kind: str, key: str) -> set[str]:
    return {text(properties[key]) for properties in of_type(resources, kind).values()}


def test_names_follow_the_convention(resources: Resources) -> None:
    named = {
        "AWS::Batch::JobQueue": ("JobQueueName", {"spot", "on_demand", "fargate_spot", "fargate", "multi_node"}),
        "AWS::StepFunctions::StateMachine": ("StateMachineName", {"run_job"}),
        "AWS::Lambda::Function": ("FunctionName", {"plan", "record", "observe", "reconcile", "notify"}),
        "AWS::DynamoDB::Table": ("TableName", {"tenants", "runs"}),
        "AWS::SQS::Queue": ("QueueName", {"events", "events-dead", "undelivered"}),
        "AWS::SNS::Topic": ("TopicName", {"runs", "alarms"}),
    }
    for kind, (key, expected) in named.items():
        assert names(resources, kind, key) == {f"${{AWS::StackName}}-{name}" for name in expected}
    for kind, key in (("AWS::Batch::JobDefinition", "JobDefinitionName"), ("AWS::Scheduler::Schedule", "Name")):
        assert "${AWS::StackName}-image_resize" in names(resources, kind, key)


def test_functions_find_their_settings(resources: Resources) -> None:
    for function in of_type(resources, "AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        Settings.from_environment({name: text(value) for name, value in variables.items()})
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogFormat"] == "JSON"


def test_the_planners_container_finds_what_the_function_finds(resources: Resources) -> None:
    function = resources["PlanFunction"]["Properties"]["Environment"]["Variables"]
    given = resources["PlannerDefinition"]["Properties"]["ContainerProperties"]["Environment"]
    container = {pair["Name"]: pair["Value"] for pair in given}
    of_lambda = {"AWS_REGION", "AWS_DEFAULT_REGION"}
    assert container.keys() == function.keys() | of_lambda, "the settings of Globals and those of PlannerDefinition"
    assert {container[name] for name in of_lambda} == {"eu-central-1"}
    named = {name: text(value) for name, value in function.items()}
    assert Settings.from_environment(named).bucket == text(container["BACKROOM_BUCKET"])


def test_outputs_name_what_users_need(body: dict[str, Any]) -> None:
    needed = {"StackName", "RunJobArn", "RunsBucketName", "TenantsTableName", "RunsTableName", "PlanFunctionName"}
    assert needed | {"RecordFunctionName", "SpotQueueName"} <= set(body["Outputs"])


def test_retries_end_with_exit(resources: Resources) -> None:
    for definition in of_type(resources, "AWS::Batch::JobDefinition").values():
        rules = definition["RetryStrategy"]["EvaluateOnExit"]
        assert len(rules) <= 5, "AWS Batch takes five rules"
        assert rules[-1] == {"Action": "EXIT", "OnReason": "*"}, "where no rule fits, AWS Batch tries again"
        assert {rule.get("OnExitCode"): rule["Action"] for rule in rules}["75"] == "RETRY"
        assert definition["Timeout"]["AttemptDurationSeconds"] >= 60
        assert definition["ResourceRetentionPolicy"]["SkipDeregisterOnUpdate"] is True


def test_images_are_named_by_digest(body: dict[str, Any]) -> None:
    pattern = body["Parameters"]["ImageResizeImage"]["AllowedPattern"]
    assert re.fullmatch(pattern, f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/image_resize@sha256:{'0' * 64}")
    assert not re.fullmatch(pattern, "image_resize:latest")


def test_schedule_starts_the_machine_once_a_slot(resources: Resources) -> None:
    schedule = resources["ScheduleImageResize"]["Properties"]
    assert schedule["State"] == "DISABLED"
    assert text(schedule["Target"]["Arn"]) == "${RunJob}"
    assert text(schedule["Target"]["Input"]) == '{"job": "image_resize", "slot": "<aws.scheduler.scheduled-time>"}'
    assert {"RetryPolicy", "DeadLetterConfig"} <= set(schedule["Target"])


def test_schedules_rest_until_they_are_enabled(body: dict[str, Any]) -> None:
    assert body["Parameters"]["Schedules"]["Default"] == "DISABLED"


@pytest.mark.parametrize("environment", ["default", "dev", "prod", "local"])
def test_every_environment_expands_the_loops(environment: str) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert config[environment]["global"]["parameters"]["language_extensions"] is True


def test_a_stage_has_a_definition_and_a_log_group_of_its_own(resources: Resources, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    row = {"Image": "ImageResizeImage", "Vcpus": '"2"', "MemoryMib": '"512"', "TimeoutSeconds": "60", "Attempts": "1"}
    template.write_text(with_stage((ROOT / "template.yaml").read_text(), "Later", "image_resize-later", row))
    shutil.copy(ROOT / "samconfig.toml", tmp_path)
    more = expanded(template)["Resources"]
    assert set(more) - set(resources) == made_for("Later")
    later, first = (more[f"JobDefinition{key}"]["Properties"] for key in ("Later", "ImageResize"))
    assert text(later["JobDefinitionName"]) == "${AWS::StackName}-image_resize-later"
    assert later["ContainerProperties"]["Image"] == first["ContainerProperties"]["Image"]


def test_events_of_batch_come_to_the_observer_and_those_that_fail_are_kept(resources: Resources) -> None:
    queue, mapping = resources["EventsQueue"]["Properties"], resources["ObserveEvents"]["Properties"]
    function = resources["ObserveFunction"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"], "as Lambda asks for"
    assert text(queue["RedrivePolicy"]["deadLetterTargetArn"]) == "${EventsDeadQueue.Arn}"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], "one message that fails holds up no other"
    pattern = resources["BatchStateRule"]["Properties"]["EventPattern"]["detail"]
    assert {text(queue) for queue in pattern["jobQueue"]} == {
        f"${{{name}}}" for name in of_type(resources, "AWS::Batch::JobQueue")
    }
    assert pattern["status"] == ["RUNNING", "SUCCEEDED", "FAILED"]


def test_what_rules_and_schedules_cannot_deliver_is_kept(resources: Resources) -> None:
    rules = [target for rule in of_type(resources, "AWS::Events::Rule").values() for target in rule["Targets"]]
    schedules = [schedule["Target"] for schedule in of_type(resources, "AWS::Scheduler::Schedule").values()]
    assert {text(target["DeadLetterConfig"]["Arn"]) for target in rules + schedules} == {"${UndeliveredQueue.Arn}"}
    statement, _tls = resources["UndeliveredQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    senders = {text(arn) for arn in statement["Condition"]["ArnEquals"]["aws:SourceArn"]}
    assert senders == {f"${{{rule}.Arn}}" for rule in of_type(resources, "AWS::Events::Rule")}
