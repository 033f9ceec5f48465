"""The admin at the API, and what the pages of Admin Settings have where."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, Route

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.conftest import Caller


class Office(Caller):
    """A user at the API."""

    def ask(self, note: str) -> str:
        """Asks for more credits; answers the request's id."""
        request: str = self._asked("POST", "/credit-requests", json={"note": note})["id"]
        return request

    def answer(self, request: str, outcome: str) -> None:
        path = f"/credit-requests/{request}/answer"
        self._asked("POST", path, json={"outcome": outcome})

    def cap(self, user: str, cap: int | None) -> None:
        path = f"/admin/users/{self.user(user)['id']}"
        self._asked("PATCH", path, json={"extra_cap": cap})

    def invite(self, email: str, name: str) -> str:
        """Answers the link."""
        invited = {"email": email, "name": name}
        link: str = self._asked("POST", "/admin/invitations", json=invited)["url"]
        return link

    def add(self, email: str, name: str) -> None:
        """One more rep, with the demo's password."""
        [code] = parse_qs(urlsplit(self.invite(email, name)).query)["code"]
        self._asked("POST", f"/invitations/{code}", json={"password": DEMO_PASSWORD})

    def entries(self) -> int:
        """In the whole ledger."""
        entries: int = self._asked("GET", "/admin/verify")["entries"]
        return entries

    def spent(self) -> int:
        """By everybody, ever."""
        credits: int = self._asked("GET", "/history", params={"limit": 1})["totals"]["credits"]
        return credits

    def user(self, name: str) -> Mapping[str, Any]:
        """As the admin sees the one of this name."""
        users = self._asked("GET", "/admin/users")["users"]
        [user] = [user for user in users if user["name"] == name]
        found: Mapping[str, Any] = user
        return found


def row(page: Page, name: str) -> Locator:
    return page.locator("tr[data-user]").filter(has=page.get_by_text(name, exact=True))


def left(page: Page, name: str) -> Locator:
    return row(page, name).locator("[data-figure=left]")


def names(page: Page) -> Locator:
    return page.locator("tr[data-user] .name")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def manage(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=f"Manage {name}").click()
    return dialog(page)


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def refuse(route: Route) -> None:
    """The database is away, for longer than a page waits before it asks again by itself."""
    problem = {"title": "Unavailable", "status": 503, "code": "unavailable", "detail": "Away."}
    route.fulfill(
        status=503,
        headers={"Retry-After": "600"},
        content_type="application/problem+json",
        body=json.dumps(problem),
    )


def multiply(route: Route, user: Mapping[str, Any], many: int) -> None:
    """The server's own list of users, with copies of one of them: `many` in all."""
    answer = route.fetch()
    told = answer.json()
    first = user["name"].split()[0]
    copies = [
        {**user, "id": f"usr_copy{n}", "name": f"{first} {n}", "email": f"{n}@acme.example"}
        for n in range(many - len(told["users"]))
    ]
    route.fulfill(response=answer, json={**told, "users": [*told["users"], *copies]})
