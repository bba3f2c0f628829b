"""Array jobs of a wave: each stage once for each entry, after those that it waits for, within Batch's limits."""

from dataclasses import replace

import pytest
from backroom.errors import JobNotDeployedError, PlanTooLargeError
from backroom.manifest.index import Group
from backroom.planning.arrays import LARGEST_ARRAY, MOST_DEPENDENCIES, arrays
from backroom.planning.queues import require_queues
from backroom.planning.request import ArrayJob
from backroom.planning.stages import parse_stages
from backroom.planning.summary import GroupPlan, StagePlan
from backroom.words import Capacity
from hypothesis import given
from hypothesis import strategies as st

INDEX = Group(stage="index", only="index")


def staged(text: str, memory: int | None = None) -> tuple[StagePlan, ...]:
    return tuple(StagePlan(stage.name, stage.after, f"arn:{stage.name}", memory) for stage in parse_stages(text))


CHAIN = staged("fetch; images after fetch each; index after images all")


def told(planned: tuple[ArrayJob, ...]) -> list[tuple[int, int, int, list[tuple[int, bool]], bool]]:
    """Give stage, offset, size, what it waits for, whether it is last."""
    return [
        (array.stage, array.offset, array.size, [(after.array, after.each) for after in array.after], array.last)
        for array in planned
    ]


def test_a_chain_waits_child_by_child_and_who_combines_waits_for_all() -> None:
    planned = arrays(CHAIN, [GroupPlan(Group(), 10_001), GroupPlan(INDEX, 2)])
    assert told(planned) == [
        (0, 0, 10_000, [], False),
        (0, 10_000, 1, [], False),
        (1, 0, 10_000, [(0, True)], False),
        (1, 10_000, 1, [(1, False)], False),
        (2, 10_001, 2, [(2, False), (3, False)], True),
    ]


def test_later_waves_begin_at_the_stage_where_portions_stopped_in_their_queue_and_memory() -> None:
    moved = Group(Capacity.ON_DEMAND, 4096, "images")
    free = replace(INDEX, waits=False)
    planned = arrays(CHAIN, [GroupPlan(moved, 3), GroupPlan(free, 5), GroupPlan(INDEX, 1)])
    assert told(planned) == [
        (1, 0, 3, [], False),
        (2, 3, 5, [], True),
        (2, 8, 1, [(0, False)], True),
    ]
    assert [(array.queue, array.memory) for array in planned[:2]] == [("on_demand", 4096), ("spot", None)]


def test_a_stage_with_more_memory_of_its_own_keeps_it() -> None:
    (planned,) = arrays(staged("", memory=8192), [GroupPlan(Group(memory=4096), 3)])
    assert planned.memory is None


def test_a_multi_node_job_is_no_array_and_has_a_queue_of_its_own() -> None:
    alone = tuple(replace(stage, nodes=3) if stage.name == "images" else stage for stage in CHAIN)
    planned = arrays(alone, [GroupPlan(Group(), 2), GroupPlan(Group(Capacity.ON_DEMAND, stage="images"), 1)])
    assert told(planned) == [
        (0, 0, 1, [], False),
        (0, 1, 1, [], False),
        (1, 0, 1, [(0, False)], True),
        (1, 1, 1, [(1, False)], True),
        (1, 2, 1, [], True),
    ]
    assert [(array.queue, array.nodes) for array in planned] == [("spot", 1)] * 2 + [("multi_node", 3)] * 3
    require_queues(planned, dict.fromkeys(Capacity, "arn"))
    with pytest.raises(JobNotDeployedError, match="a stage of the job has 3 nodes, and this stack has no queue"):
        require_queues(planned, {Capacity.SPOT: "arn"})


def test_a_stage_after_a_multi_node_one_goes_its_own_way_again() -> None:
    alone = (replace(CHAIN[0], nodes=2), *CHAIN[1:])
    planned = arrays(alone, [GroupPlan(Group(stage="images"), 30), GroupPlan(INDEX, 2)])
    assert told(planned) == [(1, 0, 30, [], False), (2, 30, 2, [(0, False)], True)]


