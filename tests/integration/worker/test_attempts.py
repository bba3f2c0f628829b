"""Attempts that end in every way, as processes with real signals, and what the next attempt makes of it."""

import signal
import time
from collections.abc import Callable

import orjson
import pytest

from tests.integration.worker.cloud import ROOT, RUN, Cloud, Ended, ended, portion
from tests.integration.worker.front import front

PROBE = ROOT / "tests/integration/worker/probe_job.py"
TENANT = "backroom-t"
RESULT, CHECKPOINT = RUN.result(7), RUN.checkpoint(7)


def plan(cloud: Cloud, ids: list[str], wave: int = 1) -> None:
    """A portion of those items."""
    if wave == 1:
        cloud.make_bucket(TENANT)
    cloud.plan([portion(7, "t", [[id_, '"etag"', 1] for id_ in ids])], wave)


def outputs(cloud: Cloud) -> dict[str, str]:
    """Which attempt wrote each item's output last."""
    return {key.removeprefix("out/"): cloud.get(TENANT, key).decode() for key in cloud.keys(TENANT, "out/")}


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until the condition holds; the deadline is generous because the machine may be loaded."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)


def has(cloud: Cloud, key: str) -> bool:
    """Whether the runs bucket has such an object."""
    return key in cloud.keys("backroom-runs", key)


def test_sigterm_between_items_loses_and_repeats_nothing(cloud: Cloud) -> None:
    ids = [f"slow-{number:02}" for number in range(40)]
    plan(cloud, ids)
    first = cloud.start(PROBE, "3")
    eventually(lambda: len(outputs(cloud)) >= 4)
    first.send_signal(signal.SIGTERM)
    stopped = ended(first)

    assert stopped.code == 75, stopped
    checkpoint = cloud.read(CHECKPOINT)
    done = [ids[index] for index in checkpoint["done"]]
    assert sorted(outputs(cloud)) == done
    assert 4 <= len(done) < 40
    report = cloud.read(RUN.attempt(7, 1, 1))
    assert (report["outcome"], report["cause"]) == ("failed", "app_retryable")
    assert report["items"]["succeeded"] == len(done)
    assert not has(cloud, RESULT)

    assert cloud.run(PROBE, "3", AWS_BATCH_JOB_ATTEMPT="2").code == 0
    assert outputs(cloud) == {id_: "1" if id_ in done else "2" for id_ in ids}
    result = cloud.read(RESULT)
    assert result["items"] == {"succeeded": 40, "failed": 0, "skipped": 0}
    assert result["bytes"]["written"] == 40
    assert result["seconds"] > report["seconds"]


def test_an_item_that_never_ends_is_left_behind_in_time(cloud: Cloud) -> None:
    plan(cloud, ["a", "stuck", "b"])
    process = cloud.start(PROBE, "1", BACKROOM_STOP_SECONDS="0.5")
    eventually(lambda: "a" in outputs(cloud))
    process.send_signal(signal.SIGTERM)

    assert ended(process).code == 75
    assert cloud.read(CHECKPOINT)["done"] == [0]
    assert "took too long" in cloud.read(RUN.attempt(7, 1, 1))["message"]


def test_sigkill_costs_only_what_came_after_the_last_checkpoint(cloud: Cloud) -> None:
    ids = [f"slow-{number:02}" for number in range(30)]
    plan(cloud, ids)
    first = cloud.start(PROBE, "1", BACKROOM_CHECKPOINT_SECONDS="0.2")
    eventually(lambda: has(cloud, CHECKPOINT) and len(cloud.read(CHECKPOINT)["done"]) >= 3)
    first.kill()
    ended(first)
    saved = {ids[index] for index in cloud.read(CHECKPOINT)["done"]}

    assert cloud.run(PROBE, "1", AWS_BATCH_JOB_ATTEMPT="2").code == 0
    assert saved
    assert {id_ for id_, attempt in outputs(cloud).items() if attempt == "1"} >= saved
    assert sorted(outputs(cloud)) == ids


@pytest.mark.parametrize("missing", ["nothing", "result", "both"])
def test_a_sealed_portion_is_done_and_its_result_is_what_was_sealed(cloud: Cloud, missing: str) -> None:
    plan(cloud, ["a", "bad", "b", "c", "d"])
    assert cloud.run(PROBE, "1").code == 0
    written = {key: cloud.get("backroom-runs", key) for key in (RESULT, RUN.failed_items(7))}
    for key in written if missing == "both" else [RESULT] if missing == "result" else []:
        cloud.s3.delete_object(Bucket="backroom-runs", Key=key)

    again = cloud.run(PROBE, "1", AWS_BATCH_JOB_ATTEMPT="2")

    assert again.code == 0
    assert "done already" in again.messages("INFO")[0]
    assert set(outputs(cloud).values()) == {"1"}
    assert {key: cloud.get("backroom-runs", key) for key in written} == written


