"""product_import on the twin: good and bad feeds of many tenants in one run, and a database whose connections count."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from backroom.catalogue.database import Catalogue
from backroom.catalogue.postgres import PostgresCatalogue
from backroom.catalogue.sqlite import SqliteCatalogue
from backroom.words import Outcome
from backroom_console.connection import Connection
from backroom_console.target import Wanted, settled

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import Ended, Stage
from tests.e2e.test_sitemap import Crawler
from tests.postgres import binaries, server

SECRET = "catalogues"
ARN = f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{SECRET}"
CSV = b"sku;title;price\na;Lamp;9,99\nb;Chair;5\n"
XML = (
    b'<rss xmlns:g="http://base.google.com/ns/1.0"><channel><item><g:id>a</g:id><title>Lamp</title>'
    b"<g:price>9.99 EUR</g:price></item></channel></rss>"
)
BEFORE_NOW = {"name": "BEFORE_CREATED_AT", "values": ["9999999999999"]}
CANARY, LISTENER = "canary-5d1c9b", "canary-listener"
JSON = b'{"sku": "a", "title": "Lamp", "price": 9.99, "stock": 3}\n'


GOOD = {"csv": CSV, "google": XML, "ndjson": JSON, "gzip": gzip.compress("\ufeffsku,title,price\na,Käse,1\n".encode())}
BAD: dict[str, tuple[str, bytes]] = {
    "empty": ("EmptyFeed", b""),
    "header-only": ("EmptyFeed", b"sku,title,price\n"),
    "cut-off": ("BrokenFeed", gzip.compress(CSV * 500)[:-20]),
    "pdf": ("UnknownFormat", b"%PDF-1.7 ..."),
    "xxe": ("ForbiddenXml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x><item><id>&e;</id></item></x>'),
    "wide": ("TooManyColumns", b",".join(b"c%d" % number for number in range(100_000))),
    "no-price": ("MissingColumn", b"sku,title\na,Lamp\n"),
    "garbage": ("TooManyRejects", b"sku,title,price\na,Lamp,NaN\n,,-1\nb,Chair,1\n"),
}


@dataclass(frozen=True)
class Shops:
    """A twin with a database, and what became of all tenants in one run."""

    stage: Stage
    dsn: str
    ended: Ended

    def catalogue(self, tenant: str, folder: Path) -> Catalogue:
        path = folder / f"{tenant}.sqlite"
        path.write_bytes(self.object(tenant, "catalogue.sqlite"))
        return SqliteCatalogue(tenant, path)

    def object(self, tenant: str, key: str) -> bytes:
        body: bytes = self.stage.twin.client("s3").get_object(Bucket=f"backroom-{tenant}", Key=key)["Body"].read()
        return body


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A command line with a folder of its own; the twin that the demo leaves there is ended."""
    folder = tmp_path_factory.mktemp("demo")
    backroom = CommandLine(clean_environment(BACKROOM_STATE_DIR=str(folder)))
    yield backroom
    assert backroom("local", "down", "--state-dir", str(folder)).returncode == 0


@pytest.fixture(scope="module")
def imported(demo: CommandLine) -> str:
    """What the demo says."""
    done = demo("demo", "product_import")
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_the_demo_imports_three_formats_and_says_what_came_of_them(imported: str) -> None:
    shown = [line.split() for line in imported.splitlines()]
    assert ["bergblick", "csv", "12", "11", "0", "0", "0", "1", "NotAPrice"] in shown
    assert ["kontor", "xml", "21", "21", "0", "0", "0"] in shown
    assert ["solo", "ndjson", "4", "4", "0", "0", "0"] in shown
    assert ["bergblick", "5", "4", "0", "4", "1", "MissingImage"] in shown
    assert ["kontor", "13", "11", "0", "10", "1", "NotAnImage,", "1", "UnusableUrl,", "1", "Truncated"] in shown


