"""What is planned for whom: each tenant's own month, what jobs did in it, and nothing where nothing has changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from backroom.errors import InvalidTenantError
from backroom.planning.activity import JobActivity
from backroom.planning.informed import Known
from backroom.planning.months import Month
from backroom.planning.selection import Chosen
from backroom.tenants import Tenant, parse
from planners.report import Params, ReportPlanner, planner
from pydantic import ValidationError
from report.wanted import parse_wanted

from tests.unit.sitemap.test_planner import Listing

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass
class Told:
    """An archive that says what it is told to."""

    done: dict[str, list[JobActivity]] = field(default_factory=dict)
    asked: Mapping[str, Month] = field(default_factory=dict)

    def activity(self, jobs: list[str], months: Mapping[str, Month]) -> dict[str, list[JobActivity]]:
        assert "report" not in jobs
        assert {"sitemap", "product_import"} <= set(jobs)
        self.asked = months
        return self.done


def tenant(zone: str = "Europe/Berlin", name: str = "shop") -> Tenant:
    record = {"tenant": name, "bucket": "backroom-shop", "enabled": True, "prefix": "shop/", "timezone": zone}
    return cast("Tenant", parse(record))


def informed(told: Told, *tenants: Tenant, moment: datetime = NOON, **params: Any) -> ReportPlanner:
    chosen = [Chosen(one, Params(**params), "f") for one in tenants]
    return planner.informed(Known(moment, chosen, cast("Any", told)))


def items(of: ReportPlanner, one: Tenant, etag: str | None = "e", **params: Any) -> list[tuple[str, str, int]]:
    there = {"shop/catalogue.sqlite": (etag, 8_000_000)} if etag else {}
    return [tuple(item) for item in of.items(cast("Any", Listing(there)), one, Params(**params))]  # type: ignore[misc]


def test_each_tenant_has_the_month_that_is_over_where_it_is() -> None:
    told, here, there = Told(), tenant(), tenant("Pacific/Kiritimati", "isle")
    at = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    informed(told, here, there, tenant("America/New_York", "york"), moment=at)
    assert {name: month.name for name, month in told.asked.items()} == {
        "shop": "2026-10",
        "isle": "2026-10",
        "york": "2026-09",
    }
    informed(told, here, moment=at, period="this_month")
    assert told.asked["shop"].name == "2026-11"


def test_an_item_is_new_when_the_catalogue_or_what_jobs_did_is_another() -> None:
    one, done = tenant(), JobActivity("sitemap", runs=30, cost=0.5)
    plain = items(informed(Told(), one), one)
    assert plain == items(informed(Told(), one, moment=NOON.replace(day=20)), one), "the time of planning is no news"
    assert plain[0][0] == "2026-10"
    assert plain[0][2] == 8_000_000
    others = [
        items(informed(Told({"shop": [done]}), one), one),
        items(informed(Told(), one), one, etag="f"),
        items(informed(Told(), one), one, etag=None),
        items(informed(Told(), tenant("Europe/London")), tenant("Europe/London")),
    ]
    assert len({version for ((_, version, _),) in [plain, *others]}) == 5


def test_who_is_not_to_see_costs_is_not_told_them() -> None:
    one, done = tenant(), JobActivity("sitemap", runs=30, cost=0.5)
    of = informed(Told({"shop": [done]}), one)
    assert of.brief(one, Params())["activity"][0]["cost"] == 0.5
    assert of.brief(one, Params(costs=False))["activity"][0]["cost"] is None


def test_the_container_reads_what_the_planner_tells() -> None:
    one, done = tenant(), JobActivity("sitemap", runs=2)
    done.reasons["NotFound"] = 3
    of = informed(Told({"shop": [done]}), one)
    params = Params(currency="EUR", rates={"CHF": "1.07"})
    told = params.model_dump(mode="json") | {"brief": of.brief(one, params)}
    wanted = parse_wanted(told)
    assert (wanted.month, wanted.name, str(wanted.rates["CHF"])) == ("2026-10", "shop", "1.07")
    assert (wanted.start, wanted.end) == (of.months["shop"].start, of.months["shop"].end)
    assert wanted.done[0].reasons == {"NotFound": 3}


def test_a_tenant_without_a_time_zone_is_left_out_and_keeps_nobody_else_from_a_report() -> None:
    lost, told = tenant("Mars/Olympus", "lost"), Told()
    of = informed(told, lost, tenant())
    assert set(told.asked) == {"shop"}
    with pytest.raises(InvalidTenantError, match="Mars/Olympus"):
        items(of, lost)


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "2026-13"},
        {"period": "yesterday"},
        {"rates": {"CHF": 1}},
        {"currency": "EUR", "rates": {"CHF": 0}},
        {"currency": "EUR", "rates": {"CHF": "NaN"}},
        {"currency": "euro"},
        {"brief": {}},
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_run_is_planned(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Params(**wrong)
