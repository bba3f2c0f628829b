"""What a job works with: its items, its tenant's bucket, its log."""

import errno
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from backroom.worker.bucket import Bucket
from backroom.worker.crew import Crew
from backroom.worker.endings import (
    BadItem,
    DiskFull,
    Ending,
    NoPermission,
    Skip,
    Stopped,
    TooManyFailures,
    Unfinished,
    WrongSetup,
)
from backroom.worker.handover import Handovers
from backroom.worker.log import Log, trace
from backroom.worker.member import Member, Members
from backroom.worker.nodes import ALONE, Nodes
from backroom.worker.outputs import Outputs
from backroom.worker.portion import Item, Portion
from backroom.worker.progress import Progress


@dataclass(frozen=True, slots=True)
class Work:
    """The work on one portion. Its methods may be called from any thread."""

    portion: Portion
    tenant: Bucket
    """The tenant's bucket, for reading; keys are whole, with the tenant's prefix. Jobs write by `put`."""
    outputs: Outputs
    handovers: Handovers
    log: Log
    stop: threading.Event
    """Set when the container is asked to stop."""
    tolerance: float
    progress: Progress = field(default_factory=Progress)
    members: Members | None = None
    """Of a shared portion."""
    nodes: Nodes = ALONE
    """The nodes of the Batch job, whose main one this is."""

    def items(self) -> Iterator[Item]:
        """The items still to be done, in order. Raises Stopped between items once the container is asked to stop."""
        for item in self.portion.items:
            if self.stop.is_set():
                raise Stopped("asked to stop; the checkpoint has what is done")
            if not self.progress.knows(item):
                yield item

    @contextmanager
    def item(self, item: Item) -> Iterator[None]:
        """Do one item: success counts as done, an exception as a failure of this item under the exception's name.

        Raises TooManyFailures when more fail than is tolerated, NoPermission when nothing but refusals came, DiskFull.
        MemoryError and endings pass through.
        """
        try:
            yield
        except (Exception, NoPermission) as error:
            self._settle(item, error)
        else:
            self.progress.succeed(item)

    def each(self, function: Callable[[Item], None], threads: int = 1) -> None:
        """Run the function on every item that is to be done, in that many threads, each inside `item(...)`."""

        def do(item: Item) -> None:
            with self.item(item):
                function(item)

        Crew(self.items(), do).run(threads)

    def put(
        self,
        item: Item | None,
        key: str,
        body: bytes,
        content_type: str,
        cache_control: str | None = None,
        tenant: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> bool:
        """Write an output of an item, under its final key; False if this run has written it already.

        Without an item it is an output of the portion as a whole, such as an index of all its items. Of a shared
        portion `tenant` says which member's it is. `metadata`, names in lower case and values in ASCII, is what S3
        keeps beside it. Raises Superseded when a later attempt or run has written it, and UnusableKey, WrongSetup,
        NoPermission, Outage.
        """
        outputs = self.outputs if tenant is None else self.member(tenant).outputs
        return outputs.put(item, key, body, content_type, cache_control, metadata)

    def member(self, tenant: str) -> Member:
        """A tenant of a shared portion, with credentials of its own.

        Raises WrongSetup if it is none of them, NoPermission, Outage.
        """
        if self.members is None:
            raise WrongSetup(
                f"portion {self.portion.portion} is tenant {self.portion.tenant}'s alone: it has no members"
            )
        return self.members.of(tenant)

    def hand_over(self, name: str, body: bytes) -> None:
        """Leave something to the stages after this one; another attempt's of the same name is replaced.

        Raises WrongSetup if the name is none, Superseded when a later attempt has written it, NoPermission, Outage.
        """
        self.handovers.leave(name, body)

    def handed_over(self, stage: str, name: str, portion: int | None = None) -> bytes:
        """What a stage before left for this portion, or for `portion`, one of those that this one combines.

        Raises FileNotFoundError if it left nothing of that name, WrongSetup, NoPermission, Outage.
        """
        return self.handovers.take(stage, name, portion)

    def gathered(self, stage: str, name: str) -> Iterator[bytes]:
        """What a stage before left for the portions that this one combines, each once. Raises as `handed_over`."""
        return self.handovers.gather(stage, name)

    def check_finished(self) -> None:
        """Raises Unfinished when the job passed over items without a word."""
        left = len(self.portion.items) - self.progress.count()
        if left:
            first = next(item.id for item in self.portion.items if not self.progress.knows(item))
            raise Unfinished(
                f"the job returned with {left} items untouched, first {first}: wrap each in work.item(...)"
            )

    def _settle(self, item: Item, error: Exception | NoPermission) -> None:
        """What an exception within an item means."""
        if isinstance(error, MemoryError):
            raise error
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise DiskFull(f"item {item.id}: no space left on the container's disk") from error
        if isinstance(error, Skip):
            self.progress.skip(item)
            self.log.info("item skipped", item=item.id, reason=str(error))
            return
        name = "NotFound" if isinstance(error, FileNotFoundError) else type(error).__name__
        # What a job foresaw needs no traceback; what it did not is for its author.
        foreseen = isinstance(error, BadItem | FileNotFoundError | NoPermission)
        self._fail(item, name, _brief(error), {} if foreseen else {"traceback": trace(error)})

    def _fail(self, item: Item, error: str, message: str, detail: Mapping[str, str]) -> None:
        failed = self.progress.fail(item, error, message)
        self.log.warning(f"item failed: {message}", item=item.id, error=error, **detail)
        total = len(self.portion.items)
        # The epsilon keeps 0.1 * 30 = 3.0000000000000004 and its like on the right side.
        if failed > math.floor(self.tolerance * total + 1e-9):
            raise self._verdict(failed, total, f"{item.id}: {error}: {message}")

    def _verdict(self, failed: int, total: int, last: str) -> Ending:
        """S3 refuses even a missing object, to who may not list: so only nothing but refusals means a wrong role."""
        tally = self.progress.tally()
        if not tally.succeeded and all(failure.error == NoPermission.__name__ for failure in tally.failures):
            return NoPermission(tally.failures[-1].message)
        return TooManyFailures(
            f"{failed} of {total} items failed, {self.tolerance:.0%} are tolerated (item_tolerance); the last: {last}"
        )


def _brief(error: BaseException) -> str:
    """The first line of an error's text, so that logs and results stay readable."""
    return str(error).split("\n", 1)[0][:400]
