"""The demo tenants' feeds, and what came of them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from backroom.storage.objects import read_json
from backroom.tenants import Tenant

from backroom_console.output import Column, Output

_REPORT = "imports/report.json"
_FIGURES = ("rows", "created", "updated", "unchanged", "removed")
_COLUMNS = (
    Column("Tenant"),
    Column("Format"),
    *(Column(figure.capitalize(), True) for figure in _FIGURES),
    Column("Rejected"),
)


def files(folder: Path) -> Mapping[str, Callable[[], bytes]]:
    """Give a tenant's feeds."""
    return {path.relative_to(folder).as_posix(): path.read_bytes for path in sorted((folder / "feeds").glob("*.*"))}


def show(output: Output, s3: Any, tenants: Sequence[Tenant]) -> None:
    """Show of each tenant what its last import came to."""
    output.line("")
    output.table(_COLUMNS, [row for tenant in tenants if (row := _row(s3, tenant))])


def _row(s3: Any, tenant: Tenant) -> tuple[object, ...]:
    report = read_json(s3, tenant.bucket, f"{tenant.prefix}{_REPORT}")
    if report is None:
        return ()
    rejected = ", ".join(f"{count} {reason}" for reason, count in report["reasons"].items())
    return (tenant.tenant, report["format"], *(f"{report[figure]:,}" for figure in _FIGURES), rejected)
