"""Which tenants a run is for, and why the others are not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from backroom.errors import InvalidParamsError, UnknownTenantError
from backroom.tenants import BrokenTenant, Tenant, faults


@dataclass(frozen=True, slots=True)
class Chosen:
    """A tenant that the run is for, with its parameters, checked and complete, and their fingerprint."""

    tenant: Tenant
    params: BaseModel
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A tenant that the run is not for, and why."""

    tenant: str
    reason: str


def select(
    tenants: Iterable[Tenant | BrokenTenant],
    job: str,
    params: type[BaseModel],
    overrides: Mapping[str, Any],
    wanted: Sequence[str] = (),
) -> list[Chosen | Excluded]:
    """Decide for every tenant (only for those `wanted`, if there are any), in the order given.

    `overrides` are the run's own parameters; they go before the tenant's, which go before the defaults of `params`.
    Raises UnknownTenantError for a name that is not there, InvalidParamsError if `overrides` alone do not fit.
    """
    known = list(tenants)
    require_known(wanted, [tenant.tenant for tenant in known])
    _require_fitting(params, job, overrides)
    asked = set(wanted)
    return [_decide(tenant, job, params, overrides) for tenant in known if not asked or tenant.tenant in asked]


def _require_fitting(params: type[BaseModel], job: str, overrides: Mapping[str, Any]) -> None:
    """Raise InvalidParamsError for what would fit no tenant; what is missing a tenant may say."""
    try:
        params.model_validate(overrides)
    except ValidationError as error:
        if any(fault["type"] != "missing" for fault in error.errors()):
            raise InvalidParamsError(f"the run's params do not fit job {job!r}: {faults(error)}") from error


def fingerprint(params: BaseModel) -> str:
    """Give 12 hex digits that are equal exactly for equal parameters, defaults included."""
    return sha256(orjson.dumps(params.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def require_known(wanted: Sequence[str], names: Sequence[str]) -> None:
    """Raise UnknownTenantError for what is asked for and not among the names, with near ones."""
    unknown = sorted(set(wanted).difference(names))
    if unknown:
        near = sorted({match for name in unknown for match in get_close_matches(name, names, n=3)})
        hint = (
            f"did you mean {', '.join(near)}?"
            if near
            else f"the table has {len(names)} tenants, none of a name like it"
        )
        raise UnknownTenantError(f"unknown tenant {', '.join(map(repr, unknown))}: {hint}")


def _decide(
    tenant: Tenant | BrokenTenant, job: str, params: type[BaseModel], overrides: Mapping[str, Any]
) -> Chosen | Excluded:
    if isinstance(tenant, BrokenTenant):
        return Excluded(tenant.tenant, f"its record does not fit: {tenant.reason}")
    if not tenant.enabled:
        return Excluded(tenant.tenant, "the tenant is disabled")
    if job in tenant.jobs_off:
        return Excluded(tenant.tenant, f"the tenant has switched {job} off (jobs_off)")
    try:
        complete = params.model_validate({**tenant.params.get(job, {}), **overrides})
    except ValidationError as error:
        return Excluded(tenant.tenant, f"its params.{job} do not fit: {faults(error)}")
    return Chosen(tenant, complete, fingerprint(complete))
