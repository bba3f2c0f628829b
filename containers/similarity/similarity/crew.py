"""Who computes: this process, or (cluster.py) the nodes of a Batch job; what is computed is the same."""

from collections.abc import Callable
from typing import Any, Protocol

Handle = Any
"""Stands for a value, wherever it is."""


class Crew(Protocol):
    """Computes functions of values that it holds. Its methods may be called from any thread."""

    @property
    def width(self) -> int:
        """How many functions are computed at once."""

    def hold(self, value: object) -> Handle:
        """Take a value in."""

    def share(self, value: object) -> Handle:
        """Take a value in that all who compute need."""

    def submit(self, function: Callable[..., object], *arguments: Handle | object) -> Handle:
        """Have a function of this package computed of held and other values; waits while too many are under way."""

    def take(self, handle: Handle) -> Any:
        """Give the value, once it is there; raises what the function raised."""


class Here:
    """Computes everything at once, in this process."""

    width = 1

    def hold(self, value: object) -> Handle:
        """Give the value itself."""
        return value

    share = hold

    def submit(self, function: Callable[..., object], *arguments: Handle | object) -> Handle:
        """Compute it."""
        return function(*arguments)

    def take(self, handle: Handle) -> Any:
        """Give the value itself."""
        return handle
