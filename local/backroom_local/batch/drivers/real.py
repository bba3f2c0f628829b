"""The real driver: one thread owns the scheduler, in real time, and starts and stops real containers.

Everybody else (requests, executors' callbacks) hands it work. A command's caller goes on when its effects are recorded.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from backroom_local.batch.core.effects import Effect, Start, Stop
from backroom_local.batch.core.records import Job
from backroom_local.batch.core.scheduler import Scheduler
from backroom_local.execution.interface import Ended, Execution, Executor, Launch

T = TypeVar("T")
Clock = Callable[[], int]
Work = Callable[[int], Any]
log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 3600.0


class Recorder(Protocol):
    """Whoever keeps or tells what happened."""

    def record(self, effects: list[Effect]) -> None:
        """Called on the driver's thread, before the effects are carried out."""


def steady_clock() -> Clock:
    """Milliseconds since the epoch that never go backwards, whatever is done to the machine's clock."""
    offset = time.time() - time.monotonic()
    return lambda: int((offset + time.monotonic()) * 1000)


class DriverClosedError(RuntimeError):
    """The simulator was closed before it came to this."""


class RealDriver:
    """Drives a scheduler in real time. `launch` resolves an attempt into what an executor starts."""

    def __init__(
        self,
        scheduler: Scheduler,
        executor: Executor,
        launch: Callable[[Job, int], Launch],
        recorder: Recorder,
        clock: Clock,
    ) -> None:
        self._scheduler = scheduler
        self._executor = executor
        self._launch = launch
        self._recorder = recorder
        self._clock = clock
        self._inbox: queue.SimpleQueue[tuple[Work, Future[Any] | None]] = queue.SimpleQueue()
        self._running: dict[tuple[Job, int], Execution] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._loop, name="batch-driver", daemon=True)

    def start(self, first: Work) -> None:
        """Begin to work, with `first(now)`."""
        self._hand_in(first)
        self._thread.start()

    def call(self, command: Callable[[int], T]) -> T:
        """Have `command(now)` run by the driver and return what it returns, or raise what it raises."""
        future: Future[T] = Future()
        self._inbox.put((command, future))
        return future.result()

    def close(self) -> None:
        """Stop driving; running containers are the executor's to end."""
        if self._thread.is_alive():
            self._inbox.put((self._stop, None))
            self._thread.join()

    def _stop(self, now: int) -> None:  # noqa: ARG002 - a piece of work like any other
        self._closing = True

    def _loop(self) -> None:
        while not self._closing:
            try:
                self._turn(self._wait())
            except Exception:
                log.exception("the Batch simulator met an error and goes on")
        self._refuse_the_rest()

    def _wait(self) -> list[tuple[Work, Future[Any] | None]]:
        """What was handed in, all of it; nothing when the scheduler's own time has come."""
        wakeup = self._scheduler.next_wakeup()
        seconds = LONGEST_WAIT_SECONDS if wakeup is None else max(0.0, (wakeup - self._clock()) / 1000)
        try:
            batch = [self._inbox.get(timeout=min(seconds, LONGEST_WAIT_SECONDS))]
        except queue.Empty:
            return []
        while not self._inbox.empty():
            batch.append(self._inbox.get_nowait())
        return batch

    def _turn(self, batch: list[tuple[Work, Future[Any] | None]]) -> None:
        """Do what was handed in, record what follows from it, answer, and only then act."""
        now = self._clock()
        answers = [(future, *_attempt(work, now)) for work, future in batch]
        try:
            effects = self._scheduler.advance(now)
            self._recorder.record(effects)
        finally:
            for future, result, error in answers:
                _answer(future, result, error)
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Start):
            self._start_container(effect.job, effect.attempt)
        elif isinstance(effect, Stop):
            execution = self._running.get((effect.job, effect.attempt))
            if execution is not None:
                _signal(execution, effect.grace_ms)

    def _start_container(self, job: Job, attempt: int) -> None:
        def started() -> None:
            self._hand_in(lambda now: self._scheduler.started(job, attempt, now))

        def ended(end: Ended) -> None:
            self._hand_in(lambda now: self._end(job, attempt, end, now))

        try:
            self._running[(job, attempt)] = self._executor.start(self._launch(job, attempt), started, ended)
        except Exception as error:
            log.exception("container of %s could not be started", job.id)
            ended(Ended(None, f"CannotStartContainerError: {type(error).__name__}: {error}"))

    def _end(self, job: Job, attempt: int, end: Ended, now: int) -> None:
        self._running.pop((job, attempt), None)
        self._scheduler.ended(job, attempt, end.exit_code, end.reason, now)

    def _hand_in(self, work: Work) -> None:
        self._inbox.put((work, None))

    def _refuse_the_rest(self) -> None:
        while not self._inbox.empty():
            _, future = self._inbox.get_nowait()
            _answer(future, None, DriverClosedError("the Batch simulator was closed"))


def _attempt(work: Work, now: int) -> tuple[Any, BaseException | None]:
    try:
        return work(now), None
    except Exception as error:
        return None, error


def _answer(future: "Future[Any] | None", result: Any, error: BaseException | None) -> None:
    if future is None:
        if error is not None:
            log.error("a container's report could not be taken", exc_info=error)
    elif error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


def _signal(execution: Execution, grace_ms: int) -> None:
    if grace_ms:
        execution.terminate(grace_ms / 1000)
    else:
        execution.kill()
