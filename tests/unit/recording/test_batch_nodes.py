"""What a multi-node job tells of itself by its nodes: the main one's attempts, and who lost a host."""

from collections.abc import Iterable
from typing import Any

from backroom.recording.batch_events import sighting
from backroom.recording.batch_jobs import traces
from backroom.recording.facts import Fact, Phase
from backroom.recording.request import ArrayResult
from backroom.words import Cause

HOST = "Host EC2 (instance i-0a1b2c3d4e5f60718) terminated."
EXITED = "Essential container in task exited"
RUN = "similarity-20261127T030000Z-0a1b"


def attempt(start: int, stop: int, code: int | None, why: str = EXITED) -> dict[str, Any]:
    container = {} if code is None else {"exitCode": code}
    return {"startedAt": start, "stoppedAt": stop, "statusReason": why, "container": container}


def node(index: int, *attempts: dict[str, Any], **more: Any) -> dict[str, Any]:
    last: dict[str, Any] = attempts[-1]["container"] if attempts else {}
    details = {"nodeIndex": index, "isMainNode": index == 0}
    told = {"jobId": f"j#{index}", "jobName": "n", "status": "FAILED", "nodeDetails": details, "container": last}
    return {
        **told,
        "attempts": list(attempts),
        "statusReason": attempts[-1]["statusReason"] if attempts else "",
        **more,
    }


class Batch:
    """A Batch that knows one multi-node job and its nodes."""

    def __init__(self, *nodes: dict[str, Any], **more: Any) -> None:
        main = nodes[0]
        job = {"jobId": "j", "jobName": "n", "status": "FAILED", "nodeProperties": {"numNodes": len(nodes)}}
        job |= {"statusReason": main["statusReason"], "attempts": main["attempts"], **more}
        self.known = {one["jobId"]: one for one in (job, *nodes)}

    def describe_jobs(self, jobs: Iterable[str]) -> dict[str, Any]:
        """Those that are known."""
        return {"jobs": [self.known[id_] for id_ in jobs if id_ in self.known]}


def trace(batch: Any) -> Any:
    array = ArrayResult(offset=4, size=1, batch_job_id="j", queue="multi_node")
    (found,) = traces(batch, array, 1, {4}).items()
    assert found[0] == 4
    return found[1]


def test_a_lost_node_is_the_cause_of_that_attempt_whatever_the_main_node_made_of_it() -> None:
    main = node(0, attempt(1000, 5000, 70), attempt(9000, 9500, 75), attempt(20_000, 21_000, 75))
    other = node(1, attempt(1500, 5100, 0), attempt(9100, 9400, None, HOST), attempt(20_100, 21_100, 0))
    found = trace(Batch(main, other))
    assert [one.cause for one in found.attempts] == [Cause.APP_PERMANENT, Cause.HOST_LOST, Cause.APP_RETRYABLE]
    assert [one.attempt for one in found.attempts] == [1, 2, 3]
    assert found.attempts[1].message == f"node 1 of 2: {HOST}, exit code 75, {EXITED}"
    assert (found.ending.lost_node, found.ending.exit_code) == ("", 75)


def test_the_last_attempts_lost_node_is_how_the_job_ended() -> None:
    found = trace(Batch(node(0, attempt(1000, 5000, 70)), node(1), node(2, attempt(1500, 4000, None, HOST))))
    assert found.ending.lost_node == f"node 2 of 3: {HOST}"
    assert found.attempts[0].cause is Cause.HOST_LOST


def test_the_main_nodes_attempts_are_the_jobs_where_that_tells_none() -> None:
    found = trace(Batch(node(0, attempt(1000, 5000, 65)), node(1, attempt(1500, 5000, 143)), attempts=[]))
    assert [(one.attempt, one.cause, one.batch_job_id) for one in found.attempts] == [(1, Cause.APP_PERMANENT, "j")]


def test_a_job_whose_nodes_batch_has_forgotten_still_tells_what_it_knows() -> None:
    batch = Batch(node(0, attempt(1000, 5000, 75)), node(1))
    batch.known = {"j": batch.known["j"]}
    assert [one.cause for one in trace(batch).attempts] == [Cause.APP_RETRYABLE]


def seen(job_id: str, **more: Any) -> tuple[Fact, ...] | None:
    detail = {
        "jobName": f"{RUN}-w1-4",
        "jobId": job_id,
        "jobQueue": "arn:aws:batch:eu-central-1:123456789012:job-queue/backroom-multi_node",
        "status": "RUNNING",
        "startedAt": 2000,
        **more,
    }
    found = sighting(detail, "backroom")
    return None if found is None else found.facts


def test_events_of_the_job_and_of_its_main_node_tell_of_one_attempt_and_others_of_none() -> None:
    (whole,) = seen("j", nodeProperties={"numNodes": 3}) or ()
    (main,) = seen("j#0", nodeDetails={"nodeIndex": 0, "isMainNode": True}) or ()
    assert (whole, whole.phase, whole.queue) == (main, Phase.RUNNING, "multi_node")
    assert seen("j#1", nodeDetails={"nodeIndex": 1, "isMainNode": False}) is None
