"""Why a run is as it is. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backroom.phrases import counted
from backroom.records import RunRecord
from backroom.words import RunStatus

from backroom_console.phrases import usd
from backroom_console.reasons.finding import Finding, Reason
from backroom_console.reasons.messages import denial, throttled
from backroom_console.reasons.portions import PortionEvidence, explain, grouped
from backroom_console.reasons.queues import Progress, Queue, WaitingJob
from backroom_console.reasons.waiting import explain_waiting
from backroom_console.rows import FailedItem

_OTHER_RUN = re.compile(r"^(?:skipped|waits): run (?P<run>\S+) of the job goes on")
_ERROR = re.compile(
    r"^(?P<name>[A-Z]\w*(?:Error|Exception)|[A-Z]\w+\.[A-Z]\w+): (?P<text>.*?)(?:; [\d,]+ (?:of|portion).*)?$",
    re.DOTALL,
)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Stopped:
    """How Step Functions says that an execution was stopped."""

    error: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """All that is known of a run."""

    run: RunRecord
    bad: tuple[PortionEvidence, ...] = ()
    """Portions that did not succeed, those that were split left out."""
    items: tuple[FailedItem, ...] = ()
    """That failed in portions that succeeded."""
    stopped: Stopped = Stopped()
    progress: Progress = field(default_factory=Progress)
    """Of one that goes on."""
    waits: tuple[WaitingJob, Queue] | None = None
    """The first of its Batch jobs that waits for capacity, and in which queue."""
    planner: str = "plan"
    """Name of the function that plans."""


def explain_run(evidence: RunEvidence) -> Finding:
    """Say why a run is as it is."""
    run = evidence.run
    if (other := _OTHER_RUN.match(run.message)) and (run.goes_on or run.status is RunStatus.SKIPPED):
        return _behind(run, other["run"])
    if run.goes_on:
        return _going_on(evidence)
    if run.status is RunStatus.ABORTED:
        return _cancelled(evidence)
    if named := _unrecorded(evidence) or _named_error(evidence):
        return named
    return _by_portions(evidence) if evidence.bad else _without_bad_portions(evidence)


def _without_bad_portions(evidence: RunEvidence) -> Finding:
    run = evidence.run
    if run.status in (RunStatus.SUCCEEDED, RunStatus.SKIPPED):
        said = f": {run.message}" if run.message else ""
        sentence = f"{run.run} {run.status}{said}. There is nothing to explain."
        return Finding(Reason.SUCCEEDED, sentence, grouped(evidence.items))
    if run.status is RunStatus.TIMED_OUT:
        sentence = f"{run.run} took longer than an execution may: {run.message}"
        return Finding(Reason.TIMEOUT, sentence, (), _resume(run))
    return Finding(Reason.FUNCTION_FAILED, f"{run.run} {run.status}: {run.message}", (), f"backroom show {run.run}")


def _unrecorded(evidence: RunEvidence) -> Finding | None:
    run, stopped = evidence.run, evidence.stopped
    if stopped.error != "RecordFailed":
        return None
    sentence = f"{run.run} could not be recorded by the recorder: {stopped.cause}"
    return Finding(Reason.FUNCTION_FAILED, sentence, (run.message,), _resume(run))


def _behind(run: RunRecord, other: str) -> Finding:
    if run.status is RunStatus.SKIPPED:
        sentence = f"{run.run} was skipped because run {other} of the same job went on (Overlap: skip)."
        return Finding(Reason.SKIPPED_FOR_RUN, sentence, (run.message,), f"backroom show {other}")
    sentence = f"{run.run} waits for run {other} of the same job to end (Overlap: queue)."
    return Finding(Reason.WAITING_FOR_RUN, sentence, (run.message,), f"backroom why {other}")


def _going_on(evidence: RunEvidence) -> Finding:
    run, now = evidence.run, evidence.progress
    counts = f"wave {run.wave}: {now.waiting} waiting, {now.running} running, {now.done} ended"
    stage = f" at stage {now.stage}" if now.stage else ""
    command = f"backroom show {run.run} --wait"
    if evidence.waits is not None:
        job, queue = evidence.waits
        whole = f"The planner of {run.run}" if now.planning else f"{run.run}{stage}"
        found = explain_waiting(whole, job, queue, command)
        return replace(found, evidence=(counts, *found.evidence))
    if now.running:
        sentence = f"{run.run} is at work{stage}: {counted(now.running, 'container')} run."
        return Finding(Reason.WORKING, sentence, (counts,), command)
    if now.planning:
        sentence = f"{run.run} is being planned by a Batch job, which is {now.planning}."
        return Finding(Reason.WORKING, sentence, (counts,), f"backroom logs {run.run} --plan")
    what = (
        "is being planned" if run.status is RunStatus.PLANNING else "is between two steps: nothing of it is in a queue"
    )
    return Finding(Reason.WORKING, f"{run.run} {what}.", (counts,), command)


def _cancelled(evidence: RunEvidence) -> Finding:
    run, stopped = evidence.run, evidence.stopped
    said = ": ".join(text for text in (stopped.error, stopped.cause) if text)
    by = f": {said}" if said else "; who stopped the execution did not say why"
    return Finding(Reason.CANCELLED, f"{run.run} was stopped by somebody{by}.", (run.message,), _resume(run))


def _named_error(evidence: RunEvidence) -> Finding | None:
    """Explain a run that a function ended, by the name of the error that it raised."""
    run = evidence.run
    found = _ERROR.match(run.message)
    if found is None:
        return None
    name, text = found["name"], found["text"]
    if name == "BudgetExceededError":
        return Finding(
            Reason.OVER_BUDGET, f"{run.run} would have cost too much: {text}", (), f"backroom plan {run.job}"
        )
    if name == "LeaseLostError":
        return Finding(
            Reason.LEASE_LOST, f"{run.run} lost its job to another run: {text}", (run.message,), _resume(run)
        )
    who = f"planner ({evidence.planner})" if _was_planner(evidence) else "recorder"
    if denied := denial([text]):
        sentence = f"{run.run} was ended by its {who}: {denied}."
        return Finding(Reason.PERMISSION_DENIED, sentence, (run.message,), "backroom doctor")
    if throttled([name, text]):
        return Finding(Reason.THROTTLED, f"{run.run} was throttled by AWS: {text}", (run.message,), _resume(run))
    sentence = f"{run.run} was ended by its {who}, which failed with {name}: {text}"
    return Finding(
        Reason.FUNCTION_FAILED, sentence, (), f"backroom plan {run.job}" if not run.portions else _resume(run)
    )


def _was_planner(evidence: RunEvidence) -> bool:
    """Say whether it was the planner that failed, by the machine's word; without one a run without portions says so."""
    error = evidence.stopped.error
    return error == "PlanFailed" or (not error and not evidence.run.portions)


