"""Which items are to be done: those that the ledger does not know in this version."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from backroom.ledger import OK, Entry
from backroom.manifest.portion import Item


@dataclass(slots=True)
class Tally:
    """What `pending` has passed over so far."""

    unchanged: int = 0
    """Done, in this version."""
    failed_before: int = 0
    """Failed for good, in this version: it would again."""


def pending(listed: Iterable[Item], known: Iterator[Entry], tally: Tally) -> Iterator[Item]:
    """Yield the items that are new or changed, and count the others in `tally`.

    Both must be sorted by id as UTF-8 bytes, which is how Python compares strings; constant memory.
    """
    entry = next(known, None)
    for item in listed:
        while entry is not None and entry.id < item.id:
            entry = next(known, None)
        if entry is None or entry.id != item.id or entry.version != item.version:
            yield item
        elif entry.state == OK:
            tally.unchanged += 1
        else:
            tally.failed_before += 1


def pending_together(listed: Iterable[Item], known: Iterator[Entry], tally: Tally) -> Iterator[Item]:
    """Yield all items if one of them is new or changed, else none, and count them in `tally`. Memory holds them all."""
    items = list(listed)
    if next(pending(items, known, tally), None) is not None:
        tally.unchanged = tally.failed_before = 0
        yield from items
