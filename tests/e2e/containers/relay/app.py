"""Three stages that hand over to each other; an item's id says what happens to it on the way.

`spot-1` waits in its first wave until it is stopped, `bad-1` cannot be fetched, `flaky-1` asks for another wave when it
is made, `greedy-1` takes more memory than it has.
"""

import os
import sys
import time
from collections.abc import Callable

from backroom.worker import BadItem, Item, Portion, Work, run

FIRST_WAVE = os.environ["BACKROOM_WAVE"] == "1"
GREED = 300 * 1024 * 1024
"""Bytes: more than the row gives, less than twice as much."""


def fetch(portion: Portion, work: Work) -> None:
    """Hand over each item."""
    for item in work.items():
        with work.item(item):
            kind = item.id.partition("-")[0]
            if kind == "bad":
                raise BadItem(f"{item.id} is made to be bad")
            if kind == "spot" and FIRST_WAVE:
                work.stop.wait()
                leave()
            work.hand_over(item.id, item.id.encode())
            put(portion, work, item, "fetched")


def images(portion: Portion, work: Work) -> None:
    """Make something of what was handed over for each item."""
    for item in work.items():
        with work.item(item):
            kind = item.id.partition("-")[0]
            if kind == "flaky" and FIRST_WAVE:
                leave()
            if kind == "greedy":
                hoard()
            work.hand_over("made", work.handed_over("fetch", item.id))
            put(portion, work, item, "made")


def index(portion: Portion, work: Work) -> None:
    """Write the list of what was made of all portions."""
    made = sorted(work.handed_over("images", "made", part) for part in portion.parts)
    work.put(None, f"{portion.prefix}index.txt", b"\n".join(made), "text/plain")


def put(portion: Portion, work: Work, item: Item, folder: str) -> None:
    """Write an item's output of a stage."""
    work.put(item, f"{portion.prefix}{folder}/{item.id}", item.id.encode(), "text/plain")


def leave() -> None:
    """End at once, to be tried again."""
    sys.stdout.flush()
    os._exit(75)


def hoard() -> None:
    """Fill memory for long enough that a limit is enforced."""
    hoarded = b"x" * GREED
    time.sleep(1.0)
    del hoarded


STAGES: dict[str, Callable[[Portion, Work], None]] = {"fetch": fetch, "images": images, "index": index}

if __name__ == "__main__":
    run(STAGES[os.environ["BACKROOM_STAGE"]])
