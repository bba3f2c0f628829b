"""What the main node does with a model: read its tenants' catalogues, have all computed, write each tenant's files."""

from collections.abc import Mapping
from operator import itemgetter

import orjson
from backroom.worker import Item, Portion, Work

from similarity.cluster import crew_of
from similarity.crew import Crew, Handle
from similarity.model import neighbours
from similarity.params import parse_wanted
from similarity.reading import Known, Learned, learn
from similarity.vectors import Tally
from similarity.writing import Written, write

FOLDER = "similar/"
FILE, REPORT = f"{FOLDER}products.ndjson.gz", f"{FOLDER}report.json"
_THREADS = 4
"""Tenants that are read or written at once, while others compute: each waits for S3 and STS most of the time."""


def similarity(portion: Portion, work: Work) -> None:
    """Write the similar products of the tenants of a model, each its own."""
    threads = _THREADS if work.nodes.others else 1
    with crew_of(work) as crew:
        tenants = learn(crew, portion, work, threads)
        rarity = crew.share(_model(tenants, work).rarity())

        def do(item: Item) -> None:
            _do(crew, work, item.tenant, tenants.pop(item.tenant), rarity)

        work.each(do, threads)


def _model(tenants: Mapping[str, Learned], work: Work) -> Tally:
    model = Tally()
    for known in tenants.values():
        if isinstance(known, Known):
            model.add(known.frequencies)
    work.log.info("model is made", tenants=len(tenants), products=model.products)
    return model


def _do(crew: Crew, work: Work, tenant: str, known: Learned, rarity: Handle) -> None:
    """Write a tenant's files. Raises why it could not be read."""
    if not isinstance(known, Known):
        raise known
    member = work.member(tenant)
    tables = neighbours(crew, known.shop, known.frequencies, rarity, parse_wanted(member.params))
    written = write(known.shop.skus, map(crew.take, tables))
    work.put(None, f"{member.prefix}{FILE}", written.body, "application/gzip", tenant=tenant)
    report = orjson.dumps(_report(written, member.params))
    work.put(None, f"{member.prefix}{REPORT}", report, "application/json", tenant=tenant)


def _report(written: Written, params: Mapping[str, object]) -> Mapping[str, object]:
    """Give what the tenant is told: of its own shop only, nothing of the others of the model."""
    model, most, least = itemgetter("model", "k", "least")(params)
    without = written.products - written.with_similar
    return {"products": written.products, "without_similar": without, "model": model, "k": most, "least": least}
