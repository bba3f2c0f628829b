"""Environments, queues, definitions, policies and consumable resources: create, update, describe, delete."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.batch.simulator import Account, eventually


def test_an_environment_and_its_queue_from_beginning_to_end(account: Account) -> None:
    client = account.client
    environment = client.describe_compute_environments(computeEnvironments=["ce"])["computeEnvironments"][0]
    assert (environment["status"], environment["computeResources"]["desiredvCpus"]) == ("VALID", 0)
    client.update_compute_environment(computeEnvironment="ce", computeResources={"maxvCpus": 16, "minvCpus": 2})
    environment = client.describe_compute_environments()["computeEnvironments"][0]
    assert (environment["computeResources"]["maxvCpus"], environment["computeResources"]["desiredvCpus"]) == (16, 2)
    client.update_job_queue(jobQueue="q", state="DISABLED", priority=7)
    queue = client.describe_job_queues(jobQueues=["q"])["jobQueues"][0]
    assert (queue["state"], queue["priority"], queue["status"]) == ("DISABLED", 7, "VALID")
    assert queue["computeEnvironmentOrder"][0]["computeEnvironment"] == environment["computeEnvironmentArn"]
    account.define("d", ["/bin/true"])
    with pytest.raises(ClientError, match="is disabled and cannot accept new jobs"):
        client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")
    client.delete_job_queue(jobQueue="q")
    client.update_compute_environment(computeEnvironment="ce", state="DISABLED")
    client.delete_compute_environment(computeEnvironment="ce")
    assert client.describe_job_queues()["jobQueues"] == []
    assert client.describe_compute_environments()["computeEnvironments"] == []


def test_deleting_a_queue_terminates_its_jobs(account: Account) -> None:
    account.define("d", ["/bin/sleep", "600"])
    job_id = account.client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
    account.wait(job_id, "RUNNING")
    account.client.update_job_queue(jobQueue="q", state="DISABLED")
    account.client.delete_job_queue(jobQueue="q")
    assert account.wait(job_id)["statusReason"] == "Job Queue deleted"


def test_revisions_of_a_definition(account: Account) -> None:
    client = account.client
    first, second = account.define("d", ["/bin/true"]), account.define("d", ["/bin/false"])
    assert (first[-4:], second[-4:]) == ("/d:1", "/d:2")
    assert [one["revision"] for one in describe(account, jobDefinitionName="d")] == [2, 1]
    client.deregister_job_definition(jobDefinition="d:2")
    assert [one["revision"] for one in describe(account, jobDefinitionName="d", status="ACTIVE")] == [1]
    assert describe(account, jobDefinitions=[second])[0]["status"] == "INACTIVE"
    job_id = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
    assert account.wait(job_id)["jobDefinition"] == first
    assert account.define("d", ["/bin/true"])[-4:] == "/d:3"
    with pytest.raises(ClientError, match="must be given with its revision"):
        client.deregister_job_definition(jobDefinition="d")


def describe(account: Account, **request: Any) -> list[dict[str, Any]]:
    return list(account.client.describe_job_definitions(**request)["jobDefinitions"])


def test_definitions_come_in_pages(account: Account) -> None:
    for _ in range(5):
        account.define("d", ["/bin/true"])
    pages = account.client.get_paginator("describe_job_definitions").paginate(
        jobDefinitionName="d", PaginationConfig={"PageSize": 2}
    )
    assert [[one["revision"] for one in page["jobDefinitions"]] for page in pages] == [[5, 4], [3, 2], [1]]


def test_a_fair_share_queue(account: Account) -> None:
    client = account.client
    share = {"shareIdentifier": "gold", "weightFactor": 0.5}
    arn = client.create_scheduling_policy(name="p", fairsharePolicy={"shareDistribution": [share]})["arn"]
    account.queue("fair", "ce", schedulingPolicyArn=arn)
    account.define("d", ["/bin/true"])
    with pytest.raises(ClientError, match="ShareIdentifier must be specified"):
        client.submit_job(jobName="j", jobQueue="fair", jobDefinition="d")
    made = client.submit_job(jobName="j", jobQueue="fair", jobDefinition="d", shareIdentifier="gold")
    assert account.wait(made["jobId"])["shareIdentifier"] == "gold"
    for value, found in (("gold", [made["jobId"]]), ("silver", [])):
        by_share = [{"name": "SHARE_IDENTIFIER", "values": [value]}]
        listed = client.list_jobs(jobQueue="fair", jobStatus="SUCCEEDED", filters=by_share)["jobSummaryList"]
        assert [job["jobId"] for job in listed] == found
    client.update_scheduling_policy(arn=arn, fairsharePolicy={"computeReservation": 10})
    policy = client.describe_scheduling_policies(arns=[arn])["schedulingPolicies"][0]
    assert policy["fairsharePolicy"] == {"computeReservation": 10}
    assert client.list_scheduling_policies()["schedulingPolicies"] == [{"arn": arn}]
    with pytest.raises(ClientError, match="JobQueue relationship"):
        client.delete_scheduling_policy(arn=arn)
    with pytest.raises(ClientError, match="can't be added"):
        client.update_job_queue(jobQueue="q", schedulingPolicyArn=arn)


def test_what_shares_use_of_a_queue(account: Account) -> None:
    client = account.client
    account.queue("fair", "ce", schedulingPolicyArn=client.create_scheduling_policy(name="p")["arn"])
    account.queue("other", "ce")
    account.define("held", ["/bin/sleep", "600"])
    for share in ("gold", "silver", "silver"):
        client.submit_job(jobName="j", jobQueue="fair", jobDefinition="held", shareIdentifier=share)
    client.submit_job(jobName="j", jobQueue="other", jobDefinition="held")

    def used(queue: str) -> dict[str, Any]:
        return dict(client.get_job_queue_snapshot(jobQueue=queue)["queueUtilization"])

    eventually(lambda: used("fair")["totalCapacityUsage"] == [{"capacityUnit": "vCPU", "quantity": 3.0}])
    eventually(lambda: used("other")["totalCapacityUsage"] == [{"capacityUnit": "vCPU", "quantity": 1.0}])
    shares = used("fair")["fairshareUtilization"]
    assert shares["activeShareCount"] == 2
    by_share = {one["shareIdentifier"]: one["capacityUsage"][0]["quantity"] for one in shares["topCapacityUtilization"]}
    assert list(by_share.items()) == [("silver", 2.0), ("gold", 1.0)]


@pytest.mark.parametrize(
    "policy",
    [
        {"shareDistribution": [{"shareIdentifier": "UserA*"}, {"shareIdentifier": "UserA1"}]},
        {"shareDistribution": [{"shareIdentifier": "a b"}]},
        {"shareDistribution": [{"shareIdentifier": "a", "weightFactor": 1000.0}]},
        {"computeReservation": 100},
        {"shareDecaySeconds": 604_801},
    ],
    ids=str,
)
def test_policies_that_are_none(standing: Account, policy: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ClientException"):
        standing.client.create_scheduling_policy(name="x", fairsharePolicy=policy)


def test_a_consumable_resource(account: Account) -> None:
    client = account.client
    made = client.create_consumable_resource(consumableResourceName="connections", totalQuantity=2)
    needed = {"consumableResourceList": [{"consumableResource": "connections", "quantity": 1}]}
    account.define("d", ["/bin/sleep", "600"], consumableResourceProperties=needed)
    job_id = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d", arrayProperties={"size": 4})["jobId"]
    shown = eventually(lambda: in_use(account, 2))
    assert (shown["totalQuantity"], shown["availableQuantity"]) == (2, 0)
    client.update_consumable_resource(consumableResource="connections", operation="ADD", quantity=1)
    eventually(lambda: in_use(account, 3))
    assert client.list_jobs_by_consumable_resource(consumableResource="connections")["jobs"][0]["quantity"] == 1
    with pytest.raises(ClientError, match="needed by jobs"):
        client.delete_consumable_resource(consumableResource=made["consumableResourceArn"])
    client.terminate_job(jobId=job_id, reason="enough")
    account.wait(job_id)
    client.delete_consumable_resource(consumableResource="connections")
    assert client.list_consumable_resources()["consumableResources"] == []


def in_use(account: Account, quantity: int) -> Any:
    shown = account.client.describe_consumable_resource(consumableResource="connections")
    return shown if shown["inUseQuantity"] == quantity else None
