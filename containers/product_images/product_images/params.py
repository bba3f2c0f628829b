"""The parameters of a tenant as far as they concern images, as the planner has checked them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backroom.worker import BadParams


@dataclass(frozen=True, slots=True)
class Manners:
    """How the hosts of a feed's images are treated, and what is taken of them."""

    bytes: int = 20_000_000
    """Of one image."""
    seconds: float = 60.0
    """For one image."""
    per_host: int = 4
    """Images that are asked of a host at once."""
    rate: float = 20.0
    """Images that are asked of a host in a second."""


def parse_manners(params: Mapping[str, Any]) -> Manners:
    """Read the parameter `images`; raises BadParams."""
    given, usual = params.get("images") or {}, Manners()
    try:
        return Manners(
            int(given.get("bytes", usual.bytes)),
            float(given.get("seconds", usual.seconds)),
            int(given.get("per_host", usual.per_host)),
            float(given.get("rate", usual.rate)),
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise BadParams(f"the parameter images makes no sense: {error!r}") from error
