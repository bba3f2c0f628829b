"""Plans the first wave of a run that resumes another: what that one left unfinished, and nothing else.

The portions keep their numbers, so that a run and those that resume it read as one, and go on from their first
unfinished stage; job definition, tenants and limits are today's.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import merge
from typing import TYPE_CHECKING

from backroom.deployment import Deployment
from backroom.errors import InvalidRequestError, ManifestCorruptError, NothingToResumeError, RunStillActiveError
from backroom.layout import RunLayout
from backroom.manifest.closing import is_closed
from backroom.manifest.index import Entry
from backroom.manifest.portion import Portion
from backroom.manifest.reader import ManifestReader
from backroom.phrases import counted
from backroom.planning.combining import combining_last
from backroom.planning.job import find_planner
from backroom.planning.request import PlanRequest
from backroom.planning.selection import Chosen, Excluded, select
from backroom.planning.sharing import of_members
from backroom.planning.summary import PlanSummary, TenantPlan
from backroom.recording.outcomes import read_outcomes
from backroom.records import PortionRecord, RunRecord
from backroom.runs import RunsTable
from backroom.storage.objects import object_exists, read_json
from backroom.tenants import NO_LIMITS
from backroom.words import Capacity, Outcome

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


@dataclass(frozen=True, slots=True)
class Left:
    """What a run left unfinished: the stage where each such portion stopped, by number, and what its plan says."""

    run: RunRecord
    wave: int
    """The last that is recorded."""
    plan: PlanSummary
    """That of this wave."""
    stages: Mapping[int, str]


def find_original(runs: RunsTable, job: str, run: str) -> RunRecord:
    """Give the run that is to be resumed when `run` shall be: the one before, where that never began to resume it.

    Raises UnknownRunError, InvalidRequestError if it is another job's, RunStillActiveError while it goes on.
    """
    found = runs.get(run)
    if found.job != job:
        raise InvalidRequestError(f"run {run!r} is one of job {found.job!r}, not of {job!r}; resume it as that")
    if found.goes_on:
        raise RunStillActiveError(f"run {run!r} goes on; cancel it or wait for its end, then resume it")
    asked = found.request
    return find_original(runs, job, asked.resume) if found.manifest is None and asked and asked.resume else found


def take_over(runs: RunsTable, original: RunRecord, run: str) -> None:
    """Note that `run` resumes `original`, which but one run does; may be repeated.

    Raises RunStillActiveError while another one does, NothingToResumeError when another one has.
    """
    holder = original.resumed_by
    while True:
        if holder is not None and holder != run:
            _mind(runs.get(holder), original.run)
        if runs.resumed(original.run, run, holder):
            return
        holder = runs.get(original.run).resumed_by


def _mind(holder: RunRecord, original: str) -> None:
    if holder.goes_on:
        raise RunStillActiveError(f"run {original!r} is being resumed by run {holder.run!r}; wait for its end")
    if holder.manifest is not None:
        raise NothingToResumeError(f"run {original!r} was resumed by run {holder.run!r}; resume that one")


def as_asked(request: PlanRequest, original: RunRecord) -> PlanRequest:
    """Give the request by which a run that was never planned is planned anew. Raises NothingToResumeError."""
    if original.request is None:
        raise NothingToResumeError(
            f"run {original.run!r} was never planned, and what it was asked to do is not known; start a new run"
        )
    asked = {"tenants": original.request.tenants, "params": dict(original.request.params)}
    return request.model_copy(update={"resume": None, **asked})


def find_left(s3: "S3Client", bucket: str, original: RunRecord) -> Left | None:
    """Find what a run left unfinished; None if it was never planned. Everybody's outcomes have to be recorded.

    Raises NothingToResumeError, ManifestMissingError if it was planned and not recorded, botocore's ClientError.
    """
    layout = RunLayout(original.job, original.run)
    waves = range(original.wave + 1, 0, -1)
    wave = next((wave for wave in waves if object_exists(s3, bucket, layout.outcomes(wave))), 1)
    stored = read_json(s3, bucket, layout.plan(wave))
    if stored is None or is_closed(s3, bucket, layout, wave):
        return None
    portions, left = 0, dict[int, str]()
    for record in read_outcomes(s3, bucket, layout, wave):
        portions += 1
        if is_unfinished(record):
            left[record.portion] = record.stage
    if not left:
        raise NothingToResumeError(
            f"nothing to resume: all {counted(portions, 'portion')} of run {original.run!r} succeeded"
        )
    return Left(original, wave, PlanSummary.from_json(stored), left)


def is_unfinished(record: PortionRecord) -> bool:
    """Say whether a portion is to be done by who resumes its run; of one that was split, its parts are. Pure."""
    return record.outcome is not Outcome.SUCCEEDED and not record.split_into


def resume(deployment: Deployment, left: Left, today: PlanSummary, add: Callable[[Portion], object]) -> PlanSummary:
    """Give each portion that is left to `add`, if the job is still for its tenant; gives `today` with what there is.

    `today` is the plan before there are any portions. Raises what `read_left` does.
    """
    tenants, stages = _tenants(deployment, today.job), {stage.name for stage in today.stages}
    plans: dict[str, TenantPlan] = {}

    def resumed() -> Iterator[Portion]:
        for read in read_left(deployment.s3, deployment.settings.bucket, left):
            portion, out = for_today(read, tenants)
            plans.update({one.tenant: _planned(one, today.job) for one in out})
            if portion is None:
                continue
            plan = plans.setdefault(portion.tenant, _planned(tenants.get(portion.tenant), today.job, portion.tenant))
            if portion.only not in (None, *stages):
                plans[plan.tenant] = replace(plan, skipped=f"the job has no stage {portion.only!r} any more")
                continue
            plans[plan.tenant] = replace(plan, portions=plan.portions + 1, items=plan.items + len(portion.items))
            yield replace(as_resumed(portion, left, stages), limits=plan.limits.for_worker)

    for portion in combining_last(resumed(), today.stages):
        add(portion)
    return replace(today, tenants=tuple(plans[name] for name in sorted(plans)), next=left.plan.next)


def _tenants(deployment: Deployment, job: str) -> Mapping[str, Chosen | Excluded]:
    """Who there is today, and whether the job is for them."""
    decided = select(deployment.tenants.all(), job, find_planner(job).params, {})
    return {one.tenant if isinstance(one, Excluded) else one.tenant.tenant: one for one in decided}


def for_today(portion: Portion, tenants: Mapping[str, Chosen | Excluded]) -> tuple[Portion | None, list[Excluded]]:
    """Give what of a portion is to be done for today's tenants (None: nothing), and who is left out and why. Pure."""
    names = tuple(portion.members) or (portion.tenant,)
    found = [tenants.get(name) or Excluded(name, "there is no such tenant any more") for name in names]
    out = [one for one in found if isinstance(one, Excluded)]
    if len(out) == len(names):
        return None, out
    return of_members(portion, {one.tenant.tenant: one for one in found if isinstance(one, Chosen)}), out


