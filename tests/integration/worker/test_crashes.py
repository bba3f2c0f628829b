"""A container killed at each of its requests, before S3 has it and after, or held up there: no effect is repeated."""

import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import count
from queue import Queue

import pytest

from tests.integration.worker.cloud import RUNS, Cloud, ended
from tests.integration.worker.front import Answer, Request, front
from tests.integration.worker.test_attempts import CHECKPOINT, PROBE, RESULT, TENANT, eventually, plan

ONCE = {"out/a": 1, "out/b": 1, "out/c": 1}


def prepare(cloud: Cloud) -> None:
    """A portion of three items, and buckets that keep versions."""
    cloud.reset()
    plan(cloud, ["a", "b", "c"])
    for bucket in (TENANT, RUNS):
        cloud.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def effects(cloud: Cloud, bucket: str, prefix: str) -> Counter[str]:
    """How often each key was written; the bucket keeps versions."""
    found = cloud.s3.list_object_versions(Bucket=bucket, Prefix=prefix).get("Versions", [])
    return Counter(version["Key"] for version in found)


def crash(cloud: Cloud, at: int, sent: bool, how: str) -> bool:
    """Kill the first attempt at its request `at`, which S3 still gets if `sent`; False if it ended before."""
    victims: Queue[subprocess.Popen[bytes]] = Queue()

    def kill(request: Request) -> Answer | None:
        if request.number != at:
            return None
        victims.get(timeout=60).kill()
        return None if sent else Answer(503)

    with front(cloud.url, kill) as door:
        door.daemon_threads = False  # so that what was sent has arrived when the door is closed
        victim = cloud.start(PROBE, "1", AWS_ENDPOINT_URL=door.url, PROBE_WRITES=how)
        victims.put(victim)
        code = ended(victim).code
    assert code in (0, -signal.SIGKILL)
    return code != 0


def after_each_crash(cloud: Cloud, sent: bool, how: str = "fenced") -> Iterator[Counter[str]]:
    """What was written how often, by a killed attempt and its successor, for every request of the first."""
    for at in count():
        prepare(cloud)
        crashed = crash(cloud, at, sent, how)
        assert cloud.run(PROBE, "1", AWS_BATCH_JOB_ATTEMPT="2", PROBE_WRITES=how).code == 0
        assert cloud.read(RESULT)["items"] == {"succeeded": 3, "failed": 0, "skipped": 0}
        assert cloud.read(CHECKPOINT)["result"] == cloud.read(RESULT)
        if not crashed:
            return
        yield effects(cloud, TENANT, "out/") + effects(cloud, RUNS, RESULT)


def zombie(cloud: Cloud, at: int) -> tuple[int, bool]:
    """Hold the first attempt up at its request `at` until its successor is done; its exit code, if it came so far."""
    waiting, done = threading.Event(), threading.Event()

    def hold(request: Request) -> Answer | None:
        if request.number == at:
            waiting.set()
            assert done.wait(60)
        return None

    with front(cloud.url, hold) as door:
        first = cloud.start(PROBE, "1", AWS_ENDPOINT_URL=door.url)
        eventually(lambda: waiting.is_set() or first.poll() is not None)
        assert cloud.run(PROBE, "1", AWS_BATCH_JOB_ATTEMPT="2").code == 0
        result = cloud.get(RUNS, RESULT)
        done.set()
        code = ended(first).code
    assert cloud.get(RUNS, RESULT) == result
    return code, waiting.is_set()


def test_no_attempt_that_wakes_up_when_its_successor_is_done_changes_anything(cloud: Cloud) -> None:
    codes = []
    for at in count():
        prepare(cloud)
        code, came_so_far = zombie(cloud, at)
        assert effects(cloud, TENANT, "out/") + effects(cloud, RUNS, RESULT) == ONCE | {RESULT: 1}
        if not came_so_far:
            break
        codes.append(code)
    # Up to its claim it finds the portion sealed. At its outputs and its seal it gives way; then its own seal stands.
    assert codes == [0, 0, 0, 75, 75, 75, 75, 0]


@pytest.mark.parametrize("sent", [False, True], ids=["before", "after"])
def test_no_crash_loses_or_repeats_an_effect(cloud: Cloud, sent: bool) -> None:
    written = list(after_each_crash(cloud, sent))
    assert len(written) >= 8
    assert written == [ONCE | {RESULT: 1}] * len(written)


def test_the_same_crashes_repeat_effects_without_the_fence(cloud: Cloud) -> None:
    assert any(times["out/a"] == 2 for times in after_each_crash(cloud, sent=True, how="unfenced"))
