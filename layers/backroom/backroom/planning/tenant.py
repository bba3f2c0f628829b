"""Plans one tenant: lists its items, leaves out what is done, cuts the rest into portions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from backroom import layout, ledger
from backroom.errors import LedgerCorruptError, TenantUnreachableError
from backroom.manifest.portion import Item, Portion
from backroom.planning.changes import Tally, pending, pending_together
from backroom.planning.cutting import Cut, cut
from backroom.planning.job import JobPlanner, JobRow
from backroom.planning.selection import Chosen
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

        What is wrong with this tenant alone (bucket, ledger) becomes the reason why it is left out. Raises botocore's
        ClientError for an outage.
        """
        plan, tally = TenantPlan(chosen.tenant.tenant, limits=self._limits(chosen)), Tally()
        reason = None
        try:
            for part in self._cuts(chosen, tally):
                plan = replace(plan, portions=plan.portions + 1, items=plan.items + len(part.items))
                yield _portion(chosen, part, plan.limits)
        except (TenantUnreachableError, LedgerCorruptError) as error:
            reason = str(error)
        yield replace(plan, unchanged=tally.unchanged, failed_before=tally.failed_before, skipped=reason)

    def _cuts(self, chosen: Chosen, tally: Tally) -> Iterator[Cut]:
        key = layout.ledger(self.row.job, chosen.tenant.tenant)
        known = ledger.read(self.s3, self.bucket, key, chosen.fingerprint)
        choose = pending_together if getattr(self.planner, "together", False) else pending
        items = choose(self._listed(chosen), known, tally)
        most_items = self._limits(chosen).portion_items or self.row.portion_items
        return cut(items, self.planner.weigh(chosen.params), most_items, self.row.portion_seconds)

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


def _portion(chosen: Chosen, part: Cut, limits: TenantLimits) -> Portion:
    tenant, params = chosen.tenant, chosen.params.model_dump(mode="json")
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