def test_sitemaps_after_imports_have_the_shops_pages_and_the_products_as_they_are_then(
    imported: str, demo: CommandLine
) -> None:
    state = Path(demo.environment["BACKROOM_STATE_DIR"])
    crawler = Crawler(Connection(settled(Wanted(state_dir=state), {})).s3)
    *kept, tile = crawler.get("solo", "feeds/pieces.ndjson").splitlines()
    plate = json.loads(tile) | {"id": "SO-5", "link": "https://solo.example/pieces/plate"}
    body = b"\n".join([*kept, json.dumps(plate).encode()])
    crawler.s3.put_object(Bucket="backroom-solo", Key="feeds/pieces.ndjson", Body=body)
    assert demo.json("run", "product_import", "--tenant", "solo")["run"]["status"] == "succeeded"
    done = demo("demo", "sitemap")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Loaded 3 tenants with 5 files: 2 new, 3 there already." in done.stderr, "the catalogues are the imports'"
    assert crawler.paths("solo") == ["", "pieces/bowl-celadon", "pieces/cups", "pieces/plate", "pieces/vase-ash"]
    assert {"fr/chambres", "laden/bergkaese", "laden/l%C3%A4rchenhonig"} <= set(crawler.paths("bergblick"))
    assert len(crawler.paths("kontor")) == 23


def listen(stage: Stage) -> None:
    """Have all events of Batch, of Step Functions and of the stack told to a queue of the test's."""
    sqs, events = stage.twin.client("sqs"), stage.twin.client("events")
    queue = sqs.create_queue(QueueName=LISTENER)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule = events.put_rule(Name=LISTENER, EventPattern=json.dumps({"source": ["aws.batch", "aws.states", "backroom"]}))
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule["RuleArn"]}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    events.put_targets(Rule=LISTENER, Targets=[{"Id": "queue", "Arn": arn}])


def add(stage: Stage, name: str, body: bytes | None, **params: Any) -> None:
    # Where images are fetched, a feed is planned anew every day.
    given = {"feed": {"key": "feed"}, "currency": "EUR", "images": {"fetch": False}} | params
    stage.tenant(name, params={"product_import": given})
    if body is not None:
        stage.twin.client("s3").put_object(Bucket=f"backroom-{name}", Key="feed", Body=body)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    found = binaries()
    if found is None:
        pytest.skip("PostgreSQL is not installed (.ci/run installs it on Debian, as root)")
    parameters = {"DatabaseSecret": ARN, "DatabaseConnections": "2"}
    with (
        server(found) as dsn,
        Stage.set_up(tmp_path_factory.mktemp("shops"), parameters=parameters, enforce_iam=True) as stage,
    ):
        stage.twin.client("secretsmanager").create_secret(Name=SECRET, SecretString=f"{dsn} password={CANARY}-dsn")
        listen(stage)
        for name, body in GOOD.items():
            add(stage, name, body)
            add(stage, f"{name}-pg", body, catalogue="postgres")
        for name, (_, body) in BAD.items():
            add(stage, name, body)
        add(stage, "missing", None)
        add(stage, "metadata", None, feed={"url": f"https://169.254.169.254/latest/meta-data/?token={CANARY}-params"})
        yield Shops(stage, dsn, stage.run("product_import", timeout=300))


def test_every_feed_comes_in_or_fails_by_its_own_name(shops: Shops) -> None:
    outcomes = {portion.tenant: portion.outcome for portion in shops.ended.portions}
    good = {name: Outcome.SUCCEEDED for tenant in GOOD for name in (tenant, f"{tenant}-pg")}
    assert outcomes == good | dict.fromkeys([*BAD, "missing", "metadata"], Outcome.FAILED)
    said = {portion.tenant: portion.message for portion in shops.ended.portions if portion.outcome is Outcome.FAILED}
    expected = {name: reason for name, (reason, _) in BAD.items()}
    for tenant, reason in (expected | {"missing": "MissingFeed", "metadata": "ForbiddenAddress"}).items():
        assert f"feed: {reason}: " in said[tenant], said[tenant]


@pytest.mark.parametrize("tenant", GOOD)
def test_the_same_feed_is_the_same_catalogue_in_a_file_and_in_the_database(
    shops: Shops, tenant: str, tmp_path: Path
) -> None:
    in_file = [(one.sku, one.title, one.price, one.currency) for one in shops.catalogue(tenant, tmp_path).products()]
    with psycopg.connect(shops.dsn, autocommit=True) as connection:
        shop = PostgresCatalogue(f"{tenant}-pg", connection)
        in_database = [(one.sku, one.title, one.price, one.currency) for one in shop.products()]
    assert in_file == in_database
    assert in_file[0][0] == "a"


