"""Pages in a real browser: Debian's chromium without a window, at a console over a twin."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

from tests.browser.scene import Scene, scene

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WAITS_MS = 30_000
AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()


def find_chromium() -> str | None:
    """Give the path of a Chromium that is installed here."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Watch:
    """What a browser did besides showing pages."""

    home: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Listen to everything that pages of a context say and ask for."""
        context.on("request", lambda request: self.asked(request.url))
        context.on("console", lambda said: self.said(said.type, said.text))
        context.on("weberror", lambda thrown: self.errors.append(str(thrown.error)))
        context.on("dialog", self.refused)

    def refused(self, dialog: Dialog) -> None:
        """Note a dialog, which nothing here should open, and close it."""
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def asked(self, url: str) -> None:
        """Note a request that is not for the console's own host and port."""
        if urlsplit(url).netloc != urlsplit(self.home).netloc:
            self.foreign.append(url)

    def said(self, kind: str, text: str) -> None:
        """Note an error or a warning in the browser's console."""
        if kind in ("error", "warning"):
            self.errors.append(f"{kind}: {text}")


Opening = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("there is no Chromium here: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path) as launched:
        yield launched


@pytest.fixture(scope="session")
def seen(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The scene; depends on the browser, without which nobody looks at it."""
    with scene(tmp_path_factory.mktemp("scene")) as ready:
        yield ready


@pytest.fixture
def opened(browser: Browser, seen: Scene) -> Iterator[Opening]:
    """Open a page of the console that only shows, or at another `home`, in a browser that is forgotten afterwards.

    Whatever the test is about, it fails on an error in the browser's console, a dialog, or a request to elsewhere.
    """
    watches: list[Watch] = []
    with ExitStack() as contexts:

        def open_page(path: str, home: str = seen.showing, **options: Any) -> Page:
            context = contexts.enter_context(browser.new_context(base_url=home, **options))
            watches.append(Watch(home))
            watches[-1].over(context)
            context.set_default_timeout(WAITS_MS)
            page = context.new_page()
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, answer.text()
            return page

        yield open_page
    assert [error for watch in watches for error in watch.errors] == []
    assert [url for watch in watches for url in watch.foreign] == []


def violations(page: Page, *rules: str) -> list[str]:
    """Give what axe finds wrong on a page as it is shown now, by all its rules of WCAG or by some."""
    page.evaluate(AXE)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [f"{one['id']}: {node['html'][:200]} ({node['failureSummary']})" for one in found for node in one["nodes"]]
