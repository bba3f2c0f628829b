"""Plans report: a tenant's item is a month, which is new if the catalogue or what jobs did in it has changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import orjson
from backroom.catalogue.bucket_file import FILE
from backroom.errors import InvalidTenantError
from backroom.manifest.portion import Item
from backroom.planning.activity import JobActivity
from backroom.planning.informed import Known
from backroom.planning.job import planner_names
from backroom.planning.months import LAST, Month, time_zone, wanted_month
from backroom.storage.listing import find
from backroom.tenants import Tenant
from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

JOB = "report"
BYTES_A_SECOND = 4_000_000
"""Of a catalogue's file, read and written as a workbook, roughly: the planner's guess of a portion's time."""
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Named = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class Params(BaseModel):
    """What a tenant may want otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: Literal["last_month", "this_month"] | Named = LAST
    """The last month that is over in the tenant's time zone, the one that goes on, or a certain one, as `2026-11`."""
    currency: Currency | Literal[""] = ""
    """What stock values are added up in besides, where there are several currencies."""
    rates: dict[Currency, Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]] = {}
    """What one unit of another currency is worth in it."""
    costs: bool = True
    """Whether it says what the tenant's runs cost."""
    catalogue: Literal["sqlite", "postgres"] = "sqlite"

    @model_validator(mode="after")
    def _rates_of_something(self) -> Self:
        if self.rates and not self.currency:
            raise ValueError('rates need the currency that they are in: {"currency": "EUR", "rates": {"CHF": 1.07}}')
        return self


@dataclass(frozen=True, slots=True)
class ReportPlanner:
    """A tenant has one item, a month. What it is about is known once there is a run to plan: `informed`."""

    params = Params
    months: Mapping[str, Month] = field(default_factory=dict)
    activity: Mapping[str, list[JobActivity]] = field(default_factory=dict)

    def informed(self, known: Known) -> "ReportPlanner":
        """Give the planner of a run: it knows each tenant's month, and what the other jobs did in it.

        What report itself did is left out, or each report would make the next one of that month new. Raises
        botocore's ClientError.
        """
        months: dict[str, Month] = {}
        for tenant, params in ((one.tenant, one.params) for one in known.tenants):
            if isinstance(params, Params) and (month := _month(tenant, params, known.moment)):
                months[tenant.tenant] = month
        jobs = [job for job in planner_names() if job != JOB]
        return ReportPlanner(months, known.archive.activity(jobs, months))

    def items(self, s3: "S3Client", tenant: Tenant, params: Params) -> Iterator[Item]:
        """Yield the month. Raises InvalidTenantError if the tenant has no time zone, botocore's ClientError.

        Of a catalogue in PostgreSQL the planner knows no version: its container finds out whether it has changed.
        """
        time_zone(tenant.tenant, tenant.timezone)
        version, size = datetime.now(UTC).isoformat(), 0
        if params.catalogue == "sqlite":
            found = find(s3, tenant.bucket, f"{tenant.prefix}{FILE}")
            version, size = (found.etag, found.size) if found else ("none", 0)
        told = sha256(orjson.dumps(self.brief(tenant, params))).hexdigest()[:12]
        yield Item(self.months[tenant.tenant].name, f"{version}+{told}", size)

    def weigh(self, _params: Params) -> Callable[[Item], float]:
        """Give the guess: two seconds to begin with, and the bytes."""
        return lambda item: 2 + item.size / BYTES_A_SECOND

    def brief(self, tenant: Tenant, params: Params) -> dict[str, Any]:
        """Give what the container is told: whose report it is, of which time, and what jobs did."""
        month = self.months[tenant.tenant]
        done = [one.as_json() for one in self.activity.get(tenant.tenant, [])]
        return {
            "name": tenant.name or tenant.tenant,
            "month": month.name,
            "start": month.start.isoformat(),
            "end": month.end.isoformat(),
            "timezone": tenant.timezone,
            "activity": done if params.costs else [one | {"cost": None} for one in done],
        }


def _month(tenant: Tenant, params: Params, moment: datetime) -> Month | None:
    """None of a tenant without a time zone, which is left out when its items are asked for."""
    try:
        return wanted_month(params.period, moment, time_zone(tenant.tenant, tenant.timezone))
    except InvalidTenantError:
        return None


planner = ReportPlanner()
"""The object that PlanFunction looks for."""
