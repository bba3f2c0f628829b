"""The page that leads to the reports of all months, `PREFIXreports/index.html`: what e-mails name."""

import re

from backroom.worker import Work

from report.mark import MARK, read_mark
from report.page import Issue, index_page

FOLDER = "reports/"
"""Behind the tenant's prefix."""
HTML = "text/html; charset=utf-8"
_MONTH = re.compile(rf"(\d{{4}}-\d{{2}})/{re.escape(MARK)}")


def write_contents(work: Work, name: str) -> None:
    """Write the page: the latest month first. Raises what Bucket and `Work.put` do."""
    folder = f"{work.portion.prefix}{FOLDER}"
    keys = (listed.key.removeprefix(folder) for listed in work.tenant.listed(folder.rstrip("/")))
    months = sorted((found[1] for key in keys if (found := _MONTH.fullmatch(key))), reverse=True)
    marks = (read_mark(work, f"{folder}{month}/{MARK}") for month in months)
    issues = [Issue(mark.month, mark.title, _others(mark.files)) for mark in marks if mark]
    work.put(None, f"{folder}index.html", index_page(name, issues), HTML, "private, no-cache")


def _others(files: tuple[str, ...]) -> tuple[str, ...]:
    """Give the files that a person opens beside the page."""
    return tuple(sorted(name for name in files if name.endswith((".xlsx", ".csv"))))
