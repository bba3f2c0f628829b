"""The lease of a job: which of its runs may go on while the job allows but one at a time.

It keeps runs out of each other's way and no more: that nothing is done twice wrongly rests on the fence alone, so an
hour of silence may end a lease without asking (docs/formal.md). No other module decides whose it is.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from backroom.errors import LeaseLostError
from backroom.records import Lease, RunRecord
from backroom.runs import RunsTable
from backroom.words import Overlap

LASTS = timedelta(hours=1)
"""How long a run keeps it without a sign of life; the reconciler gives one every quarter of an hour."""


def claimed(found: Lease | None, job: str, run: str, now: datetime) -> Lease | None:
    """Give the lease as it is when `run` has it; None while it is another run's. Pure."""
    if found is not None and found.run != run and found.expires > now.timestamp():
        return None
    return _until(found or Lease(job, run, 0, version=0), run, now)


def hold(runs: RunsTable, job: str, run: str, policy: Callable[[], Overlap], now: datetime) -> str | None:
    """Take or renew the job's lease for a run that begins; gives the run that has it, if that is another one.

    `policy` is asked only where there is something to decide; `allow` takes no lease and minds none.
    """
    if renew(runs, job, run, now) or policy() is Overlap.ALLOW:
        return None
    holder = _take(runs, job, run, now)
    return None if holder == run else holder


def keep(runs: RunsTable, job: str, run: str, now: datetime) -> None:
    """Renew the lease of a run that goes on; one that has none because it needs none goes on as well.

    Raises LeaseLostError if it had one and another run has it now.
    """
    if renew(runs, job, run, now) or not runs.get(run).leased:
        return
    holder = _take(runs, job, run, now)
    if holder != run:
        raise LeaseLostError(
            f"run {run!r} gave no sign of life for {LASTS} and run {holder!r} has job {job!r} now; "
            f"when that has ended, resume this one"
        )


def renew(runs: RunsTable, job: str, run: str, now: datetime) -> bool:
    """Renew the lease if it is this run's and was not given back; says whether it was.

    So a sign of life that comes late, after the run's end, keeps nobody waiting.
    """
    while (found := runs.lease(job)) is not None and found.run == run and found.expires:
        if runs.put_lease(_until(found, run, now), found):
            return True
    return False


def is_alive(runs: RunsTable, run: RunRecord, now: datetime) -> bool:
    """Say whether a run may still be at work, as far as the table knows: it has begun, or was renewed, not long ago."""
    found = runs.lease(run.job)
    renewed = found is not None and found.run == run.run and found.expires > now.timestamp()
    return renewed or now - run.started_at < LASTS


def release(runs: RunsTable, job: str, run: str) -> None:
    """Give the lease back, if it is this run's."""
    while (found := runs.lease(job)) is not None and found.run == run and found.expires:
        if runs.put_lease(replace(found, expires=0, version=found.version + 1), found):
            return


def _take(runs: RunsTable, job: str, run: str, now: datetime) -> str:
    """Take the lease unless another run has it; gives who has it then."""
    while True:
        found = runs.lease(job)
        wanted = claimed(found, job, run, now)
        if wanted is None and found is not None:
            return found.run
        if wanted is not None and runs.put_lease(wanted, found):
            if not runs.progress(run, {"leased": True}):
                # Its end was recorded meanwhile: it keeps nobody waiting.
                release(runs, job, run)
            return run


def _until(found: Lease, run: str, now: datetime) -> Lease:
    return Lease(found.job, run, int((now + LASTS).timestamp()), found.version + 1)
