"""What a template as CloudFormation would create it must have to be safe, and no other gate asks for.

Nobody has rules for Batch or Step Functions; those of others for buckets and tables do not mind what outlives a stack.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Resource = Mapping[str, Any]
"""A resource of a template: its type, its properties and its policies."""
SECRET = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|DSN|CREDENTIAL|PRIVATE_KEY")
TLS_ONLY = {"Bool": {"aws:SecureTransport": "false"}}


@dataclass(frozen=True, slots=True)
class Safety:
    """Of every resource of a kind something has to hold; `said` of one of which it does not."""

    kind: str
    said: str
    holds: Callable[[Resource], bool]


def at(resource: Any, *path: str | int) -> Any:
    """Give what lies at a path of properties; None if nothing does."""
    found = resource.get("Properties", {})
    for step in path:
        known = step in found if isinstance(found, dict) else isinstance(found, list) and bool(found)
        if not known:
            return None
        found = found[step]
    return found


def equals(kind: str, said: str, *path: str | int, to: Any) -> Safety:
    """A property has one of some values."""
    values = to if isinstance(to, tuple) else (to,)
    return Safety(f"AWS::{kind}", said, lambda resource: at(resource, *path) in values)


def present(kind: str, said: str, *path: str | int) -> Safety:
    """A property is there, and not empty."""
    return Safety(f"AWS::{kind}", said, lambda resource: bool(at(resource, *path)))


def contained(said: str, holds: Callable[[Mapping[str, Any]], bool]) -> Safety:
    """Something holds of the container of a job definition, or of those of all its nodes."""
    return Safety("AWS::Batch::JobDefinition", said, lambda resource: all(map(holds, containers(resource))))


def containers(definition: Resource) -> list[Any]:
    """Give the container of a job definition, or those of its nodes."""
    nodes = at(definition, "NodeProperties", "NodeRangeProperties") or []
    return [each["Container"] for each in nodes] or [at(definition, "ContainerProperties") or {}]


def environment(container: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of a container's plain variables."""
    return (variable["Name"] for variable in container.get("Environment", []))


def of_host(volume: Mapping[str, Any]) -> bool:
    """Say whether a volume is a folder of the instance; Fargate's scratch volumes have an empty Host."""
    return bool(volume.get("Host", {}).get("SourcePath"))


def serverless(environment: Resource) -> bool:
    """Say whether a compute environment has no instances, and so none that an update could replace."""
    return str(at(environment, "ComputeResources", "Type")).startswith("FARGATE")


def spares_jobs(environment: Resource) -> bool:
    """Say whether an update of a compute environment lets the jobs on its instances go on."""
    return at(environment, "UpdatePolicy", "TerminateJobsOnUpdate") is False


def refuses_plain_http(policy: Resource) -> bool:
    """Say whether a resource's policy denies what does not come by TLS."""
    statements = at(policy, "PolicyDocument", "Statement") or []
    return any(each["Effect"] == "Deny" and each.get("Condition") == TLS_ONLY for each in statements)


def kept(resource: Resource) -> bool:
    """Say whether what is in a resource outlives the stack and a replacement."""
    return resource.get("DeletionPolicy", "").startswith("Retain") and resource.get("UpdateReplacePolicy") == "Retain"


def delivered(rule: Resource) -> bool:
    """Say whether every target of a rule has a queue for what could not be delivered."""
    return all("DeadLetterConfig" in target for target in at(rule, "Targets") or [])


def narrow(group: Resource) -> bool:
    """Say whether no rule of a security group lets all addresses in."""
    rules = at(group, "SecurityGroupIngress") or []
    return not any({"0.0.0.0/0", "::/0"} & {rule.get("CidrIp"), rule.get("CidrIpv6")} for rule in rules)


