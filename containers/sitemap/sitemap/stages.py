"""The two stages: files of a part of the catalogue, and the index of them all."""

from collections import Counter
from itertools import chain

import orjson
from backroom.worker import Item, Portion, Work
from backroom.worker.catalogue import tenant_catalogue

from sitemap.files import files
from sitemap.params import parse_params
from sitemap.publishing import FOLDER, Published, as_handover, publish, replace_index
from sitemap.removal import useless
from sitemap.robots import read_robots
from sitemap.selection import Selection
from sitemap.slices import slice_of

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
    told = [orjson.loads(body) for body in work.gathered(FILES, FILES)]
    published = [Published(**file) for one in told for file in one["files"]]
    needed = replace_index(work, parse_params(portion.params).host, published)
    left_out: Counter[str] = sum((Counter(one["left_out"]) for one in told), Counter())
    refused = [reason for one in told for reason in one["refused"]]
    report = {"urls": sum(file.urls for file in published), "left_out": left_out, "refused": refused}
    work.put(None, f"{portion.prefix}{REPORT}", orjson.dumps(report), "application/json")
    old = useless(work, needed)
    for key in old:
        work.tenant.delete(key)
    work.log.info("sitemaps are in place", **report | {"refused": len(refused)}, removed=len(old))


def _slice(work: Work, item: Item, selection: Selection) -> list[Published]:
    mine = slice_of(item.id)
    with tenant_catalogue(work) as catalogue, catalogue.reading() as snapshot:
        pages = selection.pages(snapshot.pages()) if mine.is_first else iter(())
        blocks = chain(pages, selection.products(map(mine.choose, snapshot.shown())))
        return [publish(work, item, file) for file in files(blocks)]
