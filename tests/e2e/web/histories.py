"""What is said and seen at the screens of the credit use history."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count, islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import Caller

PAGE = 50
"""Entries that are loaded at once."""


class Colleague(Caller):
    """A user at the API."""

    def history(self, **query: object) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._asked("GET", "/history", params=query)
        return answer

    def usage(self, **query: object) -> list[Mapping[str, Any]]:
        buckets: list[Mapping[str, Any]] = self._asked("GET", "/history/usage", params=query)[
            "buckets"
        ]
        return buckets

    def id(self) -> str:
        user: str = self._asked("GET", "/me")["user"]["id"]
        return user

    def battery(self) -> Mapping[str, Any]:
        battery: Mapping[str, Any] = self._asked("GET", "/battery")
        return battery

    def reveal_somebody(self) -> str:
        """Pays 1 credit for an email; answers whose."""
        [person] = islice(self.unopened(), 1)
        items = [{"subject": person["id"], "kinds": ["email"]}]
        self._asked("POST", "/reveals", json={"items": items})
        name: str = person["name"]
        return name

    def unopened(self) -> Iterator[Mapping[str, Any]]:
        """People whose email nobody of the org has opened."""
        for page in count(1):
            found = self._asked("GET", "/people", params={"q": "", "page": page})
            for person in found["results"]:
                if person["pieces"]["email"]["state"] == "available":
                    yield person


def rows(page: Page) -> Locator:
    return page.locator(".history-entries:visible tbody tr")


def cells(page: Page, name: str) -> list[str]:
    return page.locator(f".history-entries:visible [data-cell={name}]").all_inner_texts()


def totals(page: Page) -> Locator:
    return page.locator("[data-part=totals]")


def more(page: Page) -> Locator:
    return page.get_by_role("button", name="Load more")


def preset(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def settle(page: Page) -> None:
    """Returns when what is shown is what the address asks for."""
    expect(page.locator("main [aria-busy]")).to_have_count(0)


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def sums_text(sums: Mapping[str, int]) -> str:
    """As the screen says them."""
    return (
        f"{sums['entries']:,} entries · {sums['credits']:,} credits"
        f" · {sums['from_license']:,} license · {sums['from_extra']:,} extra"
    )


def load_all(page: Page, entries: int) -> None:
    """Presses "Load more" until the whole filter is on the screen."""
    expect(rows(page).first).to_be_visible()
    for shown in range(PAGE, entries, PAGE):
        expect(rows(page)).to_have_count(shown)
        more(page).click()
    expect(rows(page)).to_have_count(entries)


def expect_near(row: Locator, y: float) -> None:
    """Within a row's height of where it was."""
    place = row.bounding_box()
    assert place
    assert abs(place["y"] - y) <= place["height"]


def exported(page: Page, kind: str, folder: Path) -> Path:
    with page.expect_download() as saving:
        page.get_by_role("button", name=f"Export {kind}").click()
    path = folder / saving.value.suggested_filename
    saving.value.save_as(path)
    expect(page.get_by_role("button", name=f"Export {kind}")).to_be_enabled()
    return path


def as_shown(row: Mapping[str, str]) -> tuple[str, ...]:
    """Of a file's row what the screen says in figures and names."""
    return (
        row["Entry"],
        row["User"],
        row["Kind"].capitalize(),
        row["Credits"],
        f"{int(row['License left']):,}",
        f"{int(row['Extra left']):,}",
    )


def refusal(status: int, code: str, detail: str) -> Callable[[Route], None]:
    """For `page.route`: the server answers that it does not do this."""

    def refuse(route: Route) -> None:
        route.fulfill(
            status=status,
            headers={"Retry-After": "3"},
            content_type="application/problem+json",
            json={"code": code, "status": status, "title": "", "detail": detail},
        )

    return refuse