def test_who_is_refused_is_told_why_and_has_no_catalogue(shops: Shops) -> None:
    assert b"NotAPrice" in shops.object("garbage", "imports/rejects.csv")
    keys = {
        key["Key"]
        for tenant in BAD
        for key in shops.stage.twin.client("s3").list_objects_v2(Bucket=f"backroom-{tenant}").get("Contents", [])
    }
    assert keys == {"feed", "imports/rejects.csv"}


def test_only_containers_that_need_the_database_wait_for_a_connection_and_know_it(shops: Shops) -> None:
    definitions = shops.stage.twin.client("batch").describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    users = {
        found["jobDefinitionName"]
        for found in definitions
        if found.get("containerProperties", {}).get("secrets") or found.get("consumableResourceProperties")
    }
    assert {"backroom-product_import", "backroom-sitemap"} <= users
    assert not {"backroom-product_import-images", "backroom-product_import-rescale", "backroom-image_resize"} & users
    (job, *_) = shops.stage.batch_jobs(shops.ended.run)
    assert job["consumableResourceProperties"]["consumableResourceList"][0]["quantity"] == 1


def test_a_feed_that_has_not_changed_is_not_planned_again_but_one_that_was_refused_is(shops: Shops) -> None:
    again = shops.stage.run("product_import", timeout=200, tenants=["csv", "gzip-pg", "garbage"])
    assert {portion.tenant for portion in again.portions} == {"garbage"}


def said(shops: Shops) -> Iterator[tuple[str, str]]:
    """Yield all that is told of a run by others than S3: where it was found, and what it is."""
    twin, run = shops.stage.twin, shops.ended.run
    batch, logs, sqs, sfn = (twin.client(name) for name in ("batch", "logs", "sqs", "stepfunctions"))
    definitions = batch.describe_job_definitions()["jobDefinitions"]
    yield from ((f"definition {found['jobDefinitionArn']}", str(found)) for found in definitions)
    pages = batch.get_paginator("list_jobs").paginate(jobQueue="backroom-spot", filters=[BEFORE_NOW])
    for job in (summary for page in pages for summary in page["jobSummaryList"]):
        yield f"Batch job {job['jobId']}", str(batch.describe_jobs(jobs=[job["jobId"]])["jobs"])
    for execution in sfn.list_executions(stateMachineArn=twin.outputs["RunJobArn"])["executions"]:
        events = sfn.get_execution_history(executionArn=execution["executionArn"])["events"]
        yield f"history of {run}", str(events) + str(sfn.describe_execution(executionArn=execution["executionArn"]))
    while messages := sqs.receive_message(QueueUrl=LISTENER, MaxNumberOfMessages=10).get("Messages"):
        yield from (("event", message["Body"]) for message in messages)
        for message in messages:
            sqs.delete_message(QueueUrl=LISTENER, ReceiptHandle=message["ReceiptHandle"])
    for group in logs.describe_log_groups()["logGroups"]:
        lines = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        yield from ((f"log {group['logGroupName']}", event["message"]) for page in lines for event in page["events"])
    yield "log of the twin", (twin.settings.state_dir / "twin.log").read_text()
    rows = twin.client("dynamodb").get_paginator("scan").paginate(TableName=twin.outputs["RunsTableName"])
    yield from (("row of the runs", str(row)) for page in rows for row in page["Items"])


def test_no_secret_is_in_a_definition_a_state_an_event_a_log_or_a_row(shops: Shops) -> None:
    """The DSN's password, and a token in the URL of a tenant's feed."""
    found = list(said(shops))
    kinds = {place.partition(" ")[0] for place, _ in found}
    assert kinds == {"definition", "Batch", "history", "event", "log", "row"}, "otherwise nothing was looked at"
    assert [place for place, text in found if CANARY in text] == []
    key = {"Bucket": shops.stage.twin.outputs["RunsBucketName"], "Key": shops.ended.record.manifest}  # type: ignore[union-attr]
    manifest = shops.stage.twin.client("s3").get_object(**key)["Body"].read().decode()
    assert f"{CANARY}-params" in manifest, "the canary lives"
