"""The parameters of a tenant, as the planner has checked them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backroom.worker import BadParams


@dataclass(frozen=True, slots=True)
class Params:
    """What is imported and how."""

    url: str | None
    """The feed's https address, or None where its items are keys in the tenant's bucket."""
    columns: Mapping[str, str]
    """The column of a field, where it has no common name."""
    currency: str
    """Of a price that has none beside it; "": the product's."""
    decimal: str | None
    """The sign before decimal places."""
    zone: tzinfo
    """Of timestamps that say none."""
    reject_tolerance: float
    """Share of the rows that may be bad."""


def parse_params(given: Mapping[str, Any]) -> Params:
    """Read the parameters; raises BadParams."""
    try:
        return Params(
            dict(given["feed"]).get("url"),
            dict(given.get("columns", {})),
            str(given.get("currency", "")),
            given.get("decimal"),
            ZoneInfo(str(given.get("timezone", "Etc/UTC"))),
            float(given.get("reject_tolerance", 0.1)),
        )
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError) as error:
        raise BadParams(f"the tenant's parameters of stock_import make no sense: {error!r}") from error
