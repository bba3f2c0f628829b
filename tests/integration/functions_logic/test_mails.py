"""E-mails to tenants: one a run and tenant, whatever happens in between, and none that nobody wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from backroom.clients import mail_service
from backroom.errors import InvalidLetterError, UnknownRunError
from backroom.notifying.letter import write
from backroom.notifying.mails import Mail, NotifyRequest, Post
from backroom.notifying.sent import SentMails
from backroom.records import Items, RunRecord, TenantSums
from backroom.tenants import Tenant
from backroom.words import Outcome, RunStatus
from botocore.exceptions import ClientError, ConnectionClosedError
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.functions_logic.conftest import JOB, NOW, RUN, World

LETTERS = Path(__file__).parents[3] / "functions" / "notify" / "letters"
SENDER = "jobs@example.com"


@dataclass
class Ses:
    """SES's real client (on moto) behind something that may fail before or after it."""

    client: Any = field(default_factory=lambda: boto3.client("sesv2", region_name="eu-central-1"))
    before: Exception | None = None
    after: Exception | None = None
    taken: list[Mapping[str, Any]] = field(default_factory=list)

    def send_email(self, **mail: Any) -> Mapping[str, Any]:
        if self.before:
            raise self.before
        answer: Mapping[str, Any] = self.client.send_email(**mail)
        self.taken.append(mail)
        if self.after:
            raise self.after
        return answer


@pytest.fixture
def ses() -> Ses:
    found = Ses()
    found.client.create_email_identity(EmailIdentity=SENDER)
    return found


@pytest.fixture
def ended(world: World, ses: Ses) -> Post:
    """A run of three tenants, of whom one has no address and one is gone, and of a group of others."""
    world.tenant("here", email="shop@example.org")
    world.tenants.update_item(
        Key={"tenant": "here"},
        UpdateExpression="SET #name = :name",
        ExpressionAttributeNames={"#name": "name"},
        ExpressionAttributeValues={":name": "The Shop"},
    )
    world.tenant("silent")
    runs = world.deployment.runs
    sums = [TenantSums(name, {Outcome.SUCCEEDED: 1}, Items(3, 1)) for name in ("here", "silent", "gone", "shared-shop")]
    runs.ended(JOB, RUN, RunStatus.SUCCEEDED, NOW, {})
    runs.put_tenants(RUN, sums, NOW)
    letters = {path.stem: path.read_text() for path in LETTERS.glob("*.txt")}
    return Post(runs, world.deployment.tenants, SentMails(world.runs), ses, SENDER, letters)


def states(post: Post, dry_run: bool = False) -> dict[str, str]:
    return {mail.tenant: str(mail.state) for mail in mails(post, dry_run)}


def mails(post: Post, dry_run: bool = False) -> list[Mail]:
    return list(post.mails(NotifyRequest(job=JOB, run=RUN, dry_run=dry_run), NOW))


def test_each_tenant_is_told_once(ended: Post, ses: Ses) -> None:
    others = {"silent": "no_address", "gone": "unknown_tenant", "shared-shop": "shared"}
    assert states(ended, dry_run=True) == {"here": "pending"} | others
    assert ses.taken == []
    assert states(ended) == states(ended) == states(ended, dry_run=True) == {"here": "sent"} | others
    (mail,) = ses.taken
    assert (mail["FromEmailAddress"], mail["Destination"]) == (SENDER, {"ToAddresses": ["shop@example.org"]})


def test_a_dry_run_shows_what_would_be_sent(ended: Post) -> None:
    (mail,) = [mail for mail in mails(ended, dry_run=True) if mail.to]
    assert mail.subject == "Your images were resized: 3 items done, 1 item failed"
    assert "Dear The Shop," in str(mail.body)
    assert RUN in str(mail.body)


def test_what_ses_refused_is_tried_again(ended: Post, ses: Ses) -> None:
    ses.before = ClientError({"Error": {"Code": "MessageRejected", "Message": "not verified"}}, "SendEmail")
    (mail,) = [mail for mail in mails(ended) if mail.to]
    assert (mail.state, "not verified" in str(mail.reason)) == ("refused", True)
    ses.before = None
    assert states(ended)["here"] == "sent"


def test_where_nobody_knows_whether_it_was_sent_it_is_not_sent_again(ended: Post, ses: Ses) -> None:
    ses.after = ConnectionClosedError(endpoint_url="ses")
    with pytest.raises(ConnectionClosedError):
        mails(ended)
    ses.after = None
    assert states(ended)["here"] == "uncertain"
    assert len(ses.taken) == 1


def test_ses_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    mail_service.cache_clear()
    assert mail_service().meta.config.retries["total_max_attempts"] == 1
    mail_service.cache_clear()


def test_an_unknown_run_is_named(ended: Post) -> None:
    with pytest.raises(UnknownRunError, match="no-run"):
        list(ended.mails(NotifyRequest(job=JOB, run="no-run"), NOW))


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Dear $name", "must begin with `Subject"),
        ("Subject: a\nCc: b\n\ntext", "must begin"),
        ("Subject: a\n\n", "must begin"),
        ("Subject: $nmae\n\ntext", "nmae"),
        ("Subject: a\n\n5 $ a month", "Invalid placeholder"),
    ],
)
def test_a_letter_that_cannot_be_written_says_why(ended: Post, template: str, said: str) -> None:
    run = ended.runs.get(RUN)
    with pytest.raises(InvalidLetterError, match=said):
        write(template, run, Tenant(tenant="here", bucket="here", enabled=True), TenantSums("here"))


@given(st.text(max_size=50))
def test_no_name_of_a_tenant_breaks_out_of_its_line(name: str) -> None:
    run = RunRecord(JOB, RUN, RunStatus.SUCCEEDED, NOW)
    tenant = Tenant(tenant="t", bucket="bucket", enabled=True, name=name)
    subject = write("Subject: to $name\n\n$tenant", run, tenant, TenantSums("t")).subject
    assert subject.startswith("to ")
    assert len(subject.splitlines()) == 1


@pytest.mark.parametrize(
    ("reports_url", "place"),
    [
        ("", "s3://here-files/shop/reports/index.html"),
        ("https://{tenant}.example.com/files/", "https://here.example.com/files/reports/index.html"),
        ("https://example.com/t/{tenant}", "https://example.com/t/here/reports/index.html"),
    ],
)
def test_the_letter_of_a_report_says_where_it_is(reports_url: str, place: str) -> None:
    run = RunRecord("report", "report-20261201T120000Z-0a1b", RunStatus.SUCCEEDED, NOW)
    tenant = Tenant(tenant="here", bucket="here-files", prefix="shop/", enabled=True)
    letter = write((LETTERS / "report.txt").read_text(), run, tenant, TenantSums("here"), reports_url)
    assert f"\n  {place}\n" in letter.body
