"""A stage that works what the one before handed over: it writes `out/ID` with its attempt's number for each item."""

import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from backroom.worker import Item, Portion, Work, run
from backroom.worker.declared import unpack_lines

FOLDER = tempfile.TemporaryDirectory()


def declared(work: Work) -> Sequence[Item]:
    """Read what was handed over."""
    return unpack_lines(work.handed_over("fetch", "items.gz"), Path(FOLDER.name) / "items")


def write(item: Item, work: Work) -> None:
    """Do one item; `stuck` waits for the request to stop, and is done then."""
    if item.id == "stuck":
        work.stop.wait(60)
        threading.Event().wait(0.1)
    work.put(item, f"out/{item.id}", os.environ["AWS_BATCH_JOB_ATTEMPT"].encode(), "text/plain")


def images(_portion: Portion, work: Work) -> None:
    """Do all of them, one after the other."""
    work.each(lambda item: write(item, work))


run(images, items=declared, in_time=True)
