"""Each property that makes the template safe, taken away or turned: the gate says so, and names the resource."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.gates.safety import RULES, unsafe
from scripts.rendering import render

PARAMETERS = {"EncryptionKey": "stack", "Subnets": "", "SecurityGroup": "", "Egress": "nat"}
GONE = object()
CONTAINER = "JobDefinitionSitemap", "Properties", "ContainerProperties"
SPOT = "SpotEnvironment", "Properties"
TEMPLATE_OF_INSTANCES = "LaunchTemplate", "Properties", "LaunchTemplateData"
BUCKET, TABLE = ("RunsBucket", "Properties"), ("RunsTable", "Properties")
MUTANTS: list[tuple[tuple[str | int, ...], Any]] = [
    ((*CONTAINER, "User"), GONE),
    ((*CONTAINER, "User"), "root"),
    ((*CONTAINER, "ReadonlyRootFilesystem"), GONE),
    ((*CONTAINER, "Privileged"), True),
    ((*CONTAINER, "Image"), "backroom/sitemap:latest"),
    ((*CONTAINER, "JobRoleArn"), GONE),
    ((*CONTAINER, "LogConfiguration"), GONE),
    ((*CONTAINER, "Environment"), [{"Name": "DATABASE_PASSWORD", "Value": "hunter2"}]),
    ((*CONTAINER, "Volumes"), [{"Name": "host", "Host": {"SourcePath": "/var/run/docker.sock"}}]),
    (("JobDefinitionSimilarity", "Properties", "NodeProperties", "NodeRangeProperties", 0, "Container", "User"), GONE),
    ((*CONTAINER, "NetworkConfiguration"), {"AssignPublicIp": "ENABLED"}),
    (("JobDefinitionSitemap", "Properties", "RetryStrategy", "EvaluateOnExit", -1), GONE),
    (("JobDefinitionSitemap", "Properties", "Timeout"), GONE),
    (("JobDefinitionSitemap", "Properties", "ResourceRetentionPolicy"), GONE),
    ((*SPOT, "ReplaceComputeEnvironment"), GONE),
    ((*SPOT, "UpdatePolicy", "TerminateJobsOnUpdate"), GONE),
    ((*SPOT, "ComputeResources", "MinvCpus"), 16),
    ((*SPOT, "ServiceRole"), "arn:aws:iam::123456789012:role/own"),
    ((*SPOT, "ComputeResources", "LaunchTemplate", "Version"), "$Latest"),
    ((*SPOT, "ComputeResources", "MaxvCpus"), GONE),
    (("SpotQueue", "Properties", "JobStateTimeLimitActions"), GONE),
    ((*TEMPLATE_OF_INSTANCES, "MetadataOptions", "HttpTokens"), GONE),
    ((*TEMPLATE_OF_INSTANCES, "MetadataOptions", "HttpPutResponseHopLimit"), 2),
    ((*TEMPLATE_OF_INSTANCES, "BlockDeviceMappings", 0, "Ebs", "Encrypted"), False),
    ((*TEMPLATE_OF_INSTANCES, "UserData"), GONE),
    (("PlanLogGroup", "Properties", "RetentionInDays"), GONE),
    (("PlanLogGroup", "Properties", "KmsKeyId"), GONE),
    ((*BUCKET, "PublicAccessBlockConfiguration", "BlockPublicAcls"), GONE),
    ((*BUCKET, "PublicAccessBlockConfiguration", "BlockPublicPolicy"), False),
    ((*BUCKET, "PublicAccessBlockConfiguration", "IgnorePublicAcls"), GONE),
    ((*BUCKET, "PublicAccessBlockConfiguration", "RestrictPublicBuckets"), GONE),
    ((*BUCKET, "VersioningConfiguration"), GONE),
    ((*BUCKET, "BucketEncryption"), GONE),
    ((*BUCKET, "LifecycleConfiguration"), GONE),
    ((*BUCKET, "OwnershipControls"), GONE),
    (("RunsBucket", "DeletionPolicy"), "Delete"),
    (("RunsBucketPolicy", "Properties", "PolicyDocument", "Statement", 0), GONE),
    (("EventsQueuePolicy", "Properties", "PolicyDocument", "Statement", 1), GONE),
    (("RunsTopicPolicy", "Properties", "PolicyDocument", "Statement", 0), GONE),
    (("RunsTable", "UpdateReplacePolicy"), GONE),
    ((*TABLE, "PointInTimeRecoverySpecification"), GONE),
    ((*TABLE, "DeletionProtectionEnabled"), "false"),
    ((*TABLE, "SSESpecification"), GONE),
    (("EventsQueue", "Properties", "KmsMasterKeyId"), GONE),
    (("RunsTopic", "Properties", "KmsMasterKeyId"), GONE),
    (("EncryptionKeyOfStack", "Properties", "EnableKeyRotation"), GONE),
    (("EncryptionKeyOfStack", "DeletionPolicy"), GONE),
    (("RunJob", "Properties", "LoggingConfiguration", "IncludeExecutionData"), True),
    (("RunJob", "Properties", "LoggingConfiguration", "Level"), "OFF"),
    (("RunJob", "Properties", "TracingConfiguration"), GONE),
    (("PlanFunction", "Properties", "TracingConfig"), GONE),
    (("PlanFunction", "Properties", "LoggingConfig"), GONE),
    (("ReconcileSchedule", "Properties", "Target", "DeadLetterConfig"), GONE),
    (("ReconcileSchedule", "Properties", "Target", "RetryPolicy"), GONE),
    (("ReconcileRule", "Properties", "Targets", 0, "DeadLetterConfig"), GONE),
    (("PlanErrorsAlarm", "Properties", "AlarmActions"), GONE),
    (("AlarmsTopicPolicy", "Properties", "PolicyDocument", "Statement", 1), GONE),
    (("MultiNodeSecurityGroup", "Properties", "SecurityGroupIngress"), [{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}]),
]
"""A path from a resource's name, and what lies there instead."""


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return dict(render(**PARAMETERS).resources)


def mutated(resources: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """Give the resources with another value, or none, at a path."""
    copied = copy.deepcopy(resources)
    found: Any = copied
    for step in path[:-1]:
        found = found[step]
    if value is GONE:
        del found[path[-1]]
    else:
        found[path[-1]] = value
    return copied


def spoiled(resources: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each mutant's resource, and what is said of it."""
    for path, value in MUTANTS:
        yield str(path[0]), list(unsafe(mutated(resources, path, value)))


@pytest.mark.parametrize("other", [{}, {"Egress": "endpoints"}, {"UntrustedCompute": "ec2"}, {"FairShare": "true"}])
def test_the_template_is_safe_in_each_of_its_forms(other: dict[str, str]) -> None:
    assert list(unsafe(render(**PARAMETERS | other).resources)) == []


@pytest.mark.parametrize(("path", "value"), MUTANTS)
def test_what_is_taken_away_is_missed(resources: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    assert [line.partition(" ")[0] for line in unsafe(mutated(resources, path, value))] == [path[0]]


def test_no_rule_is_without_a_mutant(resources: dict[str, Any]) -> None:
    said = {line.rpartition("does not hold that ")[2] for _, lines in spoiled(resources) for line in lines}
    assert {rule.said for rule in RULES} == said
