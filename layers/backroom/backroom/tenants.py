"""The tenants and the table that holds them (docs/architecture.md, TenantsTable).

No other module reads or writes it.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from boto3.dynamodb.conditions import Attr
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backroom.conditional import unless_refused
from backroom.errors import InvalidTenantError, TenantChangedError, UnknownTenantError
from backroom.numbers import from_dynamodb, to_dynamodb
from backroom.paging import paged

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

TenantId = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")]
Email = Annotated[str, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+$", max_length=320)]
JobName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Bucket = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
# Empty, or a path that ends with a slash and has no segment that is empty, `.` or `..`.
Prefix = Annotated[
    str, Field(pattern=r"^(?:(?:[^/\\\x00-\x1f.]|\.[^/\\\x00-\x1f.])[^/\\\x00-\x1f]*/)*$", max_length=512)
]


Share = Annotated[float, Field(ge=0, le=1)]


class TenantLimits(BaseModel):
    """What a tenant wants otherwise than a job's row; None: as the row has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    waves: int | None = Field(default=None, ge=1)
    memory_cap: int | None = Field(default=None, ge=1)
    bisect: bool | None = None
    item_tolerance: Share | None = None
    portion_tolerance: Share | None = None
    portion_items: int | None = Field(default=None, ge=1)

    @property
    def for_worker(self) -> dict[str, float]:
        """What of them a container has to know."""
        return {} if self.item_tolerance is None else {"item_tolerance": self.item_tolerance}


NO_LIMITS = TenantLimits()
"""Everything as the row has it."""


class Tenant(BaseModel):
    """A customer of the SaaS and where its objects lie. Attributes that Backroom does not know are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tenant: TenantId
    name: str = ""
    bucket: Bucket
    prefix: Prefix = ""
    enabled: bool
    timezone: str = "UTC"
    email: Email | None = None
    """Who is told of this tenant's part of a run."""
    jobs_off: tuple[JobName, ...] = ()
    params: dict[str, dict[str, Any]] = {}
    """Of each job, what this tenant wants otherwise than the job's own defaults."""
    limits: dict[str, TenantLimits] = {}
    """Of each job, the bounds that this tenant wants otherwise than the job's row has them."""


@dataclass(frozen=True, slots=True)
class BrokenTenant:
    """A record that is no tenant: its key, and what is wrong with which field."""

    tenant: str
    reason: str


class TenantsTable:
    """Reads and writes the tenants. Every method raises botocore's ClientError when the table cannot be had."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def all(self) -> list[Tenant | BrokenTenant]:
        """Give every tenant, sorted by id; a record that does not fit is a BrokenTenant."""
        records = paged(self._table.scan, ConsistentRead=True)
        return sorted(map(parse, records), key=lambda tenant: tenant.tenant)

    def get(self, tenant: str) -> Tenant:
        """Give one tenant; raises UnknownTenantError, and InvalidTenantError if its record does not fit."""
        record = self._table.get_item(Key={"tenant": tenant}, ConsistentRead=True).get("Item")
        if record is None:
            raise UnknownTenantError(f"there is no tenant {tenant!r}; `backroom tenants list` names them")
        match parse(from_dynamodb(record)):
            case BrokenTenant(reason=reason):
                raise InvalidTenantError(f"the record of tenant {tenant!r} does not fit: {reason}")
            case found:
                return found

    def put(self, tenant: Tenant) -> None:
        """Add a tenant, or replace the one of this id."""
        self._table.put_item(Item=to_dynamodb(tenant.model_dump(mode="json")))

    def change(self, before: Tenant, after: Tenant) -> None:
        """Write what differs between two records of one tenant, and leave all else that its item holds.

        Raises TenantChangedError if any of that is not there any more as `before` has it.
        """
        was, wanted = (one.model_dump(mode="json", exclude_unset=True) for one in (before, after))
        fields = [name for name in wanted if name not in was or wanted[name] != was[name]]
        if not fields:
            return
        as_before: Any = Attr("tenant").exists()
        for name in fields:
            as_before &= Attr(name).eq(to_dynamodb(was[name])) if name in was else Attr(name).not_exists()
        write = partial(
            self._table.update_item,
            Key={"tenant": before.tenant},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
            ExpressionAttributeNames={f"#{name}": name for name in fields},
            ExpressionAttributeValues={f":{name}": to_dynamodb(wanted[name]) for name in fields},
            ConditionExpression=as_before,
        )
        if not unless_refused(write):
            raise TenantChangedError(f"tenant {before.tenant!r} was changed by somebody else meanwhile: look again")

    def set_enabled(self, tenant: str, enabled: bool) -> None:
        """Let jobs run for this tenant, or not; raises UnknownTenantError."""
        write = partial(
            self._table.update_item,
            Key={"tenant": tenant},
            UpdateExpression="SET enabled = :enabled",
            ExpressionAttributeValues={":enabled": enabled},
            ConditionExpression=Attr("tenant").exists(),
        )
        if not unless_refused(write):
            raise UnknownTenantError(f"there is no tenant {tenant!r}; `backroom tenants list` names them")


def parse(record: dict[str, Any]) -> Tenant | BrokenTenant:
    """Read a record as it is in the table, its decimals turned into numbers."""
    try:
        return Tenant.model_validate(record)
    except ValidationError as error:
        return BrokenTenant(str(record.get("tenant", "?")), faults(error))


def faults(error: ValidationError) -> str:
    """Say in one line which fields do not fit and why."""
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'it'}: {fault['msg']}" for fault in error.errors())
