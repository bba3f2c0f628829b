"""The main node's side of a cluster: Dask's scheduler and a client of it; the other nodes compute (node.py)."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from backroom.worker import NodeLost, Nodes, Work
from backroom.worker.endings import Stopped
from backroom.worker.log import Log
from distributed import CancelledError, Client, Future, KilledWorker, Scheduler, SpecCluster, wait
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.security import Security

from similarity.crew import Crew, Handle, Here
from similarity.meeting import Meeting, announce, new_meeting, wait_for
from similarity.quiet import NO_PAGES, quiet

_AHEAD = 4
"""Tasks for each thread that are under way before another one is sent."""
_POLL_SECONDS = 0.5
_ROLL_SECONDS = 5.0
"""How long it may take the scheduler to see that a node has gone, after somebody else did."""

T = TypeVar("T")


class Roll(SchedulerPlugin):  # type: ignore[misc] # Dask brings no types
    """Who is here, by the nodes' numbers; whoever leaves before the end is missed for good."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.here: dict[str, str] = {}
        """Name by address."""
        self.lost: list[str] = []
        self.closing = False

    def add_worker(self, scheduler: Scheduler, worker: str) -> None:
        """Note that a node has come."""
        self.here[worker] = str(scheduler.workers[worker].name)
        self._log.info("a node has come", node=self.here[worker], address=worker)

    def remove_worker(self, scheduler: Scheduler, worker: str, **_more: Any) -> None:  # noqa: ARG002 - Dask's signature
        """Note that a node has gone."""
        name = self.here.pop(worker, "?")
        if not self.closing:
            self.lost.append(f"node {name} ({worker})")

    def check(self) -> None:
        """Raises NodeLost if anyone has gone."""
        if self.lost:
            raise NodeLost(f"{', '.join(self.lost)} is gone, with what it held: all nodes begin again")


class Cluster:
    """Computes on the other nodes. Implements Crew; raises NodeLost when one of them is gone, Stopped."""

    def __init__(self, client: Client, roll: Roll, stop: threading.Event) -> None:
        self.width = max(1, sum(client.nthreads().values()))
        self._client, self._roll, self._stop = client, roll, stop
        self._under_way: deque[Future] = deque()
        self._lock = threading.Lock()

    def hold(self, value: object) -> Handle:
        """Send a value to one of the nodes."""
        return self._try(lambda: self._client.scatter(value, hash=False))

    def share(self, value: object) -> Handle:
        """Send a value to all nodes."""
        return self._try(lambda: self._client.scatter(value, hash=False, broadcast=True))

    def submit(self, function: Callable[..., object], *arguments: Handle | object) -> Handle:
        """Have it computed; waits while too many are under way."""
        future = self._try(lambda: self._client.submit(function, *arguments, pure=False))
        with self._lock:
            self._under_way.append(future)
            oldest = self._under_way.popleft() if len(self._under_way) > _AHEAD * self.width else None
        if oldest is not None:
            self._wait(oldest)
        return future

    def take(self, handle: Handle) -> Any:
        """Fetch the value."""
        self._wait(handle)
        return self._try(handle.result)

    def _wait(self, future: Future) -> None:
        while not future.done():
            self._try(lambda: _settle(future))

    def _try(self, ask: Callable[[], T]) -> T:
        """Ask Dask. What it says when a node is gone is of several kinds; the roll tells which, at once or soon."""
        self.check()
        try:
            return ask()
        except (OSError, CancelledError, KilledWorker) as error:
            end = time.monotonic() + _ROLL_SECONDS
            while time.monotonic() < end:
                self.check()
                time.sleep(_POLL_SECONDS / 10)
            raise NodeLost(f"a node does not answer ({type(error).__name__}: {error}): all begin again") from error

    def check(self) -> None:
        """Raises NodeLost, Stopped."""
        self._roll.check()
        if self._stop.is_set():
            raise Stopped("asked to stop; all is computed again")


def _settle(future: Future) -> None:
    """Wait for a future, but not long."""
    with suppress(TimeoutError):
        wait(future, timeout=_POLL_SECONDS)


@contextmanager
def crew_of(work: Work) -> Iterator[Crew]:
    """Give those who compute: the other nodes of the Batch job, or, if there are none, this process."""
    if not work.nodes.others:
        yield Here()
        return
    with cluster(work.nodes, str(work.outputs.token), partial(announce, work), work.stop, work.log) as crew:
        yield crew


@contextmanager
def cluster(
    nodes: Nodes, attempt: str, announce: Callable[[Meeting], None], stop: threading.Event, log: Log
) -> Iterator[Cluster]:
    """Start a scheduler, announce where it is, wait for the other nodes, and give them; they end at the end.

    Raises NodeLost when one of them does not come, Stopped, and what `announce` raises.
    """
    roll = Roll(log)
    with quiet(), _started(nodes, roll) as running:
        announce(new_meeting(attempt, running.scheduler.port, running.security))
        log.info("waiting for the other nodes", address=running.scheduler_address, others=nodes.others)
        with Client(running, direct_to_workers=True) as client:
            _wait_for_nodes(nodes, roll, stop)
            yield Cluster(client, roll, stop)
            roll.closing = True
            client.retire_workers(close_workers=True, remove=True)


@contextmanager
def _started(nodes: Nodes, roll: Roll) -> Iterator[SpecCluster]:
    """Start a scheduler, at this node's own address and with a certificate of its own."""
    security = Security.temporary()
    options = {"host": f"tls://{nodes.address}", "port": 0, "security": security, "plugins": [roll], **NO_PAGES}
    with SpecCluster({}, {"cls": Scheduler, "options": options}, security=security, silence_logs=False) as running:
        yield running


def _wait_for_nodes(nodes: Nodes, roll: Roll, stop: threading.Event) -> None:
    def all_here() -> bool | None:
        roll.check()
        return True if len(roll.here) == nodes.others else None

    def missing() -> str:
        numbers = {str(index) for index in range(nodes.count)} - {str(nodes.main_index), *roll.here.values()}
        return f"of {nodes.count} nodes, node {' and '.join(sorted(numbers))} has not come"

    wait_for(all_here, stop, missing)
