"""The table of runs: what a run, its portions and its tenants came to (docs/architecture.md, RunsTable).

The state machine alone writes claims; planner and recorder write the rest by the methods below, each of which may be
repeated; the console reads. What is seen of portions while they run is in their items as well: backroom.live.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from pydantic import TypeAdapter

from backroom.conditional import put_unless_later, unless_refused
from backroom.errors import UnknownRunError
from backroom.numbers import from_dynamodb, to_dynamodb
from backroom.paging import paged
from backroom.records import Claim, Lease, PortionRecord, RunRecord, RunRequest, TenantSums
from backroom.run_keys import of_kind, portion_key, run_key, tenant_key
from backroom.words import Cause, Outcome, RunStatus

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

KEPT = timedelta(days=400)
"""How long a run's items stay: a year and a month, so that a yearly job can be compared with its last run."""
BY_JOB = "by_job"
HELD = 1000
"""Items of portions that did not succeed that are held until they are written, some 1 kB each."""
_ENDED = [RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.ABORTED, RunStatus.TIMED_OUT, RunStatus.SKIPPED]
_GOES_ON = ~Attr("status").is_in(_ENDED)
_RUN = TypeAdapter(RunRecord)
_PORTION = TypeAdapter(PortionRecord)
_TENANT = TypeAdapter(TenantSums)
_CLAIM = TypeAdapter(Claim)
_LEASE = TypeAdapter(Lease)


