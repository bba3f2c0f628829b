"""The project's own template, applied to a twin by the makers of its resources; and templates that cannot be."""

import json
import shutil
from pathlib import Path

from backroom_local.settings import ACCOUNT
from backroom_local.twin import Twin

from tests.integration.twin.applying import apply
from tests.integration.twin.stand_ins import FakeBatch, FakeFunctions

ROOT = Path(__file__).parents[3]
REGION = "eu-central-1"


def test_every_resource_is_there_under_its_name(applied: Twin) -> None:
    outputs, client = applied.outputs(), applied.clients.get
    versioning = client("s3").get_bucket_versioning(Bucket=outputs["RunsBucketName"])
    assert versioning["Status"] == "Enabled"
    table = client("dynamodb").describe_table(TableName=outputs["RunsTableName"])["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by_job"]
    expiry = client("dynamodb").describe_time_to_live(TableName=outputs["RunsTableName"])["TimeToLiveDescription"]
    assert expiry["AttributeName"] == "expires_at"
    policies = client("iam").list_role_policies(RoleName="backroom-tenant")["PolicyNames"]
    assert policies == ["tenant"]
    tenant = client("iam").get_role_policy(RoleName="backroom-tenant", PolicyName="tenant")["PolicyDocument"]
    assert tenant["Statement"][0]["Resource"] == "arn:aws:s3:::backroom-${aws:PrincipalTag/tenant}"
    schedule = client("scheduler").get_schedule(Name="backroom-image_resize")
    assert (schedule["State"], schedule["Target"]["Arn"]) == ("DISABLED", outputs["RunJobArn"])
    group = client("logs").describe_log_groups(logGroupNamePrefix="backroom-image_resize")["logGroups"][0]
    assert group["retentionInDays"] == 30


def test_functions_run_from_their_source_with_their_layer_and_environment(
    applied: Twin, functions: FakeFunctions
) -> None:
    plan = functions.registered["backroom-plan"]
    assert (plan.source, plan.layers, plan.handler) == (
        ROOT / "functions/plan",
        (ROOT / "layers/backroom",),
        "plan.handler",
    )
    assert plan.environment["BACKROOM_BUCKET"] == applied.outputs()["RunsBucketName"]
    assert plan.environment["BACKROOM_QUEUE"] == f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/backroom-spot"
    assert (plan.timeout, plan.memory, plan.log_group) == (900, 1769, "/aws/lambda/backroom-plan")
    about = applied.clients.get("lambda").get_function(FunctionName="backroom-plan")["Configuration"]
    assert about["Handler"] == "plan.handler"


def test_the_definition_has_its_row_and_the_apis_form(applied: Twin, batch: FakeBatch) -> None:
    definition = next(one for one in batch.made["definition"] if one["jobDefinitionName"] == "backroom-image_resize")
    assert definition["parameters"]["portion_items"] == "1000"
    assert definition["retryStrategy"]["evaluateOnExit"][0] == {"action": "RETRY", "onStatusReason": "Host EC2*"}
    container = definition["containerProperties"]
    assert container["logConfiguration"]["options"] == {
        "awslogs-group": "backroom-image_resize",
        "awslogs-region": REGION,
    }
    assert {"name": "BACKROOM_BUCKET", "value": applied.outputs()["RunsBucketName"]} in container["environment"]
    environments = [made["computeResources"] for made in batch.made["computeenvironment"]]
    (spot,) = [resources for resources in environments if resources["type"] == "SPOT"]
    assert (spot["maxvCpus"], spot["minvCpus"], spot["subnets"][0]) == (256, 0, "subnet-00000000000000001")


def test_the_machine_is_substituted(applied: Twin) -> None:
    about = applied.clients.get("stepfunctions").describe_state_machine(stateMachineArn=applied.outputs()["RunJobArn"])
    assert "${" not in about["definition"]
    states = json.loads(about["definition"])["States"]
    assert states["Claim"]["Arguments"]["TableName"] == "backroom-runs"


def test_applying_again_changes_nothing_and_registers_no_revision(applied: Twin, batch: FakeBatch) -> None:
    revisions = len(batch.made["definition"])
    assert applied.apply() == []
    assert len(batch.made["definition"]) == revisions


def test_an_edit_updates_what_it_touches(applied: Twin, batch: FakeBatch, tmp_path: Path) -> None:
    for name in ("template.yaml", "samconfig.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("functions", "layers", "statemachine"):
        (tmp_path / name).symlink_to(ROOT / name)
    text = (tmp_path / "template.yaml").read_text()
    stack, _ = apply(applied, tmp_path, text)
    revisions = len(batch.made["definition"])
    edited = text.replace("TimeoutSeconds: 1800", "TimeoutSeconds: 1801", 1)
    assert edited != text
    _, changed = apply(applied, tmp_path, edited, stack)
    assert changed == ["JobDefinitionImageResize"]
    assert len(batch.made["definition"]) == revisions + 1
    assert batch.made["definition"][-1]["timeout"] == {"attemptDurationSeconds": 1801}
