"""Names, messages, items and log lines that would be something else than text."""

import csv
from dataclasses import replace

import orjson
from backroom.layout import RunLayout
from backroom.records import PortionRecord
from backroom.words import Cause, RunStatus
from backroom_local.testing import Twin

from tests.integration.console_web.conftest import Console
from tests.prepared_runs import JOB, portions

HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>"


def test_hostile_names_are_text(console: Console) -> None:
    ill = [replace(one, tenant=HOSTILE, message=HOSTILE) for one in portions(7, 1, 7)]
    hostile = [_with_hostile_attempts(one) for one in ill]
    run = console.prepared.ended(console.new_id(), hostile, RunStatus.FAILED, HOSTILE, slot=HOSTILE)
    for path in (
        "",
        "?state=failed",
        f"?tenant={HOSTILE}",
        f"?signature={HOSTILE}",
        "/why",
        "/portions/6",
        "/portions/6/why",
    ):
        answer = console.get(f"/runs/{run}{path}")
        assert "<script>alert" not in answer.text, path
        assert "<img" not in answer.text, path
    assert "<script>alert" not in console.get(f"/?status={HOSTILE}&limit={HOSTILE}&job=").text
    for path in (f"/runs/{HOSTILE}", f"/{HOSTILE}", f"/?job={HOSTILE}"):
        assert "<script>alert" not in console.get(path, 404).text
    cells = console.get(f"/runs/{run}/cells")
    assert cells.headers["content-type"] == "application/json"
    assert cells.headers["x-content-type-options"] == "nosniff"


def _with_hostile_attempts(record: PortionRecord) -> PortionRecord:
    attempts = tuple(
        replace(one, message=HOSTILE, reason=HOSTILE, status_reason=HOSTILE, log_stream=HOSTILE, batch_job_id=HOSTILE)
        for one in record.attempts
    )
    return replace(record, attempts=attempts, failed_items=HOSTILE)


def test_the_log_of_an_attempt_is_shown_escaped(console: Console, twin: Twin, failed: str) -> None:
    record = next(one for one in portions(60, 3, 7) if one.portion == 13)
    stream = record.attempts[-1].log_stream or ""
    logs, group = twin.client("logs"), f"backroom-{JOB}"
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(console.prepared.now.timestamp() * 1000)
    events = [{"timestamp": now + at, "message": text} for at, text in enumerate(("first", HOSTILE))]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    page = console.get(f"/runs/{failed}/portions/13?part=log").text
    assert "first\n&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_items_that_failed_are_a_file_without_formulas(console: Console) -> None:
    records = [one for one in portions(14, 2, 7) if one.cause == Cause.APP_PERMANENT]
    run = console.prepared.ended(console.new_id(), records, RunStatus.FAILED)
    layout = RunLayout(JOB, run)
    failures = [{"item": item, "version": "e", "error": "CorruptImage", "message": "=1+1"} for item in ("a,b", "+c")]
    saved = {"portion": records[0].portion, "wave": 1, "attempt": 1, "failures": failures}
    console.prepared.s3.put_object(
        Bucket=console.prepared.bucket, Key=layout.checkpoint(records[0].portion), Body=orjson.dumps(saved)
    )
    answer = console.client.get(f"/runs/{run}/failed-items/{records[0].tenant}")
    assert answer.headers["content-disposition"] == f'attachment; filename="failed-items-{run}.csv"'
    rows = list(csv.reader(answer.text.splitlines()))
    assert rows[1:] == [[item, "CorruptImage", "'=1+1", str(records[0].portion)] for item in ("a,b", "'+c")]
    assert console.client.get("/runs/nothing/failed-items/t").status_code == 404
