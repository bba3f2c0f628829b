"""How Dask is set: no pages, no measuring, no second tries of its own; a node that is lost ends the attempt."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dask

CONFIG: Mapping[str, Any] = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.spill": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.diagnostics.nvml": False,
}
NO_PAGES: Mapping[str, Any] = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
"""Dask opens a port for pages all the same: here of the loopback interface, and there are none."""


@contextmanager
def quiet() -> Iterator[None]:
    """Have Dask so while it runs, without a word: what goes wrong comes as an exception to who asked for it."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with dask.config.set(CONFIG):
        yield
