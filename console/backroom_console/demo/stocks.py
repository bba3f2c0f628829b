"""The demo tenants' deltas of stock and price, and what came of them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from backroom.storage.listing import objects
from backroom.storage.objects import read_json
from backroom.tenants import Tenant

from backroom_console.output import Column, Output

_FOLDER, _REPORT = "stock/", "/report.json"
_FIGURES = ("rows", "updated", "unchanged", "older")
_COLUMNS = (
    Column("Tenant"),
    Column("Feed"),
    *(Column(figure.capitalize(), True) for figure in _FIGURES),
    Column("Not taken"),
)


def files(folder: Path) -> Mapping[str, Callable[[], bytes]]:
    """Give a tenant's deltas."""
    return {path.relative_to(folder).as_posix(): path.read_bytes for path in sorted((folder / "deltas").glob("*.*"))}


def show(output: Output, s3: Any, tenants: Sequence[Tenant]) -> None:
    """Show of each feed what it came to when it was imported last."""
    output.line("")
    output.table(_COLUMNS, [row for tenant in tenants for row in _rows(s3, tenant)])


def _rows(s3: Any, tenant: Tenant) -> list[tuple[object, ...]]:
    place = f"{tenant.prefix}{_FOLDER}"
    keys = [one.key for one in objects(s3, tenant.bucket, place) if one.key.endswith(_REPORT)]
    reports = ((key.removeprefix(place).removesuffix(_REPORT), read_json(s3, tenant.bucket, key)) for key in keys)
    return [(tenant.tenant, name, *_figures(report)) for name, report in reports if report is not None]


def _figures(report: Mapping[str, Any]) -> tuple[str, ...]:
    reasons = ", ".join(f"{count} {reason}" for reason, count in report["reasons"].items())
    return (*(f"{report[figure]:,}" for figure in _FIGURES), reasons)
