"""The project's own template, applied to a twin by the makers of its resources; and templates that cannot be."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from backroom_local.settings import ACCOUNT, TwinSettings
from backroom_local.template import errors
from backroom_local.template.expand import Deployment, expand
from backroom_local.template.resource import Site
from backroom_local.template.stack import Stack
from backroom_local.twin import Twin

from tests.integration.twin.stand_ins import FakeBatch, FakeFunctions

ROOT = Path(__file__).parents[3]
REGION = "eu-central-1"


@pytest.fixture(scope="module")
def applied(bare: Twin) -> Twin:
    """A twin with the project's template."""
    bare.apply()
    return bare


def apply(twin: Twin, folder: Path, text: str, stack: Stack | None = None, **overrides: str) -> tuple[Stack, list[str]]:
    """Apply a template of a test's own."""
    template = folder / "template.yaml"
    template.write_text(text)
    expanded = expand(Deployment(template, "local", ACCOUNT, REGION, overrides))
    stack = stack or Stack(Site(expanded.stack, ACCOUNT, REGION, folder, twin.clients.get, twin.stack.site.functions))  # type: ignore[union-attr]
    return stack, stack.apply(expanded)


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
    definition = batch.made["definition"][-1]
    assert definition["jobDefinitionName"] == "backroom-image_resize"
    assert definition["parameters"]["portion_items"] == "1000"
    assert definition["retryStrategy"]["evaluateOnExit"][0] == {"action": "RETRY", "onStatusReason": "Host EC2*"}
    container = definition["containerProperties"]
    assert container["logConfiguration"]["options"] == {
        "awslogs-group": "backroom-image_resize",
        "awslogs-region": REGION,
    }
    assert {"name": "BACKROOM_BUCKET", "value": applied.outputs()["RunsBucketName"]} in container["environment"]
    spot = batch.made["computeenvironment"][0]["computeResources"]
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
    edited = text.replace("TimeoutSeconds: 1800", "TimeoutSeconds: 1801")
    assert edited != text
    _, changed = apply(applied, tmp_path, edited, stack)
    assert changed == ["JobDefinitionImageResize"]
    assert len(batch.made["definition"]) == revisions + 1
    assert batch.made["definition"][-1]["timeout"] == {"attemptDurationSeconds": 1801}


MORE = """
Parameters:
  Days: {Type: Number, Default: 3}
  Switch: {Type: String, Default: "no"}
Conditions:
  IsOn: !Equals [!Ref Switch, "yes"]
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Dead: {Type: AWS::SQS::Queue}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 90
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Listener:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
  Key: {Type: AWS::KMS::Key, Properties: {Description: k}}
  KeyAlias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/mine, TargetKeyId: !Ref Key}}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {Name: s, GenerateSecretString: {PasswordLength: 20}}}
  Parameter: {Type: AWS::SSM::Parameter, Properties: {Name: /p, Type: String, Value: !Sub "${Days} days"}}
  Images: {Type: AWS::ECR::Repository, Properties: {RepositoryName: images}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: own}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [here]}
      Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]
  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref Topic]}}
  Extra: {Type: AWS::SNS::Topic, Condition: IsOn}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: [!Ref Policy]
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}
Outputs:
  Queue: {Value: !Ref Queue}
  Extra: {Condition: IsOn, Value: !Ref Extra}
  Host: {Value: !Select [2, !Split ["/", !Join ["/", [a, b, !GetAtt Alarm.Arn]]]]}
"""


