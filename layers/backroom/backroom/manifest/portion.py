"""A portion of work and its line in the manifest (docs/architecture.md, Manifest line)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from backroom.errors import ManifestCorruptError


class Item(NamedTuple):
    """One element of a portion: its id, its version (an ETag) and its size in bytes."""

    id: str
    version: str
    size: int


@dataclass(frozen=True, slots=True)
class Portion:
    """What one container works on. `weight` is the planner's guess in seconds."""

    portion: int
    tenant: str
    bucket: str
    prefix: str
    params: Mapping[str, Any]
    fingerprint: str
    items: tuple[Item, ...]
    weight: float

    def line(self) -> bytes:
        """Give the portion's line, without a newline."""
        return orjson.dumps(
            {
                "portion": self.portion,
                "tenant": self.tenant,
                "bucket": self.bucket,
                "prefix": self.prefix,
                "params": self.params,
                "fingerprint": self.fingerprint,
                # orjson takes no subclasses of tuple.
                "items": [[item.id, item.version, item.size] for item in self.items],
                "weight": round(self.weight, 3),
            }
        )

    @classmethod
    def from_line(cls, line: bytes, place: str) -> "Portion":
        """Read a line of the manifest at `place`; raises ManifestCorruptError when it is none."""
        try:
            fields = orjson.loads(line)
            return cls(**(fields | {"items": tuple(Item(*item) for item in fields["items"])}))
        except (ValueError, TypeError, KeyError) as error:
            raise ManifestCorruptError(
                f"{place} is not what was written: {line[:80]!r} is no portion ({error}); start a new run"
            ) from error
