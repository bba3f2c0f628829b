"""What the stages of a chain leave to each other, in the runs bucket (docs/architecture.md, Handover)."""

import re
from collections.abc import Iterator, Sequence
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
        numbers = self._numbers(portion)
        for number in numbers:
            if (body := self._read(stage, _checked(name), number)) is not None:
                return body
        raise _missing(stage, name, numbers[0])

    def gather(self, stage: str, name: str) -> Iterator[bytes]:
        """Read a stage's handovers of all parts, each once: parts of one split may share what was left before it."""
        given: set[int] = set()
        for part in self.portion.parts:
            for number in self._numbers(part):
                if number in given:
                    break
                if (body := self._read(stage, _checked(name), number)) is not None:
                    given.add(number)
                    yield body
                    break
            else:
                raise _missing(stage, name, part)

    def _numbers(self, portion: int | None) -> Sequence[int]:
        """Under which numbers it may lie; a part of a split finds what was left before it was cut off."""
        if portion is None:
            return (self.portion.portion, *self.portion.forebears)
        return (portion, *self.portion.cut.get(portion, ()))

    def _read(self, stage: str, name: str, number: int) -> bytes | None:
        """This run's own, else that of the latest run before it that has one."""
        for run in (self.layout.run, *self.portion.homes):
            try:
                return self.runs.bucket.get(replace(self.layout, run=run, stage=stage).handover(number, name))
            except FileNotFoundError:
                continue
        return None


def _missing(stage: str, name: str, portion: int) -> FileNotFoundError:
    return FileNotFoundError(f"stage {stage!r} of portion {portion} has handed over no {name!r}")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise WrongSetup(
            f"{name!r} is no name for a handover: it begins with a letter or digit, and has up to 200 of these, "
            "`.`, `_` and `-`"
        )
    return name
