"""The record of a run, whoever writes it in whatever order: nothing that was recorded is taken back."""

import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from backroom.clients import Clients
from backroom.live import LivePortions
from backroom.recording.facts import Fact, Facts, Phase, join
from backroom.records import PortionRecord
from backroom.runs import RunsTable
from backroom.words import Cause, Outcome, RunStatus
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from moto import mock_aws

from tests.faults.cloud import JOB
from tests.integration.functions_logic.conftest import clients, create_table

__all__ = ["clients"]
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
PORTIONS, WAVES = (0, 1), (1, 2, 3)
ENDS = st.sampled_from([RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.ABORTED, RunStatus.TIMED_OUT])
NUMBERS = count()
EXAMPLES = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 20


@pytest.fixture
def table(clients: Clients) -> Iterator[Any]:
    """An empty table of runs."""
    with mock_aws():
        yield create_table(clients.dynamodb, "RunsTable")


def test_the_record_of_a_run_only_grows(table: Any) -> None:
    writers: Any = lambda: Writers(table)  # noqa: E731 - whatever makes a machine is taken for its class
    run_state_machine_as_test(writers, settings=settings(max_examples=EXAMPLES, stateful_step_count=15))


class Writers(RuleBasedStateMachine):
    """Planner, observer, recorders (also late ones, and again) and reconciler, at one run."""

    def __init__(self, table: Any) -> None:
        super().__init__()
        self.runs, self.live = RunsTable(table), LivePortions(table)
        self.run = f"{JOB}-20261127T030000Z-{next(NUMBERS):04x}"
        self.recorded: dict[int, int] = dict.fromkeys(PORTIONS, 0)
        self.seen: dict[int, Facts] = defaultdict(tuple)
        self.end: RunStatus | None = None
        self.last: dict[int, int] = {}

    @initialize(last=st.fixed_dictionaries({portion: st.sampled_from(WAVES) for portion in PORTIONS}))
    def begin(self, last: dict[int, int]) -> None:
        """The run begins; in which wave each portion will succeed is the truth."""
        self.last = last
        self.runs.begin(JOB, self.run, NOW)

    @rule(
        portion=st.sampled_from(PORTIONS),
        wave=st.sampled_from(WAVES),
        attempt=st.integers(1, 2),
        phase=st.sampled_from(Phase),
        reason=st.sampled_from(["", "Host EC2 terminated."]),
    )
    def see(self, portion: int, wave: int, attempt: int, phase: Phase, reason: str) -> None:
        """An event arrives: of any wave, early, late or again."""
        fact = Fact(wave, "", attempt, phase, "job", "spot", 1, 2, reason=reason)
        self.live.add(self.run, portion, (fact,), NOW)
        self.seen[portion] = join(self.seen[portion], (fact,))
        if wave > self.recorded[portion]:
            known = self._known(portion)
            assert join(known, (fact,)) == known, "what was just seen is not there"

    @rule(step=st.sampled_from([1, 1, 0, -1, -2]))
    def record(self, step: int) -> None:
        """A recorder writes the next wave, or late or again one that is recorded already."""
        wave = min(max(1, max(self.recorded.values()) + step), max(self.last.values()))
        portions = [portion for portion in PORTIONS if wave <= self.last[portion]]
        self.runs.put_portions(self.run, [self._truth(portion, wave) for portion in portions], NOW)
        self.recorded |= {portion: max(wave, self.recorded[portion]) for portion in portions}

    @rule(status=ENDS | st.none())
    def conclude_or_plan(self, status: RunStatus | None) -> None:
        """A recorder or the reconciler ends the run, or a planner, perhaps undead, notes a wave."""
        if status is None:
            assert self.runs.planned(self.run, {"wave": 1}) == (self.end is None)
        else:
            self.end = self.end or status
            holds = self.runs.ended(JOB, self.run, status, NOW, {"message": f"it is {status}"})
            assert holds == (self.end is status)

    def teardown(self) -> None:
        """All is as it should be at the end; looking after each step would cost most of the time."""
        if self.last:
            self.what_was_recorded_stands()
            self.nothing_is_seen_that_did_not_happen()
            self.the_first_end_stands()

    def what_was_recorded_stands(self) -> None:
        """Every portion is recorded as what became of it in the latest wave that is recorded."""
        for portion, wave in self.recorded.items():
            found = self.runs.portion(self.run, portion)
            assert (found and (found.wave, found.outcome)) == (self._expected(portion, wave) if wave else None)

    def nothing_is_seen_that_did_not_happen(self) -> None:
        """What is seen is of waves that are not recorded, and no more than was told."""
        for one in self.live.of(self.run):
            assert all(fact.wave > self.recorded[one.portion] for fact in one.facts)
            assert join(one.facts, self.seen[one.portion]) == self.seen[one.portion]

    def the_first_end_stands(self) -> None:
        """A run that has ended is not running any more, nor ended otherwise."""
        if self.end is not None:
            found = self.runs.get(self.run)
            assert (found.status, found.message) == (self.end, f"it is {self.end}")

    def _known(self, portion: int) -> Facts:
        return next((one.facts for one in self.live.of(self.run) if one.portion == portion), ())

    def _expected(self, portion: int, wave: int) -> tuple[int, Outcome]:
        return wave, Outcome.SUCCEEDED if wave == self.last[portion] else Outcome.FAILED

    def _truth(self, portion: int, wave: int) -> PortionRecord:
        _, outcome = self._expected(portion, wave)
        cause = Cause.OK if outcome is Outcome.SUCCEEDED else Cause.HOST_LOST
        return PortionRecord(portion, "alder", wave, outcome, cause)
