"""Events of AWS's services as badly as EventBridge may deliver them: not at all, twice, out of order.

EventBridge delivers at least once and in no order; Batch itself sends its events on a best-effort basis
(https://docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html).
"""

from dataclasses import astuple
from random import Random

from backroom_local.rules.event import Event
from backroom_local.rules.rates import EventRates

Sent = tuple[str, Event]
"""An event and the bus that it was put on."""


class Trouble:
    """Decides of each event what becomes of it, from one seeded source; a user's own events are left alone."""

    def __init__(self, rates: EventRates, seed: int) -> None:
        """Take the rates; the same seed and events give the same trouble."""
        self._rates, self._chance = rates, Random(seed)  # noqa: S311 - no secret
        self._overtaken: list[Sent] = []

    def meet(self, sent: Sent) -> list[Sent]:
        """Give what is delivered now that this event was sent, in order."""
        if not sent[1]["source"].startswith("aws."):
            return [sent]
        # Three draws for each event, so that the time at which one comes changes nothing for those after it.
        lost, twice, late = (self._chance.random() < rate for rate in astuple(self._rates))
        if lost:
            return self.rest()
        copies = [sent] * (2 if twice else 1)
        if late and not self._overtaken:
            self._overtaken = copies
            return []
        return copies + self.rest()

    def rest(self) -> list[Sent]:
        """Give what was held back, so that it is late and not lost."""
        held, self._overtaken = self._overtaken, []
        return held
