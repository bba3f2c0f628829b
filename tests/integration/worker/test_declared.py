"""Items that a stage declares are done once, whatever kills its container, and are known by what they are."""

import gzip
import subprocess
from collections import Counter
from dataclasses import replace
from itertools import count
from queue import Queue
from typing import Any

import orjson

from tests.integration.worker.cloud import ROOT, RUN, RUNS, Cloud, Ended, ended, portion
from tests.integration.worker.front import Answer, Request, front
from tests.integration.worker.test_attempts import TENANT, outputs
from tests.integration.worker.test_crashes import effects

JOB = ROOT / "tests/integration/worker/declared_job.py"
FETCH, IMAGES = (replace(RUN, stage=stage) for stage in ("fetch", "images"))


def hand_over(cloud: Cloud, *ids: str) -> None:
    """A portion of one item, the feed, and what its first stage has made of it."""
    cloud.make_bucket(TENANT)
    cloud.plan([portion(7, "t", [["feed", '"etag"', 1]])])
    lines = b"".join(orjson.dumps([id_, "", 0], option=orjson.OPT_APPEND_NEWLINE) for id_ in ids)
    cloud.s3.put_object(Bucket=RUNS, Key=FETCH.handover(7, "items.gz"), Body=gzip.compress(lines))


def run(cloud: Cloud, attempt: int = 1, **more: str) -> Ended:
    return cloud.run(JOB, BACKROOM_STAGE="images", AWS_BATCH_JOB_ATTEMPT=str(attempt), **more)


def crash(cloud: Cloud, at: int, sent: bool) -> bool:
    """Kill the first attempt at its request `at`, which S3 still gets if `sent`; False if it ended before."""
    victims: Queue[subprocess.Popen[bytes]] = Queue()

    def kill(request: Request) -> Answer | None:
        if request.number != at:
            return None
        victims.get(timeout=60).kill()
        return None if sent else Answer(503)

    with front(cloud.url, kill) as door:
        door.daemon_threads = False
        victims.put(victim := cloud.start(JOB, AWS_ENDPOINT_URL=door.url, BACKROOM_STAGE="images"))
        return ended(victim).code != 0


def test_no_crash_loses_or_repeats_what_is_done_of_declared_items(cloud: Cloud) -> None:
    once = Counter({"out/a": 1, "out/b": 1, IMAGES.result(7): 1})
    for at in count():
        cloud.reset()
        hand_over(cloud, "a", "b")
        for bucket in (TENANT, RUNS):
            cloud.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        crashed = crash(cloud, at, sent=at % 2 == 1)
        assert run(cloud, attempt=2).code == 0
        assert effects(cloud, TENANT, "out/") + effects(cloud, RUNS, IMAGES.result(7)) == once
        assert cloud.read(IMAGES.result(7))["items"] == {"succeeded": 2, "failed": 0, "skipped": 0}
        if not crashed:
            break
    assert at >= 8


def test_a_container_leaves_before_its_timeout_and_the_next_goes_on_behind_what_is_done(cloud: Cloud) -> None:
    hand_over(cloud, "a", "stuck", "b")
    assert run(cloud, BACKROOM_TIMEOUT_SECONDS="2").code == 75
    assert outputs(cloud) == {"a": "1", "stuck": "1"}
    saved = cloud.read(IMAGES.checkpoint(7))
    assert (saved["declared"], saved["done"]) == (True, [0, 1])
    assert run(cloud, attempt=2).code == 0
    assert outputs(cloud) == {"a": "1", "stuck": "1", "b": "2"}


def test_a_checkpoint_of_other_declared_items_does_not_count(cloud: Cloud) -> None:
    hand_over(cloud, "a", "stuck", "b")
    assert run(cloud, BACKROOM_TIMEOUT_SECONDS="2").code == 75
    body: Any = gzip.compress(b'["b","",0]\n["a","new",0]\n')
    cloud.s3.put_object(Bucket=RUNS, Key=FETCH.handover(7, "items.gz"), Body=body)
    assert run(cloud, attempt=2).code == 0
    assert outputs(cloud) == {"a": "2", "stuck": "1", "b": "2"}
    assert cloud.read(IMAGES.result(7))["items"]["succeeded"] == 2


def test_what_was_not_handed_over_is_named(cloud: Cloud) -> None:
    hand_over(cloud, "a")
    cloud.s3.delete_object(Bucket=RUNS, Key=FETCH.handover(7, "items.gz"))
    told = run(cloud)
    assert told.code == 70
    assert "stage 'fetch' of portion 7 has handed over no 'items.gz'" in told.messages("ERROR")[-1]
