"""What was in the private places of moto's engine before they were filled, and the hooks of this process's twin."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backroom_local.engine.hooks import Hooks


@dataclass(frozen=True, slots=True)
class Replacement:
    """A private attribute of the engine, the names of its parameters as they are known, and what takes its place."""

    owner: Any
    name: str
    parameters: tuple[str, ...]
    put: Callable[..., Any]


class Installed:
    """The state of the replacements, which is the process's as moto's is."""

    ending = threading.Lock()
    hooks: Hooks
    originals: dict[tuple[Any, str], Any] = {}  # noqa: RUF012 - filled by remember, once an attribute


def remember(replacement: Replacement) -> None:
    """Keep what is in a place, unless it was kept before."""
    place = (replacement.owner, replacement.name)
    if place not in Installed.originals:
        Installed.originals[place] = getattr(replacement.owner, replacement.name, None)


def original(owner: Any, name: str) -> Any:
    """Give what was in a place."""
    return Installed.originals[owner, name]
