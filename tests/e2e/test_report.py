"""report on a twin with enforced policies: each tenant's own figures and runs, nothing done twice, and a link to it."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin

from tests.e2e.command_line import ROOT, CommandLine, clean_environment
from tests.unit.report.reading import cards, page_of, sheets_of, tables_of

pytestmark = pytest.mark.long

MONTH = "2026-10"


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    settings = TwinSettings(
        ROOT / "template.yaml",
        tmp_path_factory.mktemp("report"),
        enforce_iam=True,
        parameters={"ReportsUrl": "https://{tenant}.example.com/files/"},
    )
    with Twin.started(settings) as running:
        yield running


@pytest.fixture(scope="module")
def backroom(twin: Twin) -> CommandLine:
    return CommandLine(clean_environment(BACKROOM_STATE_DIR=str(twin.settings.state_dir)))


def run(twin: Twin, job: str, **given: Any) -> dict[str, Any]:
    """Run a job to its end."""
    return twin.run(twin.outputs["RunJobArn"], {"job": job, **given})


def test_tenants_have_reports_of_their_shops_and_runs_and_are_told_where(twin: Twin, backroom: CommandLine) -> None:
    s3 = twin.client("s3")

    def get(name: str, bucket: str = "backroom-kontor", prefix: str = "shop/") -> bytes:
        body: bytes = s3.get_object(Bucket=bucket, Key=f"{prefix}reports/{name}")["Body"].read()
        return body

    done = backroom("demo", "report")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "15 results in" in done.stdout
    assert any(line.split()[:1] == ["kontor"] and "33,151.90 EUR" in line for line in done.stdout.splitlines())
    assert "nothing to do: 3 items unchanged" in backroom("demo", "report").stdout, "its own runs are no news"

    assert run(twin, "sitemap", tenants=["kontor"])["status"] == "SUCCEEDED"
    ended = run(twin, "report", params={"period": "this_month"})
    assert ended["output"]["message"].startswith("1 portion succeeded"), "the others have nothing new"
    (month,) = {name.split("/")[0] for name in _names(s3, "backroom-kontor", "shop/reports/2")}
    page, mark = page_of(get(f"{month}/report.html")), json.loads(get(f"{month}/report.json"))
    assert (cards(page)["Products"], mark["products"], mark["runs"]) == ("21", 21, {"sitemap": 1})
    assert tables_of(page)["Jobs"][1][:3] == ["sitemap", "1", "2"]
    assert mark["files"] == ["products.csv", "report.xlsx", "report.html"]
    rows = list(csv.DictReader(io.StringIO(get(f"{month}/products.csv").decode("utf-8-sig"))))
    assert len(rows) == 21 == len(sheets_of(get(f"{month}/report.xlsx"))["Products"]) - 1
    assert f'href="{month}/report.html"' in get("index.html").decode()
    assert b"sitemap" not in get(f"{month}/report.html", "backroom-solo", ""), "that run was not for solo"

    _with_address(twin, "kontor")
    letter = backroom("mails", "last", "--text", "kontor").stdout
    assert "https://kontor.example.com/files/reports/index.html" in letter, letter
    assert [call for found in twin.access().values() for call in found["calls"] if call["denied"]] == []


def test_a_month_of_the_past_is_made_when_it_is_asked_for(twin: Twin) -> None:
    ended = run(twin, "report", tenants=["solo"], params={"period": MONTH})
    assert ended["status"] == "SUCCEEDED", ended
    assert f"reports/{MONTH}/report.html" in _names(twin.client("s3"), "backroom-solo", "reports/")


def _names(s3: Any, bucket: str, prefix: str) -> list[str]:
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    return [entry["Key"].removeprefix("shop/reports/") for entry in found]


def _with_address(twin: Twin, tenant: str) -> None:
    twin.client("dynamodb").update_item(
        TableName=twin.outputs["TenantsTableName"],
        Key={"tenant": {"S": tenant}},
        UpdateExpression="SET email = :email",
        ExpressionAttributeValues={":email": {"S": "shop@example.org"}},
    )
