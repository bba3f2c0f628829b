"""Every page as it is: for a screen reader, in both colours, on a phone, and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opening, violations
from tests.browser.scene import HOSTILE_RUN, LARGE, Scene

pytestmark = pytest.mark.long

PAGES = {
    "runs": "/",
    "failed": "/runs/{failed}",
    "running": "/runs/{running}",
    "resumed": "/runs/{resumed}",
    "large": f"/runs/{LARGE}",
    "hostile": f"/runs/{HOSTILE_RUN}",
    "why": "/runs/{failed}/why",
    "machine": "/runs/{failed}/machine",
    "portion": "/runs/{failed}/portions/0",
    "tenant": "/tenants/{tenant}",
    "tenants": "/tenants",
    "queues": "/queues",
    "jobs": "/jobs",
}


LOADED_LATER = re.compile("^(Find out|Show it)$")
"""What stands where scripts put something in."""


def address(seen: Scene, page: str) -> str:
    """Give the address of a page."""
    return PAGES[page].format(**vars(seen))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_in_both_colours_and_fits_a_phone(seen: Scene, opened: Opening, name: str) -> None:
    page = opened(address(seen, name), color_scheme="light")
    expect(page.get_by_role("link", name=LOADED_LATER)).to_have_count(0)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast", "link-in-text-block") == [], "in the dark"
    page.set_viewport_size({"width": 360, "height": 740})
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= 360, f"it is {wide} wide"


def test_everything_can_be_read_without_scripts(seen: Scene, opened: Opening) -> None:
    page = opened("/", java_script_enabled=False)
    page.get_by_label("Status").select_option("failed")
    page.get_by_role("button", name="Show").click()
    rows = page.locator("table.runs tbody tr")
    assert rows.count() == 4
    page.locator(f"#run-{seen.failed} a").click()
    page.get_by_role("link", name="Find out").click()
    assert "2 of 4 portions ended for this reason" in page.locator("#finding").inner_text()
    page.go_back()
    page.get_by_role("link", name="3 failed", exact=True).click()
    assert "state=failed" in page.url
    page.locator("#portions tbody tr th a").first.click()
    assert page.locator("pre.log").inner_text()
    page.goto(f"/runs/{LARGE}")
    if page.get_by_role("link", name="Read them").is_visible():
        page.get_by_role("link", name="Read them").click()
    assert "10,000" in page.locator(".counts").inner_text()
