"""The pages over a twin: what they show of runs that failed, go on, were resumed, and are hostile."""

import asyncio
import itertools
import re
from dataclasses import replace
from typing import Any

import pytest
from backroom.recording.facts import Fact, Phase
from backroom.records import PortionRecord
from backroom.runs import RunsTable
from backroom.words import Cause, Outcome, RunStatus
from backroom_console.web.live import Sight, changes
from backroom_local.testing import Twin

from tests.integration.console_web.conftest import Console
from tests.prepared_runs import JOB, portions, run_id

NUMBERS = itertools.count(0x100)
HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>"


def made_up() -> str:
    """Give an id that no run has yet."""
    return run_id(next(NUMBERS))


@pytest.fixture(scope="module")
def failed(console: Console) -> str:
    """A run of 60 portions, of which 8 failed for four reasons."""
    return console.prepared.ended(made_up(), list(portions(60, 3, 7)), RunStatus.FAILED, "8 of 60 portions failed")


def numbers(text: str) -> list[int]:
    """Give the portions that a page lists, in order."""
    return [int(found) for found in re.findall(r'<tr id="portion-(\d+)">', text)]


def test_the_list_has_every_run_and_filters_by_its_address(console: Console, failed: str) -> None:
    succeeded = console.prepared.ended(made_up(), list(portions(6, 2)), RunStatus.SUCCEEDED)
    everything = console.get(f"/?job={JOB}").text
    assert f'href="/runs/{failed}"' in everything
    assert f'href="/runs/{succeeded}"' in everything
    only = console.get(f"/?job={JOB}&status=failed").text
    assert f'<tr id="run-{failed}">' in only
    assert f'<tr id="run-{succeeded}">' not in only
    assert "12 min 00 s" in only
    assert "<!doctype" not in console.get("/?part=list").text
    assert "there is no job &#39;nothing&#39;" in console.get("/?job=nothing", 404).text
    assert "No run is timed out." in console.get(f"/?job={JOB}&status=timed_out").text


def test_a_run_shows_its_counts_its_failures_and_its_tenants(console: Console, failed: str) -> None:
    page = console.get(f"/runs/{failed}").text
    assert "<b>52</b>" in page
    assert "<b>8</b>" in page
    assert "cannot read line … of feed …" in page, "failures are grouped by what they have in common"
    assert "z-absent" in page, "who was left out is told"
    assert "disabled" in page
    assert len(numbers(page)) == 8, "what went wrong is listed first"
    chosen = console.get(f"/runs/{failed}?state=succeeded&tenant=shop-001").text
    assert numbers(chosen) == [
        one.portion for one in portions(60, 3, 7) if one.tenant == "shop-001" and one.outcome == "succeeded"
    ]
    assert "No portion is like that." in console.get(f"/runs/{failed}?tenant=nobody").text
    assert "did you mean" in console.get(f"/runs/{failed[:-1]}", 404).text


def test_scripts_draw_what_the_page_says(console: Console, failed: str) -> None:
    cells = console.get(f"/runs/{failed}/cells").json()
    letters = {letter for letter, state in cells["states"].items() if state["state"] == "failed"}
    assert sum(row["states"].count(letter) for row in cells["tenants"] for letter in letters) == 8
    times = console.get(f"/runs/{failed}/times").json()
    assert {len(counts) for counts in times["counts"]} == {len(times["times"])}
    assert console.client.get("/runs/nothing/cells").json()["error"] == "UnknownRunError"


def test_why_it_is_so_and_the_way_through_the_machine_are_pages_too(console: Console, failed: str) -> None:
    why = console.get(f"/runs/{failed}/why").text
    assert "portion 6 of shop-000" in why
    assert f"backroom resume {failed}" in why
    assert "does not know this execution" in console.get(f"/runs/{failed}/machine").text
    assert "lack of memory" in console.get(f"/runs/{failed}/portions/6/why?part=finding").text


def test_a_portion_has_its_attempts_as_tabs(console: Console, failed: str) -> None:
    page = console.get(f"/runs/{failed}/portions/6").text
    assert page.count("?attempt=") == 2
    assert "killed (SIGKILL)" in page
    assert "on demand" in page, "the second attempt is shown first"
    first = console.get(f"/runs/{failed}/portions/6?attempt=1").text
    assert "<dd>spot</dd>" in first
    assert "image-00006-0.jpg" in page
    assert "No line of its log is there." in page
    assert "has no portion 6000" in console.get(f"/runs/{failed}/portions/6000", 404).text
    console.get(f"/runs/{failed}/portions/-1", 404)


