"""Why a recorded portion came to its end. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from backroom.phrases import counted
from backroom.records import AttemptRecord, PortionRecord
from backroom.words import Cause, ExitCode, Outcome

from backroom_console.phrases import seconds
from backroom_console.reasons.finding import Finding, Reason
from backroom_console.reasons.messages import denial, is_missing_image, throttled
from backroom_console.rows import FailedItem

_SHOWN = 5
_TIME_LIMIT = re.compile(r"Cancell?ed by JobStateTimeLimit action due to reason: (?P<reason>[\w:]+)")
_NOT_STARTED = re.compile(r"not started: (?P<what>.+) before it did not succeed")


@dataclass(frozen=True, slots=True)
class Given:
    """What the run's definition gives a portion at the stage where it stopped; None: not known any more."""

    memory: int | None = None
    """MiB."""
    memory_cap: int | None = None
    """MiB; None: never more than `memory`."""
    timeout: int | None = None
    """Seconds that an attempt may take."""
    image: str = ""


@dataclass(frozen=True, slots=True)
class PortionEvidence:
    """All that is known of a portion of a run that is recorded."""

    run: str
    record: PortionRecord
    given: Given = Given()
    items: tuple[FailedItem, ...] = ()
    """Those of its items that failed."""

    @property
    def last(self) -> AttemptRecord | None:
        """The last attempt at the stage where it stopped."""
        ours = [attempt for attempt in self.record.attempts if attempt.stage == self.record.stage]
        return ours[-1] if ours else None

    @property
    def texts(self) -> list[str]:
        """All that was said of its end, the latest first."""
        attempts = [attempt.message for attempt in reversed(self.record.attempts)]
        items = [f"{item.error}: {item.message}" for item in self.items]
        return [text for text in (self.record.message, *items, *attempts) if text]

    @property
    def whole(self) -> str:
        """Name it."""
        return f"portion {self.record.portion} of {self.record.tenant}"

    @property
    def memory(self) -> int | None:
        """MiB that it had."""
        return self.record.memory or self.given.memory


def explain(evidence: PortionEvidence) -> Finding:
    """Say why a portion ended as it did; the first that fits holds, from the most to the least certain."""
    record = evidence.record
    if record.outcome is Outcome.SUCCEEDED:
        return Finding(Reason.SUCCEEDED, f"{evidence.whole} succeeded: there is nothing to explain.", _tries(evidence))
    if record.split_into:
        parts = " and ".join(map(str, record.split_into))
        return _found(evidence, Reason.SPLIT, f"was cut in two ({record.message}); its work goes on in {parts}", "show")
    if record.outcome is Outcome.CANCELLED:
        return _found(evidence, Reason.CANCELLED, f"did not end by itself: {record.message}", "resume")
    if record.outcome is Outcome.LOST:
        return _found(evidence, Reason.LOST, f"left no trace of its end: {record.message}", "resume")
    if waits := _NOT_STARTED.match(record.message):
        what = waits["what"]
        stage = what if what.startswith("a portion") else f"stage {what}"
        return _found(evidence, Reason.WAITING_FOR_STAGE, f"never began: {stage} before it did not succeed", "portions")
    if refused := _refused(evidence):
        return refused
    return _BY_CAUSE[record.cause](evidence)


def grouped(items: Iterable[FailedItem]) -> tuple[str, ...]:
    """Give a line for each error that items failed with, the most frequent first, with an example."""
    counts: Counter[str] = Counter()
    examples: dict[str, FailedItem] = {}
    for item in items:
        counts[item.error] += 1
        examples.setdefault(item.error, item)
    return tuple(
        f"{counted(count, 'item')}: {error}, such as {examples[error].item} ({examples[error].message})"
        for error, count in counts.most_common(_SHOWN)
    )


def _refused(evidence: PortionEvidence) -> Finding | None:
    """Say that AWS refused what a portion asked for, if that is what it ended of."""
    if evidence.record.cause in (Cause.OUT_OF_MEMORY, Cause.SPOT_RECLAIM, Cause.HOST_LOST, Cause.TIMEOUT):
        return None
    if denied := denial(evidence.texts):
        return _found(evidence, Reason.PERMISSION_DENIED, f"was denied access: {denied}", "resume")
    if text := throttled(evidence.texts):
        return _found(evidence, Reason.THROTTLED, f"was throttled by AWS for longer than it waits: {text}", "resume")
    return None


def _memory(evidence: PortionEvidence) -> Finding:
    had, cap = evidence.memory, evidence.given.memory_cap
    room = f"it used up all of its {had:,} MiB" if had else "it used up its memory"
    bound = (
        f", and the job's MemoryCapMib is {cap:,} MiB" if cap else ", and the job's row has no MemoryCapMib beyond it"
    )
    return _found(evidence, Reason.OUT_OF_MEMORY, f"was killed for lack of memory: {room}{bound}", "resume")


