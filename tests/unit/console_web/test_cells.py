"""Portions as cells: counts, failures, grid and timeline."""

from dataclasses import replace
from datetime import timedelta

from backroom.live import LivePortion
from backroom.recording.facts import Fact, Phase
from backroom_console.web.cells import WAITING, Cell, Span, recorded, seen, waiting
from backroom_console.web.grouping import Chosen, counts, failures, listed, signature
from backroom_console.web.pages.portion_cells import grid
from backroom_console.web.run_view import PAGE, paged
from backroom_console.web.timeline import STEPS, timeline
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prepared_runs import BEGAN, portions, run_id

RUN = run_id(1)
CELLS = {record.portion: recorded(RUN, record) for record in portions(120, 4, 5)}
SPANS = st.builds(
    lambda waited, began, lasts, more: Span(
        1000.0 + waited, 1000.0 + waited + began, 1000.0 + waited + began + lasts, *more
    ),
    st.floats(0, 500),
    st.floats(0, 300),
    st.floats(0, 300),
    st.tuples(st.booleans(), st.booleans()),
)


def test_every_portion_counts_once_and_every_failure_is_in_one_group() -> None:
    counted, groups = counts(CELLS.values()), failures(CELLS.values())
    assert sum(counted.values()) == 120
    assert sum(group.count for group in groups) == counted["failed"] == 24
    for group in groups:
        chosen = listed(CELLS, Chosen(cause=group.cause, signature=group.signature))
        assert len(chosen) == group.count, "the link of a group leads to what it counts"
        assert {cell.tenant for cell in chosen} == {f"shop-{cell.portion % 4:03}" for cell in chosen}


def test_what_was_chosen_is_shown_and_else_what_went_wrong() -> None:
    assert {cell.state for cell in listed(CELLS, Chosen())} == {"failed"}
    chosen = listed(CELLS, Chosen(state="succeeded", tenant="shop-001"))
    assert {(cell.state, cell.tenant) for cell in chosen} == {("succeeded", "shop-001")}
    assert paged(chosen, 99).page == 1, "a page beyond the last is the last"
    rows = list(CELLS.values())
    assert [cell for page in (1, 2, 3) for cell in paged(rows, page).rows] == rows
    assert paged(rows, 1).pages == -(-120 // PAGE)


def test_messages_of_a_kind_have_one_signature() -> None:
    same = {
        signature("ValueError: cannot read line 4711 of 'feed a.csv' at 0x7f3a, 12.5 %\nTraceback ..."),
        signature("ValueError: cannot read line 12 of 'b' at 0x1, 3 %"),
    }
    assert len(same) == 1
    assert signature("KeyError: price") != signature("KeyError: name")
    assert len(signature("word " * 1000)) < 130


def test_a_portion_is_followed_from_waiting_to_its_end() -> None:
    planned = waiting(RUN, 3, "shop-003", 2, CELLS[3])
    assert (planned.state, planned.wave, planned.attempts) == (WAITING, 2, CELLS[3].attempts)
    fact = Fact(2, "", 1, Phase.RUNNING, created_at=1_000_000, started_at=1_060_000, queue="on_demand")
    running = seen(RUN, LivePortion(3, (fact,)), planned)
    assert (running.state, running.tenant, running.attempts) == ("running", "shop-003", CELLS[3].attempts + 1)
    assert running.spans[-1] == Span(1000.0, 1060.0, None, on_demand=True, again=True)
    ended = seen(
        RUN, LivePortion(3, (replace(fact, phase=Phase.FAILED, ended_at=1_090_000, reason="killed"),)), planned
    )
    assert (ended.state, ended.seconds, ended.message) == ("failed", 30.0, "killed")
    assert ended.is_bad


def test_stages_stand_by_their_latest_facts() -> None:
    facts = (
        Fact(1, "fetch", 1, Phase.FAILED, started_at=1),
        Fact(1, "fetch", 2, Phase.SUCCEEDED, started_at=2),
        Fact(1, "images", 1, Phase.RUNNING, started_at=3),
    )
    cell = seen(RUN, LivePortion(0, facts), None)
    assert (cell.state, cell.stage) == ("running", "images")
    assert dict(cell.stages) == {"fetch": "succeeded", "images": "running"}


def test_the_grid_has_every_portion_with_its_state() -> None:
    drawn = grid(CELLS)
    states = {letter: told["state"] for letter, told in drawn["states"].items()}
    found = {
        portion: (row["name"], states[letter])
        for row in drawn["tenants"]
        for portion, letter in zip(row["portions"], row["states"], strict=True)
    }
    assert found == {cell.portion: (cell.tenant, cell.state) for cell in CELLS.values()}
    assert len({told["sign"] for told in drawn["states"].values()}) == len(states), "no two states look alike"


@given(st.lists(SPANS, min_size=1, max_size=30))
@settings(max_examples=40)
def test_the_timeline_holds_all_the_time_that_was_spent(spans: list[Span]) -> None:
    drawn = timeline([Cell(0, "t", "succeeded", RUN, spans=tuple(spans))], 5000.0)
    assert drawn is not None
    step = max(drawn.times[1] - drawn.times[0], 0.001)
    for share, counted in zip(drawn.shares, drawn.counts, strict=True):
        # Counts are rounded to hundredths, times to milliseconds.
        assert abs(sum(counted) * step - share.seconds) <= STEPS * step * 0.006 + share.seconds * 0.01 + 0.5
        assert min(counted) >= 0
    spent = sum((span.end or 0) - span.waiting for span in spans)
    assert abs(sum(share.seconds for share in drawn.shares) - spent) < 0.01


def test_what_still_runs_runs_until_now() -> None:
    began = BEGAN.timestamp()
    cell = Cell(0, "t", "running", RUN, spans=(Span(began, began + 10, None, on_demand=False, again=False),))
    drawn = timeline([cell], (BEGAN + timedelta(seconds=110)).timestamp())
    assert drawn is not None
    assert {share.name: share.seconds for share in drawn.shares if share.seconds} == {"waiting": 10.0, "on spot": 100.0}
    assert timeline([Cell(0, "t", WAITING, RUN)], began) is None