def test_a_portion_costs_five_requests_beside_its_items(cloud: Cloud) -> None:
    plan(cloud, ["a"])
    with front(cloud.url, lambda _: None) as door:
        assert cloud.run(PROBE, "1", AWS_ENDPOINT_URL=door.url).code == 0
    asked = [(request.method, request.path.split("/")[-2:][0]) for request in door.requests]
    assert asked == [
        ("GET", RUN.run),
        ("GET", RUN.run),
        ("PUT", "checkpoints"),
        ("PUT", "out"),
        ("PUT", "checkpoints"),
        ("PUT", "results"),
    ]


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_portion_that_is_given_up_is_left_alone(cloud: Cloud, state: str) -> None:
    plan(cloud, [f"slow-{number:03}" for number in range(500)])
    first = cloud.start(PROBE, "1", BACKROOM_CHECKPOINT_SECONDS="0.2")
    eventually(lambda: has(cloud, CHECKPOINT) and len(cloud.read(CHECKPOINT)["done"]) >= 3)
    closed = orjson.dumps(cloud.read(CHECKPOINT) | {"state": state})
    cloud.s3.put_object(Bucket="backroom-runs", Key=CHECKPOINT, Body=closed)

    stopped = ended(first)
    later = cloud.run(PROBE, "1", BACKROOM_WAVE="1", AWS_BATCH_JOB_ATTEMPT="2")

    for attempt in (stopped, later):
        assert attempt.code == 70
        assert f"portion 7 is recorded as {state}" in attempt.messages("ERROR")[0]
    assert cloud.get("backroom-runs", CHECKPOINT) == closed
    assert not has(cloud, RESULT)


def test_too_many_failures_are_bad_data_and_leave_no_result(cloud: Cloud) -> None:
    plan(cloud, ["a", "bad-1", "b", "c", "bad-2", "d"])

    failed = cloud.run(PROBE, "1")

    assert failed.code == 65
    report = cloud.read(RUN.attempt(7, 1, 1))
    assert (report["outcome"], report["cause"]) == ("failed", "app_permanent")
    assert report["message"] == (
        "2 of 6 items failed, 20% are tolerated (item_tolerance); the last: bad-2: Torn: it was in two"
    )
    assert report["failures"][0] == {"item": "bad-1", "version": '"etag"', "error": "Torn", "message": "it was in two"}
    assert not has(cloud, RESULT)


def test_a_later_wave_tries_failed_items_again_and_no_others(cloud: Cloud) -> None:
    plan(cloud, ["a", "bad-1", "bad-2"])
    assert cloud.run(PROBE, "1").code == 65
    plan(cloud, ["a", "bad-1", "bad-2"], wave=2)

    second = cloud.run(PROBE, "1", BACKROOM_WAVE="2", BACKROOM_ITEM_TOLERANCE="0.7")

    assert second.code == 0
    assert outputs(cloud) == {"a": "1"}
    assert [line["item"] for line in second.lines if line.get("level") == "WARNING"] == ["bad-1", "bad-2"]


def test_a_checkpoint_of_other_work_does_not_count(cloud: Cloud) -> None:
    plan(cloud, ["a", "bad-1", "bad-2"])
    assert cloud.run(PROBE, "1").code == 65
    plan(cloud, ["x", "y"], wave=2)

    assert cloud.run(PROBE, "1", BACKROOM_WAVE="2", AWS_BATCH_JOB_ATTEMPT="1").code == 0
    assert sorted(outputs(cloud)) == ["a", "x", "y"]


def test_a_zombie_gives_way_to_a_later_attempt(cloud: Cloud) -> None:
    plan(cloud, [f"slow-{number:03}" for number in range(500)])
    zombie = cloud.start(PROBE, "1", BACKROOM_CHECKPOINT_SECONDS="0.2")
    eventually(lambda: has(cloud, CHECKPOINT))
    successor = cloud.start(PROBE, "1", BACKROOM_CHECKPOINT_SECONDS="0.2", AWS_BATCH_JOB_ATTEMPT="2")

    buried = ended(zombie)

    assert buried.code == 75
    assert "attempt 2 of wave 1 works on portion 7" in buried.messages("ERROR")[0]
    assert successor.poll() is None
    successor.send_signal(signal.SIGTERM)
    assert ended(successor).code == 75
    assert cloud.read(CHECKPOINT)["attempt"] == 2


@pytest.mark.parametrize(
    ("how", "code", "cause", "message"),
    [
        ("bug", 70, "app_permanent", "ZeroDivisionError: of zero by zero"),
        ("memory", 75, "out_of_memory", "ran out of memory"),
    ],
)
def test_a_job_that_fails_outside_of_its_items(cloud: Cloud, how: str, code: int, cause: str, message: str) -> None:
    plan(cloud, ["a"])

    failed = cloud.run(PROBE, how)

    assert failed.code == code
    report = cloud.read(RUN.attempt(7, 1, 1))
    assert report["cause"] == cause
    assert message in report["message"]
    assert failed.errors == ""


def test_every_line_says_whose_it_is_and_the_last_is_a_metric(cloud: Cloud) -> None:
    plan(cloud, ["a", "bad-1", "b", "c", "d"])

    lines = done(cloud).lines

    identity = {"run": RUN.run, "portion": 7, "tenant": "t", "attempt": 1, "wave": 1}
    assert all(identity.items() <= line.items() for line in lines[:-1])
    assert [line["item"] for line in lines if line.get("level") == "WARNING"] == ["bad-1"]
    metric = lines[-1]
    assert (metric["ItemsSucceeded"], metric["ItemsFailed"], metric["BytesWritten"]) == (4, 1, 4)
    declared = metric["_aws"]["CloudWatchMetrics"][0]
    assert all(entry["Name"] in metric for entry in declared["Metrics"])
    assert all(name in metric for names in declared["Dimensions"] for name in names)


def done(cloud: Cloud) -> Ended:
    """A run of the probe that went well."""
    probe = cloud.run(PROBE, "1")
    assert probe.code == 0, probe
    return probe
