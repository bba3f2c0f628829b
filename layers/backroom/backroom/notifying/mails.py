"""Sends a run's e-mails, to each tenant one: once, whatever happens in between."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict

from backroom.errors import BackroomError
from backroom.notifying.letter import Letter, write
from backroom.notifying.sent import SentMails
from backroom.planning.sharing import PREFIX as GROUP
from backroom.records import RunRecord, TenantSums
from backroom.runs import RunsTable
from backroom.tenants import JobName, Tenant, TenantsTable


class MailService(Protocol):
    """What is used of SES's client (version 2 of its API)."""

    def send_email(self, **mail: Any) -> Mapping[str, Any]:
        """Send one e-mail; gives its MessageId. Raises ClientError."""


class NotifyRequest(BaseModel):
    """The event of NotifyFunction; a dry run sends nothing and says what would be sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    job: JobName
    run: str
    dry_run: bool = False


class MailState(StrEnum):
    """What became of a tenant's e-mail."""

    SENT = "sent"
    PENDING = "pending"
    """It would be sent: this is a dry run."""
    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    """SES did not take it; a repetition tries again."""
    UNCERTAIN = "uncertain"
    """An earlier try was cut off between sending and noting it; it is not sent twice."""
    UNKNOWN_TENANT = "unknown_tenant"
    SHARED = "shared"
    """It is a group of tenants that share portions, which has no address."""


class Mail(BaseModel):
    """One tenant's e-mail of a run."""

    tenant: str
    state: MailState
    to: str | None = None
    subject: str | None = None
    body: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """What it takes to send a run's e-mails."""

    runs: RunsTable
    tenants: TenantsTable
    sent: SentMails
    ses: MailService
    sender: str
    letters: Mapping[str, str]
    """Templates by job; that of `default` is for all others."""
    reports_url: str = ""
    """Where tenants can read what lies in their buckets (backroom.settings)."""

    def mails(self, request: NotifyRequest, now: datetime) -> Iterator[Mail]:
        """Send to every tenant of the run that has an address, unless it is a dry run, and say what became of each.

        Raises UnknownRunError, InvalidLetterError, ClientError if the tables cannot be had.
        """
        run = self.runs.get(request.run)
        for sums in self.runs.tenants(run.run):
            yield self._mail(run, sums, now, request.dry_run)

    def _mail(self, run: RunRecord, sums: TenantSums, now: datetime, dry_run: bool) -> Mail:
        try:
            tenant = self.tenants.get(sums.tenant)
        except BackroomError as error:
            if sums.tenant.startswith(GROUP):
                return Mail(tenant=sums.tenant, state=MailState.SHARED)
            return Mail(tenant=sums.tenant, state=MailState.UNKNOWN_TENANT, reason=str(error))
        if tenant.email is None:
            return Mail(tenant=tenant.tenant, state=MailState.NO_ADDRESS)
        letter = write(self.letters.get(run.job, self.letters["default"]), run, tenant, sums, self.reports_url)
        state, reason = self._state(run, tenant) if dry_run else self._sent(run, tenant, letter, now)
        return Mail(
            tenant=tenant.tenant,
            state=state,
            to=tenant.email,
            subject=letter.subject,
            body=letter.body,
            reason=reason,
        )

    def _state(self, run: RunRecord, tenant: Tenant) -> tuple[MailState, str | None]:
        known = self.sent.get(run.run, tenant.tenant)
        return (MailState.PENDING if known is None else MailState.SENT if known.sent_at else MailState.UNCERTAIN), None

    def _sent(self, run: RunRecord, tenant: Tenant, letter: Letter, now: datetime) -> tuple[MailState, str | None]:
        if not self.sent.claim(run.run, tenant.tenant, now):
            return self._state(run, tenant)
        try:
            message = self._send(str(tenant.email), letter)
        except ClientError as error:
            # SES answered: so it was not sent. Where there is no answer, the claim stays: it may have been.
            self.sent.give_up(run.run, tenant.tenant)
            return MailState.REFUSED, str(error)
        self.sent.note(run.run, tenant.tenant, message, now)
        return MailState.SENT, None

    def _send(self, to: str, letter: Letter) -> str:
        text = {"Subject": {"Data": letter.subject}, "Body": {"Text": {"Data": letter.body}}}
        answer = self.ses.send_email(
            FromEmailAddress=self.sender, Destination={"ToAddresses": [to]}, Content={"Simple": text}
        )
        return str(answer["MessageId"])
