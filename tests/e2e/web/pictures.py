"""Takes the README's pictures of the web app: `python -m tests.e2e.web.pictures`, by day and night.

A demo server with months of use, an export of Bob's that waits as a quote, and everybody's screens.
"""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.e2e.conftest import Caller, DemoServer
from tests.e2e.web.members import Scheme, open_member

PICTURES = Path(__file__).resolve().parents[3] / "server" / "web" / "pictures"
ALICE = "alice@acme.example"
BOB = "bob@acme.example"
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SIZE: ViewportSize = {"width": 1180, "height": 820}
STILL_MS = 400
"""Skeletons and motion are over by then; a picture has nothing else to wait for."""


class Scene(NamedTuple):
    """`name`: of the file; `path`: what `email` looks at."""

    name: str
    email: str
    path: str


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = DemoServer(folder / "data", {"BATTERY_DEMO": "history"})
        server.start()
        stack.callback(server.stop)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        stack.callback(browser.close)
        scenes = _scenes(server)
        token = server.operator_token("Vera")
        for scheme in SCHEMES:
            _take_operator(browser, server, token, scheme)
            _take(browser, server, scenes, scheme)


def _scenes(server: DemoServer) -> Sequence[Scene]:
    bob = Caller(server.url, BOB)
    quote = bob.quote_export({"people": {"q": "logistics", "pages": [1, 10]}}, "Logistics leaders")
    bob.close()
    return [
        Scene("web-batteries", BOB, "/batteries"),
        Scene("web-history", ALICE, "/history?range=90d"),
        Scene("web-people", BOB, "/people?q=logistics"),
        Scene("web-job", BOB, f"/jobs/{quote}"),
        Scene("web-import", BOB, "/import"),
        Scene("web-billing", ALICE, "/admin"),
        Scene("web-usage", ALICE, "/admin/usage?range=90d"),
    ]


def _take(browser: Browser, server: DemoServer, scenes: Sequence[Scene], scheme: Scheme) -> None:
    for email in (ALICE, BOB):
        with open_member(browser, server.url, email) as member:
            for scene in scenes:
                if scene.email == email:
                    page = member.open(scene.path)
                    _picture(page, f"{scene.name}-{scheme}.png", scheme)
                    page.close()


def _take_operator(browser: Browser, server: DemoServer, token: str, scheme: Scheme) -> None:
    with open_member(browser, server.url, None) as stranger:
        page = stranger.open("/operator")
        page.get_by_label("Operator token").fill(token)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Acme", exact=True).click()
        _picture(page, f"web-operator-{scheme}.png", scheme)


def _picture(page: Page, name: str, scheme: Scheme) -> None:
    page.set_viewport_size(SIZE)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(STILL_MS)
    page.screenshot(path=PICTURES / name)


if __name__ == "__main__":
    main()
