"""The view of one portion: its attempts as tabs, its items, and what the chosen attempt wrote. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from backroom.live import LivePortion
from backroom.manifest.portion import Portion
from backroom.recording.checkpoints import Saved
from backroom.recording.facts import Fact, Phase
from backroom.records import AttemptRecord, PortionRecord, RunRecord

from backroom_console.log_lines import LogLine, in_words
from backroom_console.log_places import group_of
from backroom_console.web.cells import SPLIT, WAITING
from backroom_console.web.exit_words import exit_in_words

PAGE = 50
_UNKNOWN_EXIT = -1


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as it is shown, recorded or not."""

    run: str
    wave: int
    stage: str
    number: int
    state: str
    cause: str
    message: str
    reasons: Sequence[str]
    """What ECS and Batch say."""
    exit_code: int | None
    capacity: str
    started_at: datetime | None
    waited: float | None
    seconds: float | None
    cost: float
    batch_job_id: str
    log_stream: str

    @property
    def exit_words(self) -> str:
        """Say what its exit code means."""
        return exit_in_words(self.exit_code)

    @property
    def log_group(self) -> str:
        """The log group."""
        return group_of(self.log_stream)


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item and what became of it: `succeeded`, `skipped`, `failed`, or `waiting` where nothing is known."""

    id: str
    size: int | None
    state: str
    error: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class PortionKnown:
    """What was read of a portion."""

    run: RunRecord
    number: int
    records: Mapping[str, PortionRecord]
    """By the run of the story that has one."""
    live: LivePortion | None
    planned: Portion | None
    saved: Saved | None


@dataclass(frozen=True, slots=True)
class PortionView:
    """What the page of a portion shows."""

    run: RunRecord
    number: int
    tenant: str
    state: str
    record: PortionRecord | None
    attempts: Sequence[Attempt]
    chosen: int
    """Which of the attempts is shown, from 0 on."""
    planned: Portion | None
    items: Sequence[ItemLine]
    items_total: int
    page: int
    lines: Sequence[str]
    """Of the log of the chosen attempt."""
    is_live: bool

    @property
    def attempt(self) -> Attempt | None:
        """The attempt that is shown."""
        return self.attempts[self.chosen] if self.attempts else None

    @property
    def pages(self) -> int:
        """How many pages its items take."""
        return max(1, -(-self.items_total // PAGE))


def attempts_of(known: PortionKnown) -> list[Attempt]:
    """Give all attempts in their order: the recorded ones of every run of the story, and what is seen since."""
    found = [_recorded(run, one) for run, record in known.records.items() for one in record.attempts]
    facts = known.live.facts if known.live else ()
    return [*found, *(_seen(known.run.run, fact) for fact in facts)]


def items_of(planned: Portion | None, saved: Saved | None) -> list[ItemLine]:
    """Give a portion's items with what its checkpoint says of them, those that failed first."""
    items = planned.items if planned else ()
    sizes = {item.id: item.size for item in items}
    bad = [_bad_item(one, sizes) for one in (saved.failures if saved else ())]
    known = {one.id for one in bad}
    # The indexes of what a stage has declared are none of the manifest's.
    states = _states(saved) if saved and not saved.declared else {}
    others = ((at, item) for at, item in enumerate(items) if item.id not in known)
    return [*bad, *(ItemLine(item.id, item.size, states.get(at, WAITING)) for at, item in others)]


def _bad_item(failure: Mapping[str, str], sizes: Mapping[str, int]) -> ItemLine:
    item = failure.get("item", "?")
    return ItemLine(item, sizes.get(item), "failed", failure.get("error", ""), failure.get("message", ""))


def _states(saved: Saved) -> dict[int, str]:
    return dict.fromkeys(saved.done, "succeeded") | dict.fromkeys(saved.skipped, "skipped")


def view(
    known: PortionKnown, attempts: Sequence[Attempt], asked: tuple[int, int], lines: Sequence[LogLine]
) -> PortionView:
    """Make the view; `asked`: which attempt, and which page of its items."""
    record = next(iter([*known.records.values()][::-1]), None)
    items = items_of(known.planned, known.saved)
    tenant = record.tenant if record else known.planned.tenant if known.planned else ""
    chosen, page = asked
    shown = [in_words(line) for line in lines if not line.is_metric]
    return PortionView(
        known.run,
        known.number,
        tenant,
        _state(known, record),
        record,
        attempts,
        chosen,
        known.planned,
        items[(page - 1) * PAGE : page * PAGE],
        len(items),
        page,
        shown,
        known.live is not None and known.live.latest.phase is Phase.RUNNING,
    )


def _state(known: PortionKnown, record: PortionRecord | None) -> str:
    if known.live:
        return known.live.latest.phase.name.lower()
    if record is None:
        return WAITING
    return SPLIT if record.split_into else str(record.outcome)


def _recorded(run: str, one: AttemptRecord) -> Attempt:
    return Attempt(
        run,
        one.wave,
        one.stage,
        one.attempt,
        "succeeded" if one.cause == "ok" else "failed",
        str(one.cause),
        one.message,
        [text for text in (one.reason, one.status_reason) if text],
        one.exit_code,
        str(one.capacity or one.queue or ""),
        one.started_at,
        one.waited,
        one.seconds,
        one.cost,
        one.batch_job_id or "",
        one.log_stream or "",
    )


def _seen(run: str, fact: Fact) -> Attempt:
    began, ended = fact.started_at, fact.ended_at
    return Attempt(
        run,
        fact.wave,
        fact.stage,
        fact.attempt,
        fact.phase.name.lower(),
        "",
        "",
        [text for text in (fact.reason, fact.status_reason) if text],
        None if fact.exit_code == _UNKNOWN_EXIT else fact.exit_code,
        fact.queue,
        datetime.fromtimestamp(began / 1000, UTC) if began else None,
        (began - fact.created_at) / 1000 if began and fact.created_at and fact.attempt == 1 else None,
        (ended - began) / 1000 if began and ended else None,
        0.0,
        fact.batch_job_id,
        fact.log_stream,
    )
