"""What `backroom why` makes of evidence: a case for each cause, in the words that AWS and the recorder write."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from backroom.recording.facts import Fact, Phase
from backroom.records import AttemptRecord, Items, PortionRecord, RunRecord
from backroom.words import Cause, Outcome, RunStatus
from backroom_console.reasons.finding import Reason
from backroom_console.reasons.live import explain_live
from backroom_console.reasons.portions import Given, PortionEvidence, explain
from backroom_console.reasons.queues import Environment, InstanceSize, Progress, Queue, Resource, WaitingJob
from backroom_console.reasons.runs import RunEvidence, Stopped, explain_run
from backroom_console.reasons.waiting import explain_queue, explain_waiting
from backroom_console.rows import FailedItem

RUN, OTHER = "probe-20261127T030000Z-0001", "probe-20261127T020000Z-0002"
BEGAN = datetime(2026, 11, 27, 3, tzinfo=UTC)
GIVEN = Given(2048, 4096, 900, "registry/probe@sha256:00")
DENIED = (
    "An error occurred (AccessDenied) when calling the PutObject operation: User: "
    "arn:aws:sts::123456789012:assumed-role/backroom-tenant/x is not authorized to perform: s3:PutObject on resource: "
    "arn:aws:s3:::shop/a because no identity-based policy allows it"
)
LIMIT = "Canceled by JobStateTimeLimit action due to reason: "


def portion(
    cause: Cause, message: str, exit_code: int | None = None, outcome: Outcome = Outcome.FAILED
) -> PortionRecord:
    tries = (AttemptRecord(1, 1, cause, message, exit_code),)
    return PortionRecord(17, "kontor", 1, outcome, cause, message, Items(5, 2), attempts=tries)


def run(status: RunStatus, message: str = "", portions: int = 0) -> RunRecord:
    return RunRecord("probe", RUN, status, BEGAN, portions=portions, message=message)


ENDS = [
    (portion(Cause.OK, "", 0, Outcome.SUCCEEDED), Reason.SUCCEEDED, "nothing to explain"),
    (
        portion(Cause.OUT_OF_MEMORY, "OutOfMemoryError", 137),
        Reason.OUT_OF_MEMORY,
        "2,048 MiB, and the job's MemoryCapMib is 4,096",
    ),
    (portion(Cause.TIMEOUT, "Job attempt duration exceeded timeout"), Reason.TIMEOUT, "limit of 15 min 00 s"),
    (portion(Cause.SPOT_RECLAIM, "Host EC2 (instance i-1) terminated."), Reason.SPOT_RECLAIM, "spot instance"),
    (portion(Cause.HOST_LOST, "Host EC2 lost"), Reason.HOST_LOST, "lost the instance"),
    (portion(Cause.APP_PERMANENT, "2 of 7 items failed", 65), Reason.BAD_DATA, "2 items failed"),
    (portion(Cause.APP_PERMANENT, "poison: item 'a.png' fails it: exit code 139", 139), Reason.POISON, "'a.png'"),
    (portion(Cause.APP_PERMANENT, "exit code 139", 139), Reason.CRASHED, "exit code 139"),
    (portion(Cause.APP_RETRYABLE, "exit code 75", 75), Reason.GAVE_UP, "1 wave"),
    (portion(Cause.APP_RETRYABLE, "ClientError: (SlowDown) reduce your rate", 75), Reason.THROTTLED, "SlowDown"),
    (
        portion(Cause.APP_PERMANENT, DENIED, 70),
        Reason.PERMISSION_DENIED,
        "role backroom-tenant is not allowed s3:PutObject",
    ),
    (
        portion(Cause.APP_PERMANENT, "GET s3://shop/a is refused: give the job's role that right. S3 says: 403", 77),
        Reason.PERMISSION_DENIED,
        "GET s3://shop/a is refused",
    ),
    (
        portion(Cause.APP_PERMANENT, "there is no bucket shop: see to its name or create it", 78),
        Reason.MISCONFIGURED,
        "set up wrongly: there is no bucket shop",
    ),
    (
        portion(Cause.IMAGE_PULL, "CannotPullContainerError: manifest unknown"),
        Reason.IMAGE,
        "probe@sha256:00 was not found",
    ),
    (portion(Cause.IMAGE_PULL, "CannotPullContainerError: i/o timeout"), Reason.IMAGE, "could not be pulled"),
    (
        portion(Cause.PLATFORM, f"{LIMIT}MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"),
        Reason.MISCONFIGURED,
        "JOB_RESOURCE",
    ),
    (
        portion(Cause.PLATFORM, f"{LIMIT}CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"),
        Reason.WAITING_FOR_CAPACITY,
        "in vain",
    ),
    (portion(Cause.PLATFORM, "Task failed to start"), Reason.PLATFORM, "Task failed to start"),
    (
        portion(Cause.PLATFORM, "not started: fetch before it did not succeed", outcome=Outcome.SKIPPED),
        Reason.WAITING_FOR_STAGE,
        "stage fetch",
    ),
    (portion(Cause.CANCELLED, "the run was stopped", outcome=Outcome.CANCELLED), Reason.CANCELLED, "stopped"),
    (portion(Cause.PLATFORM, "it was never submitted", outcome=Outcome.LOST), Reason.LOST, "never submitted"),
]


@pytest.mark.parametrize(("record", "reason", "said"), ENDS, ids=lambda one: one if isinstance(one, Reason) else "")
def test_why_a_portion_ended(record: PortionRecord, reason: Reason, said: str) -> None:
    found = explain(PortionEvidence(RUN, record, GIVEN))
    assert found.reason is reason
    assert said in found.sentence
    assert found.sentence.startswith("portion 17 of kontor ")


def test_items_are_grouped_by_their_error() -> None:
    items = [FailedItem("kontor", f"{number}.png", "NotAnImage", "truncated", 17) for number in range(3)]
    items += [FailedItem("kontor", "big.png", "TooLarge", "900 MB", 17)]
    found = explain(PortionEvidence(RUN, portion(Cause.APP_PERMANENT, "4 items failed", 65), GIVEN, tuple(items)))
    assert found.evidence[:2] == (
        "3 items: NotAnImage, such as 0.png (truncated)",
        "1 item: TooLarge, such as big.png (900 MB)",
    )
    assert found.command == f"backroom logs {RUN} 17"


RUNS = [
    (run(RunStatus.SUCCEEDED, "3 portions succeeded", 3), Reason.SUCCEEDED, "nothing to explain"),
    (run(RunStatus.SKIPPED, f"skipped: run {OTHER} of the job goes on"), Reason.SKIPPED_FOR_RUN, OTHER),
    (run(RunStatus.PLANNING, f"waits: run {OTHER} of the job goes on"), Reason.WAITING_FOR_RUN, OTHER),
    (
        run(RunStatus.FAILED, "UnknownTenantError: no tenant 'x'"),
        Reason.FUNCTION_FAILED,
        "planner (plan), which failed",
    ),
    (run(RunStatus.FAILED, "BudgetExceededError: likely $9"), Reason.OVER_BUDGET, "$9"),
    (run(RunStatus.FAILED, "LeaseLostError: silent; 1 of 2 portions failed", 2), Reason.LEASE_LOST, "silent"),
    (run(RunStatus.FAILED, f"ClientError: {DENIED}"), Reason.PERMISSION_DENIED, "s3:PutObject on arn:aws:s3:::shop/a"),
    (run(RunStatus.TIMED_OUT, "the execution timed out"), Reason.TIMEOUT, "longer than an execution may"),
    (run(RunStatus.PLANNING), Reason.WORKING, "is being planned"),
]


@pytest.mark.parametrize(("record", "reason", "said"), RUNS, ids=lambda one: one if isinstance(one, Reason) else "")
def test_why_a_run_is_as_it_is(record: RunRecord, reason: Reason, said: str) -> None:
    found = explain_run(RunEvidence(record))
    assert found.reason is reason
    assert said in found.sentence
    assert found.sentence.startswith(RUN)


def test_a_run_is_told_by_what_most_of_its_portions_ended_of() -> None:
    waited = portion(Cause.PLATFORM, "not started: fetch before it did not succeed", outcome=Outcome.SKIPPED)
    bad = portion(Cause.OUT_OF_MEMORY, "OutOfMemoryError", 137)
    evidence = tuple(PortionEvidence(RUN, one, GIVEN) for one in (waited, waited, bad))
    found = explain_run(RunEvidence(run(RunStatus.FAILED, "3 of 3 portions failed", 3), evidence))
    assert found.reason is Reason.OUT_OF_MEMORY
    assert found.sentence.startswith(f"{RUN} failed: 1 of 3 portions")
    assert found.evidence[0] == "reasons: 2 waiting_for_stage, 1 out_of_memory"


def test_who_stopped_a_run_is_said_as_far_as_is_known() -> None:
    stopped = run(RunStatus.ABORTED, "the run was stopped")
    named = explain_run(RunEvidence(stopped, stopped=Stopped("Cancelled", "cancelled with `backroom cancel`")))
    assert (named.reason, "cancelled with `backroom cancel`" in named.sentence) == (Reason.CANCELLED, True)
    assert "did not say why" in explain_run(RunEvidence(stopped)).sentence
    unrecorded = run(RunStatus.FAILED, "What became of the portions could not be recorded", 4)
    recorder = explain_run(RunEvidence(unrecorded, stopped=Stopped("RecordFailed", "MemoryError")))
    assert (recorder.reason, "recorder: MemoryError" in recorder.sentence) == (Reason.FUNCTION_FAILED, True)


SIZE = InstanceSize(64, 500_000)


def environment(desired: int = 0, **changes: str) -> Environment:
    known = {"state": "ENABLED", "status": "VALID", "status_reason": "Healthy"} | changes
    return Environment("spot", most=256, desired=desired, largest=SIZE, **known)


def queue(*environments: Environment, state: str = "ENABLED") -> Queue:
    return Queue(
        "backroom-spot", state, "VALID", "", environments, ("arn:aws:batch:r:1:job/other", "arn:aws:batch:r:1:job/j")
    )


def job(vcpus: float = 1, memory: int = 2048, said: str = "", *resources: Resource) -> WaitingJob:
    return WaitingJob("j", "probe-w1-0", vcpus, memory, said, None, resources)


FREE, FULL = environment(8), environment(256)
CONNECTIONS = Resource("connections", 20, 0, 1, ("import-w1-0",))
WAITS = [
    (job(), queue(FREE), Reason.WAITING_FOR_CAPACITY, "may still grow"),
    (job(), queue(FULL), Reason.WAITING_FOR_CAPACITY, "all 256 vCPUs"),
    (job(), queue(FULL, FREE), Reason.WAITING_FOR_CAPACITY, "may still grow"),
    (
        job(1, 2048, "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - x"),
        queue(FREE),
        Reason.WAITING_FOR_CAPACITY,
        "AWS has none",
    ),
    (
        job(1, 2048, "", CONNECTIONS),
        queue(FREE),
        Reason.WAITING_FOR_RESOURCE,
        "needs 1, and 0 of 20 are left, held by import-w1-0",
    ),
    (job(512), queue(FREE), Reason.MISCONFIGURED, "more than its most, 256"),
    (job(100), queue(FREE), Reason.MISCONFIGURED, "any of its instance types has (64)"),
    (job(1, 600_000), queue(FREE), Reason.MISCONFIGURED, "600,000 MiB are more than any"),
    (job(1, 2048, "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - x"), queue(FREE), Reason.MISCONFIGURED, "JOB_RESOURCE"),
    (job(), queue(environment(status="INVALID")), Reason.MISCONFIGURED, "ENABLED and INVALID"),
    (job(), queue(FREE, state="DISABLED"), Reason.MISCONFIGURED, "it is DISABLED"),
]


@pytest.mark.parametrize(("waiting", "line", "reason", "said"), WAITS)
def test_why_a_batch_job_waits(waiting: WaitingJob, line: Queue, reason: Reason, said: str) -> None:
    found = explain_waiting(RUN, waiting, line, "backroom doctor")
    assert (found.reason, said in found.sentence) == (reason, True), found.sentence
    assert "it is number 2 of 2 at the front of queue backroom-spot" in found.evidence
    evidence = RunEvidence(run(RunStatus.RUNNING, portions=9), progress=Progress(8, 1, 0), waits=(waiting, line))
    assert explain_run(evidence).evidence[0] == "wave 1: 8 waiting, 1 running, 0 ended"


def test_a_run_whose_planner_is_a_batch_job_is_told_by_that() -> None:
    planning = RunEvidence(run(RunStatus.PLANNING), progress=Progress(planning="RUNNING"))
    found = explain_run(planning)
    assert found.sentence == f"{RUN} is being planned by a Batch job, which is RUNNING."
    assert found.command == f"backroom logs {RUN} --plan"
    waiting = replace(planning, progress=Progress(planning="RUNNABLE"), waits=(job(512), queue(FREE)))
    assert explain_run(waiting).sentence.startswith(f"The planner of {RUN} can never run in queue backroom-spot: ")


def test_a_queue_is_told_by_its_front() -> None:
    empty = Queue("backroom-spot", "ENABLED", "VALID", "", (FREE,))
    assert explain_queue(empty, None, 0).reason is Reason.IDLE
    assert explain_queue(empty, None, 3).reason is Reason.WORKING
    assert explain_queue(queue(environment(state="DISABLED")), None, 0).reason is Reason.MISCONFIGURED
    assert explain_queue(queue(FULL), job(), 3).reason is Reason.WAITING_FOR_CAPACITY


def test_a_portion_that_has_done_a_stage_waits_for_the_next() -> None:
    stages = ["fetch", "images"]
    assert explain_live(RUN, 3, Fact(1, "fetch", 1, Phase.RUNNING), stages).reason is Reason.WORKING
    done = explain_live(RUN, 3, Fact(1, "fetch", 1, Phase.SUCCEEDED), stages)
    assert (done.reason, "stage images" in done.sentence) == (Reason.WAITING_FOR_STAGE, True)
    assert explain_live(RUN, 3, Fact(1, "images", 1, Phase.SUCCEEDED), stages).reason is Reason.WORKING
