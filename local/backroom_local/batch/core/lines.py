"""The line in front of a queue: who is next. First come, first served here; by fair share in fairshare.py."""

from collections import deque
from itertools import islice
from typing import Protocol

from backroom_local.batch.core.records import Job
from backroom_local.batch.core.words import Status


class Line(Protocol):
    """The RUNNABLE jobs of a queue, in the order in which they are placed."""

    waiting: int

    def add(self, job: Job, *, front: bool) -> None:
        """Let a job wait; `front` for a retry, which goes before the others."""

    def discard(self, job: Job) -> None:
        """A job that waited was canceled."""

    def head(self, now: int) -> Job | None:
        """Who is next, if anybody waits."""

    def pop(self, job: Job) -> None:
        """The head was placed."""

    def front(self, count: int, now: int) -> list[Job]:
        """The first so many, in order."""

    def took(self, job: Job, cpu: int, now: int) -> None:
        """A job was given so much CPU."""

    def gave(self, job: Job, cpu: int, now: int) -> None:
        """A job gave it back."""

    def admits(self, job: Job, capacity: int) -> bool:
        """Whether the policy lets this job have its CPU, of `capacity` in all."""


class FifoLine:
    """First come, first served, with retries in front. A canceled job stays in the deque until it would be next."""

    def __init__(self) -> None:
        self.waiting = 0
        self._jobs: deque[Job] = deque()

    def add(self, job: Job, *, front: bool) -> None:
        self.waiting += 1
        if front:
            self._jobs.appendleft(job)
        else:
            self._jobs.append(job)

    def discard(self, job: Job) -> None:  # noqa: ARG002 - the status of the job says it
        self.waiting -= 1

    def head(self, now: int) -> Job | None:  # noqa: ARG002 - time matters to a fair share only
        jobs = self._jobs
        while jobs and jobs[0].status is not Status.RUNNABLE:
            jobs.popleft()
        return jobs[0] if jobs else None

    def pop(self, job: Job) -> None:  # noqa: ARG002 - it is the first
        self._jobs.popleft()
        self.waiting -= 1

    def front(self, count: int, now: int) -> list[Job]:  # noqa: ARG002
        return list(islice((job for job in self._jobs if job.status is Status.RUNNABLE), count))

    def took(self, job: Job, cpu: int, now: int) -> None:
        """Nothing is counted."""

    def gave(self, job: Job, cpu: int, now: int) -> None:
        """Nothing is counted."""

    def admits(self, job: Job, capacity: int) -> bool:  # noqa: ARG002
        return True
