"""The table of operations that the twin answers; docs/local.md is checked against it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backroom_local.batch.account import Account

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One call: its parameters, valid by shape; the time in milliseconds; an id for what it creates."""

    parameters: dict[str, Any]
    now: int
    new_id: str

    def get(self, name: str, default: Any = None) -> Any:
        return self.parameters.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]


Operation = Callable[[Account, Request], Answer]
OPERATIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    """Enter a function into the table under AWS's name."""

    def enter(function: Operation) -> Operation:
        OPERATIONS[name] = function
        return function

    return enter
