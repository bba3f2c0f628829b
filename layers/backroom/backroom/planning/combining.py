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
            pattern = self._patterns[portion.tenant]
            if portion.members:
                members = dict(pattern.members) | dict(portion.members)
                self._patterns[portion.tenant] = replace(pattern, members=members)
            self._parts[portion.tenant].append(portion.portion)

    def portions(self) -> Iterator[Portion]:
        """Yield the portions that combine those that were noted; their numbers are not theirs yet."""
        for stage in self._stages:
            for tenant, pattern in self._patterns.items():
                yield replace(pattern, only=stage, stage=stage, parts=tuple(self._parts[tenant]))


def combining_last(portions: Iterable[Portion], stages: Sequence[Stage]) -> Iterator[Portion]:
    """Yield a wave's portions, those that combine others last, stage by stage, each with whether it waits for these."""
    named = {stage.name: stage for stage in stages}
    done, combining = set[tuple[str, str | None]](), list[Portion]()
    for portion in portions:
        if portion.only is None:
            done.add((portion.tenant, None))
            yield portion
        else:
            combining.append(portion)
    places = {name: place for place, name in enumerate(named)}
    for portion in sorted(combining, key=lambda portion: (places[str(portion.only)], portion.portion)):
        before = (named[before.stage] for before in named[str(portion.only)].after)
        waits = any((portion.tenant, stage.name if stage.combines else None) in done for stage in before)
        done.add((portion.tenant, portion.only))
        yield replace(portion, waits=waits)


def with_combining(tenants: Iterable[TenantPlan], stages: Sequence[Stage]) -> Iterator[TenantPlan]:
    """Yield what was decided for each tenant with the portions that combine its others counted in."""
    more = sum(stage.combines for stage in stages)
    return (replace(plan, portions=plan.portions + more) if plan.portions else plan for plan in tenants)
