"""A portion of work and its line in the manifest (docs/architecture.md, Manifest line)."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, NamedTuple

import orjson

from backroom.errors import ManifestCorruptError
from backroom.manifest.index import Group
from backroom.words import Capacity, Why


class Item(NamedTuple):
    """One element of a portion: its id, its version (an ETag) and its size in bytes."""

    id: str
    version: str
    size: int


@dataclass(frozen=True, slots=True)
class Home:
    """Where a member of a shared portion is at home, and its parameters."""

    bucket: str
    prefix: str
    params: Mapping[str, Any]


class Origin(NamedTuple):
    """The portion that another is a part of, and why it was split."""

    portion: int
    why: Why


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
    tries: int = 1
    """The waves in which it was tried, this one and its forebears' included; bisecting is no try."""
    memory: int | None = None
    """MiB, where the definition's do not do."""
    queue: Capacity = Capacity.SPOT
    stage: str = ""
    """The stage that it begins with; "": the first of its own."""
    origin: Origin | None = None
    forebears: tuple[int, ...] = ()
    """The portions that it was cut from, the nearest first."""
    homes: tuple[str, ...] = ()
    """The runs whose progress and handovers it goes on from, the latest first."""
    only: str | None = None
    """The stage that it combines the tenant's other portions in; None: it is such another portion itself."""
    parts: tuple[int, ...] = ()
    """The portions that it combines."""
    cut: tuple[tuple[int, tuple[int, ...]], ...] = ()
    """Those of them that are parts of a split, each with the portions that it was cut from, the nearest first."""
    waits: bool = True
    """Whether portions of this wave have to end before it, which combines them, begins."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    """What the tenant has otherwise than the job, of what the worker must know: `item_tolerance`."""
    members: Mapping[str, Home] = field(default_factory=dict)
    """Of a portion that tenants share: these, by id; `tenant` is the name of their group, `bucket` is empty."""

    @property
    def group(self) -> Group:
        """With which others it goes into arrays."""
        return Group(self.queue, self.memory, self.stage, self.only, self.waits)

    def line(self) -> bytes:
        """Give the portion's line, without a newline; what is as it is by default is left out."""
        line = {name: getattr(self, name) for name in _ALWAYS}
        line |= {name: value for name, usual in _SOMETIMES.items() if (value := getattr(self, name)) != usual}
        # orjson takes no subclasses of tuple.
        line["items"] = [[item.id, item.version, item.size] for item in self.items]
        line["weight"] = round(self.weight, 3)
        if self.origin is not None:
            line["origin"] = self.origin._asdict()
        return orjson.dumps(line)

    @classmethod
    def from_line(cls, line: bytes, place: str) -> "Portion":
        """Read a line of the manifest at `place`; raises ManifestCorruptError when it is none."""
        try:
            known = orjson.loads(line)
            return cls(**(known | {name: read(known[name]) for name, read in _READ.items() if name in known}))
        except (ValueError, TypeError, KeyError) as error:
            raise ManifestCorruptError(
                f"{place} is not what was written: {line[:80]!r} is no portion ({error}); start a new run"
            ) from error


def _usual(of: "Field[Any]") -> Any:
    return of.default if of.default_factory is MISSING else of.default_factory()


_SOMETIMES = {of.name: usual for of in fields(Portion) if (usual := _usual(of)) is not MISSING}
_ALWAYS = tuple(of.name for of in fields(Portion) if of.name not in _SOMETIMES)
_READ: Mapping[str, Callable[[Any], Any]] = {
    "items": lambda items: tuple(Item(*item) for item in items),
    "queue": Capacity,
    "origin": lambda origin: Origin(origin["portion"], Why(origin["why"])),
    "forebears": tuple,
    "homes": tuple,
    "parts": tuple,
    "members": lambda members: {tenant: Home(**home) for tenant, home in members.items()},
    "cut": lambda cut: tuple((part, tuple(forebears)) for part, forebears in cut),
}