def _by_portions(evidence: RunEvidence) -> Finding:
    """Explain a run by the most frequent reason of its portions; what only waited for others counts last."""
    run = evidence.run
    findings = [explain(one) for one in evidence.bad]
    counts = Counter(finding.reason for finding in findings)
    reason = max(counts, key=lambda one: (one is not Reason.WAITING_FOR_STAGE, counts[one]))
    first = next(finding for finding in findings if finding.reason is reason)
    share = f"{counts[reason]:,} of {counted(run.portions, 'portion')}" if run.portions > 1 else "its portion"
    sentence = f"{run.run} {run.status}: {share} ended for this reason: {first.sentence}"
    if len(findings) == 1:
        sentence = f"{run.run} {run.status}: {first.sentence}"
    return Finding(reason, sentence, tuple(_shown(evidence, findings, counts)), first.command)


def _shown(evidence: RunEvidence, findings: list[Finding], counts: Counter[Reason]) -> Iterator[str]:
    if len(counts) > 1:
        yield "reasons: " + ", ".join(f"{count:,} {reason}" for reason, count in counts.most_common())
    yield from grouped([*(item for one in evidence.bad for item in one.items), *evidence.items])
    for reason, _ in counts.most_common(_SHOWN):
        yield next(finding.sentence for finding in findings if finding.reason is reason)
    if evidence.run.cost:
        yield f"it cost {usd(evidence.run.cost)}"


def _resume(run: RunRecord) -> str:
    return f"backroom resume {run.run}"
