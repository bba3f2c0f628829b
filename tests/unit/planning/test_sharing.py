"""Tenants that share portions: whole groups, items that say whose they are, and no group of a doubtful name."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from backroom import ledger
from backroom.errors import InvalidGroupError, TenantUnreachableError, UnknownTenantError
from backroom.ledger import OK, Entry
from backroom.manifest.portion import Home, Item, Portion
from backroom.planning.combining import Combining
from backroom.planning.job import JobRow
from backroom.planning.resume import for_today
from backroom.planning.selection import Chosen, Excluded, fingerprint
from backroom.planning.sharing import Group, in_groups, of_members, owned, owner_of
from backroom.planning.splitting import divide
from backroom.planning.stages import parse_stages
from backroom.planning.summary import TenantPlan
from backroom.planning.tenant import Planning
from backroom.tenants import Tenant
from backroom.treatment import Kind
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel


class Params(BaseModel):
    """What the job of these tests takes."""

    model: str = "shop"
    weight: float = 1.0


class Planner:
    """Items by tenant; a tenant that is not there has no bucket."""

    params = Params
    together = True

    def __init__(self, **items: list[str]) -> None:
        self.all = items

    def group(self, tenant: Tenant) -> str:
        """The group that the tenant's name ends with."""
        return tenant.name

    def items(self, _s3: Any, tenant: Tenant, _params: Params) -> Iterator[Item]:
        """The tenant's items."""
        if tenant.tenant not in self.all:
            raise TenantUnreachableError(f"bucket of {tenant.tenant}")
        return iter([Item(id_, f"of-{tenant.tenant}", 1) for id_ in self.all[tenant.tenant]])

    def weigh(self, params: Params) -> Any:
        """As the tenant's parameters say."""
        return lambda item: params.weight * len(item.id)


ROW = JobRow(job="j", portion_items=100, portion_seconds=1e6, waves=1, item_tolerance=0, portion_tolerance=0)


def chosen(tenant: str, group: str = "shop", weight: float = 1.0) -> Chosen:
    params = Params(model=group, weight=weight)
    record = Tenant(tenant=tenant, name=group, bucket=f"b-{tenant}", prefix="p/", enabled=True)
    return Chosen(record, params, fingerprint(params))


def names(found: list[Group | Excluded]) -> list[str]:
    return [one.name if isinstance(one, Group) else one.tenant for one in found]


def test_a_group_is_planned_whole_whoever_of_it_is_asked_for() -> None:
    decided: list[Chosen | Excluded] = [chosen("a"), chosen("b", "toys"), chosen("c"), Excluded("d", "disabled")]

    def asked(*wanted: str) -> list[str]:
        return names(in_groups(Planner().group, decided, "j", wanted))

    assert asked() == ["d", "shared-shop", "shared-toys"]
    assert asked("c") == asked("shared-shop") == ["shared-shop"]
    assert asked("d", "b") == ["d", "shared-toys"]
    with pytest.raises(UnknownTenantError, match="did you mean shared-shop"):
        asked("shared-shp")


@pytest.mark.parametrize("name", ["", "Shop", "a b", "shop-", "../x", "s" * 34])
def test_a_group_of_a_doubtful_name_is_refused_with_tenant_and_job(name: str) -> None:
    with pytest.raises(InvalidGroupError, match="job 'j' puts tenant 'a' into the group"):
        in_groups(Planner().group, [chosen("a", name)], "j")


def test_the_fingerprint_is_of_who_is_there_with_what() -> None:
    one = Group("shared-shop", (chosen("a"), chosen("b")))
    same = Group("shared-shop", (chosen("a"), chosen("b")))
    assert one.fingerprint == same.fingerprint
    others = (chosen("a"),), (chosen("a"), chosen("b", weight=2)), (chosen("a"), chosen("c"))
    assert len({Group("shared-shop", members).fingerprint for members in (*others, one.members)}) == 4


