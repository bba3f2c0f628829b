"""The parameters of a tenant, as the planner has checked them."""

from collections.abc import Mapping

from similarity.neighbours import UNIT, Wanted


def parse_wanted(params: Mapping[str, object]) -> Wanted:
    """Read how many similar products there shall be of one, and how similar they are at least."""
    return Wanted(int(str(params["k"])), max(1, round(float(str(params["least"])) * UNIT)))
