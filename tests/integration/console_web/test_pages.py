"""The pages over a twin: what they show of runs, portions, tenants, queues and jobs."""

import re

from backroom.words import RunStatus

from tests.integration.console_web.conftest import Console
from tests.prepared_runs import JOB, portions


def numbers(text: str) -> list[int]:
    """Give the portions that a page lists, in order."""
    return [int(found) for found in re.findall(r'<tr id="portion-(\d+)">', text)]


def test_the_list_has_every_run_and_filters_by_its_address(console: Console, failed: str) -> None:
    succeeded = console.prepared.ended(console.new_id(), list(portions(6, 2)), RunStatus.SUCCEEDED)
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
    missing = console.get(f"/runs/{failed}/portions/999/why?part=finding", 404).text
    assert "has no portion 999" in missing
    assert "<!doctype" not in missing, "a part that cannot be shown is no page within the page"


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


def test_pages_say_when_and_by_how_many_calls_they_were_read(console: Console, failed: str) -> None:
    answer = console.get(f"/runs/{failed}")
    assert re.search(
        r'total;dur=[\d.]+, calls;desc="\d+ calls, \d+ items of DynamoDB"', answer.headers["server-timing"]
    )
    assert re.search(r"Read at <time datetime=\"[^\"]+\">[\d:]+</time> with \d+ calls?", answer.text)
    assert answer.headers["cache-control"] == "no-store"


def test_queues_and_jobs_are_shown_as_they_are(console: Console) -> None:
    queues = console.get("/queues").text
    assert "is empty: nothing waits and nothing runs." in queues
    assert re.search(r"\d+ of at most \d+ vCPUs", queues)
    assert "<!doctype" not in console.get("/queues?part=list").text
    jobs = console.get("/jobs").text
    assert f'<a href="/?job={JOB}">{JOB}</a>' in jobs
    assert "schedule off: cron(" in jobs


def test_a_tenant_is_shown_with_its_jobs_over_their_runs(console: Console, failed: str) -> None:
    page = console.get("/tenants/shop-001").text
    assert f'href="/runs/{failed}?tenant=shop-001"' in page
    assert "failed: " in page, "each run is told in words, not by colour alone"
    assert "It has no record any more" in page
    assert "there is no tenant &#39;nobody&#39;" in console.get("/tenants/nobody", 404).text
    console.get("/tenants")
