"""The demo tenants' feeds, and what came of them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from backroom.storage.objects import read_json
from backroom.tenants import Tenant

from backroom_console.output import Column, Output

_REPORT, _IMAGES, _SIZES = "imports/report.json", "imports/images.json", "imports/sizes.json"
_FIGURES = ("rows", "created", "updated", "unchanged", "removed")
_COLUMNS = (
    Column("Tenant"),
    Column("Format"),
    *(Column(figure.capitalize(), True) for figure in _FIGURES),
    Column("Rejected"),
)
_PICTURES = (
    Column("Tenant"),
    Column("Images", True),
    Column("Fetched", True),
    Column("Unchanged", True),
    Column("Resized", True),
    Column("Failed"),
)


def files(folder: Path) -> Mapping[str, Callable[[], bytes]]:
    """Give a tenant's feeds, and the photographs that they reference."""
    paths = sorted([*(folder / "feeds").glob("*.*"), *(folder / "images").glob("*.*")])
    return {path.relative_to(folder).as_posix(): path.read_bytes for path in paths}


def show(output: Output, s3: Any, tenants: Sequence[Tenant]) -> None:
    """Show of each tenant what its last import came to, and its images."""
    for columns, row_of in ((_COLUMNS, _row), (_PICTURES, _pictures)):
        output.line("")
        output.table(columns, [row for tenant in tenants if (row := row_of(s3, tenant))])


def _row(s3: Any, tenant: Tenant) -> tuple[object, ...]:
    report = read_json(s3, tenant.bucket, f"{tenant.prefix}{_REPORT}")
    if report is None:
        return ()
    figures = (f"{report[figure]:,}" for figure in _FIGURES)
    return (tenant.tenant, report["format"], *figures, _reasons(report["reasons"]))


def _pictures(s3: Any, tenant: Tenant) -> tuple[object, ...]:
    images, sizes = (read_json(s3, tenant.bucket, f"{tenant.prefix}{name}") for name in (_IMAGES, _SIZES))
    if images is None or sizes is None:
        return ()
    all_of_them = images["fetched"] + images["unchanged"] + images["failed"]
    failed = Counter(images["reasons"]) + Counter(sizes["reasons"])
    figures = (all_of_them, images["fetched"], images["unchanged"], sizes["resized"])
    return (tenant.tenant, *(f"{figure:,}" for figure in figures), _reasons(failed))


def _reasons(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in counts.items())
