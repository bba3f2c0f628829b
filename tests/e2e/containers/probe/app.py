"""Does with each item what its id says: `ok-1` is written, `bad-1` cannot be read, `later-1` works from wave 2 on,
`hang-1` waits until it is stopped, `gated-1` until the tenant's bucket holds an object `opened`, `paused-1` until its
run is resumed, `crash-1` is a bug, and `broken-1` one until the tenant's bucket holds an object `mended`."""

import os
import sys
import time
from collections.abc import Callable

from backroom.worker import BadItem, Item, Portion, Work, run


def write(item: Item, work: Work) -> None:
    """Write the item's output."""
    work.put(item, f"{work.portion.prefix}probed/{item.id}", item.id.encode(), "text/plain", "no-store")


def refuse(item: Item, _work: Work) -> None:
    """Be unreadable."""
    raise BadItem(f"{item.id} is made to be bad")


def wait_for_another_wave(item: Item, work: Work) -> None:
    """Ask to be tried again in the first wave."""
    if os.environ["BACKROOM_WAVE"] == "1":
        sys.stdout.flush()
        os._exit(75)
    write(item, work)


def hang(_item: Item, _work: Work) -> None:
    """Wait until a signal ends it."""
    while True:
        time.sleep(0.05)


def wait_at_the_gate(item: Item, work: Work) -> None:
    """Wait until somebody has opened it."""
    while True:
        try:
            work.tenant.get(f"{work.portion.prefix}opened")
        except FileNotFoundError:
            time.sleep(0.05)
        else:
            return write(item, work)


def wait_for_a_resume(item: Item, work: Work) -> None:
    """Wait until a signal ends it, but for a run that resumes another."""
    if not work.portion.homes:
        hang(item, work)
    write(item, work)


def crash(_item: Item, _work: Work) -> None:
    """End as a bug in native code would end it."""
    os._exit(70)


def crash_until_mended(item: Item, work: Work) -> None:
    """Be a bug until somebody has mended it."""
    try:
        work.tenant.get(f"{work.portion.prefix}mended")
    except FileNotFoundError:
        crash(item, work)
    write(item, work)


DOINGS: dict[str, Callable[[Item, Work], None]] = {
    "ok": write,
    "dear": write,
    "bad": refuse,
    "later": wait_for_another_wave,
    "hang": hang,
    "gated": wait_at_the_gate,
    "paused": wait_for_a_resume,
    "crash": crash,
    "broken": crash_until_mended,
}


def probe(_portion: Portion, work: Work) -> None:
    """Do with each item what its id says."""
    for item in work.items():
        with work.item(item):
            DOINGS[item.id.partition("-")[0]](item, work)


if __name__ == "__main__":
    run(probe)
