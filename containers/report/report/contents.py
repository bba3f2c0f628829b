"""The page that leads to the reports of all months, `PREFIXreports/index.html`: what e-mails name."""

import re

from backroom.worker import Work

from report.mark import MARK, Mark, read_mark
from report.page import Issue, index_page

FOLDER = "reports/"
"""Behind the tenant's prefix."""
HTML = "text/html; charset=utf-8"
_MONTH = re.compile(rf"(\d{{4}}-\d{{2}})/{re.escape(MARK)}")


def write_contents(work: Work, name: str, new: Mark) -> None:
    """Write the page: the latest month first, `new` among them. Raises what Bucket and `Work.put` do."""
    folder = f"{work.portion.prefix}{FOLDER}"
    keys = (listed.key.removeprefix(folder) for listed in work.tenant.listed(folder.rstrip("/")))
    months = {found[1] for key in keys if (found := _MONTH.fullmatch(key))} - {new.month}
    marks = [mark for month in months if (mark := read_mark(work, f"{folder}{month}/{MARK}"))]
    in_order = sorted([new, *marks], key=lambda mark: mark.month, reverse=True)
    issues = [Issue(mark.month, mark.title, _others(mark.files)) for mark in in_order]
    work.put(None, f"{folder}index.html", index_page(name, issues), HTML, "private, no-cache")


def _others(files: tuple[str, ...]) -> tuple[str, ...]:
    """Give the files that a person opens beside the page."""
    return tuple(name for name in files if name.endswith((".xlsx", ".csv")))
