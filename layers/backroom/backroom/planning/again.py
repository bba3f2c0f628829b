"""Plans a later wave of a run: the portions of the last one that another try may bring to a good end."""

from collections import Counter
from dataclasses import replace

from backroom.deployment import Deployment
from backroom.errors import ManifestMissingError
from backroom.layout import RunLayout
from backroom.manifest.reader import ManifestReader
from backroom.manifest.writer import ManifestWriter
from backroom.planning.summary import PlanSummary, TenantPlan
from backroom.recording.outcomes import read_outcomes
from backroom.storage.objects import read_json


def write_what_is_left(writer: ManifestWriter, deployment: Deployment, layout: RunLayout, wave: int) -> PlanSummary:
    """Write the lines of the portions that the wave before left, as they were, and say how many.

    Raises ManifestMissingError if that wave was not planned or not recorded.
    """
    s3, bucket = deployment.s3, deployment.settings.bucket
    stored = read_json(s3, bucket, layout.plan(wave - 1))
    if stored is None:
        raise ManifestMissingError(f"wave {wave - 1} of run {layout.run!r} was not planned; start a new run")
    before = PlanSummary.from_json(stored)
    left = {record.portion for record in read_outcomes(s3, bucket, layout, wave - 1) if record.is_left}
    portions, items = Counter[str](), Counter[str]()
    for placed in ManifestReader(s3, bucket, layout, wave - 1).portions():
        if placed.portion.portion in left:
            writer.add(replace(placed.portion, tries=placed.portion.tries + 1))
            portions[placed.portion.tenant] += 1
            items[placed.portion.tenant] += len(placed.portion.items)
    tenants = tuple(TenantPlan(tenant, portions[tenant], items[tenant]) for tenant in sorted(portions))
    return replace(before, wave=wave, tenants=tenants)
