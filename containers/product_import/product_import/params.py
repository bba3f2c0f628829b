"""The parameters of a tenant, as the planner has checked them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backroom.worker import BadParams

from product_import.columns import Wanted
from product_import.pictures import MOST
from product_import.validation import Usual


@dataclass(frozen=True, slots=True)
class Params:
    """What is imported and how."""

    url: str | None
    """The feed's https address, or None where it is an object in the tenant's bucket."""
    key: str
    """Of that object, behind the tenant's prefix."""
    wanted: Wanted
    usual: Usual
    reject_tolerance: float
    """Share of the rows that may be bad."""
    removal_tolerance: float
    """Share of the catalogue that a feed may leave out."""
    most_images: int
    """Images that are handed over to be fetched; 0: the tenant wants none."""


def parse_params(given: Mapping[str, Any]) -> Params:
    """Read the parameters; raises BadParams."""
    try:
        feed, images = dict(given["feed"]), dict(given.get("images") or {})
        return Params(
            feed.get("url"),
            str(feed.get("key") or ""),
            Wanted(dict(given.get("columns", {})), tuple(given.get("attributes", ()))),
            Usual(str(given.get("currency", "")), given.get("decimal")),
            float(given.get("reject_tolerance", 0.1)),
            float(given.get("removal_tolerance", 0.3)),
            int(images.get("most", MOST)) if images.get("fetch", True) else 0,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadParams(f"the tenant's parameters of product_import make no sense: {error!r}") from error
