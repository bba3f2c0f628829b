"""Runs that go on and runs that were resumed, as the pages follow them."""

import asyncio
from dataclasses import replace
from typing import Any

from backroom.recording.facts import Fact, Phase
from backroom.runs import RunsTable
from backroom.words import Cause, Outcome, RunStatus
from backroom_console.web.live import Sight, changes

from tests.integration.console_web.conftest import Console
from tests.prepared_runs import portions


def test_a_run_that_goes_on_is_seen_as_it_goes(console: Console) -> None:
    run, planned = console.new_id(), list(portions(20, 2))
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
    run = console.new_id()
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


def test_a_run_and_its_resume_are_one_story(console: Console) -> None:
    first, second = console.new_id(), console.new_id()
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