def test_what_would_wait_for_too_many_is_left_to_the_next_wave_with_what_comes_after() -> None:
    stages = staged("fetch; index after fetch all; publish after index all")
    publish = Group(stage="publish", only="publish")
    many = [GroupPlan(Group(), MOST_DEPENDENCIES * LARGEST_ARRAY), GroupPlan(INDEX, 1), GroupPlan(publish, 1)]
    assert [array.stage for array in arrays(stages, many)] == [0] * MOST_DEPENDENCIES + [1, 2]
    one_more = [replace(many[0], portions=many[0].portions + 1), *many[1:]]
    planned = arrays(stages, one_more)
    assert [array.stage for array in planned] == [0] * (MOST_DEPENDENCIES + 1)
    assert all(array.last for array in planned)


def test_more_arrays_than_can_be_submitted_are_refused_with_the_way_out() -> None:
    fits = 500 * LARGEST_ARRAY
    assert len(arrays(CHAIN, [GroupPlan(Group(), fits)])) == 1000
    with pytest.raises(PlanTooLargeError, match=r"1,002 array jobs, at most 1,000 .*portion_items"):
        arrays(CHAIN, [GroupPlan(Group(), fits + 1)])


@st.composite
def dags(draw: st.DrawFn) -> tuple[StagePlan, ...]:
    """Any stages that a row may say."""
    parts: list[str] = []
    combines: set[str] = set()
    for number in range(draw(st.integers(1, 6))):
        before = draw(st.lists(st.integers(0, number - 1), unique=True, max_size=3)) if number else []
        how = ["all" if f"s{one}" in combines else draw(st.sampled_from(["each", "all"])) for one in before]
        after = ", ".join(f"s{one} {word}" for one, word in zip(before, how, strict=True))
        parts.append(f"s{number} after {after}" if after else f"s{number}")
        if before and set(how) == {"all"}:
            combines.add(f"s{number}")
    stages = staged("; ".join(parts))
    return tuple(replace(stage, nodes=draw(st.sampled_from([1, 1, 1, 3]))) for stage in stages)


def check_waits(stages: tuple[StagePlan, ...], planned: tuple[ArrayJob, ...]) -> None:
    """Each array is of the kind that its stage takes, and waits for others before it, as its stage does."""
    for number, array in enumerate(planned):
        nodes = stages[array.stage].nodes
        assert (array.nodes, array.queue) == (nodes, "spot" if nodes == 1 else "multi_node")
        assert nodes == 1 or array.size == 1
        assert all(after.array < number for after in array.after)
        assert len(array.after) <= MOST_DEPENDENCIES
        for after in array.after:
            other = planned[after.array]
            how = {before.stage: before.each for before in stages[array.stage].after}[stages[other.stage].name]
            assert after.each == (how and array.size > 1)
            assert not how or (other.offset, other.size) == (array.offset, array.size)


@given(dags(), st.lists(st.integers(1, 25_000), min_size=1, max_size=3), st.data())
def test_every_entry_goes_through_its_stages_once_and_in_order(
    stages: tuple[StagePlan, ...], sizes: list[int], data: st.DataObject
) -> None:
    per_portion = [stage.name for stage in stages if not stage.combines]
    firsts = [data.draw(st.sampled_from(per_portion)) for _ in sizes]
    combining = [Group(stage=stage.name, only=stage.name) for stage in stages if stage.combines]
    groups = [GroupPlan(Group(stage=first), size) for first, size in zip(firsts, sizes, strict=True)]
    groups += [GroupPlan(group, 3) for group in combining]
    if any(stage.nodes > 1 for stage in stages):
        # Each portion of such a job takes a submission of its own.
        groups = [replace(group, portions=min(group.portions, 2)) for group in groups]
    planned = arrays(stages, groups)
    check_waits(stages, planned)
    assert {number for number, array in enumerate(planned) if not array.last} == {
        after.array for array in planned for after in array.after
    }
    begin = 0
    for group in groups:
        wanted = [group.group.only] if group.group.only else per_portion[per_portion.index(group.group.stage) :]
        own = [array for array in planned if begin <= array.offset < begin + group.portions]
        assert sorted({stages[array.stage].name for array in own}) == sorted(wanted)
        assert sum(array.size for array in own) == group.portions * len(wanted)
        begin += group.portions
