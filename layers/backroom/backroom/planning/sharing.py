"""Tenants that share portions, because one piece of work is done for all of them (docs/adr/0009-shared-portions.md).

A job whose planner has `group(tenant) -> str` plans portions of groups: the name of a group stands where a tenant's
does, in ledger, sums and costs, and its portions say who its members are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from backroom.errors import InvalidGroupError
from backroom.manifest.portion import Home, Item, Portion
from backroom.planning.selection import Chosen, Excluded, require_known
from backroom.tenants import Tenant, TenantId

PREFIX = "shared-"
"""What the names of groups begin with."""
_ID: TypeAdapter[str] = TypeAdapter(TenantId)


@dataclass(frozen=True, slots=True)
class Group:
    """Tenants that share portions, in the order of their ids."""

    name: str
    members: tuple[Chosen, ...]

    @property
    def fingerprint(self) -> str:
        """12 hex digits that are equal exactly for the same members with equal parameters."""
        known = [[chosen.tenant.tenant, chosen.fingerprint] for chosen in self.members]
        return sha256(orjson.dumps(known)).hexdigest()[:12]

    def homes(self, items: Iterable[Item]) -> Mapping[str, Home]:
        """Give where those members are at home that the items are of."""
        named = {chosen.tenant.tenant: chosen for chosen in self.members}
        return {owner: _home(named[owner]) for owner in sorted({owner_of(item) for item in items})}


def in_groups(
    group: Callable[[Tenant], str], decided: Iterable[Chosen | Excluded], job: str, wanted: Sequence[str] = ()
) -> list[Group | Excluded]:
    """Put the tenants that a job is for into its groups, sorted by name, after those that it is not for.

    With `wanted` only the groups of that name or with such a member are given, whole: what is done for a group is done
    for all of it. Raises InvalidGroupError for a name that is none, UnknownTenantError for a wanted one that is not
    there.
    """
    members, out = defaultdict[str, list[Chosen]](list), list[Group | Excluded]()
    for one in decided:
        if isinstance(one, Excluded):
            out.append(one)
        else:
            members[_name(group(one.tenant), one.tenant, job)].append(one)
    groups = [Group(name, tuple(members[name])) for name in sorted(members)]
    require_known(wanted, [name for one in (*out, *groups) for name in _names(one)])
    return [one for one in (*out, *groups) if not wanted or not set(wanted).isdisjoint(_names(one))]


def owned(tenant: Tenant, items: Sequence[Item]) -> Sequence[Item]:
    """Give a member's items with ids that say whose they are: `TENANT` of the only one, `TENANT/ID` of several."""
    if len(items) == 1:
        return [items[0]._replace(id=tenant.tenant)]
    return [item._replace(id=f"{tenant.tenant}/{item.id}") for item in items]


def owner_of(item: Item) -> str:
    """Give the member whose item this is."""
    return item.id.partition("/")[0]


def of_members(portion: Portion, today: Mapping[str, Any]) -> Portion:
    """Give a portion with those of its members only that the job is for today, and their items."""
    if all(tenant in today for tenant in portion.members):
        return portion
    members = {tenant: home for tenant, home in portion.members.items() if tenant in today}
    items = tuple(item for item in portion.items if owner_of(item) in members)
    weight = portion.weight * len(items) / max(1, len(portion.items))
    return replace(portion, members=members, items=items, weight=weight)


def _home(chosen: Chosen) -> Home:
    return Home(chosen.tenant.bucket, chosen.tenant.prefix, chosen.params.model_dump(mode="json"))


def _names(one: Group | Excluded) -> list[str]:
    if isinstance(one, Excluded):
        return [one.tenant]
    return [one.name, *(chosen.tenant.tenant for chosen in one.members)]


def _name(group: str, tenant: Tenant, job: str) -> str:
    try:
        return _ID.validate_python(f"{PREFIX}{group}")
    except ValidationError as error:
        raise InvalidGroupError(
            f"job {job!r} puts tenant {tenant.tenant!r} into the group {group!r}, which is no name: it has at most "
            f"{40 - len(PREFIX)} of a to z, 0 to 9 and -, and ends with none of these; mend the planner's group()"
        ) from error
