"""The portion: what one container has to do, as the manifest says it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a portion."""

    index: int
    """Its place in the portion, from 0."""
    id: str
    version: str
    """The ETag that the planner saw."""
    bytes: int

    @property
    def tenant(self) -> str:
        """Whose it is, if it is an item of a shared portion, whose ids are `TENANT` or `TENANT/ID`."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a member of a shared portion is at home, and its parameters."""

    bucket: str
    prefix: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Portion:
    """The work of one container: a tenant, its parameters, its items."""

    portion: int
    tenant: str
    bucket: str
    prefix: str
    params: Mapping[str, object]
    fingerprint: str
    items: Sequence[Item]
    weight: float
    """Seconds that the planner expects it to take."""
    digest: str
    """12 hex digits over the items and parameters: a checkpoint of other work than this does not fit."""
    homes: tuple[str, ...] = ()
    """Of a resumed portion: the runs whose progress and handovers it goes on from, the latest first."""
    forebears: tuple[int, ...] = ()
    """Of a part of a split: the portions that it was cut from, the nearest first."""
    only: str | None = None
    """The stage that this portion combines the tenant's other portions in; None: it is no such portion."""
    parts: tuple[int, ...] = ()
    """The portions that it combines."""
    cut: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Those of them that are parts of a split, each with the portions that it was cut from, the nearest first."""
    item_tolerance: float | None = None
    """Share of the items that may fail, where the tenant's differs from the job's."""
    declared: bool = False
    """Whether the items are what an earlier stage handed over (`run(job, items=...)`), not those of the manifest."""
    members: Mapping[str, Home] = field(default_factory=dict)
    """Of a portion that several tenants share: these, by id; its `tenant` is the name of their group."""


def parse_portion(line: bytes) -> Portion:
    """The portion of a manifest line. Raises ValueError, KeyError or TypeError when it is none."""
    record = orjson.loads(line)
    items = tuple(
        Item(index, str(id_), str(etag), int(size)) for index, (id_, etag, size) in enumerate(record["items"])
    )
    return Portion(
        portion=int(record["portion"]),
        tenant=str(record["tenant"]),
        bucket=str(record["bucket"]),
        prefix=str(record["prefix"]),
        params=dict(record["params"]),
        fingerprint=str(record["fingerprint"]),
        items=items,
        weight=float(record["weight"]),
        digest=_digest(record),
        homes=tuple(map(str, record.get("homes", ()))),
        forebears=tuple(map(int, record.get("forebears", ()))),
        only=record.get("only"),
        parts=tuple(map(int, record.get("parts", ()))),
        cut={int(part): tuple(forebears) for part, forebears in record.get("cut", ())},
        item_tolerance=record.get("limits", {}).get("item_tolerance"),
        members={tenant: _home(home) for tenant, home in record.get("members", {}).items()},
    )


def _home(record: Mapping[str, Any]) -> Home:
    return Home(str(record["bucket"]), str(record["prefix"]), dict(record["params"]))


def _digest(record: Mapping[str, object]) -> str:
    work = orjson.dumps([record["tenant"], record["fingerprint"], record["items"]])
    return hashlib.sha256(work).hexdigest()[:12]