class RunsTable:
    """Reads and writes runs. Every method raises botocore's ClientError when the table cannot be had."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def begin(self, job: str, run: str, now: datetime, **known: str | RunRequest | None) -> None:
        """Put the run's item there, in status planning; what it has already stays.

        `known`: `execution_arn`, `slot`, `request`.
        """
        first = {
            "job": job,
            "run": run,
            "status": RunStatus.PLANNING,
            "started_at": now,
            "expires_at": expiry(now),
            **known,
        }
        self._set(run, {}, {name: value for name, value in first.items() if value is not None})

    def planned(self, run: str, facts: Mapping[str, Any]) -> bool:
        """Set `facts` and status running, unless the run has ended already; says whether it did."""
        return self._set(run, {**facts, "status": RunStatus.RUNNING}, {}, _GOES_ON)

    def ended(self, job: str, run: str, status: RunStatus, now: datetime, facts: Mapping[str, Any]) -> bool:
        """Set how the run ended, and `facts`, unless it has ended otherwise before; says whether that holds now.

        The time of its first end stays.
        """
        first = {"job": job, "run": run, "started_at": now, "ended_at": now, "expires_at": expiry(now)}
        return self._set(run, {**facts, "status": status}, first, _GOES_ON | Attr("status").eq(status))

    def progress(self, run: str, facts: Mapping[str, Any]) -> bool:
        """Set `facts` of a run that goes on, unless they are of an earlier `wave` than it is in; says if they hold."""
        late = Attr("wave").gt(facts["wave"]) if "wave" in facts else None
        return self._set(run, facts, {}, _GOES_ON & ~late if late else _GOES_ON)

    def resumed(self, run: str, by: str, instead_of: str | None) -> bool:
        """Note that `by` resumes the run, if nobody does or `instead_of` was to; says whether that holds now."""
        holder = Attr("resumed_by")
        free = holder.not_exists() | holder.eq(by) | holder.eq(instead_of or by)
        return self._set(run, {"resumed_by": by}, {}, Attr("pk").exists() & free)

    def put_portions(self, run: str, records: Iterable[PortionRecord], now: datetime) -> None:
        """Write what became of portions after a wave; what a later wave says of one stays."""
        unsure: list[dict[str, Any]] = []
        with self._table.batch_writer() as batch:
            for record in records:
                item = portion_key(run, record.portion) | to_dynamodb(_plain(_PORTION, record))
                item["expires_at"] = expiry(now)
                # No wave comes after a success: nothing can be said of it that is later.
                if record.outcome is Outcome.SUCCEEDED:
                    batch.put_item(Item=item)
                else:
                    unsure.append(item)
                if len(unsure) == HELD:
                    put_unless_later(self._table, unsure)
                    unsure = []
        put_unless_later(self._table, unsure)

    def put_tenants(self, run: str, sums: Iterable[TenantSums], now: datetime, wave: int = 1) -> None:
        """Write the tenants' sums after a wave; what a later wave says of one stays."""
        unsure: list[dict[str, Any]] = []
        with self._table.batch_writer() as batch:
            for record in sums:
                item = tenant_key(run, record.tenant) | to_dynamodb(_plain(_TENANT, record))
                item |= {"wave": wave, "expires_at": expiry(now)}
                # No wave changes the sums of a tenant whose portions have all succeeded.
                if set(record.portions) == {Outcome.SUCCEEDED}:
                    batch.put_item(Item=item)
                else:
                    unsure.append(item)
        put_unless_later(self._table, unsure)

    def get(self, run: str) -> RunRecord:
        """Give a run; raises UnknownRunError."""
        item = self._table.get_item(Key=run_key(run), ConsistentRead=True).get("Item")
        if item is None:
            raise UnknownRunError(f"there is no run {run!r}; `backroom runs` lists them")
        return _RUN.validate_python(from_dynamodb(item))

    def portion(self, run: str, portion: int) -> PortionRecord | None:
        """Give what became of one portion; None while it is not recorded."""
        item = self._table.get_item(Key=portion_key(run, portion)).get("Item")
        return None if item is None or "outcome" not in item else _PORTION.validate_python(from_dynamodb(item))

    def portions(
        self, run: str, outcome: Outcome | None = None, tenant: str | None = None, cause: Cause | None = None
    ) -> Iterator[PortionRecord]:
        """Yield the portions that are recorded, in order, of this outcome, tenant and cause if they are given."""
        wanted = {"outcome": outcome, "tenant": tenant, "cause": cause}
        conditions: list[ConditionBase] = [Attr("outcome").exists()]
        conditions += [Attr(name).eq(str(value)) for name, value in wanted.items() if value is not None]
        yield from map(_PORTION.validate_python, self._of_run(run, "portion#", conditions))

    def troubled(self, run: str) -> Iterator[PortionRecord]:
        """Yield the portions that are recorded and did not succeed, or have items that failed, in order."""
        trouble = Attr("outcome").ne(str(Outcome.SUCCEEDED)) | Attr("items.failed").gt(0)
        yield from map(_PORTION.validate_python, self._of_run(run, "portion#", [Attr("outcome").exists() & trouble]))

    def tenants(self, run: str) -> Iterator[TenantSums]:
        """Yield the tenants' sums, sorted by tenant."""
        yield from map(_TENANT.validate_python, self._of_run(run, "tenant#", []))

    def latest(self, job: str, limit: int = 20) -> list[RunRecord]:
        """Give the job's latest runs, the newest first."""
        query = self._table.query(
            IndexName=BY_JOB, KeyConditionExpression=Key("job").eq(job), ScanIndexForward=False, Limit=limit
        )
        return [_RUN.validate_python(from_dynamodb(item)) for item in query["Items"]]

    def between(self, job: str, start: datetime, end: datetime) -> Iterator[RunRecord]:
        """Yield the job's runs that began from `start` up to `end` (both in UTC, to the second), the oldest first."""
        keys = Key("job").eq(job) & Key("started_at").between(_encoded(start), _encoded(end))
        yield from map(_RUN.validate_python, paged(self._table.query, IndexName=BY_JOB, KeyConditionExpression=keys))

    def every(self) -> Iterator[RunRecord]:
        """Yield all runs of all jobs, in no order. It reads the whole index, which holds nothing but runs."""
        yield from (_RUN.validate_python(item) for item in paged(self._table.scan, IndexName=BY_JOB))

    def unfinished(self) -> Iterator[RunRecord]:
        """Yield the runs that have not ended as far as is recorded, in no order. It reads as much as `every`."""
        goes_on: Any = {"IndexName": BY_JOB, "FilterExpression": _GOES_ON}
        yield from map(_RUN.validate_python, paged(self._table.scan, **goes_on))

    def claim(self, job: str, slot: str) -> Claim | None:
        """Say which run has a slot; None if nobody has it."""
        item = self._table.get_item(Key={"pk": f"claim#{job}", "sk": slot}, ConsistentRead=True).get("Item")
        return None if item is None else _CLAIM.validate_python({"job": job, "slot": slot, **from_dynamodb(item)})

    def claimed(self, job: str, first: datetime, last: datetime) -> bool:
        """Say whether a slot of a schedule from `first` to `last` (both in UTC, to the second) is claimed."""
        slots = Key("sk").between(_encoded(first), _encoded(last))
        asked: Any = {"KeyConditionExpression": Key("pk").eq(f"claim#{job}") & slots, "Limit": 1}
        return bool(self._table.query(**asked, ConsistentRead=True)["Items"])

    def lease(self, job: str) -> Lease | None:
        """Give a job's lease as it was last written; None if there never was one."""
        item = self._table.get_item(Key=_lease_key(job), ConsistentRead=True).get("Item")
        return None if item is None else _LEASE.validate_python({"job": job, **from_dynamodb(item)})

    def put_lease(self, lease: Lease, replaces: Lease | None) -> bool:
        """Write a job's lease if the one there is still `replaces` (None: none); says whether it was."""
        same = Attr("pk").not_exists() if replaces is None else Attr("version").eq(replaces.version)
        known = {"run": lease.run, "expires": lease.expires, "version": lease.version}
        return unless_refused(
            lambda: self._table.put_item(Item=_lease_key(lease.job) | known, ConditionExpression=same)
        )

    def _of_run(self, run: str, kind: str, conditions: list[Any]) -> Iterator[dict[str, Any]]:
        filters: dict[str, ConditionBase] = {}
        for condition in conditions:
            filters["FilterExpression"] = filters["FilterExpression"] & condition if filters else condition
        yield from paged(self._table.query, KeyConditionExpression=of_kind(run, kind), **filters)

    def _set(self, run: str, facts: Mapping[str, Any], first: Mapping[str, Any], condition: Any = None) -> bool:
        """Set attributes of the run's item, those of `first` only where they are not there yet; says whether it did."""
        names = {f"#{name}": name for name in {**facts, **first}}
        values = {f":{name}": to_dynamodb(_encoded(value)) for name, value in {**facts, **first}.items()}
        sets = [f"#{name} = :{name}" for name in facts]
        sets += [f"#{name} = if_not_exists(#{name}, :{name})" for name in first if name not in facts]
        return unless_refused(
            lambda: self._table.update_item(
                Key=run_key(run),
                UpdateExpression=f"SET {', '.join(sets)}",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                **({} if condition is None else {"ConditionExpression": condition}),
            )
        )


def _lease_key(job: str) -> dict[str, Any]:
    return {"pk": f"lease#{job}", "sk": "lease"}


def _plain(adapter: TypeAdapter[Any], record: Any) -> dict[str, Any]:
    plain: dict[str, Any] = adapter.dump_python(record, mode="json", exclude_defaults=True)
    return plain


def _encoded(value: Any) -> Any:
    match value:
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case _ if hasattr(value, "__dataclass_fields__"):
            return asdict(value)
        case Mapping():
            return {str(key): inner for key, inner in value.items()}
    return value


def expiry(now: datetime) -> int:
    """Give when an item that is written now is deleted (epoch seconds)."""
    return int((now + KEPT).timestamp())
