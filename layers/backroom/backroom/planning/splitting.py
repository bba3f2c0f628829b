"""The portions of a later wave, made from those of the one before. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from backroom.manifest.portion import Item, Origin, Portion
from backroom.planning.sharing import owner_of
from backroom.treatment import Kind, Treatment
from backroom.words import Why

_WHY = {Kind.SPLIT: Why.TIMEOUT, Kind.BISECT: Why.POISON}


def next_try(portion: Portion, stage: str, treatment: Treatment) -> Portion:
    """Give the portion as it is tried again: from `stage`, where it stopped, by the treatment's queue and memory."""
    return replace(
        portion,
        tries=portion.tries + treatment.counts,
        queue=treatment.queue,
        memory=treatment.memory,
        stage=stage,
    )


def divide(portion: Portion, kind: Kind, finished: Collection[int], onward: bool) -> Iterator[Portion]:
    """Yield the parts of a portion, which have its number still: its unfinished items in two halves.

    `finished` are the indexes of the items that its checkpoint calls done. Where another stage comes (`onward`) they
    go on too, in a part of their own: what was done of them is found done.
    """
    todo = tuple(item for index, item in enumerate(portion.items) if index not in finished)
    done = tuple(item for index, item in enumerate(portion.items) if index in finished)
    half = (len(todo) + 1) // 2
    for items in (todo[:half], todo[half:], done if onward else ()):
        if items:
            yield _part(portion, items, _WHY[kind])


def _part(portion: Portion, items: tuple[Item, ...], why: Why) -> Portion:
    return replace(
        portion,
        items=items,
        members={owner: portion.members[owner] for owner in map(owner_of, items) if portion.members},
        weight=portion.weight * len(items) / len(portion.items),
        origin=Origin(portion.portion, why),
        forebears=(portion.portion, *portion.forebears),
    )
