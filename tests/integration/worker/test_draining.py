"""SIGTERM: a container is gone in time whatever it was doing, having said how far it came."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.integration.worker.cloud import RUN, SIGTERM, Cloud, ended, portion
from tests.integration.worker.front import Answer, Request, front
from tests.integration.worker.test_attempts import CHECKPOINT, PROBE, TENANT, eventually, has, outputs, plan

SECONDS = 20
"""What a container may take from SIGTERM to its end; Batch kills it after 30."""


def done(cloud: Cloud, number: int) -> int:
    """How many of a portion's items its checkpoint says are done."""
    key = RUN.checkpoint(number)
    return len(cloud.read(key)["done"]) if has(cloud, key) else 0


def drain(cloud: Cloud, number: int, attempt: int) -> float:
    """Start an attempt, stop it when it has done something, and give the seconds that it took to be gone."""
    before = done(cloud, number)
    settings = {"BACKROOM_OFFSET": str(number), "BACKROOM_CHECKPOINT_SECONDS": "0.3"}
    process = cloud.start(PROBE, "3", AWS_BATCH_JOB_ATTEMPT=str(attempt), **settings)
    eventually(lambda: done(cloud, number) > before)
    process.send_signal(SIGTERM)
    asked = time.monotonic()
    assert ended(process).code == 75
    return time.monotonic() - asked


def drains(cloud: Cloud, portions: int, rounds: int) -> list[float]:
    """Drain every portion's attempts that many times, all portions at once; the seconds, ascending."""
    ids = [[f"slow-{number}-{item:03}" for item in range(100 * rounds)] for number in range(portions)]
    cloud.make_bucket(TENANT)
    cloud.plan([portion(number, "t", [[id_, '"etag"', 1] for id_ in ids[number]]) for number in range(portions)])
    seconds: list[float] = []
    with ThreadPoolExecutor(portions) as crew:
        for attempt in range(1, rounds + 1):
            seconds += crew.map(partial(drain, cloud, attempt=attempt), range(portions))
    return sorted(seconds)


def test_drains_lose_nothing_and_repeat_nothing(cloud: Cloud) -> None:
    seconds = drains(cloud, portions=3, rounds=2)

    assert len(seconds) == 6
    assert seconds[-1] < SECONDS
    for number in range(3):
        checkpoint = cloud.read(RUN.checkpoint(number))
        saved = [f"slow-{number}-{index:03}" for index in checkpoint["done"]]
        assert checkpoint["attempt"] == 2
        assert saved == sorted(id_ for id_ in outputs(cloud) if id_.startswith(f"slow-{number}-"))


def test_a_container_is_gone_in_time_though_storage_does_not_answer(cloud: Cloud) -> None:
    plan(cloud, ["a", "stuck"])
    hanging: list[bool] = []

    def hang(_request: Request) -> Answer | None:
        if hanging:
            time.sleep(SECONDS + 10)
        return None

    with front(cloud.url, hang) as door:
        process = cloud.start(PROBE, "1", AWS_ENDPOINT_URL=door.url, BACKROOM_STOP_SECONDS="1")
        eventually(lambda: bool(outputs(cloud)))
        hanging.append(True)
        process.send_signal(SIGTERM)
        asked = time.monotonic()
        assert ended(process).code == 75
        assert time.monotonic() - asked < SECONDS
    assert cloud.read(CHECKPOINT)["state"] == "open"
    assert not has(cloud, RUN.result(7))


def test_a_container_is_gone_in_time_though_storage_has_not_even_told_it_what_to_do(cloud: Cloud) -> None:
    plan(cloud, ["a"])
    asked: list[str] = []

    def hang(request: Request) -> Answer | None:
        asked.append(request.path)
        time.sleep(SECONDS + 10)
        return None

    with front(cloud.url, hang) as door:
        process = cloud.start(PROBE, "1", AWS_ENDPOINT_URL=door.url, BACKROOM_STOP_SECONDS="1")
        eventually(lambda: bool(asked))
        process.send_signal(SIGTERM)
        begun = time.monotonic()
        assert ended(process).code == 75
        assert time.monotonic() - begun < SECONDS
