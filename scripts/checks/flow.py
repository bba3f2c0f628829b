"""Ways that lead nowhere, and states that no way leads to."""

from collections.abc import Iterator

from scripts.checks.finding import Finding, Rule
from scripts.checks.machine import Scope, State, edges, reached

_TERMINAL = ("Succeed", "Fail")


def check(scope: Scope) -> Iterator[Finding]:
    """Find targets that are not there, states without a way on, and states that are never reached."""
    if scope.start_at not in scope.states:
        yield Finding(Rule.DANGLING_NEXT, scope.place, f"StartAt names {scope.start_at}, which is not there")
    for state in scope.states.values():
        yield from _ways(scope, state)
    for name in sorted(scope.states.keys() - reached(scope)):
        yield Finding(Rule.UNREACHABLE, scope.states[name].place, "no way leads to this state")


def _ways(scope: Scope, state: State) -> Iterator[Finding]:
    for edge in edges(state):
        if edge.target not in scope.states:
            yield Finding(Rule.DANGLING_NEXT, state.place, f"goes to {edge.target}, which is not there")
    ends = state.type in _TERMINAL or state.body.get("End") is True
    if not ends and "Next" not in state.body and state.type != "Choice":
        yield Finding(Rule.NO_WAY_ON, state.place, "has neither Next nor End")
    if state.type == "Choice" and "Default" not in state.body:
        yield Finding(
            Rule.NO_WAY_ON, state.place, "has no Default: what no rule fits would end in States.NoChoiceMatched"
        )
