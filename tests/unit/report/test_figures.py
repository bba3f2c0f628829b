"""The figures are what plain counting gives, whatever the frames are, and days are those of the tenant's clock."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from backroom.catalogue.model import PRICE_UNIT
from backroom.planning.months import Month
from hypothesis import given, settings
from hypothesis import strategies as st
from report.figures import Figures, total
from report.groups import MOST
from report.tally import NAMED, Tally
from report.wanted import Wanted, parse_wanted

from tests.unit.report.shop import Kept, brief, framed

ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Havana"])
FEW = st.sampled_from(["", "a", "b", "ä"])
# Around both changes of clocks, and around the ends of months.
TIMES = st.one_of(
    st.datetimes(datetime(2026, 9, 30), datetime(2026, 12, 1), timezones=st.just(UTC)),
    st.sampled_from([datetime(2026, 10, 25, hour, 59, 59, 999999, tzinfo=UTC) for hour in range(3)]),
)
PRODUCTS = st.lists(
    st.builds(
        Kept,
        sku=st.text("abcd", min_size=1, max_size=4),
        title=st.text("xyz", max_size=2),
        brand=FEW,
        category=FEW,
        units=st.none() | st.integers(0, 10**15),
        currency=st.sampled_from(["EUR", "CHF", ""]),
        stock=st.none() | st.integers(-2, 10**9),
        changed=st.none() | TIMES,
    ),
    unique_by=lambda kept: kept.sku,
    max_size=12,
)


def wanted(zone: str = "Europe/Berlin", month: int = 10) -> Wanted:
    of = Month(2026, month, ZoneInfo(zone))
    told = brief(timezone=zone, month=of.name, start=of.start.isoformat(), end=of.end.isoformat())
    return parse_wanted({"brief": told})


def tally(products: list[Kept], size: int, asked: Wanted) -> Figures:
    counted, told = Tally(asked), {"start": asked.start.isoformat(), "end": asked.end.isoformat()}
    in_order = sorted(products, key=lambda kept: kept.sku.encode())
    for at in range(0, len(in_order), size):
        counted.add(framed(*in_order[at : at + size], timezone=str(asked.zone), **told))
    return counted.figures()


def value(kept: Kept) -> Decimal:
    return (kept.units or 0) * max(kept.stock or 0, 0) * PRICE_UNIT


@given(PRODUCTS, st.integers(1, 5), ZONES)
@settings(max_examples=60, deadline=None)
def test_figures_are_those_of_plain_counting(products: list[Kept], size: int, zone: str) -> None:
    asked = wanted(zone)
    found = tally(products, size, asked)
    changed = [k for k in products if k.changed and asked.start <= k.changed < asked.end]
    assert found.products == len(products)
    assert found.out_of_stock == sum(k.stock is not None and k.stock <= 0 for k in products)
    assert (found.unknown_stock, found.unpriced) == (
        sum(k.stock is None for k in products),
        sum(k.units is None for k in products),
    )
    days = Counter(k.changed.astimezone(ZoneInfo(zone)).date() for k in changed if k.changed)
    assert {day: count for day, count in found.days.items() if count} == days
    assert list(found.days) == [date(2026, 10, day) for day in range(1, 32)]
    assert found.changed == len(changed) == sum(days.values())
    for name, groups in (("category", found.categories), ("brand", found.brands)):
        assert {group.name: group.products for group in groups} == Counter(getattr(k, name) for k in products)
        values: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for kept in products:
            values[getattr(kept, name), kept.currency] += value(kept)
        told = {(group.name, currency): sum_ for group in groups for currency, sum_ in group.values.items()}
        assert told == {key: sum_ for key, sum_ in values.items() if sum_}


@given(PRODUCTS, st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_extremes_are_the_first_of_each_currency_and_no_currencies_are_added_up(
    products: list[Kept], size: int
) -> None:
    found = tally(products, size, wanted())
    for one in found.currencies:
        mine = sorted((k for k in products if k.currency == one.currency and k.units is not None), key=lambda k: k.sku)
        cheapest, dearest = min(mine, key=lambda k: k.units or 0), max(mine, key=lambda k: k.units or 0)
        assert (one.cheapest.sku, one.cheapest.price) == (cheapest.sku, (cheapest.units or 0) * PRICE_UNIT)
        assert (one.dearest.sku, one.dearest.title) == (dearest.sku, dearest.title)
        assert one.value == sum(map(value, mine))
        assert one.products == len(mine)
    assert [one.currency for one in found.currencies] == sorted({k.currency for k in products if k.units is not None})
    out = [k.sku for k in sorted(products, key=lambda k: k.sku) if k.stock is not None and k.stock <= 0]
    assert [named.sku for named in found.sold_out] == out[:NAMED]


def test_all_currencies_are_added_up_by_the_tenants_rates_only() -> None:
    figures = tally(
        [Kept("a", units=10_000, stock=3), Kept("b", currency="CHF", units=20_000), Kept("c", currency="USD")],
        5,
        wanted(),
    )
    assert total(figures, "", {}) is None
    whole = total(figures, "EUR", {"CHF": Decimal("1.05")})
    assert whole is not None
    assert whole.value == Decimal(3) + Decimal("4.2")
    assert whole.without_rate == ("USD",)


def test_of_very_many_brands_the_largest_are_told_and_the_rest_together() -> None:
    products = [Kept(f"{n:05}", brand=f"brand {n // 2 if n < 10 else n}") for n in range(MOST + 100)]
    brands = tally(products, 250, wanted()).brands
    assert len(brands) == MOST + 1
    assert brands[0].products == 2
    assert brands[-1].others == MOST + 100 - 5 - MOST
    assert sum(group.products for group in brands) == MOST + 100


def test_a_day_of_25_hours_is_one_day() -> None:
    first = datetime(2026, 10, 24, 22, tzinfo=UTC)
    products = [Kept(f"{hour:02}", changed=first + timedelta(hours=hour)) for hour in range(-1, 26)]
    assert tally(products, 4, wanted()).days[date(2026, 10, 25)] == 25
