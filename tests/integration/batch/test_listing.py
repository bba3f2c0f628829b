"""ListJobs: its odd default, its filters, its pages."""

from collections.abc import Iterator

import pytest
from backroom_local.batch.settings import BatchSettings
from botocore.exceptions import ClientError

from tests.integration.batch.simulator import Account, eventually, start_account


@pytest.fixture(scope="module")
def busy() -> Iterator[Account]:
    """Two children of `array` run, three wait; `Quick1`, `quick2` and `other` have succeeded."""
    account = start_account(BatchSettings(), None)
    account.environment("ce", maxvCpus=2)
    account.queue("q", "ce")
    account.define("quick", ["/bin/true"])
    account.define("held", ["/bin/sleep", "600"])
    for name in ("Quick1", "quick2", "other"):
        made = account.client.submit_job(jobName=name, jobQueue="q", jobDefinition="quick")
        account.wait(made["jobId"])
    array = account.client.submit_job(jobName="array", jobQueue="q", jobDefinition="held", arrayProperties={"size": 5})
    account.ids["array"] = array["jobId"]
    eventually(lambda: account.detail(array["jobId"])["arrayProperties"]["statusSummary"]["RUNNING"] == 2)
    yield account
    account.close()


def names(account: Account, **request: object) -> list[str]:
    """Names of jobs, or indexes of children, in the order in which they are listed."""
    rows = account.client.list_jobs(**request)["jobSummaryList"]
    return [str(row.get("arrayProperties", {}).get("index", row["jobName"])) for row in rows]


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (None, []),
        ("PENDING", ["array"]),
        ("SUCCEEDED", ["Quick1", "quick2", "other"]),
        ("FAILED", []),
        ("RUNNING", []),
    ],
)
def test_by_queue_only_running_jobs_are_the_default_and_children_never_show(
    busy: Account, status: str | None, found: list[str]
) -> None:
    more = {"jobStatus": status} if status else {}
    assert names(busy, jobQueue="q", **more) == found


@pytest.mark.parametrize(
    ("status", "found"), [(None, ["0", "1"]), ("RUNNABLE", ["2", "3", "4"]), ("SUCCEEDED", []), ("RUNNING", ["0", "1"])]
)
def test_children_by_array_again_only_the_running_ones_by_default(
    busy: Account, status: str | None, found: list[str]
) -> None:
    more = {"jobStatus": status} if status else {}
    assert names(busy, arrayJobId=busy.ids["array"], **more) == found


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("JOB_NAME", "quick*", ["quick2", "Quick1"]),
        ("JOB_NAME", "QUICK1", ["Quick1"]),
        ("JOB_NAME", "a*", ["array"]),
        ("JOB_DEFINITION", "quick", ["other", "quick2", "Quick1"]),
        ("JOB_DEFINITION", "h*", ["array"]),
        ("JOB_DEFINITION", "H*", []),
        ("BEFORE_CREATED_AT", "0", []),
        ("AFTER_CREATED_AT", "0", ["array", "other", "quick2", "Quick1"]),
    ],
)
def test_a_filter_finds_jobs_of_any_state_newest_first(busy: Account, name: str, value: str, found: list[str]) -> None:
    filters = [{"name": name, "values": [value]}]
    assert names(busy, jobQueue="q", filters=filters, jobStatus="RUNNING") == found


def test_pages(busy: Account) -> None:
    pages = list(
        busy.client.get_paginator("list_jobs").paginate(
            arrayJobId=busy.ids["array"], jobStatus="RUNNABLE", PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["jobSummaryList"]) for page in pages] == [2, 1]
    assert len({row["jobId"] for page in pages for row in page["jobSummaryList"]}) == 3


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"jobQueue": "q", "arrayJobId": "x"},
        {"jobQueue": "q", "filters": [{"name": "COLOUR", "values": ["red"]}]},
        {"jobQueue": "q", "nextToken": "nonsense"},
        {"arrayJobId": "none"},
        {"jobQueue": "none"},
    ],
    ids=str,
)
def test_what_cannot_be_listed(busy: Account, request_: dict[str, object]) -> None:
    with pytest.raises(ClientError, match="ClientException"):
        busy.client.list_jobs(**request_)


def test_the_front_of_a_queue(busy: Account) -> None:
    front = busy.client.get_job_queue_snapshot(jobQueue="q")["frontOfQueue"]["jobs"]
    assert [one["jobArn"].rpartition(":")[2] for one in front] == ["2", "3", "4"]


def test_how_much_of_a_queue_is_used(busy: Account) -> None:
    used = busy.client.get_job_queue_snapshot(jobQueue="q")["queueUtilization"]
    assert used["totalCapacityUsage"] == [{"capacityUnit": "vCPU", "quantity": 2.0}]
    assert "fairshareUtilization" not in used
