"""A job of stages: `fetch` hands over its items' ids, `images` writes an output for each, `index` lists them all."""

import os

from backroom.worker import Portion, Work, run


def fetch(portion: Portion, work: Work) -> None:
    """Hand the ids over."""
    for item in work.items():
        with work.item(item):
            pass
    work.hand_over("ids.txt", "\n".join(item.id for item in portion.items).encode())


def images(_portion: Portion, work: Work) -> None:
    """Write what was handed over."""
    known = work.handed_over("fetch", "ids.txt").decode().splitlines()
    for item in work.items():
        with work.item(item):
            work.put(item, f"out/{item.id}", f"{known.index(item.id)}".encode(), "text/plain")


def index(_portion: Portion, work: Work) -> None:
    """Put the parts' lists together."""
    work.put(None, "out/index", b"\n".join(work.gathered("fetch", "ids.txt")), "text/plain")


run({"fetch": fetch, "images": images, "index": index}[os.environ["BACKROOM_STAGE"]])
