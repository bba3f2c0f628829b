"""How often which trouble meets an event."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventRates:
    """Shares (0 to 1) of the events that are lost, delivered twice, or overtaken by the one after. All zero: none."""

    event_loss: float = 0.0
    event_duplication: float = 0.0
    event_overtaking: float = 0.0