def test_the_other_types_are_made_and_made_again(applied: Twin, tmp_path: Path) -> None:
    first, made = apply(applied, tmp_path, MORE)
    assert "Extra" not in made
    assert first.outputs.keys() == {"Queue", "Host"}
    sqs, client = applied.clients.get("sqs"), applied.clients.get
    attributes = sqs.get_queue_attributes(QueueUrl=first.outputs["Queue"], AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "90"
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == 3
    client("sns").publish(TopicArn=first.resources["Topic"].made.ref, Message="hello")
    got = sqs.receive_message(QueueUrl=first.outputs["Queue"])["Messages"]
    assert json.loads(got[0]["Body"])["Message"] == "hello"
    assert client("ssm").get_parameter(Name="/p")["Parameter"]["Value"] == "3 days"
    secret = client("secretsmanager").get_secret_value(SecretId="s")["SecretString"]
    assert len(secret) == 20
    again, _ = apply(applied, tmp_path, MORE.replace("90", "91"), Stack(first.site), Days="4", Switch="yes")
    assert again.outputs["Extra"].startswith("arn:aws:sns:")
    assert again.resources["Key"].made.ref == first.resources["Key"].made.ref
    assert client("secretsmanager").get_secret_value(SecretId="s")["SecretString"] == secret
    assert client("ssm").get_parameter(Name="/p")["Parameter"]["Value"] == "4 days"
    assert (
        sqs.get_queue_attributes(QueueUrl=again.outputs["Queue"], AttributeNames=["All"])["Attributes"][
            "VisibilityTimeout"
        ]
        == "91"
    )


def resources(text: str) -> str:
    """Make a template of one line of resources."""
    return f"Resources:\n  A: {text}\n"


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        ("nothing: 1", errors.TemplateError, "it has no Resources"),
        (
            resources("{Type: AWS::Quantum::Ledger}"),
            errors.UnknownTypeError,
            "A: the twin makes no AWS::Quantum::Ledger",
        ),
        (
            resources("{Type: AWS::SNS::Topic, Properties: {TopicName: !Ref B}}"),
            errors.DanglingReferenceError,
            "A: B is neither",
        ),
        (resources("{Type: AWS::SNS::Topic, DependsOn: B}"), errors.DanglingReferenceError, "DependsOn names B"),
        (
            resources("{Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt B.X}}\n  B: {Type: AWS::SNS::Topic}"),
            errors.DanglingReferenceError,
            "B has no attribute X",
        ),
        (
            resources("{Type: AWS::SNS::Topic, DependsOn: B}\n  B: {Type: AWS::SNS::Topic, DependsOn: A}"),
            errors.TemplateError,
            "depend on each other",
        ),
        (
            resources("{Type: AWS::SSM::Parameter, Properties: {Type: String}}"),
            errors.ResourceFailedError,
            "A (AWS::SSM::Parameter): ",
        ),
        (
            "Parameters: {P: {Type: String}}\n" + resources("{Type: AWS::SNS::Topic}"),
            errors.TemplateError,
            "parameter P has neither",
        ),
        (
            resources("{Type: AWS::SNS::Topic, Properties: {TopicName: !FindInMap [M, a, b]}}"),
            errors.TemplateError,
            "M",
        ),
        (resources("{Type: AWS::Serverless::Function, Properties: {Handler: a.b}}"), errors.TemplateError, "A"),
        (
            resources(
                "{Type: AWS::Serverless::Function, Properties: {Handler: a.b, CodeUri: nowhere, Runtime: python3.12}}"
            ),
            errors.TemplateError,
            "nowhere does not exist",
        ),
    ],
)
def test_what_cannot_be_applied_is_refused_by_name(
    applied: Twin, tmp_path: Path, text: str, kind: type[Exception], why: str
) -> None:
    with pytest.raises(kind, match=re.escape(why)):
        apply(applied, tmp_path, text)


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.TemplateError, match=r"nowhere.yaml: No such file"):
        expand(Deployment(tmp_path / "nowhere.yaml", "local", ACCOUNT, REGION, {}))


def test_an_unknown_parameter_is_named(applied: Twin, tmp_path: Path) -> None:
    with pytest.raises(errors.TemplateError, match="has no parameter Nope; it has Days, Switch"):
        apply(applied, tmp_path, MORE, Nope="1")


def test_an_expanded_template_is_kept_until_something_in_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import samtranslator.translator.translator as translator

    deployment = Deployment(ROOT / "template.yaml", "local", ACCOUNT, REGION, {})
    first = expand(deployment, tmp_path)

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("translated again")

    monkeypatch.setattr(translator.Translator, "translate", fail)
    assert expand(deployment, tmp_path) == first
    with pytest.raises(AssertionError, match="translated again"):
        expand(Deployment(ROOT / "template.yaml", "local", ACCOUNT, REGION, {"LogDays": "7"}), tmp_path)


def test_settings_name_the_projects_folder() -> None:
    assert TwinSettings(ROOT / "template.yaml", Path("x")).project == ROOT
