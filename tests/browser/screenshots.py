"""Takes the pictures of the web console that README and docs show: `make screenshots`."""

import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import WAITS_MS, find_chromium
from tests.browser.scene import LARGE, Scene, scene

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "img"
WIDE = {"width": 1240, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it."""

    name: str
    path: str
    options: Mapping[str, Any]
    section: str = ""
    """The id of the heading that it begins at; the page's head if empty."""


PICTURES = (
    Picture("runs", "/", {"viewport": WIDE}),
    Picture("run-of-10000", f"/runs/{LARGE}", {"viewport": {"width": 1240, "height": 1100}}),
    Picture("run-of-10000-dark", f"/runs/{LARGE}", {"viewport": WIDE, "color_scheme": "dark"}, "grid-title"),
    Picture("portion", "/runs/{failed}/portions/0", {"viewport": WIDE}),
    Picture("machine", "/runs/{failed}", {"viewport": WIDE}, "machine-title"),
    Picture("tenant-phone", "/tenants/{tenant}", {"viewport": PHONE, "device_scale_factor": 2}),
    Picture("queues", "/queues", {"viewport": WIDE}),
)


def take(browser: Browser, seen: Scene, picture: Picture) -> None:
    """Take one picture, when all that scripts put into the page is there."""
    context = browser.new_context(base_url=seen.showing, reduced_motion="reduce", **picture.options)
    page = context.new_page()
    page.set_default_timeout(WAITS_MS)
    page.goto(picture.path.format(**vars(seen)))
    settle(page)
    if picture.section:
        page.locator(f"#{picture.section}").evaluate("(heading) => heading.scrollIntoView()")
    page.screenshot(path=FOLDER / f"{picture.name}.png", animations="disabled")
    context.close()


def settle(page: Page) -> None:
    """Wait for what is loaded into the page, and for its drawings."""
    expect(page.get_by_role("link", name=re.compile("^(Find out|Show it)$"))).to_have_count(0, timeout=WAITS_MS)
    for drawing in ("#grid", "#timeline"):
        if page.locator(drawing).count():
            expect(page.locator(f"{drawing} canvas").first).to_be_visible(timeout=WAITS_MS)


def main() -> int:
    """Take all pictures; gives the exit code."""
    path = find_chromium()
    if path is None:
        print("there is no Chromium here: apt-get install --no-install-recommends chromium", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path) as browser,
        scene(Path(folder)) as seen,
    ):
        for picture in PICTURES:
            take(browser, seen, picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
