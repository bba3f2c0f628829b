"""Cuts a stream of items into portions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from backroom.manifest.portion import Item


@dataclass(frozen=True, slots=True)
class Cut:
    """Items that go together, and their weight in seconds."""

    items: tuple[Item, ...]
    weight: float


def cut(items: Iterable[Item], weigh: Callable[[Item], float], most_items: int, most_seconds: float) -> Iterator[Cut]:
    """Yield cuts of at most `most_items` items and `most_seconds`; an item heavier than that gets a cut of its own.

    The order of the items is kept; memory holds one cut.
    """
    held: list[Item] = []
    weight = 0.0
    for item in items:
        added = weigh(item)
        if held and (len(held) >= most_items or weight + added > most_seconds):
            yield Cut(tuple(held), weight)
            held, weight = [], 0.0
        held.append(item)
        weight += added
    if held:
        yield Cut(tuple(held), weight)
