"""Hearing SIGTERM at once, even while the main thread is deep in an image decoder.

Python runs signal handlers in the main thread between two bytecodes. Its wake-up descriptor is written by the C handler
itself, so a thread that reads it hears the signal at any time, and child processes keep their own signal handling.
"""

import os
import signal
import threading


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set from now on. Call it in the main thread."""
    stop = threading.Event()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _heard)
    threading.Thread(target=_listen, args=(reader, stop), name="signals", daemon=True).start()
    return stop


def _heard(_number: int, _frame: object) -> None:
    """Python wants a handler; the wake-up descriptor does the work."""


def _listen(reader: int, stop: threading.Event) -> None:
    os.read(reader, 1)
    stop.set()
