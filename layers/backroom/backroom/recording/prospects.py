"""What is to become of a portion that did not succeed: another wave, or its end. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from backroom.recording.checkpoints import Closure, Decision
from backroom.records import PortionRecord
from backroom.treatment import Kind, Limits, Treatment, treat
from backroom.words import Cause, CheckpointState, Outcome


@dataclass(frozen=True, slots=True)
class Prospects:
    """What a run still has before it after `wave`."""

    wave: int
    limits: Callable[[str], Limits]
    """How far the job goes for the portions of a tenant."""
    ended: bool = False
    """Its execution has ended: there will be no other wave."""
    stopped: bool = False
    """Somebody has stopped it."""

    def left_open(self, record: PortionRecord) -> bool:
        """Say whether the portion's checkpoint is left open for another wave, which may yet come to nothing."""
        return self._treatment(record).kind is Kind.AGAIN

    def poisoned(self, record: PortionRecord) -> bool:
        """Say whether the portion is set aside because of its only unfinished item."""
        return self._treatment(record).poison

    def _treatment(self, record: PortionRecord) -> Treatment:
        return treat(record, self.limits(record.tenant))

    def decision(self, record: PortionRecord) -> Decision:
        """Give how the checkpoint of a portion that did not succeed is to be closed."""
        return replace(self._decision(record), whole=self._decision(replace(record, whole=True)))

    def _decision(self, record: PortionRecord) -> Decision:
        if not self.ended and self.left_open(record):
            return Decision(CheckpointState.OPEN, self.wave + 1)
        cancelled = record.outcome is Outcome.CANCELLED
        state = CheckpointState.CANCELLED if cancelled else CheckpointState.FAILED
        closure = Closure(outcome=record.outcome, cause=record.cause, message=record.message)
        return Decision(state, self.wave + 1, closure)

    def in_view_of_the_end(self, record: PortionRecord) -> PortionRecord:
        """Give the record as it is to be if somebody stopped the run: what had not ended by itself is cancelled."""
        if not self.stopped or record.outcome is not Outcome.LOST:
            return record
        message = f"the run was stopped: {record.message}"
        return replace(record, outcome=Outcome.CANCELLED, cause=Cause.CANCELLED, message=message)
