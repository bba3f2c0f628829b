"""TLC's counterexamples, made short: of each state, the action that led to it and the variables that it changed."""

import re
from collections.abc import Iterator

_STATE = re.compile(r"^State (\d+): <?(.*?)(?: line .*)?>?$")


def brief(trace: str) -> str:
    """A trace as TLC prints it, but of the variables of each state only those that changed."""
    one_line_each = re.sub(r"\n[ ]+(?=\S)", " ", trace)
    return "\n".join(_changes(one_line_each))


def _changes(trace: str) -> Iterator[str]:
    before: dict[str, str] = {}
    for line in trace.splitlines():
        name, equals, value = line.removeprefix("/\\ ").partition(" = ")
        if state := _STATE.match(line):
            yield f"{state[1]:>3} {state[2]}"
        elif not (line.startswith("/\\ ") and equals):
            yield line
        elif before.get(name) != value:
            if name in before:
                yield f"      {name} = {value}"
            before[name] = value
