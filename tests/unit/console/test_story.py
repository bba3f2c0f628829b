"""A run and those that resumed it, told as one."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from backroom.errors import UnknownRunError
from backroom.records import Items, PortionRecord, RunRecord
from backroom.words import Cause, Outcome, RunStatus
from backroom_console.story import latest_records, told, trace
from hypothesis import given
from hypothesis import strategies as st

STARTED = datetime(2026, 11, 27, 3, tzinfo=UTC)
FAILED, SUCCEEDED = Outcome.FAILED, Outcome.SUCCEEDED


def run(name: str, resumes: str | None = None, resumed_by: str | None = None) -> RunRecord:
    return RunRecord("probe", name, RunStatus.FAILED, STARTED, resumes=resumes, resumed_by=resumed_by)


def record(portion: int, outcome: Outcome, succeeded: int = 0) -> PortionRecord:
    cause = Cause.OK if outcome is SUCCEEDED else Cause.APP_PERMANENT
    return PortionRecord(portion, f"t-{portion % 2}", 1, outcome, cause, items=Items(succeeded))


RUNS = {one.run: one for one in (run("a", None, "b"), run("b", "a", "c"), run("c", "b"))}


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_whichever_run_is_asked_for_the_story_is_the_same(name: str) -> None:
    assert [one.run for one in trace(RUNS[name], RUNS.__getitem__)] == ["a", "b", "c"]


def test_a_run_of_the_story_that_is_gone_is_named() -> None:
    def gone(name: str) -> RunRecord:
        raise UnknownRunError(name)

    with pytest.raises(UnknownRunError, match="b"):
        trace(RUNS["a"], gone)


def test_a_resumed_portion_counts_once_as_its_resume_left_it() -> None:
    portions = {"a": [record(0, SUCCEEDED, 5), record(1, FAILED, 2)], "b": [record(1, SUCCEEDED, 5)]}
    story = told([RUNS["a"], replace(RUNS["b"], resumed_by=None)], portions.__getitem__)
    assert (story.original.run, story.latest.run) == ("a", "b")
    assert story.sums.counts == {SUCCEEDED: 2}
    assert story.sums.items == Items(10)
    assert {tenant: sums.items for tenant, sums in story.sums.tenants.items()} == {"t-0": Items(5), "t-1": Items(5)}


streams = st.lists(st.dictionaries(st.integers(0, 30), st.sampled_from([FAILED, SUCCEEDED])), max_size=5)


@given(streams)
def test_of_every_portion_the_last_run_that_had_it_is_believed(runs: list[dict[int, Outcome]]) -> None:
    believed = {number: outcome for one in runs for number, outcome in one.items()}
    given_in_order = [[record(number, one[number]) for number in sorted(one)] for one in runs]
    assert [(one.portion, one.outcome) for one in latest_records(given_in_order)] == sorted(believed.items())
