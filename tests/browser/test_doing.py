"""What somebody does who looks for what went wrong: by filters, cells and logs, by keyboard, while runs go on."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WAITS_MS, Opening
from tests.browser.scene import BAD_ITEM, HOSTILE, HOSTILE_RUN, LARGE, Scene, is_ended, log_stream
from tests.e2e.test_machine import eventually

pytestmark = pytest.mark.long

expect.set_options(timeout=WAITS_MS)


def test_what_failed_is_found_from_the_list_to_the_log(seen: Scene, opened: Opening) -> None:
    page = opened("/")
    page.get_by_label("Status").select_option("failed")
    expect(page).to_have_url(re.compile(r"status=failed"))
    page.locator(f"#run-{seen.failed} a").click()
    expect(page.locator("#finding")).to_contain_text("2 of 4 portions ended for this reason")
    expect(page.locator("#grid canvas")).to_be_visible()
    page.get_by_role("link", name="1 succeeded", exact=True).click()
    expect(page.locator("#portions tbody tr")).to_have_count(1)
    page.go_back()
    page.locator("section", has=page.get_by_role("heading", name="What went wrong")).get_by_role(
        "link", name=re.compile("^portion")
    ).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"of {seen.tenant}")
    expect(page.locator("pre.log")).to_contain_text("portion started")


def test_a_run_of_ten_thousand_is_gone_through_by_keyboard(opened: Opening) -> None:
    page = opened(f"/runs/{LARGE}")
    grid = page.locator("#grid")
    expect(grid).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(100):
        page.keyboard.press("Tab")
        if grid.evaluate("(place) => place === document.activeElement"):
            break
    expect(grid).to_be_focused()
    page.keyboard.press("End")
    said = page.locator("#grid-said")
    expect(said).to_have_text("Portion 9999 of shop-039: succeeded")
    assert grid.evaluate("(place) => place.scrollTop") > 0
    for key in ("Home", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    expect(said).to_contain_text("of shop-000")
    number = re.search(r"\d+", said.inner_text())
    assert number is not None
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/runs/{LARGE}/portions/{number[0]}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Portion {number[0]} of shop-000")


def test_ten_thousand_cells_are_pointed_at_scrolled_and_filtered(opened: Opening) -> None:
    page = opened(f"/runs/{LARGE}?state=failed", viewport={"width": 1280, "height": 900})
    expect(page.locator("#portions")).to_contain_text("129 portions, page 1 of")
    canvas = page.locator("#grid canvas")
    canvas.hover(position={"x": 140, "y": 14})
    expect(page.locator("#grid-said")).to_have_text("Portion 0 of shop-000: succeeded")
    frames = page.evaluate(
        """async () => {
          const place = document.getElementById("grid"), took = [];
          for (let y = 0; y < place.scrollHeight; y += 60) {
            place.scrollTop = y;
            const before = performance.now();
            await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
            took.push(performance.now() - before);
          }
          return took.sort((one, other) => one - other)[Math.floor(took.length / 2)];
        }"""
    )
    # Two frames: 33 ms where nothing else runs.
    assert frames < 250, f"half of the steps took longer than {frames:.0f} ms to draw"
    nodes = page.evaluate("document.querySelectorAll('*').length")
    assert nodes < 3000, f"{nodes} elements"


def test_a_log_that_grows_is_followed_and_hostile_lines_are_text(seen: Scene, opened: Opening) -> None:
    group, stream = log_stream(seen.stage, seen.running, 0)
    page = opened(f"/runs/{seen.running}/portions/0")
    log = page.locator("pre.log")
    expect(log).to_contain_text("portion started")
    event = {"timestamp": int(time.time() * 1000), "message": HOSTILE}
    seen.stage.twin.client("logs").put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    expect(log).to_contain_text(HOSTILE)
    assert page.locator("img").count() == 0


def test_hostile_names_are_shown_as_they_are(seen: Scene, opened: Opening) -> None:
    page = opened(f"/runs/{HOSTILE_RUN}")
    expect(page.locator("#portions tbody tr td").first).to_have_text(HOSTILE)
    expect(page.locator("#finding")).to_be_visible()
    page.locator("#grid").focus()
    page.keyboard.press("Home")
    expect(page.locator("#grid-said")).to_contain_text(HOSTILE)
    page.goto(f"/runs/{seen.failed}/portions/1")
    expect(page.locator("#items tbody th").first).to_have_text(BAD_ITEM)
    assert page.locator("img").count() == 0


def test_a_run_is_cancelled_by_one_and_seen_to_end_by_another(seen: Scene, opened: Opening) -> None:
    watching = opened(f"/runs/{seen.running}")
    expect(watching.locator("#liveness")).to_have_text("Live.")
    expect(watching.locator(".headline")).to_contain_text("running")
    assert watching.get_by_role("link", name="Cancel").count() == 0, "this console only shows"
    acting = opened(f"/runs/{seen.running}", home=seen.acting)
    acting.get_by_role("link", name="Cancel").click()
    expect(acting.locator(".ask")).to_contain_text(f"backroom cancel {seen.running}")
    acting.locator(".ask button").click()
    expect(acting).to_have_url(re.compile(f"/runs/{seen.running}$"))
    expect(watching.locator(".headline")).to_contain_text("aborted")
    eventually(lambda: is_ended(seen.stage, seen.running), "its end is recorded", 120)
    expect(watching.locator("#liveness")).to_have_text("It has ended.")


def test_a_run_and_its_resume_are_told_as_one(seen: Scene, opened: Opening) -> None:
    page = opened(f"/runs/{seen.resumed}")
    story = page.locator("ol.story > li")
    expect(story).to_have_count(2)
    expect(page.locator(".counts")).to_contain_text("3 ✓succeeded")
    story.nth(1).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(seen.again)
