"""A job's lease: whatever its runs do in whatever order, at most one of them believes that it has the job."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from backroom import lease
from backroom.errors import LeaseLostError
from backroom.records import Lease, RunRecord
from backroom.words import Overlap, RunStatus
from hypothesis import given
from hypothesis import strategies as st

BEGIN = datetime(2026, 11, 27, 3, tzinfo=UTC)
JOB = "image_resize"
RUNS = ("a", "b", "c")


@dataclass
class FakeRuns:
    """The runs table as far as leases go."""

    found: Lease | None = None
    leased: set[str] = field(default_factory=set)

    def lease(self, job: str) -> Lease | None:
        assert job == JOB
        return self.found

    def put_lease(self, new: Lease, replaces: Lease | None) -> bool:
        if self.found != replaces:
            return False
        self.found = new
        return True

    def progress(self, run: str, facts: dict[str, Any]) -> bool:
        assert facts == {"leased": True}
        self.leased.add(run)
        return True

    def get(self, run: str) -> RunRecord:
        return RunRecord(JOB, run, RunStatus.RUNNING, BEGIN, leased=run in self.leased)


operations = st.tuples(
    st.sampled_from(("hold", "keep", "renew", "release")), st.sampled_from(RUNS), st.integers(0, 5400)
)


def asked(policy: Overlap) -> Any:
    return lambda: policy


@dataclass
class Checked:
    """Leases, and beside them which run must have the job until when."""

    table: FakeRuns = field(default_factory=FakeRuns)
    until: dict[str, datetime] = field(default_factory=dict)

    @property
    def runs(self) -> Any:
        return self.table

    def other(self, run: str, now: datetime) -> str | None:
        """Give who else has the job."""
        holders = {one for one, end in self.until.items() if end > now}
        assert len(holders) <= 1
        return next(iter(holders - {run}), None)

    def hold(self, run: str, now: datetime) -> None:
        other = self.other(run, now)
        assert lease.hold(self.runs, JOB, run, asked(Overlap.QUEUE), now) == other
        if other is None:
            self.until = {run: now + lease.LASTS}

    def renew(self, run: str, now: datetime) -> None:
        assert lease.renew(self.runs, JOB, run, now) == (run in self.until)
        if run in self.until:
            self.until[run] = now + lease.LASTS

    def release(self, run: str, _now: datetime) -> None:
        lease.release(self.runs, JOB, run)
        self.until.pop(run, None)

    def keep(self, run: str, now: datetime) -> None:
        other = self.other(run, now)
        if run in self.table.leased and other is not None:
            with pytest.raises(LeaseLostError, match=repr(other)):
                lease.keep(self.runs, JOB, run, now)
            return
        lease.keep(self.runs, JOB, run, now)
        if run in self.table.leased:
            self.until = {run: now + lease.LASTS}


@given(st.lists(operations, max_size=40))
def test_one_run_at_a_time_has_the_job_and_silence_for_an_hour_ends_it(steps: list[tuple[str, str, int]]) -> None:
    checked, now = Checked(), BEGIN
    for operation, run, pause in steps:
        now += timedelta(seconds=pause)
        getattr(checked, operation)(run, now)


@given(st.lists(st.sampled_from(RUNS), max_size=6))
def test_runs_that_may_overlap_take_no_lease_and_never_lose_one(order: list[str]) -> None:
    table = FakeRuns()
    runs: Any = table
    assert lease.hold(runs, JOB, "first", asked(Overlap.SKIP), BEGIN) is None
    for run in order:
        assert lease.hold(runs, JOB, run, asked(Overlap.ALLOW), BEGIN) is None
        lease.keep(runs, JOB, run, BEGIN)
    assert table.found is not None
    assert table.found.run == "first"


def test_a_repetition_does_not_ask_for_the_policy_again() -> None:
    runs: Any = FakeRuns()

    def refuse() -> Overlap:
        raise AssertionError("the job may not even be deployed any more")

    assert lease.hold(runs, JOB, "a", asked(Overlap.SKIP), BEGIN) is None
    assert lease.hold(runs, JOB, "a", refuse, BEGIN) is None
