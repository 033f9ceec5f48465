"""The web app in real browsers, a signed-in one for each member."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Playwright

from tests.e2e.conftest import DemoServer
from tests.e2e.web.members import Member, open_member


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium_path: str | None) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path=chromium_path, headless=True, args=["--no-sandbox"]
    )
    yield browser
    browser.close()


@pytest.fixture
def enter(browser: Browser, server: DemoServer) -> Iterator[Callable[[str | None], Member]]:
    """Opens one more browser, signed in as the user of this address."""
    with ExitStack() as members:

        def new(email: str | None) -> Member:
            return members.enter_context(open_member(browser, server.url, email))

        yield new


@pytest.fixture
def bob(enter: Callable[[str | None], Member]) -> Member:
    """Bob the rep."""
    return enter("bob@acme.example")


@pytest.fixture
def jane(enter: Callable[[str | None], Member]) -> Member:
    """Jane the rep of the same org."""
    return enter("jane@acme.example")


@pytest.fixture
def alice(enter: Callable[[str | None], Member]) -> Member:
    """Alice the admin."""
    return enter("alice@acme.example")
