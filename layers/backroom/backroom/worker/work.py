"""What a job works with: its items, its tenant's bucket, its log."""

import errno
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from backroom.worker.bucket import Bucket
from backroom.worker.crew import Crew
from backroom.worker.endings import BadItem, DiskFull, Skip, Stopped, TooManyFailures, Unfinished
from backroom.worker.log import Log, trace
from backroom.worker.portion import Item, Portion
from backroom.worker.progress import Progress


@dataclass(frozen=True, slots=True)
class Work:
    """The work on one portion. Its methods may be called from any thread."""

    portion: Portion
    tenant: Bucket
    """The tenant's bucket; keys are whole, with the tenant's prefix."""
    log: Log
    stop: threading.Event
    """Set when the container is asked to stop."""
    tolerance: float
    progress: Progress = field(default_factory=Progress)

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

        Raises TooManyFailures when more fail than is tolerated, DiskFull. MemoryError and endings pass through.
        """
        try:
            yield
        except Skip as skip:
            self.progress.skip(item)
            self.log.info("item skipped", item=item.id, reason=str(skip))
        except BadItem as error:
            self._fail(item, type(error).__name__, str(error))
        except FileNotFoundError as error:
            self._fail(item, "NotFound", str(error).split("\n", 1)[0][:300])
        except MemoryError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise DiskFull(f"item {item.id}: no space left on the container's disk") from error
            self._fail(item, type(error).__name__, str(error)[:300], trace(error))
        else:
            self.progress.succeed(item)

    def each(self, function: Callable[[Item], None], threads: int = 1) -> None:
        """Run the function on every item that is to be done, in that many threads, each inside `item(...)`."""

        def do(item: Item) -> None:
            with self.item(item):
                function(item)

        Crew(self.items(), do).run(threads)

    def check_finished(self) -> None:
        """Raises Unfinished when the job passed over items without a word."""
        left = [item.id for item in self.portion.items if not self.progress.knows(item)]
        if left:
            raise Unfinished(
                f"the job returned with {len(left)} items untouched, first {left[0]}: wrap each in work.item(...)"
            )

    def _fail(self, item: Item, error: str, message: str, traceback: str | None = None) -> None:
        failed = self.progress.fail(item, error, message)
        detail = {"traceback": traceback} if traceback else {}
        self.log.warning(f"item failed: {message}", item=item.id, error=error, **detail)
        total = len(self.portion.items)
        # The epsilon keeps 0.1 * 30 = 3.0000000000000004 and its like on the right side.
        if failed > math.floor(self.tolerance * total + 1e-9):
            raise TooManyFailures(
                f"{failed} of {total} items failed, {self.tolerance:.0%} are tolerated (item_tolerance); "
                f"the last: {item.id}: {error}: {message}"
            )
