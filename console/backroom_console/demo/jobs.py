"""What the demo of each job brings along, and how it shows what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backroom.tenants import Tenant

from backroom_console.demo import catalogues, imports, reports, similars, sitemaps, stocks
from backroom_console.demo.loading import Files
from backroom_console.errors import DemoError
from backroom_console.output import Output


@dataclass(frozen=True, slots=True)
class DemoJob:
    """The demo of a job."""

    files: Files
    """What the job reads."""
    results: tuple[str, ...]
    """How the keys of what it writes may begin, behind the tenant's prefix."""
    place: str
    """Where a person finds these, in a tenant's folder."""
    show: Callable[[Output, Any, Sequence[Tenant]], None] = lambda _output, _s3, _tenants: None
    """Shows what came of it beside the run itself."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """Of the run, over the tenants' own."""


def find(job: str) -> DemoJob:
    """Give the demo of a job; raises DemoError naming those that there are."""
    if job not in _JOBS:
        raise DemoError(f"there is no demo of {job!r}; there are: {', '.join(_JOBS)}")
    return _JOBS[job]


def _photos(folder: Path) -> Mapping[str, Callable[[], bytes]]:
    paths = sorted(path for path in (folder / "images").rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes for path in paths}


_JOBS = {
    "image_resize": DemoJob(_photos, ("resized/",), "resized/WIDTH/"),
    "sitemap": DemoJob(catalogues.files, ("sitemap",), "sitemap.xml and sitemaps/", sitemaps.show),
    "product_import": DemoJob(
        lambda folder: {**imports.files(folder), **catalogues.pages(folder)},
        ("imports/", "resized/"),
        "imports/ and resized/",
        imports.show,
    ),
    "stock_import": DemoJob(
        lambda folder: {**stocks.files(folder), **catalogues.files(folder)}, ("stock/",), "stock/FEED/", stocks.show
    ),
    "report": DemoJob(catalogues.files, ("reports/",), "reports/", reports.show, {"period": "this_month"}),
    "similarity": DemoJob(catalogues.files, ("similar/",), "similar/", similars.show),
}
