"""Judges what was found of a stack. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backroom.phrases import counted
from backroom.records import RunRecord

from backroom_console.phrases import first, seconds
from backroom_console.reasons.finding import Finding, Reason
from backroom_console.reasons.queues import Queue

_SKEW_SECONDS = 60.0
_REFUSED_SECONDS = 300.0
"""AWS refuses what was signed five minutes off (IAM user guide, "Signature Version 4")."""
_LONG_SECONDS = 24 * 3600.0
_SHOWN = 3


class Level(StrEnum):
    """How well it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found; `way_out` says what to do, and is empty where all is well."""

    name: str
    level: Level
    message: str
    way_out: str = ""


def clock(there: datetime | None, here: datetime) -> Check:
    """Judge how far this machine's clock is from that of AWS; None: AWS did not say."""
    if there is None:
        return Check("clock", Level.OK, "the answer had no date to compare with")
    off = abs((here - there).total_seconds())
    message = f"{seconds(off)} off"
    if off < _SKEW_SECONDS:
        return Check("clock", Level.OK, message)
    level = Level.FAIL if off >= _REFUSED_SECONDS else Level.WARN
    return Check("clock", level, message, "set this machine's clock (NTP): AWS refuses what is signed 5 minutes off")


def queue(found: Queue, finding: Finding) -> Check:
    """Judge a queue with its environments, and what `finding` says of its front."""
    name = f"queue {found.name}"
    if finding.reason is Reason.MISCONFIGURED:
        return Check(name, Level.FAIL, finding.sentence, "mend the environment, or the job's row, and deploy")
    ill = [str(one) for one in found.environments if not one.is_usable]
    if ill:
        return Check(
            name, Level.WARN, "; ".join(ill), "enable or mend it: what is planned for it waits or runs elsewhere"
        )
    return Check(name, Level.OK, f"{finding.sentence} {'; '.join(map(str, found.environments))}")


def definitions(job: str, missing: Sequence[str], refusal: str) -> Check:
    """Judge a job: which stages have no definition, and what its planner refused with (empty: it has one)."""
    name = f"job {job}"
    if missing:
        return Check(name, Level.FAIL, f"no active definition {', '.join(missing)}", "give each stage a row and deploy")
    if refusal:
        return Check(name, Level.FAIL, refusal, f"add functions/plan/planners/{job}.py and deploy, or take its row out")
    return Check(name, Level.OK, "has its planner and its definitions")


def run(record: RunRecord, execution: str | None, now: datetime) -> Check | None:
    """Judge a run that goes on as far as is recorded; `execution` is its execution's state; None: all is well."""
    name, lasts = f"run {record.run}", (now - record.started_at).total_seconds()
    if execution is None:
        message = f"{record.status}, but Step Functions knows no execution of it"
        return Check(name, Level.FAIL, message, f"backroom cancel {record.run}")
    if execution != "RUNNING":
        message = f"{record.status}, but its execution is {execution}: its end was not recorded"
        return Check(name, Level.FAIL, message, f"wait 15 minutes for the reconciler, or backroom cancel {record.run}")
    if lasts > _LONG_SECONDS:
        return Check(name, Level.WARN, f"has gone on for {seconds(lasts)}", f"backroom why {record.run}")
    return None


def messages(name: str, depth: int | None, what: str, level: Level) -> Check:
    """Judge a queue of what went wrong; `level` if there is any in it; a `depth` of None: there is no such queue."""
    if depth is None:
        return Check(
            f"messages {name}", Level.FAIL, "there is no such queue", "deploy the stack: it is one of its parts"
        )
    if not depth:
        return Check(f"messages {name}", Level.OK, "empty")
    way_out = f"read them (aws sqs receive-message), mend the cause, purge {name}"
    return Check(f"messages {name}", level, f"{counted(depth, 'message')}: {what}", way_out)


def alarms(raised: Sequence[str], known: int) -> list[Check]:
    """Judge the stack's alarms; nothing to say where it has none."""
    if not known:
        return []
    if not raised:
        return [Check("alarms", Level.OK, f"none of {known} is raised")]
    message = f"raised: {first(raised, _SHOWN)}"
    return [Check("alarms", Level.FAIL, message, "aws cloudwatch describe-alarms --state-value ALARM")]
