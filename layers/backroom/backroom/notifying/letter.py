"""What a tenant is told of a run, from a job's template. Pure."""

import re
from dataclasses import dataclass
from string import Template

from backroom.errors import InvalidLetterError
from backroom.phrases import counted
from backroom.records import RunRecord, TenantSums
from backroom.tenants import Tenant
from backroom.words import Outcome

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_HEADER = "Subject: "
REPORTS = "reports/index.html"
"""What the job report writes behind a tenant's prefix: the page that leads to all of the tenant's reports."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail without its addresses: plain text."""

    subject: str
    body: str


def write(template: str, run: RunRecord, tenant: Tenant, sums: TenantSums, reports_url: str = "") -> Letter:
    """Fill a template, `Subject: ...`, an empty line, text, with what became of a tenant's portions and items.

    `$name` and the other fields of `_fields` stand for values; `reports_url` is the setting of this name. Raises
    InvalidLetterError naming what does not fit.
    """
    head, gap, body = template.partition("\n\n")
    if not head.startswith(_HEADER) or "\n" in head or not gap or not body.strip():
        raise InvalidLetterError(f"the letter of {run.job} must begin with `{_HEADER}...` and an empty line, then text")
    fields = _fields(run, tenant, sums) | {"reports": reports_place(tenant, reports_url)}
    try:
        return Letter(Template(head.removeprefix(_HEADER)).substitute(fields), Template(body).substitute(fields))
    except (KeyError, ValueError) as error:
        known = ", ".join(f"${name}" for name in sorted(fields))
        raise InvalidLetterError(
            f"the letter of {run.job} has a field that is none: {error}; there are {known}"
        ) from error


def reports_place(tenant: Tenant, reports_url: str) -> str:
    """Say where a tenant's reports are: as a link if there is one that lasts, else in which bucket under which key.

    No signed link: it would end with the credentials that have signed it, which a function has for hours only, and
    whoever has it needs no other right (docs/jobs/report.md).
    """
    if reports_url:
        return f"{reports_url.replace('{tenant}', tenant.tenant).rstrip('/')}/{REPORTS}"
    return f"s3://{tenant.bucket}/{tenant.prefix}{REPORTS}"


def _fields(run: RunRecord, tenant: Tenant, sums: TenantSums) -> dict[str, str]:
    bad = sum(sums.portions.get(outcome, 0) for outcome in (Outcome.FAILED, Outcome.LOST, Outcome.CANCELLED))
    return {
        "name": _one_line(tenant.name or tenant.tenant),
        "tenant": tenant.tenant,
        "job": run.job,
        "run": run.run,
        "started": f"{run.started_at:%Y-%m-%d %H:%M} UTC",
        "done": counted(sums.items.succeeded, "item"),
        "failed": counted(sums.items.failed, "item"),
        "skipped": counted(sums.items.skipped, "item"),
        "verdict": f"{counted(bad, 'portion')} did not come to a good end" if bad else "everything was done",
    }


def _one_line(text: str) -> str:
    """Take out what could end a header or draw on a terminal."""
    return _CONTROL.sub(" ", text).strip()