RULES = (
    contained("its user is not root", lambda container: container.get("User", "0") not in ("0", "root", "")),
    contained("its root file system is read only", lambda container: container.get("ReadonlyRootFilesystem") is True),
    contained("it is not privileged", lambda container: not container.get("Privileged")),
    contained("its image is named by digest", lambda container: "@sha256:" in container.get("Image", "")),
    contained("it has a role of its own", lambda container: bool(container.get("JobRoleArn"))),
    contained(
        "its log goes to a group that is named",
        lambda container: bool(at({"Properties": container}, "LogConfiguration", "Options", "awslogs-group")),
    ),
    contained("no secret is a plain variable", lambda container: not any(map(SECRET.search, environment(container)))),
    contained("it mounts nothing of its host", lambda container: not any(map(of_host, container.get("Volumes", [])))),
    contained(
        "it has no public address",
        lambda container: container.get("NetworkConfiguration", {}).get("AssignPublicIp") != "ENABLED",
    ),
    equals(
        "Batch::JobDefinition",
        "the last rule of its retries is to exit",
        "RetryStrategy",
        "EvaluateOnExit",
        -1,
        to={"Action": "EXIT", "OnReason": "*"},
    ),
    present("Batch::JobDefinition", "its attempts have an end", "Timeout", "AttemptDurationSeconds"),
    equals(
        "Batch::JobDefinition", "older revisions stay", "ResourceRetentionPolicy", "SkipDeregisterOnUpdate", to=True
    ),
    equals("Batch::ComputeEnvironment", "it is updated in place", "ReplaceComputeEnvironment", to=False),
    Safety(
        "AWS::Batch::ComputeEnvironment", "an update ends no job", lambda each: serverless(each) or spares_jobs(each)
    ),
    equals("Batch::ComputeEnvironment", "it scales to nothing", "ComputeResources", "MinvCpus", to=(0, None)),
    equals("Batch::ComputeEnvironment", "Batch's own role does for it", "ServiceRole", to=None),
    Safety(
        "AWS::Batch::ComputeEnvironment",
        "its launch template is of a version of its own",
        lambda each: at(each, "ComputeResources", "LaunchTemplate", "Version") not in ("$Latest", "$Default"),
    ),
    present("Batch::ComputeEnvironment", "its size has a limit", "ComputeResources", "MaxvCpus"),
    present("Batch::JobQueue", "what can never run does not wait for ever", "JobStateTimeLimitActions"),
    equals(
        "EC2::LaunchTemplate",
        "metadata want a token",
        "LaunchTemplateData",
        "MetadataOptions",
        "HttpTokens",
        to="required",
    ),
    equals(
        "EC2::LaunchTemplate",
        "no container is near enough to metadata",
        "LaunchTemplateData",
        "MetadataOptions",
        "HttpPutResponseHopLimit",
        to=1,
    ),
    equals(
        "EC2::LaunchTemplate",
        "its disk is encrypted",
        "LaunchTemplateData",
        "BlockDeviceMappings",
        0,
        "Ebs",
        "Encrypted",
        to=True,
    ),
    present("EC2::LaunchTemplate", "it closes metadata to containers", "LaunchTemplateData", "UserData"),
    present("Logs::LogGroup", "its entries have an end", "RetentionInDays"),
    present("Logs::LogGroup", "it is encrypted by the key that was chosen", "KmsKeyId"),
    *(
        equals("S3::Bucket", "nothing of it is public", "PublicAccessBlockConfiguration", flag, to=True)
        for flag in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    ),
    equals("S3::Bucket", "older versions stay", "VersioningConfiguration", "Status", to="Enabled"),
    present("S3::Bucket", "it is encrypted", "BucketEncryption", "ServerSideEncryptionConfiguration"),
    present("S3::Bucket", "its objects have an end", "LifecycleConfiguration", "Rules"),
    equals(
        "S3::Bucket",
        "its objects are its owner's",
        "OwnershipControls",
        "Rules",
        0,
        "ObjectOwnership",
        to="BucketOwnerEnforced",
    ),
    *(
        Safety(f"AWS::{kind}", "it is refused without TLS", refuses_plain_http)
        for kind in ("S3::BucketPolicy", "SQS::QueuePolicy", "SNS::TopicPolicy")
    ),
    *(Safety(f"AWS::{kind}", "it outlives the stack", kept) for kind in ("S3::Bucket", "DynamoDB::Table", "KMS::Key")),
    equals(
        "DynamoDB::Table",
        "it can be had as it was",
        "PointInTimeRecoverySpecification",
        "PointInTimeRecoveryEnabled",
        to=True,
    ),
    equals("DynamoDB::Table", "it is protected from deletion", "DeletionProtectionEnabled", to=(True, "true")),
    equals("DynamoDB::Table", "it is encrypted by the key that was chosen", "SSESpecification", "SSEEnabled", to=True),
    present("SQS::Queue", "it is encrypted by the key that was chosen", "KmsMasterKeyId"),
    present("SNS::Topic", "it is encrypted by the key that was chosen", "KmsMasterKeyId"),
    equals("KMS::Key", "it is renewed each year", "EnableKeyRotation", to=True),
    equals(
        "StepFunctions::StateMachine", "its log holds no data", "LoggingConfiguration", "IncludeExecutionData", to=False
    ),
    equals(
        "StepFunctions::StateMachine", "its log tells of errors", "LoggingConfiguration", "Level", to=("ERROR", "ALL")
    ),
    equals("StepFunctions::StateMachine", "it is traced", "TracingConfiguration", "Enabled", to=True),
    equals("Lambda::Function", "it is traced", "TracingConfig", "Mode", to="Active"),
    present("Lambda::Function", "its log goes to a group that is named", "LoggingConfig", "LogGroup"),
    present("Scheduler::Schedule", "what cannot be delivered is kept", "Target", "DeadLetterConfig", "Arn"),
    present("Scheduler::Schedule", "it is not tried for ever", "Target", "RetryPolicy"),
    present("CloudWatch::Alarm", "somebody is told of it", "AlarmActions"),
    Safety("AWS::Events::Rule", "what cannot be delivered is kept", delivered),
    Safety("AWS::EC2::SecurityGroup", "not everybody comes in", narrow),
)


def unsafe(resources: Mapping[str, Resource]) -> Iterator[str]:
    """Yield a line for each resource and rule that does not hold: "NAME: it should be that ..."."""
    for name, resource in resources.items():
        for rule in RULES:
            if rule.kind == resource["Type"] and not rule.holds(resource):
                yield f"{name} ({rule.kind}): it does not hold that {rule.said}"


def main() -> int:
    """Print what is unsafe in the templates that the command line names, and end with 1 if anything is."""
    found = [line for path in sys.argv[1:] for line in unsafe(json.loads(Path(path).read_text())["Resources"])]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
