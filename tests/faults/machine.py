"""One run as the state machine and Batch drive it: planner, containers, recorder, wave after wave, whatever dies.

A process that dies is followed by the next: the machine's retry of a function, Batch's next attempt of a container.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import orjson

from tests.faults.child import NONE, Ended, Fault, Process, start
from tests.faults.cloud import JOB, RUN, SPOT, Cloud, Write
from tests.faults.roles import Place, Work, planner, recorder, worker

LOST = "Host EC2 (instance i-0123456789abcdef0) terminated."
RETRIED = 75
MOST_WAVES = 30

Faults = Callable[[str], Iterable[Fault]]
"""Gives what befalls the successive processes of a role in a wave (`plan-1`, `work-2`, ...); the next one lives."""


class Events(Protocol):
    """Batch's events on their way to the observer."""

    def happen(self, detail: Mapping[str, Any]) -> None:
        """Take on that this became of a job."""

    def deliver(self, share: float) -> None:
        """Hand over this share of what was taken on."""


class WrongEndingError(AssertionError):
    """A process ended as none may."""


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that struck."""

    role: str
    place: str


@dataclass
class Machine:
    """Runs the job once."""

    cloud: Cloud
    faults: Faults
    doomed: frozenset[int] = frozenset()
    """Entries of the first wave's index whose host dies under every attempt."""
    late: bool = False
    """Whether the undead wake only when the run has ended, and not as soon as their successor has."""
    events: Events | None = None
    struck: list[Struck] = field(default_factory=list)
    finished: int = 0
    """Containers that ended well."""
    retried: int = 0
    """Attempts that ended by themselves, and asked for another one."""
    surveyed: dict[str, Ended] = field(default_factory=dict)
    """How the last process of each role ended."""
    woken: int = 0
    changes: list[Write] = field(default_factory=list)
    """What S3 accepted of the undead after they woke, and was not what stood there already."""
    _undead: list[Process] = field(default_factory=list)
    _orphans: list[Process] = field(default_factory=list)
    """Undead whose successor comes in a later wave."""

    def run(self) -> Mapping[str, Any]:
        """Run to the end; gives the last answer of the recorder."""
        for wave in range(1, MOST_WAVES):
            planned = self._function(f"plan-{wave}", planner(_plan_event(wave)))
            arrays = [self._array(planned, array, wave) for array in planned["arrays"]]
            self.cloud.tell([job for _, jobs in arrays for job in jobs])
            if self.events:
                self.events.deliver(0.5)
            told = _record_event(planned, wave, [array for array, _ in arrays])
            recorded = self._function(f"record-{wave}", recorder(told))
            if not recorded["again"]:
                self._undead += self._orphans
                self._orphans = []
                self._wake()
                return recorded
        raise WrongEndingError(f"the run did not end within {MOST_WAVES} waves")

    def _function(self, role: str, work: Work) -> Mapping[str, Any]:
        undead: list[Process] = []
        for fault in (*self.faults(role), NONE):
            ended = self._befall(role, start(work, fault), fault, undead)
            if ended is None or ended.code is None:
                continue
            self._follow(undead)
            if ended.code == 0:
                answer: Mapping[str, Any] = orjson.loads(ended.answer)
                return answer
            raise wrong(role, ended)
        raise WrongEndingError(f"{role} was killed without a fault")

    def _array(self, planned: Mapping[str, Any], array: Mapping[str, Any], wave: int) -> tuple[Any, list[Any]]:
        parent, size = f"job-{wave}-{array['offset']}", array["size"]
        jobs = []
        for index in range(size):
            place = Place(wave, array["offset"], size, index, 0, parent if size == 1 else f"{parent}:{index}")
            jobs.append(self._container(place))
        if size > 1:
            whole = Place(wave, array["offset"], 1, 0, 0, parent)
            jobs.append(_job(whole, "SUCCEEDED", []) | {"arrayProperties": {"size": size}})
        told = {**array, "stage": planned["stages"][array["stage"]]["name"], "batch_job_id": parent}
        failed = any(job["status"] == "FAILED" for job in jobs)
        return told | {"status": "FAILED" if failed else "SUCCEEDED"}, jobs

    def _container(self, place: Place) -> dict[str, Any]:
        """Batch's job of one portion, as it is told of at its end."""
        job = self._attempts(place)
        self._tell(job)
        return job

    def _tell(self, job: Mapping[str, Any]) -> None:
        if self.events:
            self.events.happen(job)

    def _attempts(self, place: Place) -> dict[str, Any]:
        """Attempts until one ends well, or none is left."""
        attempts: list[dict[str, Any]] = []
        undead: list[Process] = []
        role = f"work-{place.wave}"
        for fault in self._of_container(place):
            place = replace(place, attempt=place.attempt + 1)
            self._tell(_job(place, "RUNNING", attempts))
            ended = self._befall(role, start(worker(place), fault), fault, undead)
            attempts.append(_attempt(ended.code if ended else None))
            if ended and ended.code == 0:
                self.finished += 1
                self._follow(undead)
                return _job(place, "SUCCEEDED", attempts)
            if ended and ended.code not in (None, RETRIED):
                raise wrong(role, ended)
            self.retried += bool(ended and ended.code == RETRIED)
        self._orphans += undead
        return _job(place, "FAILED", attempts)

    def _of_container(self, place: Place) -> Iterator[Fault]:
        yield from self.faults(f"work-{place.wave}")
        if place.wave > 1 or place.offset + place.index not in self.doomed:
            yield NONE

    def _befall(self, role: str, process: Process, fault: Fault, undead: list[Process]) -> Ended | None:
        """How the process ended; None if it is undead."""
        if not fault.deadly and process.stopped():
            undead.append(process)
            self.struck.append(Struck(role, process.place))
            return None
        ended = process.wait()
        self.surveyed[role] = ended
        if ended.code is None:
            self.struck.append(Struck(role, ended.place))
        return ended

    def _follow(self, undead: list[Process]) -> None:
        """Their successor has done their work: wake them now, or when the run has ended."""
        self._undead += undead
        if not self.late:
            self._wake()

    def bury(self) -> None:
        """Kill the undead that a run which broke off has left."""
        for process in (*self._undead, *self._orphans):
            process.kill()

    def _wake(self) -> None:
        while self._undead:
            self.cloud.asked()
            before = {write.key: write.body for write in self.cloud.history}
            process = self._undead.pop(0)
            process.go_on()
            process.wait()
            self.woken += 1
            self.changes += [write for write in self.cloud.asked() if before.get(write.key) != write.body]


