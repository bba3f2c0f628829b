"""Reads the catalogues of a model's tenants, several at once, and has their terms counted."""

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from backroom.worker import Item, Portion, Work
from backroom.worker.catalogue import member_catalogue
from backroom.worker.crew import Crew as Threads
from backroom.worker.endings import NoPermission, Stopped

from similarity.crew import Crew
from similarity.model import Shop, learned, part_size, take_in
from similarity.vectors import Frequencies

LARGE = 64 * 1024 * 1024
"""Bytes of a catalogue that is read when no other large one is: they lie in /tmp meanwhile."""


@dataclass(frozen=True, slots=True)
class Known:
    """A tenant whose catalogue has been read."""

    shop: Shop
    frequencies: Frequencies


Learned = Known | Exception | NoPermission
"""Or why it could not be read: its item fails for that, the others go on without it."""


def learn(crew: Crew, portion: Portion, work: Work, threads: int) -> dict[str, Learned]:
    """Read all tenants, also those that an earlier attempt has written: the model is of all of them.

    Raises Stopped, and what the crew raises.
    """
    shops: dict[str, Shop | Exception | NoPermission] = {}
    alone = threading.Lock()

    def read(item: Item) -> None:
        with alone if _goes_alone(item, work.member(item.tenant).params) else nullcontext():
            shops[item.tenant] = _read(crew, work, item.tenant)

    Threads(iter(portion.items), read).run(threads)
    return {
        tenant: Known(shop, learned(crew, shop)) if isinstance(shop, Shop) else shop for tenant, shop in shops.items()
    }


def _goes_alone(item: Item, params: Mapping[str, object]) -> bool:
    """Say whether no other such is read beside it: what is large, and what takes a connection, which are counted."""
    return item.bytes > LARGE or params["catalogue"] == "postgres"


def _read(crew: Crew, work: Work, tenant: str) -> Shop | Exception | NoPermission:
    if work.stop.is_set():
        raise Stopped("asked to stop while catalogues were read; all is done again")
    try:
        with member_catalogue(work.member(tenant)) as catalogue, catalogue.reading() as snapshot:
            return take_in(crew, snapshot.products(), part_size(snapshot.count(), crew.width))
    except (Exception, NoPermission) as error:
        return error
