"""What is kept: encrypted, reached by TLS alone, not deleted by accident, and no longer than it need be."""

import pytest

from scripts.rendering import Rendered, containers, render
from tests.template.conftest import Resources

OWN = "arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d"


@pytest.fixture(scope="module", params=["aws", "stack", OWN])
def stack(request: pytest.FixtureRequest) -> Rendered:
    """The stack with each kind of key."""
    return render(EncryptionKey=request.param, BatchLogGroup="true")


def key_of(stack: Rendered) -> str | None:
    """Give the ARN of the key that there is."""
    if "EncryptionKeyOfStack" in stack.resources:
        return "arn:aws:kms:eu-central-1:123456789012:key/backroom-EncryptionKeyOfStack"
    return OWN if "UseKey" in stack.resources else None


def test_everything_is_encrypted_with_the_key_that_is_chosen(stack: Rendered) -> None:
    key = key_of(stack)
    (rule,) = stack["RunsBucket"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}
    assert (rule["ServerSideEncryptionByDefault"], rule["BucketKeyEnabled"]) == (by_default, key is not None)
    for table in stack.of_type("AWS::DynamoDB::Table").values():
        assert table["SSESpecification"]["SSEEnabled"] is True
        assert table["SSESpecification"].get("KMSMasterKeyId") == key
    for queue in stack.of_type("AWS::SQS::Queue").values():
        assert (queue.get("SqsManagedSseEnabled"), queue.get("KmsMasterKeyId")) == (None if key else True, key)
    for group in stack.of_type("AWS::Logs::LogGroup").values():
        assert group.get("KmsKeyId") == key
    assert stack["RunsTopic"]["KmsMasterKeyId"] == (key or "alias/aws/sns")
    # CloudWatch may use a key that is the account's own, not the one that AWS makes for topics.
    assert stack["AlarmsTopic"].get("KmsMasterKeyId") == key


def test_every_log_ends_some_day_and_everybody_who_logs_has_one(stack: Rendered) -> None:
    groups = stack.of_type("AWS::Logs::LogGroup")
    assert all(int(group["RetentionInDays"]) == 30 for group in groups.values())
    named = {group["LogGroupName"] for group in groups.values()}
    assert "/aws/batch/job" in named
    functions = stack.of_type("AWS::Lambda::Function").values()
    assert {f"/aws/lambda/{function['FunctionName']}" for function in functions} <= named
    for definition in stack.of_type("AWS::Batch::JobDefinition").values():
        assert {made["LogConfiguration"]["Options"]["awslogs-group"] for made in containers(definition)} == {
            definition["JobDefinitionName"]
        }
        assert definition["JobDefinitionName"] in named


def test_users_of_the_key_have_it_by_the_services_that_keep_alone(stack: Rendered) -> None:
    if key_of(stack) is None:
        assert "UseKey" not in stack.resources
        return
    (statement,) = stack["UseKey"]["PolicyDocument"]["Statement"]
    assert statement["Resource"] == key_of(stack)
    assert set(statement["Condition"]) == {"StringEquals"}
    users = set(stack["UseKey"]["Roles"])
    assert users >= {f"backroom-{name}FunctionRole" for name in ("Plan", "Record", "Reconcile", "Observe", "Notify")}
    assert not {"backroom-InstanceRole", "backroom-tenant"} & users


def test_a_stacks_own_key_is_turned_each_year_and_stays() -> None:
    resource = render(EncryptionKey="stack").resources["EncryptionKeyOfStack"]
    assert resource["Properties"]["EnableKeyRotation"] is True
    assert resource["UpdateReplacePolicy"] == "Retain"
    services = [s for s in resource["Properties"]["KeyPolicy"]["Statement"] if "Service" in s["Principal"]]
    assert all(statement["Condition"] for statement in services), "no service for another account's sake"


KEPT = ("RunsBucket", "TenantsTable", "RunsTable")


@pytest.mark.parametrize("name", KEPT)
def test_what_cannot_be_made_again_outlives_the_stack(resources: Resources, name: str) -> None:
    assert resources[name]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resources[name]["UpdateReplacePolicy"] == "Retain"


def test_nothing_else_that_keeps_is_retained_by_oversight(resources: Resources) -> None:
    retained = {name for name, resource in resources.items() if "Retain" in resource.get("DeletionPolicy", "")}
    assert retained == {*KEPT, "EncryptionKeyOfStack"}


def test_tables_refuse_to_be_deleted_and_can_be_brought_back() -> None:
    for table in render().of_type("AWS::DynamoDB::Table").values():
        assert table["DeletionProtectionEnabled"] == "true"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_old_runs_and_old_versions_go(stack: Rendered) -> None:
    rules = {rule["Id"]: rule for rule in stack["RunsBucket"]["LifecycleConfiguration"]["Rules"]}
    assert rules["Runs"]["Prefix"] == "runs/"
    assert rules["Runs"]["ExpirationInDays"] == "90"
    assert rules["Remains"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    assert rules["Remains"]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 2
    assert stack["RunsBucket"]["VersioningConfiguration"] == {"Status": "Enabled"}


@pytest.mark.parametrize(
    ("policy", "what"),
    [
        ("RunsBucketPolicy", "s3:*"),
        ("EventsQueuePolicy", "sqs:*"),
        ("UndeliveredQueuePolicy", "sqs:*"),
        ("RunsTopicPolicy", "sns:Publish"),
        ("AlarmsTopicPolicy", "sns:Publish"),
    ],
)
def test_nothing_is_reached_without_tls(policy: str, what: str) -> None:
    by_sid = {statement["Sid"]: statement for statement in render()[policy]["PolicyDocument"]["Statement"]}
    statement = by_sid["TlsOnly"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", what)
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
