"""The portions of a stage that combines: one a tenant, after all others. Pure."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backroom.manifest.portion import Portion
from backroom.planning.stages import Stage
from backroom.planning.summary import TenantPlan


class Combining:
    """Gathers the portions of each tenant for those that combine them; four bytes a portion, if there are such."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._stages = [stage.name for stage in stages if stage.combines]
        self._parts: dict[str, array[int]] = {}
        self._patterns: dict[str, Portion] = {}

    def note(self, portion: Portion) -> None:
        """Note one of a tenant's portions."""
        if self._stages:
            if portion.tenant not in self._patterns:
                self._patterns[portion.tenant] = replace(portion, items=(), weight=0.0)
                self._parts[portion.tenant] = array("I")
            self._parts[portion.tenant].append(portion.portion)

    def portions(self) -> Iterator[Portion]:
        """Yield the portions that combine those that were noted; their numbers are not theirs yet."""
        for stage in self._stages:
            for tenant, pattern in self._patterns.items():
                yield replace(pattern, only=stage, stage=stage, parts=tuple(self._parts[tenant]))


class Underway:
    """Which stages a wave does for which tenants, so that who combines them knows whether to wait."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._stages = {stage.name: stage for stage in stages}
        self._done: set[tuple[str, str | None]] = set()

    def note(self, portion: Portion) -> None:
        """Note a portion of the wave."""
        self._done.add((portion.tenant, portion.only))

    def in_order(self, combining: Iterable[Portion]) -> Iterator[Portion]:
        """Yield the portions that combine others, stage by stage, each with whether it waits; all others are noted."""
        places = {name: place for place, name in enumerate(self._stages)}
        for portion in sorted(combining, key=lambda portion: (places[str(portion.only)], portion.portion)):
            yield replace(portion, waits=self._waits(portion))
            self.note(portion)

    def _waits(self, portion: Portion) -> bool:
        before = (self._stages[before.stage] for before in self._stages[str(portion.only)].after)
        return any((portion.tenant, stage.name if stage.combines else None) in self._done for stage in before)


def with_combining(tenants: Iterable[TenantPlan], stages: Sequence[Stage]) -> Iterator[TenantPlan]:
    """Yield what was decided for each tenant with the portions that combine its others counted in."""
    more = sum(stage.combines for stage in stages)
    return (replace(plan, portions=plan.portions + more) if plan.portions else plan for plan in tenants)
