"""What a wave left: which portions another one shall do, and how. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from backroom.records import PortionRecord
from backroom.treatment import Kind, Limits, Treatment, treat, waited_in_vain
from backroom.words import Outcome

MOST_BISECTED = 100
"""Portions that one wave halves: where more crash it is not for single items, and halving them all would be endless."""


class LeftOver(NamedTuple):
    """A portion that another wave shall do: the stage where it stopped, and what is done about it."""

    stage: str
    treatment: Treatment


@dataclass(slots=True)
class WhatIsLeft:
    """Gathers what `wave` left; some 200 bytes for each portion of it that another wave shall do."""

    wave: int
    limits: Callable[[str], Limits]
    """How far the job goes for the portions of a tenant."""
    _portions: dict[int, LeftOver] = field(default_factory=dict)
    _waiting: dict[int, str] = field(default_factory=dict)
    """Of portions that only wait for others, the tenant."""
    _hopeless: set[str] = field(default_factory=set)
    """Tenants of portions that no other wave will do, so that what waits for these waits in vain."""
    _known: dict[LeftOver, LeftOver] = field(default_factory=dict)
    _bisected: int = 0

    def add(self, record: PortionRecord) -> None:
        """Note what became of a portion of the run."""
        treatment = treat(record, self.limits(record.tenant))
        if self._goes_on(record, treatment):
            over = LeftOver(record.stage, treatment)
            self._portions[record.portion] = self._known.setdefault(over, over)
            if waited_in_vain(record):
                self._waiting[record.portion] = record.tenant
        elif record.outcome is not Outcome.SUCCEEDED and not record.split_into:
            self._hopeless.add(record.tenant)

    def portions(self) -> Mapping[int, LeftOver]:
        """Give what another wave shall do, by number, once all records are noted."""
        in_vain = {portion for portion, tenant in self._waiting.items() if tenant in self._hopeless}
        return {portion: over for portion, over in self._portions.items() if portion not in in_vain}

    def _goes_on(self, record: PortionRecord, treatment: Treatment) -> bool:
        if record.wave != self.wave or not treatment.goes_on:
            return False
        self._bisected += treatment.kind is Kind.BISECT
        return treatment.kind is not Kind.BISECT or self._bisected <= MOST_BISECTED
