"""What the main node does with a model: read its tenants' catalogues, have all computed, write each tenant's files."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter

import orjson
from backroom.worker import Item, Portion, Work
from backroom.worker.catalogue import member_catalogue
from backroom.worker.endings import NoPermission, Stopped

from similarity.cluster import crew_of
from similarity.crew import Crew, Handle
from similarity.model import Shop, ahead, learned, neighbours, part_size, take_in
from similarity.params import parse_wanted
from similarity.vectors import Frequencies, Tally
from similarity.writing import Written, write

FOLDER = "similar/"
FILE, REPORT = f"{FOLDER}products.ndjson.gz", f"{FOLDER}report.json"
_AHEAD = 4
"""Tenants whose neighbours are computed while another one's are written."""


@dataclass(frozen=True, slots=True)
class Known:
    """A tenant whose catalogue has been read."""

    shop: Shop
    frequencies: Frequencies


Learned = Known | Exception | NoPermission
"""Or why it could not be read: its item fails for that, the others go on without it."""


def similarity(portion: Portion, work: Work) -> None:
    """Write the similar products of the tenants of a model, each its own."""
    with crew_of(work) as crew:
        tenants = _learn(crew, portion, work)
        model = Tally()
        for known in tenants.values():
            if isinstance(known, Known):
                model.add(known.frequencies)
        work.log.info("model is made", tenants=len(tenants), products=model.products, width=crew.width)
        rarity = crew.share(model.rarity())

        def start(item: Item) -> Handle:
            known = tenants.pop(item.tenant)
            return known, _start(crew, work, item.tenant, known, rarity)

        for item, (known, tables) in ahead(work.items(), start, _AHEAD):
            with work.item(item):
                _write(crew, work, item.tenant, known, tables)


def _learn(crew: Crew, portion: Portion, work: Work) -> dict[str, Learned]:
    """Read all tenants, also those that an earlier attempt has written: the model is of all of them."""
    shops = {item.tenant: _read(crew, work, item.tenant) for item in portion.items}
    return {
        tenant: Known(shop, learned(crew, shop)) if isinstance(shop, Shop) else shop for tenant, shop in shops.items()
    }


def _read(crew: Crew, work: Work, tenant: str) -> Shop | Exception | NoPermission:
    if work.stop.is_set():
        raise Stopped("asked to stop while catalogues were read; all is done again")
    try:
        with member_catalogue(work.member(tenant)) as catalogue, catalogue.reading() as snapshot:
            return take_in(crew, snapshot.products(), part_size(snapshot.count(), crew.width))
    except (Exception, NoPermission) as error:
        return error


def _start(crew: Crew, work: Work, tenant: str, known: Learned, rarity: Handle) -> list[Handle]:
    if not isinstance(known, Known):
        return []
    return neighbours(crew, known.shop, known.frequencies, rarity, parse_wanted(work.member(tenant).params))


def _write(crew: Crew, work: Work, tenant: str, known: Learned, tables: list[Handle]) -> None:
    """Write a tenant's files. Raises why it could not be read."""
    if not isinstance(known, Known):
        raise known
    member = work.member(tenant)
    written = write(known.shop.skus, map(crew.take, tables))
    work.put(None, f"{member.prefix}{FILE}", written.body, "application/gzip", tenant=tenant)
    report = orjson.dumps(_report(written, member.params))
    work.put(None, f"{member.prefix}{REPORT}", report, "application/json", tenant=tenant)


def _report(written: Written, params: Mapping[str, object]) -> Mapping[str, object]:
    """Give what the tenant is told: of its own shop only, nothing of the others of the model."""
    model, most, least = itemgetter("model", "k", "least")(params)
    without = written.products - written.with_similar
    return {"products": written.products, "without_similar": without, "model": model, "k": most, "least": least}
