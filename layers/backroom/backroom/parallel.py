"""Does in a few threads what waits for S3, in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from queue import Empty, Full, Queue
from threading import Event
from typing import Generic, TypeVar

T = TypeVar("T")
A = TypeVar("A")
_LOOK_SECONDS = 0.1
"""How often a thread that cannot go on looks whether all has ended; nobody waits for it in the normal course."""


class _Ended:
    """One stream has ended, by `error` or well."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Channel(Generic[T]):
    """A bounded queue from many threads to one, which may stop reading."""

    def __init__(self, ahead: int) -> None:
        self.queue: Queue[T | _Ended] = Queue(ahead)
        self.stopped = Event()

    def put(self, element: T | _Ended) -> None:
        while not self.stopped.is_set():
            try:
                return self.queue.put(element, timeout=_LOOK_SECONDS)
            except Full:
                continue
        return None

    def drain(self, stream: Callable[[], Iterable[T]]) -> None:
        try:
            for element in stream():
                self.put(element)
                if self.stopped.is_set():
                    return
        except BaseException as error:  # it is raised again where the stream is read
            self.put(_Ended(error))
        else:
            self.put(_Ended())


@contextmanager
def _stopping(channel: _Channel[T]) -> Iterator[None]:
    try:
        yield
    finally:
        channel.stopped.set()


def interleave(streams: Sequence[Callable[[], Iterable[T]]], threads: int, ahead: int) -> Iterator[T]:
    """Yield the elements of all streams, each in its own order, at most `ahead` of them waiting.

    The first error of a stream is raised here and stops the others; so does whoever closes this iterator.
    """
    channel: _Channel[T] = _Channel(ahead)
    with ThreadPoolExecutor(threads) as pool, _stopping(channel):
        running = [pool.submit(channel.drain, stream) for stream in streams]
        left = len(running)
        while left:
            try:
                element = channel.queue.get(timeout=_LOOK_SECONDS)
            except Empty:
                continue
            if not isinstance(element, _Ended):
                yield element
            elif element.error:
                raise element.error
            else:
                left -= 1


def in_order(function: Callable[[A], T], arguments: Iterable[A], threads: int) -> Iterator[T]:
    """Yield `function(argument)` of every argument, in order; at most twice as many are under way as there are threads.

    An error of the function is raised when its turn comes.
    """
    waiting: deque[Future[T]] = deque()
    stream = iter(arguments)
    with ThreadPoolExecutor(threads) as pool:
        waiting.extend(pool.submit(function, argument) for argument in islice(stream, 2 * threads))
        try:
            while waiting:
                done = waiting.popleft().result()
                waiting.extend(pool.submit(function, argument) for argument in islice(stream, 1))
                yield done
        finally:
            for future in waiting:
                future.cancel()
