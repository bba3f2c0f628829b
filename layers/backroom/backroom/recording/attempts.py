"""What the attempts at a portion waited, took and cost. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from backroom.costs import Prices, Room
from backroom.records import AttemptRecord
from backroom.words import Capacity, Cause


@dataclass(frozen=True, slots=True)
class Place:
    """Where the attempts at a stage ran: its name, the short name of the queue, the room that a container had."""

    stage: str = ""
    queue: str = Capacity.SPOT
    room: Room | None = None
    prices: Prices | None = None

    @property
    def capacity(self) -> Capacity:
        """What that queue leads to first; the spot queue may fall back to on-demand instances."""
        return Capacity.ON_DEMAND if self.queue in (Capacity.ON_DEMAND, Capacity.MULTI_NODE) else Capacity.SPOT

    def cause(self, cause: Cause) -> Cause:
        """What Batch's words mean here: it says the same of a reclaim as of a loss, and only spot is reclaimed."""
        return Cause.HOST_LOST if cause is Cause.SPOT_RECLAIM and self.capacity is Capacity.ON_DEMAND else cause


def placed(attempts: Iterable[AttemptRecord], place: Place) -> Iterator[AttemptRecord]:
    """Yield a Batch job's attempts, in order, with where they ran, what they waited, took and cost."""
    free = None
    for attempt in attempts:
        seconds = _seconds(attempt.started_at, attempt.ended_at)
        yield replace(
            attempt,
            cause=place.cause(attempt.cause),
            stage=place.stage,
            queue=place.queue,
            capacity=place.capacity,
            waited=_seconds(free or attempt.created_at, attempt.started_at),
            seconds=seconds,
            cost=_cost(place, seconds or 0.0),
        )
        free = attempt.ended_at or free


def _cost(place: Place, seconds: float) -> float:
    if place.room is None or place.prices is None:
        return 0.0
    return round(place.room.cost(place.prices, place.capacity, seconds), 9)


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    if begin is None or end is None:
        return None
    return max(0.0, (end - begin).total_seconds())
