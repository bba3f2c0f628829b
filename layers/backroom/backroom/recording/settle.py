"""Settles one portion of a wave: judges what is known of it, and closes it before it says anything but success."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from backroom.recording.checkpoints import Saved
from backroom.recording.facts import Facts
from backroom.recording.heads import Head
from backroom.recording.merging import chained
from backroom.recording.prospects import Prospects
from backroom.recording.reconcile import Evidence, judge
from backroom.recording.results import Report
from backroom.recording.stages import StageOfWave
from backroom.records import PortionRecord
from backroom.words import CheckpointState, Outcome

Records = dict[str, PortionRecord]


@dataclass(frozen=True, slots=True)
class Settler:
    """Settles the portions of a wave, each on its own. `stages` are in their order."""

    stages: Sequence[StageOfWave]
    prospects: Prospects

    def settle(self, head: Head, facts: Facts = ()) -> PortionRecord:
        """Give the portion's record, after closing what did not succeed; may be repeated.

        `facts` are what events told of it.

        Raises botocore's ClientError.
        """
        portion = _Portion(head, facts, stages_of(head, self.stages), self.prospects)
        while True:
            records = portion.judged()
            left = [stage for stage in portion.stages if records[stage.step.name].outcome is not Outcome.SUCCEEDED]
            if not left:
                return portion.record(records)
            known = left[0].step.name in portion.sealed
            saved = portion.close(left[0], records)
            if known or saved.state is not CheckpointState.SEALED:
                break
        for stage in left[1:]:
            portion.close(stage, records)
        return _closed(portion.record(portion.judged()), saved, head)


def stages_of(head: Head, stages: Sequence[StageOfWave]) -> Sequence[StageOfWave]:
    """Give the stages that a portion goes through in a wave, in their order."""
    if head.only is not None:
        return [stage for stage in stages if stage.step.name == head.only]
    own = [stage for stage in stages if not stage.step.combines]
    begin = next((at for at, stage in enumerate(own) if stage.step.name == head.stage), 0)
    return own[begin:]


@dataclass(slots=True)
class _Portion:
    """A portion while it is being settled, and what its checkpoints turned out to hold."""

    head: Head
    facts: Facts
    stages: Sequence[StageOfWave]
    prospects: Prospects
    sealed: dict[str, Report | None] = field(default_factory=dict)
    """Results that were found sealed only; None for one that is none."""

    def judged(self) -> Records:
        """Give the records of the stages, by name."""
        records: Records = {}
        for stage in self.stages:
            stopped = (name for name in stage.step.after if _is_bad(records.get(name)))
            record = judge(self._evidence(stage, next(stopped, None)))
            records[stage.step.name] = self.prospects.in_view_of_the_end(record)
        return records

    def record(self, records: Records) -> PortionRecord:
        """Give the portion's record."""
        head, record = self.head, chained(records)
        unfinished = 0 if record.outcome is Outcome.SUCCEEDED else head.items
        return replace(
            record,
            tries=head.tries,
            memory=head.memory,
            queue=head.queue,
            planned=head.items,
            only=head.only,
            unfinished=unfinished,
            split_from=head.split_from,
            why=head.why,
        )

    def close(self, stage: StageOfWave, records: Records) -> Saved:
        """Close a stage; gives its checkpoint, whose result is written if it was sealed."""
        decision = self.prospects.decision(self.record(records))
        saved = stage.checkpoints.close(self.head.portion, decision)
        if saved.state is CheckpointState.SEALED:
            self.sealed[stage.step.name] = stage.publish(saved)
        return saved

    def _evidence(self, stage: StageOfWave, waits_for: str | None) -> Evidence:
        evidence = stage.evidence(self.head, self.facts, waits_for)
        if stage.step.name not in self.sealed:
            return evidence
        result = self.sealed[stage.step.name]
        return replace(evidence, result=result, spoilt=None if result else "its sealed checkpoint holds no result")


def _is_bad(record: PortionRecord | None) -> bool:
    return record is not None and record.outcome is not Outcome.SUCCEEDED


def _closed(record: PortionRecord, saved: Saved, head: Head) -> PortionRecord:
    """Give the record as the checkpoint of the stage where the portion stopped has it: who closed it first decided."""
    record = replace(record, unfinished=head.items - len(saved.finished), whole=saved.declared)
    if saved.closure is None:
        return record
    return replace(record, **dict(saved.closure))
