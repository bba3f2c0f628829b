"""A job that writes `out/ID` with its attempt's number for every item, and misbehaves as its argument says."""

import os
import sys
import threading
import time

from backroom.worker import BadItem, Item, Portion, Work, run


class Torn(BadItem):
    """The item's id begins with `bad`."""


def write(item: Item, work: Work) -> None:
    """Do one item."""
    if item.id.startswith("bad"):
        raise Torn("it was in two")
    if item.id.startswith("stuck"):
        threading.Event().wait()
    if item.id.startswith("slow"):
        time.sleep(0.1)
    key, body = f"out/{item.id}", os.environ["AWS_BATCH_JOB_ATTEMPT"].encode()
    if os.environ.get("PROBE_WRITES") == "unfenced":
        work.tenant.put(key, body, "text/plain")
    else:
        work.put(item, key, body, "text/plain")


def probe(_portion: Portion, work: Work) -> None:
    """Do all items, in as many threads as the first argument says; `bug` raises what no job should."""
    if sys.argv[1] == "bug":
        raise ZeroDivisionError("of zero by zero")
    if sys.argv[1] == "memory":
        raise MemoryError
    work.each(lambda item: write(item, work), threads=int(sys.argv[1]))


run(probe)
