"""Outputs under final keys: who may replace what, and that a new one costs a single request."""

import pytest

from tests.integration.worker.cloud import RUNS, Cloud
from tests.integration.worker.front import Answer, Request, front
from tests.integration.worker.test_attempts import CHECKPOINT, PROBE, RESULT, TENANT, has, outputs, plan

LATER = "image_resize-20261128T000000Z-0001/1/1"
EARLIER = "image_resize-20261126T000000Z-0001/9/9"
SAME = "image_resize-20261127T180000Z-0001/1/9"


def leave(cloud: Cloud, stamp: dict[str, str]) -> None:
    """An output that somebody else has written."""
    cloud.s3.put_object(Bucket=TENANT, Key="out/a", Body=b"theirs", Metadata=stamp)


def test_a_new_output_is_one_request_and_is_stamped(cloud: Cloud) -> None:
    plan(cloud, ["a", "b"])
    with front(cloud.url, lambda _: None) as door:
        assert cloud.run(PROBE, "1", AWS_ENDPOINT_URL=door.url).code == 0
        asked = [request.method for request in door.requests if "/out/" in request.path]
    assert asked == ["PUT", "PUT"]
    stamp = cloud.s3.head_object(Bucket=TENANT, Key="out/a")["Metadata"]
    assert stamp["backroom-token"] == "image_resize-20261127T180000Z-0001/1/1"
    assert len(stamp["backroom-source"]) == 12


@pytest.mark.parametrize("there", [{}, {"backroom-token": EARLIER, "backroom-source": "0" * 12}])
def test_an_older_output_is_replaced(cloud: Cloud, there: dict[str, str]) -> None:
    plan(cloud, ["a"])
    leave(cloud, there)
    assert cloud.run(PROBE, "1").code == 0
    assert outputs(cloud) == {"a": "1"}


@pytest.mark.parametrize("who", [LATER, SAME])
def test_a_later_output_of_another_source_stays_and_the_attempt_gives_way(cloud: Cloud, who: str) -> None:
    plan(cloud, ["a"])
    leave(cloud, {"backroom-token": who, "backroom-source": "0" * 12})
    gave_way = cloud.run(PROBE, "1")
    assert gave_way.code == 75
    assert f"was written by {who}" in gave_way.messages("ERROR")[0]
    assert outputs(cloud) == {"a": "theirs"}
    assert not has(cloud, RESULT)


def test_what_an_attempt_of_this_run_wrote_is_not_written_again(cloud: Cloud) -> None:
    plan(cloud, ["a", "b"])
    assert cloud.run(PROBE, "1").code == 0
    for key in (RESULT, CHECKPOINT):
        cloud.s3.delete_object(Bucket=RUNS, Key=key)
    assert cloud.run(PROBE, "1", AWS_BATCH_JOB_ATTEMPT="2").code == 0
    assert outputs(cloud) == {"a": "1", "b": "1"}


def test_an_output_whose_answer_is_lost_is_written_once(cloud: Cloud) -> None:
    plan(cloud, ["a"])
    assert cloud.run(PROBE, "1").code == 0
    for key in (RESULT, CHECKPOINT):
        cloud.s3.delete_object(Bucket=RUNS, Key=key)
    asked: list[str] = []

    def lose_the_first_answer(request: Request) -> Answer | None:
        if "/out/" not in request.path:
            return None
        asked.append(request.method)
        return Answer(503) if len(asked) == 1 else None

    with front(cloud.url, lose_the_first_answer) as door:
        assert cloud.run(PROBE, "1", AWS_ENDPOINT_URL=door.url).code == 0
    assert asked == ["PUT", "PUT", "HEAD"]
    assert outputs(cloud) == {"a": "1"}


def test_an_attempt_that_finds_a_later_one_does_not_begin(cloud: Cloud) -> None:
    plan(cloud, ["a", "bad"])
    assert cloud.run(PROBE, "1", AWS_BATCH_JOB_ATTEMPT="2").code == 65
    cloud.s3.delete_object(Bucket=TENANT, Key="out/a")
    zombie = cloud.run(PROBE, "1")
    assert zombie.code == 75
    assert outputs(cloud) == {}
