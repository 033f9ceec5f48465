"""The lists of people and companies in the web app, as a test looks at them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, Request, expect

from tests.e2e.reps import Kind
from tests.e2e.web.members import LIVE_MS

FREE = "[data-kind={}][data-state=available]"


def rows(page: Page) -> Locator:
    return page.locator(".found tbody tr")


def row_with(page: Page, *kinds: Kind, skip: int = 0) -> Locator:
    """A row of this page of whose person each kind can be bought; the same row afterwards."""
    wanted = rows(page)
    for kind in kinds:
        wanted = wanted.filter(has=page.locator(FREE.format(kind)))
    link = wanted.nth(skip).locator("a.name")
    return row_of(page, str(link.get_attribute("href")))


def row_of(page: Page, href: str) -> Locator:
    return rows(page).filter(has=page.locator(f'a[href="{href}"]'))


def href_of(row: Locator) -> str:
    return str(row.locator("a.name").get_attribute("href"))


def piece(within: Locator | Page, kind: Kind) -> Locator:
    return within.locator(f"[data-kind={kind}]")


def button(within: Locator | Page, kind: Kind) -> Locator:
    return piece(within, kind).locator("button.reveal")


def total(page: Page) -> int:
    """What one may spend, in the corner of every screen."""
    return int(page.locator("[data-figure=total]").inner_text().replace(",", ""))


def expect_total(page: Page, credits: int) -> None:
    expect(page.locator("[data-figure=total]")).to_have_text(f"{credits:,}", timeout=LIVE_MS)


def told(page: Page) -> Locator:
    return page.locator(".told")


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def spending_requests(page: Page) -> list[Request]:
    """Grows with every request that spends."""
    sent: list[Request] = []
    page.on("request", lambda each: sent.append(each) if is_spending(each) else None)
    return sent


def is_spending(request: Request) -> bool:
    return request.url.endswith("/api/v1/reveals")


def posted(page: Page, path: str, press: Locator) -> Any:
    """What a press on the button posts there."""
    with page.expect_request(lambda request: request.url.endswith(path)) as sent:
        press.click()
    return sent.value.post_data_json
