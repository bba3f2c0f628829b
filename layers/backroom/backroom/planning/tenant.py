"""Plans a tenant, or a group that shares portions: lists items, leaves out what is done, cuts the rest to portions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from backroom import layout, ledger
from backroom.errors import InvalidTenantError, LedgerCorruptError, TenantUnreachableError
from backroom.manifest.portion import Item, Portion
from backroom.planning.changes import Tally, pending, pending_together
from backroom.planning.cutting import Cut, cut
from backroom.planning.informed import brief
from backroom.planning.job import JobPlanner, JobRow
from backroom.planning.selection import Chosen
from backroom.planning.sharing import Group, owned
from backroom.planning.summary import TenantPlan
from backroom.tenants import NO_LIMITS, TenantLimits

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

UNNUMBERED = -1
"""The number of a portion before the manifest has given it one."""
_UNREACHABLE = {
    "NoSuchBucket": "does not exist; create it, or correct the tenant's record",
    "AccessDenied": "may not be listed; its policy must let the planner's role list it",
    "AllAccessDisabled": "is closed by AWS; the account of its owner must be put in order",
    "PermanentRedirect": "is in another region; deploy there, or move it",
    "InvalidBucketName": "is no name of a bucket; correct the tenant's record",
}


@dataclass(frozen=True, slots=True)
class Planning:
    """What planning a tenant takes beside the tenant."""

    s3: "S3Client"
    bucket: str
    planner: JobPlanner
    row: JobRow

    def tenant(self, chosen: Chosen) -> Iterator[Portion | TenantPlan]:
        """Yield the tenant's portions, unnumbered, in order of items, and at the end what was decided.

        What is wrong with this tenant alone (bucket, ledger, record) becomes the reason why it is left out. Raises
        botocore's ClientError for an outage.
        """
        limits, items = self._limits(chosen), self._listed(chosen)
        work = _Work(chosen.tenant.tenant, chosen.fingerprint, items, self.planner.weigh(chosen.params), limits)
        return self._portions(work, lambda part: _portion(chosen, part, limits, brief(self.planner, chosen)))

    def group(self, group: Group) -> Iterator[Portion | TenantPlan]:
        """Yield the portions that a group's members share, and what was decided for it; before, who is left out of it.

        What is wrong with a member's bucket leaves that member out. Memory holds all items. Raises as `tenant`.
        """
        items, weights = list[Item](), dict[str, float]()
        for chosen in group.members:
            try:
                own, weigh = list(self._listed(chosen)), self.planner.weigh(chosen.params)
            except TenantUnreachableError as error:
                yield TenantPlan(chosen.tenant.tenant, skipped=str(error))
                continue
            named = owned(chosen.tenant, own)
            weights |= {item.id: weigh(plain) for item, plain in zip(named, own, strict=True)}
            items += named
        work = _Work(group.name, group.fingerprint, sorted(items), lambda item: weights[item.id])
        yield from self._portions(work, lambda part: _shared(group, part))

    def _portions(self, work: "_Work", portion: Callable[[Cut], Portion]) -> Iterator[Portion | TenantPlan]:
        plan, tally = TenantPlan(work.name, limits=work.limits), Tally()
        reason = None
        try:
            for part in self._cuts(work, tally):
                plan = replace(plan, portions=plan.portions + 1, items=plan.items + len(part.items))
                yield portion(part)
        except (TenantUnreachableError, LedgerCorruptError, InvalidTenantError) as error:
            reason = str(error)
        yield replace(plan, unchanged=tally.unchanged, failed_before=tally.failed_before, skipped=reason)

    def _cuts(self, work: "_Work", tally: Tally) -> Iterator[Cut]:
        known = ledger.read(self.s3, self.bucket, layout.ledger(self.row.job, work.name), work.fingerprint)
        choose = pending_together if getattr(self.planner, "together", False) else pending
        most_items = work.limits.portion_items or self.row.portion_items
        return cut(choose(work.items, known, tally), work.weigh, most_items, self.row.portion_seconds)

    def _limits(self, chosen: Chosen) -> TenantLimits:
        return chosen.tenant.limits.get(self.row.job, NO_LIMITS)

    def _listed(self, chosen: Chosen) -> Iterator[Item]:
        try:
            yield from self.planner.items(self.s3, chosen.tenant, chosen.params)
        except ClientError as error:
            what = _UNREACHABLE.get(error.response["Error"]["Code"])
            if what is None:
                raise
            raise TenantUnreachableError(f"bucket {chosen.tenant.bucket!r} {what}") from error


@dataclass(frozen=True, slots=True)
class _Work:
    """What there is to do for a tenant or a group: its items, sorted by id, and what each weighs in seconds."""

    name: str
    fingerprint: str
    items: Iterable[Item]
    weigh: Callable[[Item], float]
    limits: TenantLimits = NO_LIMITS


def _shared(group: Group, part: Cut) -> Portion:
    homes = group.homes(part.items)
    return Portion(UNNUMBERED, group.name, "", "", {}, group.fingerprint, part.items, part.weight, members=homes)


def _portion(chosen: Chosen, part: Cut, limits: TenantLimits, told: Mapping[str, Any]) -> Portion:
    tenant, params = chosen.tenant, chosen.params.model_dump(mode="json") | dict(told)
    return Portion(
        UNNUMBERED,
        tenant.tenant,
        tenant.bucket,
        tenant.prefix,
        params,
        chosen.fingerprint,
        part.items,
        part.weight,
        limits=limits.for_worker,
    )
