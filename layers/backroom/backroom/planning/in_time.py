"""Gives up what takes longer than there is time for, and says so, before the function is ended without a word."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T], late: Exception) -> T:
    """Give what `work` gives, or raise what it raises; raises `late` when that is not there within `seconds`.

    What is late goes on in its thread until the function is frozen: only what writes nothing may be given up so.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="in-time")
    future = pool.submit(work)
    pool.shutdown(wait=False)
    if not wait([future], timeout=seconds).done:
        raise late
    return future.result()
