"""What is seen of portions while they run, in their items of the runs table (docs/architecture.md, RunsTable).

The observer writes it, by compare-and-swap, so that writers at the same time lose nothing. The recorder's item of a
wave replaces it, and what is seen of that wave afterwards is not written any more: its word is the last one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from backroom.conditional import unless_refused
from backroom.numbers import from_dynamodb
from backroom.paging import paged
from backroom.recording.facts import Fact, Facts, Phase, current, join
from backroom.run_keys import portion_key, portion_keys
from backroom.runs import KEPT, expiry

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

_KEPT = int(KEPT.total_seconds())
_UNKNOWN = {field.name: field.default for field in fields(Fact)}


@dataclass(frozen=True, slots=True)
class LivePortion:
    """A portion that runs, or has ended and is not recorded yet."""

    portion: int
    facts: Facts
    written_at: int = 0
    """When something was written of it last (epoch seconds); 0: that was not asked for."""

    @property
    def latest(self) -> Fact:
        """What says where it stands; there is no live portion of which nothing is known."""
        return next(fact for fact in (current(self.facts),) if fact)


@dataclass(frozen=True, slots=True)
class _Item:
    """A portion's item as it was read."""

    version: int | None
    recorded: int
    """The last wave that the recorder has recorded; 0: none."""
    facts: Facts

    @property
    def unchanged(self) -> ConditionBase:
        """The condition that nobody has written it since."""
        same: ConditionBase = Attr("version").not_exists() if self.version is None else Attr("version").eq(self.version)
        return same & (Attr("wave").eq(self.recorded) if self.recorded else Attr("outcome").not_exists())


class LivePortions:
    """Reads and writes what is seen of portions. Every method raises botocore's ClientError."""

    def __init__(self, table: "Table") -> None:
        self._table = table.name
        # The table's object is not for several threads; its client is, and takes the same types.
        self._client: Any = table.meta.client

    def add(self, run: str, portion: int, facts: Facts, now: datetime) -> bool:
        """Add facts to what is known of a portion; says whether any was news."""
        while True:
            item = self._read(run, portion)
            # Of a wave that is recorded the recorder has said all.
            known = tuple(fact for fact in join(item.facts, facts) if fact.wave > item.recorded)
            if known == item.facts:
                return False
            if self._put(run, portion, item, known, now):
                return True

    def of(self, run: str, since: int = 0) -> Iterator[LivePortion]:
        """Yield the portions of a run that run or are not recorded yet, in order.

        `since`: only those of which something was written then (epoch seconds, by the writers' clocks) or later.
        """
        wanted: ConditionBase = Attr("live").exists()
        items = paged(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression=portion_keys(run),
            # Whatever is written puts an item's end off.
            FilterExpression=wanted & Attr("expires_at").gte(since + _KEPT) if since else wanted,
            ProjectionExpression="portion, live, expires_at",
        )
        return (LivePortion(item["portion"], _facts(item), item["expires_at"] - _KEPT) for item in items)

    def one(self, run: str, portion: int) -> LivePortion | None:
        """Give a portion that runs or is not recorded yet; None where nothing is known of it."""
        facts = self._read(run, portion).facts
        return LivePortion(portion, facts) if facts else None

    def _read(self, run: str, portion: int) -> _Item:
        key = portion_key(run, portion)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        found = from_dynamodb(answer.get("Item", {}))
        return _Item(found.get("version"), found["wave"] if "outcome" in found else 0, _facts(found))

    def _put(self, run: str, portion: int, before: _Item, facts: Facts, now: datetime) -> bool:
        return unless_refused(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=portion_key(run, portion),
                UpdateExpression="SET #live = :live, #version = :version, #portion = :portion, #expires = :expires",
                ConditionExpression=before.unchanged,
                ExpressionAttributeNames={
                    "#live": "live",
                    "#version": "version",
                    "#portion": "portion",
                    "#expires": "expires_at",
                },
                ExpressionAttributeValues={
                    ":live": [_stored(fact) for fact in facts],
                    ":version": (before.version or 0) + 1,
                    ":portion": portion,
                    ":expires": expiry(now),
                },
            )
        )


def _stored(fact: Fact) -> dict[str, Any]:
    return {name: value for name, value in asdict(fact).items() if value != _UNKNOWN[name]}


def _facts(item: Mapping[str, Any]) -> Facts:
    return tuple(Fact(**fact | {"phase": Phase(fact["phase"])}) for fact in item.get("live", ()))
