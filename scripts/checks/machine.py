"""A state machine as the checks see it: scopes of states, and the ways from one state to the next."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """One state: its name, its place for a reader, and its body in the Amazon States Language."""

    name: str
    place: str
    body: Body

    @property
    def type(self) -> str:
        """Give the state's type."""
        return str(self.body.get("Type"))

    @property
    def handlers(self) -> Iterator[Body]:
        """Give the retriers and the catchers."""
        yield from self.body.get("Retry", [])
        yield from self.body.get("Catch", [])


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from a state to another, and the variables that it assigns."""

    target: str
    assigned: frozenset[str]
    hands_on: bool
    """Whether the other state's input is surely this one's."""


@dataclass(frozen=True, slots=True)
class Scope:
    """States that go to one another: the machine's own, or those within a Map or a branch of a Parallel."""

    place: str
    start_at: str
    states: Mapping[str, State]
    outer: State | None = None


def scopes(definition: Body, place: str = "machine", outer: State | None = None) -> Iterator[Scope]:
    """Yield the machine's scope, then every inner one, each after the one that holds it."""
    states = {name: State(name, f"{place}.{name}", body) for name, body in definition.get("States", {}).items()}
    yield Scope(place, str(definition.get("StartAt")), states, outer)
    for state in states.values():
        for number, inner in enumerate(_inner(state.body)):
            suffix = f"[{number}]" if state.type == "Parallel" else ""
            yield from scopes(inner, f"{state.place}{suffix}", state)


def _inner(body: Body) -> list[Body]:
    return [body[key] for key in ("ItemProcessor", "Iterator") if key in body] + list(body.get("Branches", []))


def edges(state: State) -> Iterator[Edge]:
    """Yield every way out of a state: of a choice's rules and default, to the next state, to those that catch."""
    steps = [*state.body.get("Choices", []), *state.body.get("Catch", [])]
    yield from (_edge(state, step, step["Next"]) for step in steps if "Next" in step)
    yield from (_edge(state, state.body, state.body[key]) for key in ("Next", "Default") if key in state.body)


def _edge(state: State, step: Body, target: str) -> Edge:
    return Edge(target, frozenset(step.get("Assign", {})), state.type == "Choice" and "Output" not in step)


def reached(scope: Scope, leads: Callable[[Edge], bool] = lambda _edge: True) -> set[str]:
    """Give the names of the states that some way from the start leads to, by those edges that lead."""
    found: set[str] = set()
    waiting = [scope.start_at]
    while waiting:
        name = waiting.pop()
        if name in scope.states and name not in found:
            found.add(name)
            waiting += [edge.target for edge in edges(scope.states[name]) if leads(edge)]
    return found
