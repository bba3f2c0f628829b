"""Jobs, arrays and their ends through the API, with real processes."""

from typing import Any

import pytest

from tests.integration.batch.simulator import Account, eventually


def submit(account: Account, definition: str, **more: Any) -> str:
    made = account.client.submit_job(jobName="j", jobQueue="q", jobDefinition=definition, **more)
    return str(made["jobId"])


def test_a_job_runs_its_command_with_batchs_variables(account: Account) -> None:
    account.define("d", ["/bin/true"], container={"environment": [{"name": "COLOUR", "value": "blue"}]})
    job_id = submit(account, "d", containerOverrides={"environment": [{"name": "COLOUR", "value": "red"}]})
    detail = account.wait(job_id)

    assert (detail["status"], detail["statusReason"]) == ("SUCCEEDED", "Essential container in task exited")
    assert detail["container"]["exitCode"] == detail["attempts"][0]["container"]["exitCode"] == 0
    launch = account.executor.launches[0]
    assert dict(launch.environment) == {
        "COLOUR": "red",
        "AWS_BATCH_JOB_ID": job_id,
        "AWS_BATCH_JOB_ATTEMPT": "1",
        "AWS_BATCH_JQ_NAME": "q",
        "AWS_BATCH_CE_NAME": "ce",
    }
    assert launch.log_stream == detail["container"]["logStreamName"]
    assert launch.log_stream.startswith("d/default/")


def test_an_array_of_one_failing_child_fails_after_all_have_ended(account: Account) -> None:
    account.define("d", ["/bin/sh", "-c", "exit $((AWS_BATCH_JOB_ARRAY_INDEX == 2))"])
    job_id = submit(account, "d", arrayProperties={"size": 5})
    parent = account.wait(job_id)

    assert (parent["status"], parent["statusReason"]) == ("FAILED", "Array Child Job failed")
    assert (
        parent["arrayProperties"]["statusSummary"] | {"SUCCEEDED": 4, "FAILED": 1}
        == parent["arrayProperties"]["statusSummary"]
    )
    child = account.detail(f"{job_id}:2")
    assert (child["status"], child["container"]["exitCode"], child["arrayProperties"]["index"]) == ("FAILED", 1, 2)
    assert {launch.environment["AWS_BATCH_JOB_ARRAY_INDEX"] for launch in account.executor.launches} == set("01234")


def test_two_run_and_four_wait(account: Account) -> None:
    """The article's example: six children where two have room."""
    account.environment("small", maxvCpus=2)
    account.queue("narrow", "small")
    account.define("sleeper", ["/bin/sleep", "600"])
    made = account.client.submit_job(
        jobName="six", jobQueue="narrow", jobDefinition="sleeper", arrayProperties={"size": 6}
    )
    job_id = made["jobId"]

    def counts() -> dict[str, int]:
        return dict(account.detail(job_id)["arrayProperties"]["statusSummary"])

    eventually(lambda: counts()["RUNNING"] == 2)
    assert counts() | {"RUNNING": 2, "RUNNABLE": 4} == counts()
    assert account.detail(job_id)["status"] == "PENDING"
    account.client.terminate_job(jobId=job_id, reason="seen enough")
    ended = account.wait(job_id)
    assert (ended["status"], ended["statusReason"], ended["isTerminated"]) == ("FAILED", "seen enough", True)


@pytest.mark.parametrize(
    ("rules", "attempts"),
    [
        ([], 3),
        ([{"action": "EXIT", "onExitCode": "3"}], 1),
        ([{"action": "RETRY", "onExitCode": "3"}, {"action": "EXIT", "onReason": "*"}], 3),
        ([{"action": "EXIT", "onReason": "*"}], 1),
        ([{"action": "EXIT", "onExitCode": "4"}], 3),
        ([{"action": "exit", "onExitCode": "3*", "onStatusReason": "Host EC2*"}], 3),
    ],
)
def test_evaluate_on_exit(account: Account, rules: list[dict[str, str]], attempts: int) -> None:
    account.define("d", ["/bin/sh", "-c", "exit 3"], retryStrategy={"attempts": 3, "evaluateOnExit": rules})
    detail = account.wait(submit(account, "d"))
    assert (detail["status"], len(detail["attempts"])) == ("FAILED", attempts)
    assert [launch.attempt for launch in account.executor.launches] == list(range(1, attempts + 1))


def test_every_change_of_state_is_an_event(account: Account) -> None:
    account.define("d", ["/bin/true"])
    job_id = submit(account, "d")
    account.wait(job_id)
    eventually(lambda: [one for one in account.events if one["detail"]["status"] == "SUCCEEDED"])
    assert [one["detail"]["status"] for one in account.events] == [
        "SUBMITTED",
        "RUNNABLE",
        "STARTING",
        "RUNNING",
        "SUCCEEDED",
    ]
    assert {one["detail-type"] for one in account.events} == {"Batch Job State Change"}
    assert account.events[-1]["resources"] == [f"arn:aws:batch:eu-central-1:123456789012:job/{job_id}"]
