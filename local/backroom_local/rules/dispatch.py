"""Takes events from anywhere, finds the rules that match, and delivers, one event at a time, in its own thread."""

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backroom_local.rules import event as events
from backroom_local.rules.event import Event
from backroom_local.rules.targets import Reach, deliver_or_bury
from backroom_local.rules.trouble import Sent, Trouble

_LOG = logging.getLogger(__name__)
_SERVICE = "events.amazonaws.com"
_LATEST_SECONDS = 1.0
"""How late an event is that was to be overtaken, when none comes after it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is in force: whether it matches an event, and its targets."""

    name: str
    matches: Callable[[Event], bool]
    targets: tuple[Mapping[str, Any], ...]
    arn: str


class Dispatcher:
    """Delivers events at least once; `put` may be called from any thread and returns at once."""

    def __init__(self, rules: Callable[[str], Iterable[Rule]], reach: Reach, trouble: Trouble) -> None:
        """Take the rules of a bus by its name, asked for anew for each event, and what goes wrong with events."""
        self._rules, self._reach, self._trouble = rules, reach, trouble
        self._events: queue.SimpleQueue[Sent | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="twin-rules", daemon=True)
        self._thread.start()

    def put(self, event: Event, bus: str = "default") -> None:
        """Take an event on."""
        self._events.put((bus, event))

    def close(self) -> None:
        """Deliver what was taken on, and end."""
        self._events.put(None)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        """Deliver one event after the other."""
        going = True
        while going:
            try:
                taken = self._events.get(timeout=_LATEST_SECONDS)
            except queue.Empty:
                self._dispatch_all(self._trouble.rest())
                continue
            going = taken is not None
            self._dispatch_all(self._trouble.rest() if taken is None else self._trouble.meet(taken))

    def _dispatch_all(self, due: Iterable[Sent]) -> None:
        """Deliver these events; what goes wrong with one does not hold up the next."""
        for bus, event in due:
            try:
                self._dispatch(bus, event)
            except Exception:
                _LOG.exception("event %s of %s was not delivered", event.get("id"), event.get("source"))

    def _dispatch(self, bus: str, event: Event) -> None:
        """Deliver an event to the targets of every rule that matches."""
        for rule in self._rules(bus):
            if rule.matches(event):
                for target in rule.targets:
                    self._deliver(rule, target, event)

    def _deliver(self, rule: Rule, target: Mapping[str, Any], event: Event) -> None:
        """Deliver to one target."""
        try:
            received = events.received(event, target)
        except ValueError as error:
            _LOG.warning("rule %s: %s: its InputTemplate does not become JSON: %s", rule.name, target["Arn"], error)
            return
        reach, dead = self._reach.acting(_SERVICE, target, rule.arn), target.get("DeadLetterConfig")
        # A rule's dead letters are sent by EventBridge itself, whatever role its target names.
        burial = self._reach.acting(_SERVICE, dead, rule.arn) if dead else None
        deliver_or_bury(reach, target["Arn"], received, target, name=f"rule {rule.name}", burial=burial)