def test_a_run_that_goes_on_is_seen_as_it_goes(console: Console) -> None:
    run, planned = made_up(), list(portions(20, 2))
    console.prepared.begun(run, planned)
    running = Fact(1, "", 1, Phase.RUNNING, created_at=1_000, started_at=31_000, queue="spot", batch_job_id="j:0")
    console.prepared.lives(run, {3: running, 4: running})
    assert states(console, run) == {"waiting": 18, "running": 2}
    page = console.get(f"/runs/{run}").text
    assert f'data-live="/runs/{run}/live"' in page
    console.prepared.lives(run, {3: replace(running, phase=Phase.FAILED, ended_at=61_000, reason="it was killed")})
    eventually(lambda: states(console, run) == {"waiting": 18, "running": 1, "failed": 1})
    assert "it was killed" in console.get(f"/runs/{run}?state=failed").text
    assert "shop-001" in console.get(f"/runs/{run}/portions/3").text
    console.prepared.recorded(run, 1, planned)
    eventually(lambda: states(console, run) == {"succeeded": 20})


def test_a_large_run_that_goes_on_is_painted_before_its_portions_are_read(console: Console) -> None:
    run = made_up()
    console.prepared.begun(run, list(portions(20, 2)), portions=5000)
    first = console.get(f"/runs/{run}").text
    assert 'hx-trigger="load, backroom:changed' in first
    assert 'id="grid"' not in first
    assert f'href="/runs/{run}?whole=1"' in first, "who has no scripts asks for them"
    assert 'id="grid"' in console.get(f"/runs/{run}?whole=1").text
    assert 'id="grid"' in console.get(f"/runs/{run}").text, "now they are known"


def states(console: Console, run: str) -> dict[str, int]:
    """Count the cells of a run's grid."""
    drawn = console.get(f"/runs/{run}/cells").json()
    words = {letter: state["state"] for letter, state in drawn["states"].items()}
    found: dict[str, int] = {}
    for letter in "".join(row["states"] for row in drawn["tenants"]):
        found[words[letter]] = found.get(words[letter], 0) + 1
    return found


def eventually(holds: Any) -> None:
    """Wait until something holds; what goes on is read anew each second."""
    for _ in range(200):
        if holds():
            return
        asyncio.run(asyncio.sleep(0.05))
    raise AssertionError("it never came to that")


def test_a_run_and_its_resume_are_one_story(console: Console) -> None:
    first, second = made_up(), made_up()
    console.prepared.ended(first, list(portions(14, 2, 7)), RunStatus.FAILED, "2 of 14")
    mended = [
        replace(one, outcome=Outcome.SUCCEEDED, cause=Cause.OK, message="")
        for one in portions(14, 2, 7)
        if one.outcome == "failed"
    ]
    console.prepared.ended(second, mended, RunStatus.SUCCEEDED, resumes=first)
    assert RunsTable(console.prepared.table).resumed(first, second, None)
    for run in (first, second):
        page = console.get(f"/runs/{run}").text
        assert states(console, run) == {"succeeded": 14}
        assert f'href="/runs/{first}"' in page
        assert f'href="/runs/{second}"' in page
    assert f"/runs/{second}/portions/6" in console.get(f"/runs/{first}?state=succeeded").text, "the latest had it last"
    portion = console.get(f"/runs/{first}/portions/6").text
    assert portion.count("?attempt=") == 4, "attempts of both runs are told"


def test_hostile_names_are_text(console: Console) -> None:
    ill = [replace(one, tenant=HOSTILE, message=HOSTILE) for one in portions(7, 1, 7)]
    hostile = [_with_hostile_attempts(one) for one in ill]
    run = console.prepared.ended(made_up(), hostile, RunStatus.FAILED, HOSTILE, slot=HOSTILE)
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


def test_pages_say_when_and_by_how_many_calls_they_were_read(console: Console, failed: str) -> None:
    answer = console.get(f"/runs/{failed}")
    assert re.search(
        r'total;dur=[\d.]+, calls;desc="\d+ calls, \d+ items of DynamoDB"', answer.headers["server-timing"]
    )
    assert re.search(r"Read at <time datetime=\"[^\"]+\">[\d:]+</time> with \d+ calls?", answer.text)
    assert answer.headers["cache-control"] == "no-store"


def test_changes_are_told_once_and_the_end_ends_the_stream() -> None:
    sights = iter([Sight(1), Sight(1), None, Sight(2), Sight(2, goes_on=False)])

    async def read() -> list[str]:
        return [event async for event in changes(lambda: next(sights), 0.0)]

    told = [event.partition("\n")[0] for event in asyncio.run(read())]
    assert told == [": here", "event: changed", "event: changed", "event: changed", "event: ended"]


def test_the_stream_of_a_run_that_has_ended_ends(console: Console, failed: str) -> None:
    answer = console.client.get(f"/runs/{failed}/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: changed" in answer.text
    assert answer.text.rstrip().endswith("event: ended\ndata:")


def test_queues_and_jobs_are_shown_as_they_are(console: Console) -> None:
    queues = console.get("/queues").text
    assert "is empty: nothing waits and nothing runs." in queues
    assert re.search(r"\d+ of at most \d+ vCPUs", queues)
    assert "<!doctype" not in console.get("/queues?part=list").text
    jobs = console.get("/jobs").text
    assert f'<a href="/?job={JOB}">{JOB}</a>' in jobs
    assert "schedule off: cron(" in jobs
