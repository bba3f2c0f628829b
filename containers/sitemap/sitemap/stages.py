"""The two stages: files of a part of the catalogue, and the index of them all."""

from collections import Counter
from itertools import chain

import orjson
from backroom.worker import Item, Portion, Work
from backroom.worker.catalogue import tenant_catalogue

from sitemap.files import files
from sitemap.params import parse_params
from sitemap.publishing import FOLDER, Published, as_handover, publish, replace_index
from sitemap.robots import read_robots
from sitemap.selection import Selection, Slice

FILES = "files"
"""The stage, and what it hands over."""
REPORT = f"{FOLDER}report.json"
"""What was left out and why, for the tenant."""


def write_files(_portion: Portion, work: Work) -> None:
    """Write the sitemaps of the portion's slice, and hand over which they are.

    Both belong to the item: what is not handed over is not done. So a portion has one.
    """
    for item in work.items():
        with work.item(item):
            selection = Selection(parse_params(work.portion.params).host, read_robots(work))
            published = _slice(work, item, selection)
            work.hand_over(FILES, as_handover(published, selection.left_out, selection.refused))


def write_index(portion: Portion, work: Work) -> None:
    """Put the index of all slices in the place of the one before, and remove what nobody needs any more."""
    told = [orjson.loads(work.handed_over(FILES, FILES, part)) for part in portion.parts]
    published = [Published(**file) for one in told for file in one["files"]]
    useless = replace_index(work, parse_params(portion.params).host, published)
    left_out: Counter[str] = sum((Counter(one["left_out"]) for one in told), Counter())
    refused = [reason for one in told for reason in one["refused"]]
    report = {"urls": sum(file.urls for file in published), "left_out": left_out, "refused": refused}
    work.put(None, f"{portion.prefix}{REPORT}", orjson.dumps(report), "application/json")
    for name in useless:
        work.tenant.delete(f"{portion.prefix}{name}")
    work.log.info("sitemaps are in place", **report | {"refused": len(refused)}, removed=len(useless))


def _slice(work: Work, item: Item, selection: Selection) -> list[Published]:
    mine = slice_of(item.id)
    with tenant_catalogue(work) as catalogue, catalogue.reading() as snapshot:
        pages = snapshot.pages() if mine.number == 0 else ()
        products = (product for product in snapshot.products() if product.sku in mine)
        entries = chain(selection.pages(pages) if mine.number == 0 else (), selection.products(products))
        return [publish(work, item, file) for file in files(entries)]


def slice_of(name: str) -> Slice:
    """Read an item's id, `slice-2-of-4`, counted from 1. Raises ValueError for another."""
    word, number, of, total = name.split("-")
    if (word, of) != ("slice", "of"):
        raise ValueError(f"{name!r} is no slice of a catalogue")
    return Slice(int(number) - 1, int(total))
