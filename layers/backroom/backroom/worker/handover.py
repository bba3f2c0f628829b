"""What the stages of a chain leave to each other, in the runs bucket (docs/architecture.md, Handover)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backroom.layout import RunLayout
from backroom.worker.endings import WrongSetup
from backroom.worker.outputs import Outputs
from backroom.worker.portion import Portion

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, slots=True)
class Handovers:
    """The handovers of one portion, as one of its stages sees them."""

    runs: Outputs
    """Writes into the runs bucket, by the rule for outputs."""
    layout: RunLayout
    portion: Portion

    def leave(self, name: str, body: bytes) -> None:
        """Write this stage's handover; raises WrongSetup, Superseded, NoPermission, Outage."""
        key = self.layout.handover(self.portion.portion, _checked(name))
        self.runs.put(None, key, body, "application/octet-stream", None)

    def take(self, stage: str, name: str, portion: int | None) -> bytes:
        """Read a stage's handover; raises FileNotFoundError, WrongSetup, NoPermission, Outage."""
        for key in self._keys(stage, _checked(name), portion):
            try:
                return self.runs.bucket.get(key)
            except FileNotFoundError:
                continue
        number = self.portion.portion if portion is None else portion
        raise FileNotFoundError(f"stage {stage!r} of portion {number} has handed over no {name!r}")

    def _keys(self, stage: str, name: str, portion: int | None) -> Iterator[str]:
        """Where it may lie: this run's own first; a part of a split finds what was left before it was cut off."""
        numbers = (self.portion.portion, *self.portion.forebears) if portion is None else (portion,)
        for run in (self.layout.run, *self.portion.homes):
            layout = replace(self.layout, run=run, stage=stage)
            yield from (layout.handover(number, name) for number in numbers)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise WrongSetup(
            f"{name!r} is no name for a handover: it begins with a letter or digit, and has up to 200 of these, "
            "`.`, `_` and `-`"
        )
    return name
