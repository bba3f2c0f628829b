"""The other nodes' side of a cluster: a worker of Dask, until the main node has all it wants."""

import asyncio
import os
import threading

from backroom.worker import NodeLost, Nodes
from distributed import Status, Worker

from similarity.meeting import PATIENCE_SECONDS, Meeting, find_meeting
from similarity.quiet import NO_PAGES, quiet

_POLL_SECONDS = 0.2
_ENDED = (Status.closed, Status.failed)


def compute(nodes: Nodes, stop: threading.Event) -> None:
    """Compute what the main node asks for, until it ends. Raises NodeLost if it is never found."""
    with quiet():
        asyncio.run(serve(nodes, find_meeting(os.environ, stop), stop))


async def serve(nodes: Nodes, meeting: Meeting, stop: threading.Event) -> None:
    """Compute for whoever has that meeting's certificate. Raises NodeLost if nobody is there."""
    worker = Worker(
        f"tls://{nodes.main_address}:{meeting.port}",
        host=f"tls://{nodes.address}",
        name=str(nodes.index),
        nthreads=len(os.sched_getaffinity(0)),
        security=meeting.security(),
        memory_limit=0,
        death_timeout=PATIENCE_SECONDS,
        **NO_PAGES,
    )
    try:
        await worker
    except (TimeoutError, OSError) as error:
        raise NodeLost(f"the main node cannot be reached at {nodes.main_address}:{meeting.port}: {error}") from error
    while worker.status not in _ENDED and not stop.is_set():
        await asyncio.sleep(_POLL_SECONDS)
    await worker.close()