def wrong(role: str, ended: Ended) -> WrongEndingError:
    """The error of a process that ended as it may not, with the end of its log."""
    return WrongEndingError(f"{role} ended with exit code {ended.code}:\n{ended.log[-3000:]}")


def _plan_event(wave: int) -> dict[str, Any]:
    return {"job": JOB, "run": RUN, "wave": wave, "again": wave > 1, "slot": RUN, "execution_arn": f"arn:{RUN}"}


def _record_event(planned: Mapping[str, Any], wave: int, arrays: Sequence[Any]) -> dict[str, Any]:
    kept = {name: planned[name] for name in ("portions", "definition")}
    return {"job": JOB, "run": RUN, "wave": wave, "arrays": list(arrays)} | kept


def _attempt(code: int | None) -> dict[str, Any]:
    container = {} if code is None else {"exitCode": code}
    reason = LOST if code is None else "Essential container in task exited"
    return {"container": container, "statusReason": reason, "startedAt": 1795748400000, "stoppedAt": 1795748460000}


def _job(place: Place, status: str, attempts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A job as DescribeJobs and events tell of it."""
    last = attempts[-1] if attempts and status != "RUNNING" else {"container": {}, "statusReason": ""}
    array = {} if place.size == 1 else {"arrayProperties": {"index": place.index}}
    return array | {
        "jobId": place.batch_job_id,
        "jobName": f"{RUN}-w{place.wave}-{place.offset}",
        "jobQueue": SPOT,
        "status": status,
        "container": last["container"],
        "statusReason": last["statusReason"],
        "attempts": list(attempts),
        "createdAt": 1795748300000,
        "startedAt": 1795748400000,
        "stoppedAt": 1795748460000,
    }
