"""Treatment and division together: no item is lost, a poisonous one is found, and every run comes to an end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from math import ceil, log2

from backroom.manifest.portion import Item, Portion
from backroom.planning.splitting import divide, next_try
from backroom.records import AttemptRecord, PortionRecord
from backroom.treatment import DONE, MOST_BISECTIONS, Kind, Limits, Treatment, treat
from backroom.words import Cause, Outcome, Why
from hypothesis import given
from hypothesis import strategies as st

BAD = [cause for cause in Cause if cause not in (Cause.OK, Cause.CANCELLED)]
Ending = tuple[Cause, frozenset[int]]
"""Why a try ended, and which of its items, by their index, were done by then."""


def portion(items: int) -> Portion:
    return Portion(0, "t", "b", "", {}, "f" * 12, tuple(Item(str(number), "v", 1) for number in range(items)), 9.0)


def judged(tried: Portion, wave: int, ending: Ending) -> PortionRecord:
    cause, done = ending
    attempts = () if cause is Cause.PLATFORM else (AttemptRecord(wave, 1, cause, exit_code=70),)
    return PortionRecord(
        tried.portion,
        tried.tenant,
        wave,
        Outcome.SUCCEEDED if cause is Cause.OK else Outcome.FAILED,
        cause,
        attempts=attempts,
        tries=tried.tries,
        memory=tried.memory,
        queue=tried.queue,
        planned=len(tried.items),
        unfinished=0 if cause is Cause.OK else len(tried.items) - len(done),
        why=tried.origin and tried.origin.why,
    )


@dataclass
class Run:
    """A run of one portion whose every try ends as `end` says, wave by wave until nothing is left."""

    limits: Limits
    end: Callable[[Portion], Ending]
    onward: bool = False
    waves: int = 0
    settled: list[Portion] = field(default_factory=list)
    """Those that succeeded or were set aside."""
    finished: list[Item] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def run(self, first: Portion) -> "Run":
        left = [first]
        while left:
            self.waves += 1
            left = [after for tried in left for after in self.after(tried)]
        return self

    def after(self, tried: Portion) -> list[Portion]:
        cause, done = self.end(tried)
        record = judged(tried, self.waves, (cause, done))
        treatment = treat(record, self.limits)
        if not treatment.goes_on:
            self.settled.append(tried)
            return []
        again = next_try(tried, record.stage, treatment)
        if treatment.kind is Kind.AGAIN:
            return [again]
        parts = [replace(part, portion=next(self.numbers)) for part in divide(again, treatment.kind, done, self.onward)]
        passed_on = {item for part in parts for item in part.items}
        self.finished += [item for item in tried.items if item not in passed_on]
        return parts


ENDINGS = st.lists(st.tuples(st.sampled_from([Cause.OK, *BAD]), st.floats(0, 1)), min_size=1, max_size=40)


@given(st.integers(1, 40), ENDINGS, st.integers(1, 5), st.booleans(), st.booleans())
def test_whatever_happens_a_run_ends_in_time_and_every_item_is_in_just_one_portion_of_the_end(
    items: int, endings: list[tuple[Cause, float]], waves: int, bisect: bool, onward: bool
) -> None:
    script = iter(endings * 1000)

    def end(tried: Portion) -> Ending:
        cause, share = next(script)
        return cause, frozenset(range(int(share * len(tried.items))))

    limits = Limits(waves, 8192, bisect, {"": 1024}, frozenset([""]) if onward else frozenset())
    run = Run(limits, end, onward).run(portion(items))
    assert run.waves <= waves + (MOST_BISECTIONS if onward else ceil(log2(items)) + 1)
    at_the_end = [item for settled in run.settled for item in settled.items]
    assert sorted(at_the_end + run.finished) == sorted(portion(items).items)
    assert not (onward and run.finished), "what is finished has to go on to the next stage"
    assert all(settled.tries <= waves for settled in run.settled)


@given(st.integers(1, 3000), st.data(), st.booleans())
def test_a_single_poisonous_item_is_alone_within_log2_n_plus_one_waves_and_all_others_are_done(
    items: int, data: st.DataObject, saves: bool
) -> None:
    poison = str(data.draw(st.integers(0, items - 1)))

    def end(tried: Portion) -> Ending:
        ids = [item.id for item in tried.items]
        if poison not in ids:
            return Cause.OK, frozenset()
        return Cause.APP_PERMANENT, frozenset(range(ids.index(poison)) if saves else ())

    run = Run(Limits(waves=1, bisect=True), end).run(portion(items))
    assert run.waves <= ceil(log2(items)) + 1
    (bad,) = [settled for settled in run.settled if poison in [item.id for item in settled.items]]
    assert saves or [item.id for item in bad.items] == [poison]
    record = judged(bad, run.waves, end(bad))
    assert record.unfinished == 1
    assert treat(record, Limits(waves=1, bisect=True)).poison


@given(st.integers(1, 99), st.sets(st.integers(0, 98)), st.booleans())
def test_parts_hold_what_is_unfinished_and_what_goes_on_in_order_and_their_share_of_the_weight(
    items: int, finished: set[int], onward: bool
) -> None:
    whole = replace(portion(items), portion=7, forebears=(3,))
    parts = list(divide(whole, Kind.SPLIT, finished, onward))
    unfinished = [item for index, item in enumerate(whole.items) if index not in finished]
    passed_on = [item for part in parts for item in part.items]
    assert passed_on[: len(unfinished)] == unfinished
    assert sorted(passed_on) == sorted(whole.items if onward else unfinished)
    assert all(part.forebears == (7, 3) and part.origin == (7, Why.TIMEOUT) for part in parts)
    assert abs(sum(part.weight for part in parts) - whole.weight * len(passed_on) / items) < 1e-9
    if not onward and len(parts) == 2:
        assert 0 <= len(parts[0].items) - len(parts[1].items) <= 1


@given(
    st.sampled_from(BAD), st.integers(0, 9), st.integers(1, 9), st.sampled_from([None, *Why]),
    st.integers(1, 4), st.booleans(), st.booleans(),
)  # fmt: skip
def test_whether_a_portion_is_tried_as_it_is_does_not_depend_on_its_unfinished_items(
    cause: Cause, unfinished: int, planned: int, why: Why | None, tries: int, bisect: bool, onward: bool
) -> None:
    limits = Limits(3, 8192, bisect, {"": 1024}, frozenset([""]) if onward else frozenset())
    record = PortionRecord(0, "t", 1, Outcome.FAILED, cause, planned=planned, tries=tries, why=why)
    known = treat(replace(record, unfinished=min(planned, unfinished)), limits)
    every = treat(replace(record, unfinished=planned), limits)
    assert (known.kind is Kind.AGAIN) == (every.kind is Kind.AGAIN)
    assert every.goes_on or not known.goes_on


def test_the_next_try_keeps_the_work_and_begins_where_it_stopped() -> None:
    tried = replace(portion(3), tries=2)
    again = next_try(tried, "rescale", Treatment(Kind.AGAIN, memory=4096))
    assert (again.tries, again.memory, again.stage, again.items) == (3, 4096, "rescale", tried.items)
    assert not DONE.goes_on
