"""How long the instances of simulated environments live: what EC2 would bill."""

from collections.abc import Callable
from dataclasses import dataclass

from backroom_local.batch.core.model import InstanceType
from backroom_local.batch.core.records import Instance
from backroom_local.batch.core.words import Capacity


@dataclass(frozen=True, slots=True)
class Lifetime:
    """An instance from launch to end, in milliseconds of the virtual clock."""

    type: InstanceType
    capacity: Capacity
    launched: int
    ended: int

    @property
    def seconds(self) -> float:
        """How long it lived."""
        return (self.ended - self.launched) / 1000


class Lifetimes:
    """The lifetimes of instances that are gone, by `clock` (milliseconds), and the most CPU units at one time."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.ended: list[Lifetime] = []
        self.peak_cpu = 0
        self._clock = clock
        self._cpu = 0
        self._launched: dict[str, int] = {}

    def watched(self) -> "dict[str, Instance]":
        """Give an environment the dictionary that it keeps its instances in."""
        return _Watched(self)

    def came(self, one: Instance) -> None:
        """Note a launch."""
        self._launched[one.id] = self._clock()
        self._cpu += one.type.cpu
        self.peak_cpu = max(self.peak_cpu, self._cpu)

    def went(self, one: Instance) -> None:
        """Note an end."""
        capacity = one.environment.spec.capacity
        self.ended.append(Lifetime(one.type, capacity, self._launched.pop(one.id), self._clock()))
        self._cpu -= one.type.cpu


class _Watched(dict[str, Instance]):
    """An environment's instances by id. The core tells nobody of launches and ends: nobody in Batch hears of them."""

    def __init__(self, lifetimes: Lifetimes) -> None:
        super().__init__()
        self._lifetimes = lifetimes

    def __setitem__(self, key: str, instance: Instance) -> None:
        self._lifetimes.came(instance)
        super().__setitem__(key, instance)

    def __delitem__(self, key: str) -> None:
        self._lifetimes.went(self[key])
        super().__delitem__(key)
