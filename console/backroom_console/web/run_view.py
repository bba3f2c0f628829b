"""The view of one run: what is said of it and counted of its portions. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backroom.planning.stages import Stage
from backroom.planning.summary import PlanSummary
from backroom.records import RunRecord

from backroom_console.rows import TenantRow
from backroom_console.web.cells import Cell, Cells
from backroom_console.web.grouping import Chosen, Group, by_tenant, counts, failures, listed
from backroom_console.web.marks import Segment, segments
from backroom_console.web.timeline import Timeline, timeline

PAGE = 50
"""Portions, and tenants, on a page."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave of a run of the story, as it was planned."""

    number: int
    portions: int
    memory: Sequence[int]
    """MiB, where portions were given more than their definition's."""
    on_demand: int
    """Portions that were planned on demand."""
    backoff: int
    """Seconds that were waited before it."""
    stopped: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A run of the story, with its waves."""

    run: RunRecord
    waves: Sequence[Wave]


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage of a chain, and how the portions stand at it of which that is known."""

    name: str
    after: str
    """What it waits for, in words."""
    bar: Sequence[Segment]
    known: int


@dataclass(frozen=True, slots=True)
class TenantLine:
    """A tenant's part of the story."""

    row: TenantRow
    bar: Sequence[Segment]
    bad: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of many: those of one page."""

    rows: Sequence[Cell]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class RunView:
    """What the page of a run shows."""

    run: RunRecord
    chapters: Sequence[Chapter]
    took: float
    now_words: str
    """How a run that goes on stands by Batch; empty of one that has ended."""
    portions: int
    counts: Mapping[str, int]
    bar: Sequence[Segment]
    chosen: Chosen
    groups: Sequence[Group]
    stages: Sequence[StageLine]
    tenants: Sequence[TenantLine]
    tenants_total: int
    listing: Listing
    timeline: Timeline | None
    cost: float
    later: bool
    """Whether the portions are still to be read: the page then asks for them as soon as it is there."""

    @property
    def alone(self) -> bool:
        """Whether the run neither resumes another nor was resumed."""
        return len(self.chapters) == 1


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of a run."""

    run: RunRecord
    chapters: Sequence[Chapter]
    cells: Cells
    tenants: Sequence[TenantRow]
    stages: Sequence[Stage] = ()
    """Empty for a job of one."""
    now_words: str = ""
    later: bool = False
    """Whether its portions are still to be read."""


def view(known: Known, chosen: Chosen, page: int, all_tenants: bool, now: datetime) -> RunView:
    """Make the view."""
    run, cells = known.run, known.cells
    counted = counts(cells.values())
    lines = tenant_lines(known.tenants, cells)
    return RunView(
        run,
        known.chapters,
        max(0.0, ((run.ended_at or now) - run.started_at).total_seconds()),
        known.now_words,
        len(cells),
        counted,
        segments(counted),
        chosen,
        failures(cells.values()),
        stage_lines(known.stages, cells),
        lines if all_tenants else lines[:PAGE],
        len(lines),
        paged(listed(cells, chosen), page),
        timeline(cells.values(), now.timestamp()),
        sum(chapter.run.cost for chapter in known.chapters),
        known.later,
    )


def tenant_lines(rows: Sequence[TenantRow], cells: Cells) -> list[TenantLine]:
    """Give the tenants of a run, those with most that came to no good end first."""
    states = by_tenant(cells.values())
    lines = [_line(row, states.get(row.tenant, Counter())) for row in rows]
    return sorted(lines, key=lambda line: (-line.bad, line.row.left_out is not None, line.row.tenant))


def stage_lines(stages: Sequence[Stage], cells: Cells) -> list[StageLine]:
    """Give the stages of a job in their order."""
    found: dict[str, Counter[str]] = {stage.name: Counter() for stage in stages}
    for cell in cells.values():
        for name, state in cell.stages:
            found.setdefault(name, Counter())[state] += 1
    return [StageLine(one.name, _after(one), segments(found[one.name]), found[one.name].total()) for one in stages]


def _after(stage: Stage) -> str:
    words = (f"{before.stage} of {'the same portion' if before.each else 'all portions'}" for before in stage.after)
    return " and ".join(words)


def paged(rows: Sequence[Cell], page: int) -> Listing:
    """Give a page of rows, the last one where there are not so many."""
    pages = max(1, -(-len(rows) // PAGE))
    at = min(page, pages)
    return Listing(rows[(at - 1) * PAGE : at * PAGE], len(rows), at, pages)


def wave_of(plan: PlanSummary) -> Wave:
    """Give a wave by its plan."""
    memory = sorted({one.group.memory for one in plan.groups if one.group.memory})
    on_demand = sum(one.portions for one in plan.groups if one.group.queue != "spot")
    return Wave(plan.wave, plan.portions, memory, on_demand, plan.backoff, plan.stopped)


def _line(row: TenantRow, states: Counter[str]) -> TenantLine:
    return TenantLine(row, segments(states), states["failed"] + states["lost"] + states["cancelled"])
