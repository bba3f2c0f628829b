"""Which array jobs of a wave Batch's lists tell of, and what events told of which portion."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backroom.live import LivePortion
from backroom.recording.facts import Fact, Phase
from backroom.recording.heads import Head
from backroom.recording.seen import with_facts
from backroom.recording.submitted import submitted
from backroom.words import Capacity
from hypothesis import given
from hypothesis import strategies as st

RUN = "chain-20261127T030000Z-0a1b"
QUEUES = {Capacity.SPOT: "arn:spot", Capacity.ON_DEMAND: "arn:on_demand"}


@dataclass
class Lists:
    """ListJobs of two queues."""

    jobs: dict[str, list[dict[str, Any]]]

    def get_paginator(self, _: str) -> "Lists":
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        assert asked["filters"] == [{"name": "JOB_NAME", "values": [f"{RUN}-w1*"]}]
        yield {"jobSummaryList": self.jobs.get(asked["jobQueue"], [])}


def job(name: str, size: int = 0, created: int = 0) -> dict[str, Any]:
    array = {"arrayProperties": {"size": size}} if size else {}
    return {"jobId": f"id of {name}", "jobName": f"{RUN}-{name}", "status": "FAILED", "createdAt": created, **array}


def test_the_jobs_of_a_wave_are_told_from_others_by_their_names() -> None:
    spot = [job("w1-images-0", 300, created=2), job("w1-0", 300, created=1), job("w10-0", 7), job("w1-0-1x")]
    lists: Any = Lists(
        {"arn:spot": spot, "arn:on_demand": [job("w1-images-300", created=3), job("w1-w2-0", 4, created=4)]}
    )
    found = submitted(lists, QUEUES, RUN, 1)
    assert [(one.stage, one.offset, one.size, one.queue) for one in found] == [
        ("", 0, 300, "spot"),
        ("images", 0, 300, "spot"),
        ("images", 300, 1, "on_demand"),
        ("w2", 0, 4, "on_demand"),
    ], "a stage may have the name of a wave"


def test_a_stack_with_one_queue_has_each_job_once() -> None:
    lists: Any = Lists({"arn:spot": [job("w1-0", 3)]})
    both = {Capacity.SPOT: "arn:spot", Capacity.ON_DEMAND: "arn:spot"}
    assert [one.queue for one in submitted(lists, both, RUN, 1)] == ["spot"]


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_facts_come_to_their_portions_whichever_are_there(planned: set[int], seen: set[int]) -> None:
    heads = [Head(number, "t", number, 1) for number in sorted(planned)]
    live = [LivePortion(number, (Fact(1, "", number + 1, Phase.RUNNING),)) for number in sorted(seen)]
    found = {head.portion: [fact.attempt for fact in facts] for head, facts in with_facts(heads, live)}
    assert found == {number: [number + 1] if number in seen else [] for number in planned}