def _planned(tenant: Chosen | Excluded | None, job: str, group: str = "") -> TenantPlan:
    """The plan before there are any portions, of a tenant, or of a group, which is no tenant."""
    if tenant is None:
        return TenantPlan(group)
    if isinstance(tenant, Excluded):
        return TenantPlan(tenant.tenant, skipped=tenant.reason)
    return TenantPlan(tenant.tenant.tenant, limits=tenant.tenant.limits.get(job, NO_LIMITS))


def read_left(s3: "S3Client", bucket: str, left: Left) -> Iterator[Portion]:
    """Yield the unfinished portions in order of their numbers, each as the latest wave has it that it was in.

    Memory holds the indexes of the waves and a portion of each. Raises ManifestMissingError, ManifestCorruptError.
    """
    layout, wanted = RunLayout(left.run.job, left.run.run), set(left.stages)
    streams: list[Iterator[Portion]] = []
    for wave in range(left.wave, 0, -1):
        if not wanted:
            break
        reader = ManifestReader(s3, bucket, layout, wave)
        entries = [entry for entry in reader.entries if entry.portion in wanted]
        wanted.difference_update(entry.portion for entry in entries)
        streams.append(_in_order(reader, entries))
    if wanted:
        raise ManifestCorruptError(f"no manifest of run {left.run.run!r} has portion {min(wanted)}; start a new run")
    yield from merge(*streams, key=lambda portion: portion.portion)


def as_resumed(portion: Portion, left: Left, stages: Collection[str]) -> Portion:
    """Give a portion as it is planned anew: where it stopped, if today's job has that stage, else from its first. Pure.

    What it was tried, and what it was given beyond the definition, was the old definition's.
    """
    stage = left.stages[portion.portion]
    return replace(
        portion,
        tries=1,
        memory=None,
        queue=Capacity.SPOT,
        stage=stage if stage in stages else "",
        homes=(left.run.run, *portion.homes),
    )


def _in_order(reader: ManifestReader, entries: Iterable[Entry]) -> Iterator[Portion]:
    for run in ascending(sorted(entries, key=lambda entry: entry.portion)):
        yield from reader.portions_at(run)


def ascending(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut entries, in order of portions, into as few lists as have their lines in ascending order each. Pure."""
    run: list[Entry] = []
    for entry in entries:
        if run and entry.offset < run[-1].offset:
            yield run
            run = []
        run.append(entry)
    if run:
        yield run
