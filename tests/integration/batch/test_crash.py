"""State across a crash: what ended stays ended, what ran is lost with its host and retried by the rules."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from backroom_local.batch.settings import BatchSettings

from tests.integration.batch.conftest import Start
from tests.integration.batch.simulator import Account, eventually

HELD = ["/bin/sh", "-c", "test -e $GATE || exec sleep 600"]


def prepare(account: Account, gate: Path) -> tuple[str, str, str]:
    """An array of which two children run and one waits; a job that has ended; a job that depends on the array."""
    account.environment("ce", maxvCpus=2)
    account.queue("q", "ce")
    account.define("quick", ["/bin/true"], tags={"team": "red"})
    account.define(
        "held", HELD, container={"environment": [{"name": "GATE", "value": str(gate)}]}, retryStrategy={"attempts": 2}
    )
    quick = account.client.submit_job(jobName="quick", jobQueue="q", jobDefinition="quick")["jobId"]
    account.wait(quick)
    array = account.client.submit_job(jobName="array", jobQueue="q", jobDefinition="held", arrayProperties={"size": 3})[
        "jobId"
    ]
    after = account.client.submit_job(
        jobName="after", jobQueue="q", jobDefinition="quick", dependsOn=[{"jobId": array}]
    )["jobId"]
    eventually(lambda: account.detail(array)["arrayProperties"]["statusSummary"]["RUNNING"] == 2)
    return quick, array, after


def test_what_ran_is_retried_and_what_ended_stays(start: Start, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    before = start(BatchSettings(), tmp_path / "state")
    quick, array, after = prepare(before, gate)
    ended = before.detail(quick)
    # What a SIGKILL leaves behind is what the store holds now: it is opened a second time without being closed.
    gate.touch()
    again = start(BatchSettings(), tmp_path / "state")

    assert again.detail(quick) == ended
    assert again.wait(after)["status"] == "SUCCEEDED"
    parent = again.detail(array)
    assert (parent["status"], parent["arrayProperties"]["statusSummary"]["SUCCEEDED"]) == ("SUCCEEDED", 3)
    attempts = again.detail(f"{array}:0")["attempts"]
    reasons = [one["statusReason"].split(" (")[0] for one in attempts]
    assert reasons == ["Host EC2", "Essential container in task exited"]
    assert len(again.detail(f"{array}:2")["attempts"]) == 1
    assert [launch.attempt for launch in again.executor.launches] == [2, 2, 1, 1]


def test_without_attempts_left_the_lost_child_fails(start: Start, tmp_path: Path) -> None:
    before = start(BatchSettings(), tmp_path / "state")
    before.environment("ce")
    before.queue("q", "ce")
    before.define("held", ["/bin/sleep", "600"])
    job_id = before.client.submit_job(jobName="j", jobQueue="q", jobDefinition="held")["jobId"]
    before.wait(job_id, "RUNNING")
    again = start(BatchSettings(), tmp_path / "state")
    detail = again.wait(job_id)
    assert detail["status"] == "FAILED"
    assert detail["statusReason"].startswith("Host EC2 (instance i-")
    assert again.executor.launches == []


def test_a_sigkill_loses_nothing_that_was_answered(start: Start, tmp_path: Path) -> None:
    """Of an array of four: one had ended, two ran, one waited; then a job that was only just accepted."""
    command = [sys.executable, "-m", "tests.integration.batch.killed", str(tmp_path)]
    victim = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert victim.stdout is not None
    array, later = victim.stdout.readline().split()
    os.killpg(victim.pid, signal.SIGKILL)
    victim.communicate()

    again = start(BatchSettings(), tmp_path)
    again.client.terminate_job(jobId=f"{array}:3", reason="not again")
    assert again.wait(later)["status"] == "SUCCEEDED"
    assert again.wait(array)["statusReason"] == "Array Child Job failed"
    children = [again.detail(f"{array}:{index}") for index in range(4)]
    reasons = [child["statusReason"].split(" (")[0] for child in children]
    assert reasons == ["Essential container in task exited", "Host EC2", "Host EC2", "not again"]
    assert [len(child["attempts"]) for child in children[:3]] == [1, 1, 1]
