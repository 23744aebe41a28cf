"""Open pages in a real headless Chromium that has no network, and keep what they ask for and complain about."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Opened:
    """A page, every request beyond its own file, every word on its console, every dialog."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Nothing was asked for and nothing went wrong."""
        assert self.requests == []
        assert self.complaints == []

    def until(self, expression: str, *, seconds: float = 20.0) -> None:
        """Wait for an expression to hold; asked from outside, since the page's policy forbids eval within."""
        last = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            assert time.monotonic() < last, f"not within {seconds:g} s: {expression}"
            self.page.wait_for_timeout(20)


Open = Callable[..., Opened]


def chromium() -> str | None:
    """Return the browser's path: RACKGRID_CHROMIUM, else the first that is installed."""
    named = os.environ.get("RACKGRID_CHROMIUM")
    return named or next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def launched(playwright: Any) -> Any:
    """Start the browser; the sandbox needs rights that containers do not have."""
    return playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"])


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; without one, or without playwright, the test is skipped and says so."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install -e '.[test]'")
    if not chromium():
        pytest.skip("needs Chromium: install it, or name it in RACKGRID_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        program = launched(playwright)
        yield program
        program.close()


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Open HTML, as text or as a file, without any network."""
    with ExitStack() as stack:

        def call(
            html: str | Path, *, size: tuple[int, int] = (1280, 800), dark: bool = False, wait: str = ""
        ) -> Opened:
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
            )
            stack.callback(context.close)
            context.set_offline(True)
            path = html if isinstance(html, Path) else tmp_path / "page.html"
            if isinstance(html, str):
                path.write_text(html, encoding="utf-8")
            return watched(context, path, wait)

        yield call


def watched(context: Any, path: Path, wait: str = "") -> Opened:
    """Open a file in a context; whatever else it asks for is noted and refused."""
    opened = Opened(context.new_page())
    own = path.resolve().as_uri()

    def refuse(route: Any) -> None:
        url = route.request.url
        if url == own:
            route.continue_()
        else:
            opened.requests.append(url)
            route.abort()

    def dialog(box: Any) -> None:
        opened.complaints.append(f"dialog: {box.message}")
        box.dismiss()

    context.route("**/*", refuse)
    opened.page.on("console", lambda message: opened.complaints.append(f"{message.type}: {message.text}"))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("dialog", dialog)
    opened.page.goto(own)
    if wait:
        opened.until(wait)
    return opened
