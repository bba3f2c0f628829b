"""The portions of a wave without their items: small enough that a million of them fit into a Lambda."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backroom.manifest.reader import ManifestReader
from backroom.recording.merging import split
from backroom.records import PortionRecord
from backroom.words import Capacity


class Head(NamedTuple):
    """A portion and its place in the wave's index; some 150 bytes."""

    portion: int
    tenant: str
    position: int
    items: int
    stage: str = ""
    """The first stage to run in this wave."""
    only: str | None = None
    """The stage that it combines a tenant's portions in, if it is such a portion."""
    tries: int = 1
    memory: int | None = None
    queue: str | None = None
    split_from: int | None = None
    why: str | None = None


def read_heads(reader: ManifestReader) -> Sequence[Head]:
    """Read the portions of a wave, sorted by number. Raises ManifestMissingError, ManifestCorruptError, ClientError."""
    names: dict[str, str] = {}
    return sorted(_heads(reader, names))


def _heads(reader: ManifestReader, names: dict[str, str]) -> Iterator[Head]:
    for line, _, position in reader.portions():
        origin = line.origin
        yield Head(
            line.portion,
            names.setdefault(line.tenant, line.tenant),
            position,
            len(line.items),
            line.stage,
            line.only,
            line.tries,
            line.memory,
            None if line.queue is Capacity.SPOT else line.queue,
            origin and origin.portion,
            origin and origin.why,
        )


def split_portions(heads: Iterable[Head], wave: int) -> list[PortionRecord]:
    """Give the records of the portions that some of `heads` are parts of, sorted by number."""
    parts: dict[int, list[Head]] = {}
    for head in heads:
        if head.split_from is not None:
            parts.setdefault(head.split_from, []).append(head)
    return [split(parent, of[0].tenant, wave, (head.portion for head in of)) for parent, of in sorted(parts.items())]
