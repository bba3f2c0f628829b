"""Plans a later wave of a run: the portions of the last one that another try may bring to a good end."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count

from backroom.deployment import Deployment
from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.manifest.portion import Portion
from backroom.manifest.reader import ManifestReader
from backroom.manifest.writer import ManifestWriter
from backroom.parallel import in_order
from backroom.planning.combining import combining_last
from backroom.planning.definitions import pinned_row
from backroom.planning.left import LeftOver, WhatIsLeft
from backroom.planning.limits import limits_of
from backroom.planning.splitting import divide, next_try
from backroom.planning.stages import onward
from backroom.planning.summary import PlanSummary, TenantPlan
from backroom.recording.checkpoints import Checkpoints
from backroom.recording.outcomes import read_outcomes
from backroom.storage.objects import read_json
from backroom.tenants import NO_LIMITS
from backroom.treatment import Kind

THREADS = 12
"""Checkpoints of portions to be divided that are read at once, each in some 20 ms."""


def write_what_is_left(writer: ManifestWriter, deployment: Deployment, layout: RunLayout, wave: int) -> PlanSummary:
    """Write the lines of what the wave before left, each as its cause wants it, and say how many.

    Raises ManifestMissingError if that wave was not planned or not recorded, what is wrong with the definition that the
    run holds on to, and botocore's ClientError.
    """
    before = _plan_before(deployment, layout, wave)
    row = pinned_row(deployment.batch, before.definition)
    left = WhatIsLeft(wave - 1, limits_of(row, before))
    for record in read_outcomes(deployment.s3, deployment.settings.bucket, layout, wave - 1):
        left.add(record)
    portions = left.portions()
    later = _LaterWave(deployment, layout, before, portions)
    tried, items = Counter[str](), Counter[str]()
    for portion in later.portions():
        writer.add(portion)
        tried[portion.tenant] += 1
        items[portion.tenant] += len(portion.items)
    pause = any(over.treatment.backoff for over in portions.values())
    return replace(
        before,
        wave=wave,
        tenants=tuple(_tenants(before, tried, items)),
        next=next(later.numbers),
        backoff=row.backoff_seconds * (wave - 1) if pause else 0,
    )


def _plan_before(deployment: Deployment, layout: RunLayout, wave: int) -> PlanSummary:
    stored = read_json(deployment.s3, deployment.settings.bucket, layout.plan(wave - 1))
    if stored is None:
        raise ManifestMissingError(f"wave {wave - 1} of run {layout.run!r} was not planned; start a new run")
    return PlanSummary.from_json(stored)


def _tenants(before: PlanSummary, tried: Counter[str], items: Counter[str]) -> Iterator[TenantPlan]:
    """Yield those who have portions in this wave, or bounds of their own, which hold to the end of the run."""
    for plan in before.tenants:
        if tried[plan.tenant] or plan.limits != NO_LIMITS:
            yield TenantPlan(plan.tenant, tried[plan.tenant], items[plan.tenant], limits=plan.limits)


@dataclass(slots=True)
class _LaterWave:
    """The portions of a wave, made from those of the one before it."""

    deployment: Deployment
    layout: RunLayout
    before: PlanSummary
    left: Mapping[int, LeftOver]
    numbers: Iterator[int] = field(init=False)
    """Those that no portion of the run has yet."""
    divided: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """The parts of each portion that was divided."""
    cut: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """The portions that each of these was cut from."""

    def __post_init__(self) -> None:
        self.numbers = count(self.before.next)

    def portions(self) -> Iterator[Portion]:
        """Yield them, those that combine others last; memory holds these and a few of the others."""
        tries = in_order(self._tries, self._placed(), THREADS)
        for portion in combining_last(chain.from_iterable(map(self._numbered, tries)), self.before.stages):
            yield portion if portion.only is None else self._of_parts(portion)

    def _placed(self) -> Iterator[Portion]:
        reader = ManifestReader(self.deployment.s3, self.deployment.settings.bucket, self.layout, self.before.wave)
        return (placed.portion for placed in reader.portions() if placed.portion.portion in self.left)

    def _tries(self, portion: Portion) -> list[Portion]:
        """The portion as it is tried again, or the parts of it, whose number is its own still."""
        stage, treatment = self.left[portion.portion]
        again = next_try(portion, stage, treatment)
        if treatment.kind is Kind.AGAIN:
            return [again]
        layout = replace(self.layout, stage=stage)
        checkpoints = Checkpoints(self.deployment.s3, self.deployment.settings.bucket, layout)
        finished = checkpoints.finished(portion.portion)
        return list(divide(again, treatment.kind, finished, stage in onward(self.before.stages)))

    def _numbered(self, tries: list[Portion]) -> list[Portion]:
        if self.left[tries[0].portion].treatment.kind is Kind.AGAIN:
            return tries
        parts = [replace(part, portion=next(self.numbers)) for part in tries]
        self.divided[tries[0].portion] = tuple(part.portion for part in parts)
        self.cut |= {part.portion: part.forebears for part in parts}
        return parts

    def _of_parts(self, combining: Portion) -> Portion:
        parts, cut = sorted(self._parts(combining)), dict(combining.cut) | self.cut
        return replace(combining, parts=tuple(parts), cut=tuple((part, cut[part]) for part in parts if part in cut))

    def _parts(self, combining: Portion) -> Iterator[int]:
        for part in combining.parts:
            yield from self.divided.get(part, (part,))