def _timeout(evidence: PortionEvidence) -> Finding:
    limit = f" of {seconds(evidence.given.timeout)}" if evidence.given.timeout else ""
    return _found(evidence, Reason.TIMEOUT, f"took longer than the limit{limit} an attempt (TimeoutSeconds)", "resume")


def _spot(evidence: PortionEvidence) -> Finding:
    return _found(evidence, Reason.SPOT_RECLAIM, "lost its spot instance: AWS took it back", "resume")


def _host(evidence: PortionEvidence) -> Finding:
    return _found(evidence, Reason.HOST_LOST, "lost the instance that it ran on", "resume")


def _image(evidence: PortionEvidence) -> Finding:
    missing = is_missing_image(" ".join(evidence.texts))
    image = f" {evidence.given.image}" if evidence.given.image else ""
    what = f"its image{image} was not found" if missing else f"its image{image} could not be pulled"
    return _found(evidence, Reason.IMAGE, f"never began: {what}", "resume")


def _permanent(evidence: PortionEvidence) -> Finding:
    record, last = evidence.record, evidence.last
    if record.message.startswith("poison: "):
        item = record.message.removeprefix("poison: ").partition(" fails it")[0]
        return _found(evidence, Reason.POISON, f"is a single item that crashes its container: {item}", "logs")
    code = last.exit_code if last else None
    if code == ExitCode.BAD_DATA or (code is None and evidence.items):
        failed = record.items.failed
        sentence = f"has bad data: {counted(failed, 'item')} failed, more than the job tolerates"
        return _found(evidence, Reason.BAD_DATA, sentence, "logs")
    if code == ExitCode.NOT_ALLOWED:
        return _found(evidence, Reason.PERMISSION_DENIED, f"was denied access: {record.message}", "resume")
    if code == ExitCode.WRONG_SETUP:
        return _found(evidence, Reason.MISCONFIGURED, f"is set up wrongly: {record.message}", "resume")
    crashed = f"crashed with exit code {code}" if code is not None else f"failed: {record.message}"
    return _found(evidence, Reason.CRASHED, crashed, "logs")


def _retryable(evidence: PortionEvidence) -> Finding:
    tries = counted(evidence.record.tries, "wave")
    return _found(
        evidence, Reason.GAVE_UP, f"asked to be tried again in each of {tries}: {evidence.record.message}", "logs"
    )


def _platform(evidence: PortionEvidence) -> Finding:
    message = evidence.record.message
    limit = next((found for text in evidence.texts if (found := _TIME_LIMIT.search(text))), None)
    if limit and limit["reason"].startswith("MISCONFIGURATION"):
        sentence = f"could never have run: its queue's environments cannot give what it needs ({limit['reason']})"
        return _found(evidence, Reason.MISCONFIGURED, sentence, "resume")
    if limit and limit["reason"].startswith("CAPACITY"):
        return _found(
            evidence, Reason.WAITING_FOR_CAPACITY, f"waited in vain for capacity ({limit['reason']})", "resume"
        )
    return _found(evidence, Reason.PLATFORM, f"was failed by the platform: {message}", "resume")


def _cancelled(evidence: PortionEvidence) -> Finding:
    return _found(evidence, Reason.CANCELLED, f"was cancelled: {evidence.record.message}", "resume")


_BY_CAUSE: Mapping[Cause, Callable[[PortionEvidence], Finding]] = {
    Cause.OK: _platform,
    Cause.APP_RETRYABLE: _retryable,
    Cause.APP_PERMANENT: _permanent,
    Cause.OUT_OF_MEMORY: _memory,
    Cause.SPOT_RECLAIM: _spot,
    Cause.HOST_LOST: _host,
    Cause.TIMEOUT: _timeout,
    Cause.IMAGE_PULL: _image,
    Cause.PLATFORM: _platform,
    Cause.CANCELLED: _cancelled,
}


def _found(evidence: PortionEvidence, reason: Reason, sentence: str, way_out: str) -> Finding:
    run, number = evidence.run, evidence.record.portion
    commands = {
        "resume": f"backroom resume {run}",
        "logs": f"backroom logs {run} {number}",
        "show": f"backroom show {run} {number}",
        "portions": f"backroom portions {run} --outcome failed",
    }
    shown = (*grouped(evidence.items), *_tries(evidence))
    return Finding(reason, f"{evidence.whole} {sentence}.", shown, commands[way_out])


def _tries(evidence: PortionEvidence) -> tuple[str, ...]:
    """Give a line for each of its last attempts."""
    return tuple(map(_try, evidence.record.attempts[-_SHOWN:]))


def _try(attempt: AttemptRecord) -> str:
    at = f" at {attempt.stage}" if attempt.stage else ""
    said = f", {attempt.message}" if attempt.message else ""
    return f"wave {attempt.wave}, attempt {attempt.attempt}{at}: {attempt.cause}{said}"
