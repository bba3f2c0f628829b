"""What an instance of a simulated environment costs, by the price table of the layer (backroom/prices.json)."""

from backroom.costs import Kind, Prices

from backroom_local.batch.core.model import CPU_UNITS
from backroom_local.batch.instance_types import REGISTERED
from backroom_local.forecast.lifetimes import Lifetime

FEWEST_SECONDS = 60
"""EC2 and Fargate bill by the second, a minute at least (EC2 user guide, "On-Demand Instances"; Fargate's pricing)."""


def lifetime_cost(prices: Prices, lifetime: Lifetime) -> float:
    """Give what an instance costs from launch to end. Raises PriceTableError when its kind has no price."""
    kind, capacity = lifetime.type, lifetime.capacity
    # What an instance registers is less than what is paid for.
    gib = kind.memory / 1024 / (1 if capacity.fargate else REGISTERED)
    hourly = prices.instance_hourly(kind.name, Kind(capacity), kind.cpu / CPU_UNITS, gib)
    return hourly * max(FEWEST_SECONDS, lifetime.seconds) / 3600
