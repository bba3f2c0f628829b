"""Which of a tenant's sitemap files nobody needs any more."""

from collections.abc import Container
from datetime import UTC, datetime

from backroom.worker import Work

from sitemap.publishing import FOLDER


def useless(work: Work, needed: Container[str]) -> list[str]:
    """Give the keys of the files that are not needed, whatever left them there: an older set, or a run that failed.

    What was written since this run began is no older set: it may be of a run that goes on beside it. Of a run whose id
    does not say when it began nothing is given. Raises NoPermission, Outage.
    """
    began = work.outputs.token.started
    if not began:
        return []
    since = datetime.strptime(began, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    prefix = work.portion.prefix
    found = work.tenant.listed(f"{prefix}{FOLDER}".rstrip("/"))
    return [
        file.key
        for file in found
        if file.key.endswith(".xml.gz") and file.key.removeprefix(prefix) not in needed and file.changed < since
    ]
