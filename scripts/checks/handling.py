"""Timeouts, retriers and catchers."""

from collections.abc import Iterator

from scripts.checks.finding import Finding, Rule
from scripts.checks.machine import Body, State

_SUBMITS = ("batch:submitJob", "aws-sdk:batch:submitJob")
_BLIND = frozenset({"States.ALL", "States.TaskFailed", "States.Timeout"})


def check(state: State) -> Iterator[Finding]:
    """Find a Task without a timeout, a catch-all that is not last, and a retrier that would submit an array again."""
    yield from _times(state)
    for key in ("Retry", "Catch"):
        yield from _order(state, key, state.body.get(key, []))
    if any(name in str(state.body.get("Resource")) for name in _SUBMITS):
        yield from _resubmits(state)


def _times(state: State) -> Iterator[Finding]:
    timeout, heartbeat = state.body.get("TimeoutSeconds"), state.body.get("HeartbeatSeconds")
    if state.type == "Task" and timeout is None:
        yield Finding(Rule.NO_TIMEOUT, state.place, "has no TimeoutSeconds: it would wait for a year")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        yield Finding(
            Rule.LONG_HEARTBEAT, state.place, f"HeartbeatSeconds {heartbeat} is not below TimeoutSeconds {timeout}"
        )


def _order(state: State, key: str, handlers: list[Body]) -> Iterator[Finding]:
    for number, handler in enumerate(handlers, 1):
        errors = handler.get("ErrorEquals", [])
        if "States.ALL" in errors and (len(errors) > 1 or number < len(handlers)):
            yield Finding(Rule.ALL_NOT_LAST, f"{state.place}.{key}", "States.ALL stands alone, and last")


def _resubmits(state: State) -> Iterator[Finding]:
    for handler in state.body.get("Retry", []):
        blind = sorted(_BLIND & set(handler.get("ErrorEquals", [])))
        if blind and handler.get("MaxAttempts", 3) > 0:
            message = f"a retry on {blind[0]} submits all portions again when one has failed; name Batch's own errors"
            yield Finding(Rule.BLIND_RESUBMIT, f"{state.place}.Retry", message)
