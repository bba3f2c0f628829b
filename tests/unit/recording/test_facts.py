"""Facts of attempts: the same is known whatever the order of the events, however often each comes."""

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pytest
from backroom.recording.batch_events import sighting
from backroom.recording.facts import Fact, Phase, current, join, joined
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

RUN = "image_resize-20261127T030000Z-0a1b"
QUEUE = "arn:aws:batch:eu-central-1:123456789012:job-queue/backroom-spot"

facts = st.builds(
    Fact,
    wave=st.integers(1, 2),
    stage=st.sampled_from(("", "fetch")),
    attempt=st.integers(0, 2),
    phase=st.sampled_from(Phase),
    batch_job_id=st.sampled_from(("", "one", "two")),
    started_at=st.integers(0, 3),
    ended_at=st.integers(0, 3),
    exit_code=st.sampled_from((-1, 0, 137)),
    reason=st.sampled_from(("", "OutOfMemoryError")),
)
some = st.lists(facts, max_size=6)


@given(some, some, some)
def test_putting_facts_together_is_a_join(one: list[Fact], two: list[Fact], three: list[Fact]) -> None:
    assert join(one, two) == join(two, one)
    assert join(join(one, two), three) == join(one, join(two, three))
    assert join(one, one) == join(one, ())
    known = join(one, two)
    assert join(known, known) == known
    assert sorted(fact.key for fact in known) == sorted({fact.key for fact in (*one, *two)})


@given(some)
def test_of_an_attempt_nothing_known_is_lost(seen: list[Fact]) -> None:
    for fact in seen:
        kept = next(known for known in join(seen, ()) if known.key == fact.key)
        assert kept.phase >= fact.phase
        assert kept.exit_code >= fact.exit_code
        assert (kept.reason != "") >= (fact.reason != "")


@dataclass(frozen=True)
class History:
    """How a child went: seconds of waiting and running and the exit code of each of its attempts."""

    attempts: tuple[tuple[int, int, int], ...]

    def events(self) -> list[dict[str, Any]]:
        """Give the details of its events, in the order in which they happened."""
        ended: list[dict[str, Any]] = []
        told = []
        begins = list(accumulate((wait + length for wait, length, _ in self.attempts), initial=0))
        for (wait, length, code), begin in zip(self.attempts, begins, strict=False):
            started = 1 + begin + wait
            told.append(detail("RUNNING", list(ended), startedAt=started))
            reason = {"reason": "OutOfMemoryError: Container killed"} if code == 137 else {}
            container = {"exitCode": code, "logStreamName": f"stream-{len(ended)}", **reason}
            ended.append({"container": container, "startedAt": started, "stoppedAt": started + length})
        status = "SUCCEEDED" if self.attempts[-1][2] == 0 else "FAILED"
        return [*told, detail(status, ended)]


def detail(status: str, attempts: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Give an event's detail of a child."""
    return {
        "jobName": f"{RUN}-w1-20",
        "jobId": "parent:3",
        "jobQueue": QUEUE,
        "status": status,
        "createdAt": 1,
        "attempts": attempts,
        "arrayProperties": {"index": 3},
        "container": {"image": "x"},
        **more,
    }


tries = st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from((1, 65, 75, 137)))
histories = st.builds(
    lambda failed, last: History((*failed, last)),
    st.lists(tries, max_size=3),
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from((0, 65))),
)


@given(st.data(), histories)
def test_whatever_is_lost_doubled_and_overtaken_the_last_event_tells_all(data: st.DataObject, history: History) -> None:
    told = [seen.facts for event in history.events() if (seen := sighting(event, "backroom"))]
    arrived = data.draw(st.lists(st.sampled_from(told), max_size=12))
    assert joined([*arrived, told[-1]]) == joined(told)
    assert join(joined(arrived), joined(told)) == joined(told), "what came is part of what was to be known"
    final = current(joined(told))
    assert final is not None
    code = history.attempts[-1][2]
    assert (final.attempt, final.exit_code) == (len(history.attempts), code)
    assert final.phase is (Phase.FAILED if code else Phase.SUCCEEDED)


@given(histories)
def test_while_an_attempt_runs_it_is_what_the_portion_does(history: History) -> None:
    for number in range(1, len(history.attempts) + 1):
        seen = sighting(history.events()[number - 1], "backroom")
        assert seen is not None
        now = current(seen.facts)
        assert now is not None
        assert (now.phase, now.attempt) == (Phase.RUNNING, number)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("", 1, 23)),
        ({"jobName": f"{RUN}-w12-rescale_all-0", "arrayProperties": {"index": 7}}, ("rescale_all", 12, 7)),
        ({"jobName": f"{RUN}-w2-10000", "arrayProperties": None}, ("", 2, 10_000)),
    ],
)
def test_an_event_says_which_portion_it_is_of(changes: dict[str, Any], expected: tuple[str, int, int]) -> None:
    seen = sighting(detail("RUNNING", []) | changes, "backroom")
    assert seen is not None
    assert (seen.facts[0].stage, seen.wave, seen.position) == expected
    assert (seen.layout.job, seen.layout.run, seen.facts[0].queue) == ("image_resize", RUN, "spot")


@pytest.mark.parametrize(
    "changes",
    [
        {"arrayProperties": {"size": 10, "statusSummary": {}}},
        {"jobName": "somebody-elses"},
        {"jobName": f"{RUN}-w1-0-x"},
        {"jobQueue": "arn:aws:batch:eu-central-1:123456789012:job-queue/other-spot"},
    ],
)
def test_arrays_as_a_whole_and_what_is_of_no_run_of_this_stack_are_passed_over(changes: dict[str, Any]) -> None:
    assert sighting(detail("RUNNING", []) | changes, "backroom") is None


def test_a_batch_job_that_ended_without_an_attempt_is_known_to_have_failed() -> None:
    seen = sighting(detail("FAILED", [], statusReason="Dependent Job failed"), "backroom")
    assert seen is not None
    assert [(fact.attempt, fact.phase, fact.status_reason) for fact in seen.facts] == [
        (0, Phase.FAILED, "Dependent Job failed")
    ]


def test_what_is_no_detail_of_a_batch_job_is_refused() -> None:
    with pytest.raises(ValidationError, match="jobName"):
        sighting({"status": "RUNNING"}, "backroom")
