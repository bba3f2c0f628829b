"""What work costs: by a table of prices that the user edits (prices.json, or a file of his own)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backroom.errors import PriceTableError
from backroom.words import Capacity, Compute

MIB_OF_GIB = 1024


class Kind(StrEnum):
    """What a compute environment is made of, by the words of AWS Batch."""

    EC2 = "EC2"
    SPOT = "SPOT"
    FARGATE = "FARGATE"
    FARGATE_SPOT = "FARGATE_SPOT"


_KINDS = {
    Compute.EC2: {Capacity.SPOT: Kind.SPOT, Capacity.ON_DEMAND: Kind.EC2, Capacity.MULTI_NODE: Kind.EC2},
    Compute.FARGATE: {Capacity.SPOT: Kind.FARGATE_SPOT, Capacity.ON_DEMAND: Kind.FARGATE},
}


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
    rates: dict[Kind, Rate]
    instances: dict[str, dict[Kind, float]] = {}

    def instance_hourly(self, name: str, kind: Kind, vcpus: float, gib: float) -> float:
        """Give the hourly price of an instance of type `name`. Raises PriceTableError when its kind has no price."""
        known = self.instances.get(name, {}).get(kind)
        return self.hourly(kind, vcpus, gib) if known is None else known

    def hourly(self, kind: Kind, vcpus: float, gib: float) -> float:
        """Give the hourly price of so much capacity. Raises PriceTableError when its kind has no price."""
        rate = self.rates.get(kind)
        if rate is None:
            raise PriceTableError(f"the price table has no rate for {kind}; add it under `rates`")
        return rate.vcpu_hour * vcpus + rate.gb_hour * gib


@dataclass(frozen=True, slots=True)
class Room:
    """What a container reserves, vCPUs and memory in MiB; how many nodes there are that reserve as much; and where."""

    vcpus: float
    memory: int
    nodes: int = 1
    compute: Compute = Compute.EC2

    def cost(self, prices: Prices, capacity: Capacity, seconds: float) -> float:
        """Give what this room costs for `seconds`: its share of an instance, not what the instance has to spare.

        Raises PriceTableError.
        """
        hourly = prices.hourly(_KINDS[self.compute][capacity], self.vcpus, self.memory / MIB_OF_GIB)
        return self.nodes * hourly * seconds / 3600


def read_prices(path: Path | None = None) -> Prices:
    """Read a price table, that of this package if none is named. Raises PriceTableError."""
    try:
        text = path.read_text() if path else resources.files(__package__).joinpath("prices.json").read_text()
        return Prices.model_validate_json(text)
    except (OSError, ValidationError) as error:
        raise PriceTableError(f"{path or 'prices.json'} is no price table: {error}") from error


@cache
def shipped_prices() -> Prices:
    """Give the price table of this package, read once. Raises PriceTableError."""
    return read_prices()