@given(
    st.dictionaries(st.from_regex(r"[a-z](?:[a-z-]{0,3}[a-z])?", fullmatch=True), st.sets(st.text("a/-z", min_size=1)))
)
def test_every_item_says_whose_it_is_and_no_two_are_the_same(items: dict[str, set[str]]) -> None:
    given_: list[tuple[str, Item]] = []
    for name, ids in items.items():
        own = owned(chosen(name).tenant, [Item(id_, "v", 1) for id_ in sorted(ids)])
        given_ += [(name, item) for item in own]
    assert all(owner_of(item) == name for name, item in given_)
    assert len({item.id for _, item in given_}) == len(given_) == sum(map(len, items.values()))


def plan(monkeypatch: pytest.MonkeyPatch, planner: Planner, known: list[Entry]) -> list[Portion | TenantPlan]:
    """What is planned for a group of a, a-b and c, of which the ledger knows so much."""
    ledgers: list[tuple[str, str]] = []

    def read(_s3: Any, _bucket: str, key: str, of: str) -> Iterator[Entry]:
        ledgers.append((key, of))
        return iter(known)

    monkeypatch.setattr(ledger, "read", read)
    group = Group("shared-shop", (chosen("a", weight=2), chosen("a-b"), chosen("c")))
    found = list(Planning(cast("Any", None), "runs", planner, ROW).group(group))
    assert ledgers == [("ledger/j/shared-shop.jsonl", group.fingerprint)]
    return found


def test_a_groups_portion_names_its_members_and_sums_up_their_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    portion, decided = plan(monkeypatch, Planner(a=["x", "y"], c=["catalogue"], **{"a-b": ["z"]}), [])
    assert isinstance(portion, Portion)
    assert [item.id for item in portion.items] == ["a-b", "a/x", "a/y", "c"]
    assert (portion.tenant, portion.bucket, portion.prefix, portion.params) == ("shared-shop", "", "", {})
    assert portion.weight == 2 + 2 + 1 + 9
    assert portion.members["a"] == Home("b-a", "p/", {"model": "shop", "weight": 2.0})
    assert list(portion.members) == ["a", "a-b", "c"]
    assert decided == TenantPlan("shared-shop", 1, 4)
    assert Portion.from_line(portion.line(), "here") == portion


def test_a_member_without_a_bucket_is_left_out_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    out, portion, decided = plan(monkeypatch, Planner(a=["x"], **{"a-b": []}), [])
    assert out == TenantPlan("c", skipped="bucket of c")
    assert isinstance(portion, Portion)
    assert (list(portion.members), decided) == (["a"], TenantPlan("shared-shop", 1, 1))


def test_what_has_not_changed_for_any_member_is_not_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [Entry("a", "of-a", OK), Entry("a-b", "of-a-b", OK)]
    (decided,) = plan(monkeypatch, Planner(a=["x"], c=[], **{"a-b": ["y"]}), known)
    assert decided == TenantPlan("shared-shop", unchanged=2)


SHARED = Portion(
    7,
    "shared-shop",
    "",
    "",
    {},
    "f" * 12,
    (Item("a/x", "v", 1), Item("a/y", "v", 1), Item("b", "v", 1)),
    3.0,
    members={name: Home(f"b-{name}", "", {}) for name in "ab"},
)


def test_parts_of_a_split_know_the_members_of_their_items_only() -> None:
    parts = list(divide(SHARED, Kind.SPLIT, (), onward=False))
    assert [list(part.members) for part in parts] == [["a"], ["b"]]


def test_who_combines_a_groups_portions_knows_the_members_of_them_all() -> None:
    combining = Combining(parse_stages("vectors; index after vectors all"))
    for part in divide(SHARED, Kind.SPLIT, (), onward=False):
        combining.note(part)
    (combined,) = combining.portions()
    assert (list(combined.members), combined.items) == (["a", "b"], ())


def test_a_resumed_portion_goes_on_for_those_members_that_there_are_today() -> None:
    both = {"a": chosen("a"), "b": chosen("b")}
    assert for_today(SHARED, both) == (SHARED, [])
    left, out = for_today(SHARED, {"a": chosen("a"), "b": Excluded("b", "disabled")})
    assert out == [Excluded("b", "disabled")]
    assert left == of_members(SHARED, {"a": 1})
    assert left is not None
    assert ([item.id for item in left.items], list(left.members), left.weight) == (["a/x", "a/y"], ["a"], 2.0)
    assert for_today(SHARED, {})[0] is None
