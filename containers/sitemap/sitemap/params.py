"""The parameters of a tenant, as the planner has checked them."""

from collections.abc import Mapping
from dataclasses import dataclass

from backroom.worker import BadParams

from sitemap.addresses import AddressError, Host


@dataclass(frozen=True, slots=True)
class Params:
    """Of which host the sitemap is."""

    host: Host


def parse_params(given: Mapping[str, object]) -> Params:
    """Read the parameters; raises BadParams."""
    try:
        return Params(Host(str(given.get("host", ""))))
    except AddressError as error:
        raise BadParams(f"the tenant's parameter host: {error}") from error
