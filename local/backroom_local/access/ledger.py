"""What was called: by whom, which action on which resource, allowed or denied, and which permissions nobody used."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from backroom_local.access.evaluation import Call
from backroom_local.access.matching import fits_action
from backroom_local.access.policy import Effect, Policy
from backroom_local.access.principals import Principal

_MOST_RESOURCES: Final = 1000
"""Of one action of one role; calls on further ones are counted together."""
OTHERS: Final = "(others)"


@dataclass(frozen=True, slots=True)
class Entry:
    """Calls of one action on one resource."""

    action: str
    resource: str
    allowed: int
    denied: int


class Ledger:
    """Counts calls; safe from any thread."""

    def __init__(self) -> None:
        """Nothing was called yet."""
        self._lock = threading.Lock()
        self._roles: dict[str, str] = {}
        self._allowed: dict[tuple[str, str], Counter[str]] = {}
        self._denied: dict[tuple[str, str], Counter[str]] = {}

    def note(self, principal: Principal, call: Call, allowed: bool) -> None:
        """Count a call."""
        with self._lock:
            self._roles.setdefault(principal.who, principal.role_arn)
            counters = self._allowed if allowed else self._denied
            counter = counters.setdefault((principal.who, call.action), Counter())
            full = call.resource not in counter and len(counter) >= _MOST_RESOURCES
            counter[OTHERS if full else call.resource] += 1

    def report(self, policies: Callable[[str], Iterable[Policy]]) -> dict[str, Any]:
        """Give JSON: who -> its calls, and the actions that its policies allow and that it never used.

        `policies`: ARN of a role -> its policies.
        """
        with self._lock:
            roles = dict(self._roles)
            calls = {who: list(self._calls(who)) for who in roles}
        return {
            who: {
                "calls": [asdict(entry) for entry in calls[who]],
                "unused": _unused(policies(role), {entry.action for entry in calls[who] if entry.allowed}),
            }
            for who, role in sorted(roles.items())
        }

    def _calls(self, who: str) -> Iterable[Entry]:
        """Give the calls of one, by action and resource."""
        actions = sorted({action for name, action in (*self._allowed, *self._denied) if name == who})
        for action in actions:
            allowed = self._allowed.get((who, action), Counter())
            denied = self._denied.get((who, action), Counter())
            for resource in sorted({*allowed, *denied}):
                yield Entry(action, resource, allowed[resource], denied[resource])


def _unused(policies: Iterable[Policy], used: set[str]) -> list[str]:
    """Give the actions, as policies allow them, that fit none of those that were used."""
    given = {
        pattern
        for policy in policies
        for statement in policy.statements
        if statement.effect is Effect.ALLOW and not statement.actions.inverted
        for pattern in statement.actions.patterns
    }
    return sorted(pattern for pattern in given if not any(fits_action(pattern, action) for action in used))
