"""People at the web app: a browser of their own, watched for what no page may do."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.reps import PAGE_TIMEOUT_MS, sign_in

Scheme = Literal["light", "dark"]

LIVE_MS = 1_000
"""What one does appears at the others' within a second (issue 4)."""

_AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_REFUSALS = ("Failed to load resource", "WebSocket connection to")
"""Chromium's own lines for an answer of 4xx or 5xx, which a page may well ask for and tell about,
and for a server that is away."""


class Member:
    """A signed-in user. `complaints`: console errors, uncaught exceptions and CSP reports."""

    def __init__(self, context: BrowserContext, server_url: str) -> None:
        self.context = context
        self.server_url = server_url
        self.complaints: list[str] = []
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_REFUSALS):
            self.complaints.append(message.text)

    def open(self, path: str) -> Page:
        """A new tab at this path, when its screen stands."""
        page = self.context.new_page()
        page.goto(f"{self.server_url}{path}")
        page.locator("main h1").first.wait_for()
        return page

    def sign_in(self, email: str) -> None:
        """With the demo's password, through the form."""
        page = self.context.new_page()
        page.goto(f"{self.server_url}/signin")
        sign_in(page, email, DEMO_PASSWORD)
        page.locator(".total").wait_for()
        page.close()


@contextmanager
def open_member(browser: Browser, server_url: str, email: str | None) -> Iterator[Member]:
    """A browser context of its own; None: not signed in. Complaints fail the test at its end."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1200, "height": 900})
    context.set_default_timeout(PAGE_TIMEOUT_MS)
    member = Member(context, server_url)
    if email is not None:
        member.sign_in(email)
    try:
        yield member
        assert member.complaints == []
    finally:
        context.close()


def faults_of(page: Page, schemes: Sequence[Scheme] = ("light", "dark")) -> list[str]:
    """What axe-core finds on the page as it stands, in each scheme."""
    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(_AXE)
        result: dict[str, Any] = page.evaluate("() => axe.run()")
        found += [
            f"{scheme}: {violation['id']}: {node['target']}: {json.dumps(node['any'][:1])[:300]}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]
    return found


def overflow_of(page: Page, width: int = 320) -> int:
    """By how many pixels the page is wider than a window of this width."""
    height = 900
    page.set_viewport_size({"width": width, "height": height})
    wider: int = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return wider
