"""One attempt at one portion, from the first log line to the exit code."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from backroom.words import CheckpointState, ExitCode
from backroom.worker.checkpoint import Checkpoint
from backroom.worker.claim import Claimed
from backroom.worker.endings import Closed, Ending, NoPermission, OutOfMemory, Stopped, Superseded
from backroom.worker.heartbeat import Departure, Heartbeat
from backroom.worker.log import trace
from backroom.worker.metrics import metrics_line
from backroom.worker.patience import Patience
from backroom.worker.portion import Portion
from backroom.worker.progress import Tally
from backroom.worker.report import Reporter, Spent
from backroom.worker.settings import Settings
from backroom.worker.work import Work

Job = Callable[[Portion, Work], None]


class Bug(Ending):
    """The job raised what it should not have."""


@dataclass(slots=True)
class Attempt:
    """Runs a job on a portion and reports what became of it."""

    settings: Settings
    work: Work
    claimed: Claimed
    reporter: Reporter
    now: Callable[[], float]
    exit_now: Callable[[int], object]
    """Leaves the process without further ado."""
    last_words: Patience
    """How long a save, or the report of an attempt that ends badly, may wait for S3."""
    started_at: float
    _verdict: Ending | None = None
    _saving: threading.Lock = field(default_factory=threading.Lock)

    def run(self, job: Job) -> ExitCode:
        """The exit code of the container. Whatever happens is logged, saved and reported first."""
        settings = self.settings
        heartbeat = Heartbeat(self._beat, settings.checkpoint_seconds)
        departure = Departure(self._give_up, self.work.stop, settings.stop_seconds)
        heartbeat.start()
        departure.start()
        ending = self._perform(job)
        departure.cancel()
        heartbeat.close()
        return self._end(self._verdict or ending) if ending else self._succeed()

    def _perform(self, job: Job) -> Ending | None:
        """Run the job; how it ended if not well."""
        try:
            job(self.work.portion, self.work)
            self.work.check_finished()
        except Ending as ending:
            return ending
        except MemoryError:
            return OutOfMemory(
                "the container ran out of memory: raise the job's memory, or give its portions fewer items"
            )
        except Exception as error:
            self.work.log.fatal("the job raised an error outside of its items", traceback=trace(error))
            return Bug(f"{type(error).__name__}: {error}. It is a bug in the job; its log has the traceback")
        return None

    def _succeed(self) -> ExitCode:
        tally, spent = self.work.progress.tally(), self._spent()
        result = self.reporter.result(tally, spent)
        sealed = replace(self._checkpoint(tally, spent), state=CheckpointState.SEALED, result=result)
        try:
            self._save(sealed)
            self.reporter.publish(sealed)
        except Ending as ending:
            return self._end(ending)
        self.work.log.info("portion succeeded", items=tally.items, seconds=round(spent.seconds, 3))
        self._emit_metrics(spent)
        return ExitCode.DONE

    def _end(self, ending: Ending) -> ExitCode:
        """Save and report what can still be said, quickly: Batch may be about to kill the container."""
        self.work.log.fatal(str(ending), ending=type(ending).__name__, exit_code=int(ending.exit_code))
        try:
            if not isinstance(ending, Superseded | Closed):
                self._save_progress()
            self.reporter.with_patience(self.last_words).fail(
                ending.cause, str(ending), self.work.progress.tally(), self._spent()
            )
        except (Ending, Exception) as error:
            self.work.log.warning("could not report how the attempt ended", error=str(error))
        return ending.exit_code

    def _beat(self) -> None:
        """Save the checkpoint. Failing to do so fails nothing, unless it means that this attempt has to end."""
        try:
            self._save_progress()
            self.work.log.info("working", items=self.work.progress.tally().items, total=len(self.work.portion.items))
        except (Superseded, Closed, NoPermission) as ending:
            self._verdict = ending
            self.work.stop.set()
        except (Ending, Exception) as error:
            self.work.log.warning("could not save the checkpoint", error=str(error))

    def _give_up(self) -> None:
        self._end(self._verdict or Stopped("asked to stop, and the item in hand took too long; it will be done again"))
        self.exit_now(self._verdict.exit_code if self._verdict else ExitCode.TRY_AGAIN)

    def _save_progress(self) -> None:
        with self._saving:
            if not self.claimed.file.sealed:
                tally, spent = self.work.progress.tally(), self._spent()
                self.claimed.file.save(self._checkpoint(tally, spent), self.last_words)

    def _save(self, sealed: Checkpoint) -> None:
        with self._saving:
            self.claimed.file.save(sealed)

    def _checkpoint(self, tally: Tally, spent: Spent) -> Checkpoint:
        settings, portion = self.settings, self.work.portion
        return Checkpoint(
            portion.portion,
            settings.wave,
            settings.attempt,
            portion.digest,
            tally,
            spent.read,
            spent.written,
            spent.seconds,
            declared=portion.declared,
        )

    def _spent(self) -> Spent:
        now, traffic, before = self.now(), self.work.tenant.traffic, self.claimed.before
        spent = Spent(traffic.read, traffic.written, now - self.started_at, self.started_at, now)
        if before is None:
            return spent
        return replace(
            spent,
            read=spent.read + before.read,
            written=spent.written + before.written,
            seconds=spent.seconds + before.seconds,
        )

    def _emit_metrics(self, spent: Spent) -> None:
        counts = {f"Items{name.capitalize()}": count for name, count in self.work.progress.tally().items.items()}
        dimensions = {
            "job": self.settings.layout.job,
            "tenant": self.work.portion.tenant,
            "run": self.settings.layout.run,
        }
        sizes = {"BytesRead": spent.read, "BytesWritten": spent.written}
        self.work.log.write(metrics_line(dimensions, counts, sizes, spent.seconds, spent.ended_at))
