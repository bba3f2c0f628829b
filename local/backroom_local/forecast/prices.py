"""What an instance costs: a table that the user edits (prices.json, or a file of his own)."""

from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backroom_local.batch.core.model import CPU_UNITS
from backroom_local.batch.core.words import Capacity
from backroom_local.batch.instance_types import REGISTERED
from backroom_local.forecast.lifetimes import Lifetime

FEWEST_SECONDS = 60
"""EC2 and Fargate bill by the second, a minute at least (EC2 user guide, "On-Demand Instances"; Fargate's pricing)."""


class PriceTableError(ValueError):
    """A price table cannot be read, or has no such form; says which file and what is wrong."""


class Rate(BaseModel):
    """A price by size: per vCPU and hour, per GiB and hour."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vcpu_hour: float = Field(ge=0)
    gb_hour: float = Field(ge=0)


class Prices(BaseModel):
    """Prices: of instance types by name, hourly, where they are given; else by size."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: str = ""
    as_of: str
    currency: str
    rates: dict[Capacity, Rate]
    instances: dict[str, dict[Capacity, float]] = {}

    def cost(self, lifetime: Lifetime) -> float:
        """Give what an instance costs over its lifetime. Raises PriceTableError when its kind has no price."""
        hours = max(FEWEST_SECONDS, lifetime.seconds) / 3600
        return hours * self._hourly(lifetime)

    def _hourly(self, lifetime: Lifetime) -> float:
        kind, capacity = lifetime.type, lifetime.capacity
        known = self.instances.get(kind.name, {}).get(capacity)
        if known is not None:
            return known
        rate = self.rates.get(capacity)
        if rate is None:
            raise PriceTableError(f"the price table has no rate for {capacity}; add it under `rates`")
        # What an instance registers is less than what is paid for.
        gib = kind.memory / 1024 / (1 if capacity.fargate else REGISTERED)
        return rate.vcpu_hour * kind.cpu / CPU_UNITS + rate.gb_hour * gib


def read_prices(path: Path | None = None) -> Prices:
    """Read a price table, that of this package if none is named. Raises PriceTableError."""
    try:
        text = path.read_text() if path else resources.files(__package__).joinpath("prices.json").read_text()
        return Prices.model_validate_json(text)
    except (OSError, ValidationError) as error:
        raise PriceTableError(f"{path or 'prices.json'} is no price table: {error}") from error
