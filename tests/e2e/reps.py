"""People at their browsers: a profile with the extension, the panel on a page, the toolbar."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import BrowserContext, Frame, Locator, Page, Playwright, Worker, expect

EXTENSION = Path(__file__).resolve().parents[2] / "extension"
ORIGIN = "chrome-extension://afllnndnablgmjiafodnhnijlfncdpff"
PAGE_TIMEOUT_MS = 15_000
"""A shared machine may be slow; what must be quick is asserted where it is claimed."""

Kind = Literal["email", "phone", "personality"]


class Panel:
    """The panel on a page or in a tab of its own."""

    def __init__(self, page: Page, frame: Frame) -> None:
        self.page = page
        self.frame = frame

    @property
    def left(self) -> Locator:
        """The largest figure: what is left of the license."""
        return self.frame.locator("[data-figure=left]")

    @property
    def pill(self) -> Locator:
        """The level in words, or that the figures are not live."""
        return self.frame.locator(".head .pill")

    @property
    def notice(self) -> Locator:
        """The sentence after a reveal."""
        return self.frame.locator(".notice")

    @property
    def alert(self) -> Locator:
        """The level the user fell to, until it was read."""
        return self.frame.locator(".alert")

    @property
    def name(self) -> Locator:
        return self.frame.locator("h2.name")

    @property
    def team(self) -> Locator:
        return self.frame.locator("[data-part=team]")

    def row(self, kind: Kind) -> Locator:
        return self.frame.locator(f"[data-kind={kind}]")

    def button(self, kind: Kind) -> Locator:
        """The reveal button with its price."""
        return self.row(kind).locator("button.reveal")


class Profile:
    """A browser profile with the extension loaded, not connected to anything yet."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context

    @property
    def worker(self) -> Worker:
        """The background; the running one after a restart."""
        workers = self.context.service_workers
        return workers[-1] if workers else self.context.wait_for_event("serviceworker")

    def open_settings(self) -> Page:
        page = self.context.new_page()
        page.goto(f"{ORIGIN}/options/options.html")
        return page

    def connect_to(self, server_url: str) -> tuple[Page, Page]:
        """Saves the server's address and presses Connect: (settings, the page that opened)."""
        settings = self.open_settings()
        settings.get_by_label("Server address").fill(server_url)
        settings.get_by_role("button", name="Save").click()
        settings.get_by_text(f"Server: {server_url}").wait_for()
        with self.context.expect_page() as opened:
            settings.get_by_role("button", name="Connect").click()
        return settings, opened.value

    def pair(self, server_url: str, email: str, password: str) -> "Rep":
        """Connects as a person does: sign in, compare the code, approve."""
        settings, web = self.connect_to(server_url)
        sign_in(web, email, password)
        code = settings.locator("[data-part=code]").inner_text()
        expect(web.locator(".code")).to_have_text(code)
        web.get_by_role("button", name="Approve").click()
        settings.get_by_text("Connected as").wait_for()
        settings.close()
        return Rep(self, server_url, web)

    def join(self, server_url: str, invitation: str, password: str) -> "Rep":
        """Accepts an invitation to a new customer, and connects this browser."""
        web = self.context.new_page()
        web.goto(invitation)
        web.get_by_label("New password").fill(password)
        web.get_by_role("button", name="Save and sign in").click()
        web.wait_for_url(f"{server_url}/")
        settings, approval = self.connect_to(server_url)
        approval.get_by_role("button", name="Approve").click()
        settings.get_by_text("Connected as").wait_for()
        settings.close()
        return Rep(self, server_url, web)


class Rep:
    """A signed-in user. `web`: the tab of the web app in which the browser was approved."""

    def __init__(self, profile: Profile, server_url: str, web: Page) -> None:
        self.profile = profile
        self.web = web
        self.server_url = server_url

    @classmethod
    def returning(cls, profile: Profile, server_url: str) -> "Rep":
        """Who was signed in when the profile was last closed."""
        return cls(profile, server_url, profile.context.pages[0])

    def open(self, path: str) -> Panel:
        """Opens a page of the demo site in a new tab and waits for its panel."""
        page = self.profile.context.new_page()
        with page.expect_event("framenavigated", is_panel) as framed:
            page.goto(f"{self.server_url}/demo{path}")
        panel = Panel(page, framed.value)
        panel.frame.locator(".panel > :visible").wait_for()
        return panel

    def open_popup(self) -> Panel:
        """What the toolbar button opens, in a tab."""
        page = self.profile.context.new_page()
        page.goto(f"{ORIGIN}/panel/panel.html")
        return Panel(page, page.main_frame)

    def badge(self) -> tuple[str, str]:
        """(text, title) of the toolbar button."""
        text, title = self.profile.worker.evaluate(
            "() => Promise.all([chrome.action.getBadgeText({}), chrome.action.getTitle({})])"
        )
        return text, title

    def stop_worker(self) -> None:
        """As the browser does with an idle one."""
        page = self.profile.context.new_page()
        session = self.profile.context.new_cdp_session(page)
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")
        page.close()


def sign_in(web: Page, email: str, password: str) -> None:
    """Fills in the web app's sign-in form."""
    web.get_by_label("Email address").fill(email)
    web.get_by_label("Password").fill(password)
    web.get_by_role("button", name="Sign in").click()


def is_panel(frame: Frame) -> bool:
    return frame.url.startswith(f"{ORIGIN}/panel/")


@contextmanager
def open_profile(
    playwright: Playwright,
    chromium_path: str | None,
    folder: Path,
    *,
    color_scheme: Literal["light", "dark"] = "light",
    device_scale_factor: float = 1,
) -> Iterator[Profile]:
    """A persistent profile in `folder` with the extension as it is in the checkout."""
    context = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=chromium_path,
        headless=True,
        locale="en-GB",
        color_scheme=color_scheme,
        device_scale_factor=device_scale_factor,
        viewport={"width": 1100, "height": 900},
        args=[
            "--no-sandbox",
            "--lang=en-GB",
            f"--load-extension={EXTENSION}",
            f"--disable-extensions-except={EXTENSION}",
        ],
    )
    context.set_default_timeout(PAGE_TIMEOUT_MS)
    try:
        yield Profile(context)
    finally:
        context.close()
