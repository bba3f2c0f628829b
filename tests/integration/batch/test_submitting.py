"""What SubmitJob makes of a definition: overrides, parameters, nodes, tasks, tags, and faults on demand."""

from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.integration.batch.simulator import Account, eventually


def fault(account: Account, **body: Any) -> int:
    """Order a fault; gives the status of the answer."""
    return requests.post(f"{account.url}/_twin/batch/faults", json=body, timeout=30).status_code


def submit(account: Account, definition: str, **more: Any) -> str:
    made = account.client.submit_job(jobName="j", jobQueue="q", jobDefinition=definition, **more)
    return str(made["jobId"])


def test_overrides_and_parameters(account: Account) -> None:
    account.define(
        "d",
        ["/bin/echo", "Ref::greeting", "to Ref::whom", "Ref::unknown"],
        parameters={"greeting": "hello", "whom": "you"},
        container={"environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
    )
    job_id = submit(
        account,
        "d",
        parameters={"whom": "all"},
        containerOverrides={
            "environment": [{"name": "B", "value": "3"}],
            "resourceRequirements": [{"type": "MEMORY", "value": "1024"}],
        },
    )
    container = account.wait(job_id)["container"]
    launch = account.executor.launches[0]
    assert launch.command == ("/bin/echo", "hello", "to all", "Ref::unknown")
    assert (launch.vcpus, launch.memory_mib) == (1.0, 1024)
    assert container["command"] == list(launch.command)
    assert container["environment"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}]
    assert {one["type"]: one["value"] for one in container["resourceRequirements"]} == {"VCPU": "1", "MEMORY": "1024"}


def test_a_multi_node_job_has_its_variables_and_addresses(account: Account) -> None:
    container = {
        "image": "busybox",
        "command": ["/bin/sh", "-c", "test $AWS_BATCH_JOB_NODE_INDEX = 0 || exec sleep 600"],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
    }
    account.client.register_job_definition(
        jobDefinitionName="m",
        type="multinode",
        nodeProperties={
            "numNodes": 5,
            "mainNode": 0,
            "nodeRangeProperties": [{"targetNodes": ":", "container": container}],
        },
    )
    job_id = submit(account, "m", nodeOverrides={"numNodes": 2})
    assert account.wait(job_id)["status"] == "SUCCEEDED"
    main, other = account.executor.launches
    assert (main.job_id, other.job_id) == (f"{job_id}#0", f"{job_id}#1")
    assert main.environment["AWS_BATCH_JOB_NUM_NODES"] == "2"
    assert "AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS" not in main.environment
    assert other.environment["AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"] == main.address
    assert main.address != other.address
    assert main.address is not None
    assert main.address.startswith("127.")
    listed = account.client.list_jobs(multiNodeJobId=job_id, jobStatus="FAILED")["jobSummaryList"]
    assert [row["nodeProperties"]["nodeIndex"] for row in listed] == [1]
    assert account.detail(f"{job_id}#0")["nodeDetails"] == {"nodeIndex": 0, "isMainNode": True}


def test_an_ecs_task_with_a_stop_timeout(account: Account) -> None:
    container = {
        "name": "work",
        "image": "busybox",
        "command": ["/bin/sleep", "600"],
        "stopTimeout": 1,
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
    }
    account.client.register_job_definition(
        jobDefinitionName="e", type="container", ecsProperties={"taskProperties": [{"containers": [container]}]}
    )
    job_id = submit(account, "e")
    account.wait(job_id, "RUNNING")
    account.client.terminate_job(jobId=job_id, reason="enough")
    task = account.wait(job_id)["ecsProperties"]["taskProperties"][0]
    assert task["containers"][0]["exitCode"] == 143
    assert task["containers"][0]["logStreamName"].startswith("e/work/")


def test_tags_of_a_job_with_those_of_its_definition(account: Account) -> None:
    account.define("d", ["/bin/true"], tags={"team": "red", "tier": "1"}, propagateTags=True)
    made = account.client.submit_job(jobName="j", jobQueue="q", jobDefinition="d", tags={"tier": "2"})
    arn, client = made["jobArn"], account.client
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "red", "tier": "2"}
    client.tag_resource(resourceArn=arn, tags={"more": "x"})
    client.untag_resource(resourceArn=arn, tagKeys=["team", "none"])
    assert account.detail(made["jobId"])["tags"] == {"tier": "2", "more": "x"}
    assert account.client.describe_jobs(jobs=[arn])["jobs"][0]["jobId"] == made["jobId"]


def test_throttling_and_server_errors_on_demand(account: Account) -> None:
    account.define("d", ["/bin/true"])
    fault(account, kind="throttle_submit", count=2)
    for _ in range(2):
        with pytest.raises(ClientError) as caught:
            submit(account, "d")
        assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
    submit(account, "d")
    fault(account, kind="server_error", operation="DescribeJobs")
    with pytest.raises(ClientError) as caught:
        account.client.describe_jobs(jobs=["x"])
    assert caught.value.response["Error"]["Code"] == "ServerException"
    assert account.client.describe_jobs(jobs=["x"])["jobs"] == []


@pytest.mark.parametrize(
    ("kind", "exit_code", "status_reason", "reason"),
    [
        ("out_of_memory", 137, "Essential container in task exited", "OutOfMemoryError: Container killed"),
        ("host_failure", None, "Host EC2 (instance i-", None),
        ("spot_reclaim", 143, "Host EC2 (instance i-", None),
    ],
)
def test_faults_on_demand(
    account: Account, kind: str, exit_code: int | None, status_reason: str, reason: str | None
) -> None:
    account.define("d", ["/bin/sleep", "600"], retryStrategy={"attempts": 2})
    job_id = submit(account, "d")
    account.wait(job_id, "RUNNING")
    fault(account, kind=kind, job=job_id)
    first = eventually(lambda: account.detail(job_id)["attempts"])[0]
    assert first["container"].get("exitCode") == exit_code
    assert first["statusReason"].startswith(status_reason)
    assert (first["container"].get("reason") or "").startswith(reason or "")
    account.wait(job_id, "RUNNING")
    assert [launch.attempt for launch in account.executor.launches] == [1, 2]


def test_no_spot_capacity_blocks_the_queue_and_tells(account: Account) -> None:
    account.define("d", ["/bin/true"])
    fault(account, kind="no_capacity", environment="ce")
    job_id = submit(account, "d")
    blocked = eventually(lambda: [one for one in account.events if one["detail-type"] == "Batch Job Queue Blocked"])
    assert blocked[0]["detail"]["statusReason"].startswith("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - ")
    assert blocked[0]["resources"][1].endswith(":job-queue/q")
    fault(account, kind="no_capacity", environment="ce", on=False)
    assert account.wait(job_id)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("body", [{"kind": "earthquake"}, {"kind": "host_failure", "job": "none"}, {}])
def test_faults_that_are_none(standing: Account, body: dict[str, str]) -> None:
    assert fault(standing, **body) == 400
