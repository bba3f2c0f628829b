"""What AWS refuses is refused, with its code and, where it is known, its sentence."""

from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.integration.batch.simulator import Account

CONTAINER = {
    "image": "busybox",
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
}
SMALL_FARGATE = {
    "image": "busybox",
    "executionRoleArn": "arn:aws:iam::123456789012:role/r",
    "resourceRequirements": [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "4096"}],
}


def refused(call: Any, **parameters: Any) -> str:
    """The sentence with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == "ClientException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(error["Message"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"jobName": "-j"}, "Job name should match valid pattern"),
        ({"jobName": "j" * 129}, "Job name should match valid pattern"),
        ({"jobQueue": "none"}, "JobQueue none not found."),
        ({"jobDefinition": "none"}, "JobDefinition name none does not exist or is not in ACTIVE status"),
        ({"jobDefinition": "d:9"}, "JobDefinition name d:9 does not exist or is not in ACTIVE status"),
        ({"arrayProperties": {"size": 1}}, "Array size must be between 2 and 10000"),
        ({"arrayProperties": {"size": 10_001}}, "Array size must be between 2 and 10000"),
        ({"timeout": {"attemptDurationSeconds": 59}}, "AttemptDurationSeconds must be greater than or equal to 60"),
        ({"retryStrategy": {"attempts": 11}}, "Retry attempts must be between 1 and 10"),
        ({"retryStrategy": {"attempts": 0}}, "Retry attempts must be between 1 and 10"),
        (
            {"retryStrategy": {"evaluateOnExit": [{"action": "EXIT", "onReason": "*"}]}},
            "RetryAttempts must be provided with retry strategy",
        ),
        (
            {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT", "onReason": "*"}] * 6}},
            "evaluateOnExit can have at most 5 entries",
        ),
        (
            {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT", "onReason": "a*b"}]}},
            "is not a valid pattern",
        ),
        (
            {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "STOP", "onReason": "*"}]}},
            "'STOP' is not one of RETRY, EXIT",
        ),
        ({"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}]}}, "at least one of onStatusReason"),
        ({"dependsOn": [{"jobId": "none"}]}, "Job none of dependsOn does not exist"),
        ({"dependsOn": [{"type": "SEQUENTIAL"}]}, "for array jobs only"),
        ({"dependsOn": [{"jobId": "none"}] * 21}, "Maximum number of dependencies supported is 20"),
        ({"dependsOn": [{}], "arrayProperties": {"size": 2}}, "must be of type SEQUENTIAL"),
        ({"shareIdentifier": "a"}, "ShareIdentifier can only be specified with a fair share job queue"),
        (
            {"containerOverrides": {"environment": [{"name": "AWS_BATCH_X", "value": "1"}]}},
            "Environment variable names cannot start with AWS_BATCH",
        ),
        (
            {"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "0.5"}]}},
            "VCPU must be a whole number of at least 1 on EC2",
        ),
        ({"nodeOverrides": {"numNodes": 2}}, "Node overrides should not be set for container jobs"),
        ({"tags": {"aws:x": "1"}}, "must not begin with aws:"),
        ({"parameters": {"p": "x" * 31_000}}, "SubmitJob request is larger than 30720 bytes"),
    ],
    ids=str,
)
def test_submit_job(standing: Account, change: dict[str, Any], sentence: str) -> None:
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", **change}
    assert sentence in refused(standing.client.submit_job, **request)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"jobDefinitionName": "a b"}, "Job definition name should match valid pattern"),
        ({"containerProperties": {**CONTAINER, "image": ""}}, "must specify an image"),
        ({"containerProperties": {"image": "i"}}, "must specify VCPU resource requirements"),
        ({"containerProperties": {"image": "i", "vcpus": 1}}, "must specify MEMORY resource requirements"),
        ({"containerProperties": {"image": "i", "vcpus": 1, "memory": 3}}, "memory must be at least 4 MiB"),
        (
            {"containerProperties": {**CONTAINER, "networkConfiguration": {}}},
            "networkConfiguration not applicable for EC2.",
        ),
        ({"platformCapabilities": ["FARGATE"]}, "Fargate resource requirements (1 vCPU, 512 MiB) not valid."),
        (
            {"platformCapabilities": ["FARGATE"], "containerProperties": SMALL_FARGATE},
            "Fargate resource requirements (0.25 vCPU, 4096 MiB) not valid.",
        ),
        ({"type": "multinode"}, "Node properties must be specified for multinode jobs"),
        (
            {
                "type": "multinode",
                "nodeProperties": {
                    "numNodes": 3,
                    "mainNode": 0,
                    "nodeRangeProperties": [{"targetNodes": "0:1", "container": CONTAINER}],
                },
            },
            "nodeRangeProperties says nothing about node 2",
        ),
        (
            {"type": "multinode", "nodeProperties": {"numNodes": 2, "mainNode": 2, "nodeRangeProperties": []}},
            "mainNode must be fewer than numNodes",
        ),
        ({"timeout": {"attemptDurationSeconds": 1}}, "greater than or equal to 60"),
    ],
    ids=str,
)
def test_register_job_definition(standing: Account, change: dict[str, Any], sentence: str) -> None:
    request = {"jobDefinitionName": "x", "type": "container", "containerProperties": CONTAINER, **change}
    assert sentence in refused(standing.client.register_job_definition, **request)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"instanceRole": ""}, "Instance role is required."),
        ({"instanceTypes": ["z99.large"]}, "z99.large is no instance type and no family of EC2"),
        ({"maxvCpus": 0}, "maxvCpus must be at least 1"),
        ({"minvCpus": 8}, "no less than minvCpus"),
        ({"subnets": []}, "Resource subnets is required."),
        ({"type": "FARGATE"}, "is not applicable for Fargate."),
        ({"type": "MAINFRAME"}, "'MAINFRAME' is not one of EC2, SPOT, FARGATE, FARGATE_SPOT"),
    ],
    ids=str,
)
def test_create_compute_environment(standing: Account, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ClientError, match="ClientException") as caught:
        standing.environment("x", **change)
    assert sentence in str(caught.value)


def test_names_are_taken_once_and_what_is_used_cannot_be_deleted(standing: Account) -> None:
    client = standing.client
    with pytest.raises(ClientError, match="Object already exists"):
        standing.environment("ce")
    with pytest.raises(ClientError, match="Object already exists"):
        standing.queue("q", "ce")
    assert "must be disabled first" in refused(client.delete_compute_environment, computeEnvironment="ce")
    assert "must be disabled first" in refused(client.delete_job_queue, jobQueue="q")
    standing.environment("used")
    standing.queue("user", "used")
    client.update_compute_environment(computeEnvironment="used", state="DISABLED")
    assert "JobQueue relationship" in refused(client.delete_compute_environment, computeEnvironment="used")


def test_queues_hold_one_to_three_environments_of_one_kind(standing: Account) -> None:
    kinds = {"type": "FARGATE", "maxvCpus": 4, "subnets": ["s"], "securityGroupIds": ["g"]}
    standing.client.create_compute_environment(computeEnvironmentName="f", type="MANAGED", computeResources=kinds)
    for environments, sentence in [(["ce", "f"], "must be EC2, or all must be Fargate"), ([], "one to three")]:
        with pytest.raises(ClientError, match=sentence):
            standing.queue("x", *environments)
    with pytest.raises(ClientError, match="ComputeEnvironment none not found"):
        standing.queue("x", "none")


def test_more_than_a_hundred_jobs_cannot_be_described_at_once(standing: Account) -> None:
    sentence = refused(standing.client.describe_jobs, jobs=[f"j{index}" for index in range(101)])
    assert sentence == "Error executing request, Exception : Maximum number of jobs supported is  100"
    assert standing.client.describe_jobs(jobs=["none"])["jobs"] == []


def test_unknown_jobs_cannot_be_stopped(standing: Account) -> None:
    for call in (standing.client.cancel_job, standing.client.terminate_job):
        assert "Job none does not exist" in refused(call, jobId="none", reason="r")


SERVICE_ENVIRONMENT = {
    "serviceEnvironmentName": "s",
    "serviceEnvironmentType": "SAGEMAKER_TRAINING",
    "capacityLimits": [],
}
QUOTA_SHARES = {"name": "p", "quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"}}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("create_service_environment", SERVICE_ENVIRONMENT),
        ("list_service_jobs", {}),
        ("create_scheduling_policy", QUOTA_SHARES),
    ],
)
def test_what_is_not_emulated_says_so(standing: Account, operation: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(standing.client, operation)(**parameters)
    assert caught.value.response["Error"]["Code"] == "NotEmulated"
    assert "is not emulated by the local twin" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("/v1/submitjob", b"{", 400, "no JSON"),
        ("/v1/submitjob", b"[]", 400, "no JSON object"),
        ("/v1/submitjob", b"{}", 400, "jobName"),
        ("/v1/submitjob", b'{"jobName": 1}', 400, "Invalid type for parameter jobName"),
        ("/v1/nothing", b"{}", 400, "not emulated"),
        ("/v2/submitjob", b"{}", 400, "not emulated"),
    ],
)
def test_raw_requests(standing: Account, path: str, body: bytes, status: int, sentence: str) -> None:
    answer = requests.post(standing.url + path, data=body, timeout=30)
    assert answer.status_code == status
    assert sentence in answer.json()["message"]
