"""Jobs on Fargate: memory by fixed sizes, queues and prices of their own, all stages there or none."""

from dataclasses import replace
from typing import Any, cast

import pytest
from backroom.costs import Room, shipped_prices
from backroom.errors import InvalidJobRowError
from backroom.fargate import enough
from backroom.manifest.index import Group
from backroom.planning.arrays import arrays
from backroom.planning.definitions import active_stages
from backroom.planning.summary import GroupPlan, StagePlan
from backroom.recording.batch_events import sighting
from backroom.records import AttemptRecord, PortionRecord
from backroom.settings import Settings
from backroom.treatment import Kind, Limits, treat
from backroom.words import Capacity, Cause, Compute, Outcome
from backroom_local.batch.api.rules import FARGATE_MEMORY
from hypothesis import given
from hypothesis import strategies as st


@given(vcpus=st.sampled_from(sorted(map(float, FARGATE_MEMORY))), memory=st.integers(0, 200_000))
def test_what_is_enough_is_a_size_that_batch_takes(vcpus: float, memory: int) -> None:
    sizes = list(FARGATE_MEMORY[f"{vcpus:g}"])
    found = enough(vcpus, memory)
    assert found in sizes
    assert found == sizes[-1] or (found >= memory and not any(memory <= size < found for size in sizes))


def ran_out(memory: int | None, wave: int) -> PortionRecord:
    attempt = AttemptRecord(wave=wave, attempt=1, cause=Cause.OUT_OF_MEMORY, exit_code=137)
    return PortionRecord(
        portion=1, tenant="acme", wave=wave, outcome=Outcome.FAILED, cause=Cause.OUT_OF_MEMORY, memory=memory,
        attempts=(attempt,), tries=wave, planned=4, unfinished=4,
    )  # fmt: skip


def test_out_of_memory_gets_the_next_sizes_up_to_the_cap() -> None:
    limits = Limits(waves=9, memory_cap=7000, memory={"": 2048}, fargate={"": 1.0})
    given_next: list[int | None] = []
    memory = None
    while (treatment := treat(ran_out(memory, len(given_next) + 1), limits)).kind is Kind.AGAIN:
        given_next.append(memory := treatment.memory)
    assert given_next == [4096, 6144], "7,000 MiB is no size of one vCPU"
    assert treat(ran_out(None, 1), replace(limits, memory_cap=None)).kind is Kind.SET_ASIDE


def test_a_stage_with_other_vcpus_gets_a_size_of_its_own() -> None:
    stages = (StagePlan("a", (), "arn:a", 16384, 8.0, compute=Compute.FARGATE),)
    (array,) = arrays(stages, [GroupPlan(Group(memory=17408), 1)])
    assert array.memory == 20480


def test_queues_and_prices_are_those_of_fargate() -> None:
    settings = Settings("s", "b", "t", "r", "spot", "demand", fargate_queue="f-spot", fargate_on_demand_queue="f")
    assert settings.queues_of(Compute.FARGATE) == {Capacity.SPOT: "f-spot", Capacity.ON_DEMAND: "f"}
    assert settings.queues_of(Compute.EC2) == {Capacity.SPOT: "spot", Capacity.ON_DEMAND: "demand"}
    assert settings.all_queues == ("spot", "demand", "f-spot", "f")
    prices = shipped_prices()
    for capacity, kind in ((Capacity.SPOT, "FARGATE_SPOT"), (Capacity.ON_DEMAND, "FARGATE")):
        hour = Room(1.0, 2048, compute=Compute.FARGATE).cost(prices, capacity, 3600)
        assert hour == pytest.approx(prices.rates[kind].vcpu_hour + 2 * prices.rates[kind].gb_hour)  # type: ignore[index]


@pytest.mark.parametrize(("queue", "short"), [("fargate_spot", "spot"), ("fargate", "on_demand"), ("spot", "spot")])
def test_events_tell_the_capacity(queue: str, short: str) -> None:
    detail = {
        "jobName": "sitemap-20261127T030000Z-0a1b-w1-0",
        "jobId": "id",
        "jobQueue": f"arn:aws:batch:eu-central-1:123456789012:job-queue/backroom-{queue}",
        "status": "RUNNING",
    }
    seen = sighting(detail, "backroom")
    assert seen is not None
    assert [fact.queue for fact in seen.facts] == [short]


class Definitions:
    """Batch, as far as the planner asks it: the newest revision of a definition, by name."""

    def __init__(self, **kinds: str) -> None:
        self.kinds = kinds

    def get_paginator(self, _name: str) -> "Definitions":
        return self

    def paginate(self, jobDefinitionName: str, **_given: Any) -> list[dict[str, Any]]:  # noqa: N803 - as boto3 has it
        row = {"job": "chain", "stages": "a; b", "portion_items": "1", "portion_seconds": "1", "waves": "1"}
        about = {
            "jobDefinitionArn": f"arn:{jobDefinitionName}",
            "revision": 1,
            "parameters": row | {"item_tolerance": "0", "portion_tolerance": "0"},
            "platformCapabilities": [self.kinds[jobDefinitionName.replace("-", "_")]],
        }
        return [{"jobDefinitions": [about]}]


def test_stages_are_on_fargate_all_or_none() -> None:
    batch = cast(Any, Definitions(s_chain="FARGATE", s_chain_b="FARGATE"))
    assert {stage.compute for stage in active_stages(batch, "s", "chain")[1]} == {Compute.FARGATE}
    batch = cast(Any, Definitions(s_chain="FARGATE", s_chain_b="EC2"))
    with pytest.raises(InvalidJobRowError, match="stage 'b' of job 'chain' is for EC2, the first one for FARGATE"):
        active_stages(batch, "s", "chain")
