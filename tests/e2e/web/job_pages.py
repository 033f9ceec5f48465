"""The pages of exports and imports: one job's, and the list of them."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Download, Locator, Page, expect

from tests.e2e.conftest import Caller
from tests.e2e.exporting import JOB_TIMEOUT_MS
from tests.e2e.reps import Kind
from tests.e2e.web.members import Member

STARTS = "**/api/v1/jobs/*/start"


BUSY_ROWS = 60_000
"""Some twenty seconds of a worker's time."""


class JobCaller(Caller):
    """A user who quotes and reveals at the API."""

    def keep_busy(self) -> str:
        """As `start_long_export`, not quite as long."""
        company = self._asked("GET", "/accounts", params={"q": ""})["results"][0]["id"]
        rows = {"subjects": [company] * BUSY_ROWS}
        return self.start_export(rows, "personality", "A long one")

    def quote(
        self,
        q: str,
        *,
        last_page: int = 1,
        kinds: Sequence[Kind] = ("email",),
        label: str = "",
        max_credits: int | None = None,
    ) -> dict[str, Any]:
        """A quoted export of the first pages of a search of people."""
        body = {
            "select": {"people": {"q": q, "pages": [1, last_page]}},
            "kinds": list(kinds),
            "max_credits": max_credits,
            "label": label or None,
        }
        job: dict[str, Any] = self._asked("POST", "/exports", json=body)
        return job

    def one(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = self._asked("GET", f"/jobs/{job}")
        return found

    def reveal_first_email(self, q: str) -> str:
        """Of the first person of a search whose email nobody has revealed. Answers the id."""
        found = self._asked("GET", "/people", params={"q": q})["results"]
        free = [one for one in found if one["pieces"]["email"]["state"] == "available"]
        subject: str = free[0]["id"]
        items = [{"subject": subject, "kinds": ["email"]}]
        self._asked("POST", "/reveals", json={"items": items})
        return subject


class JobPage:
    """One job on the screen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    def open(cls, member: Member, job: str) -> "JobPage":
        """When it has been fetched."""
        page = member.open(f"/jobs/{job}")
        page.locator(".job-parts").wait_for()
        return cls(page)

    @property
    def card(self) -> Locator:
        """Says the job's status, in words and as `data-status`."""
        return self.page.locator(".job-parts > [data-status]")

    @property
    def status(self) -> Locator:
        return self.page.locator("[data-part=status]")

    @property
    def start(self) -> Locator:
        """The button with the price."""
        return self.page.locator("[data-part=quote] button.go")

    @property
    def stop(self) -> Locator:
        return self.page.get_by_role("button", name="Stop")

    @property
    def alert(self) -> Locator:
        return self.page.get_by_role("alert")

    def wait_for(self, status: str) -> None:
        expect(self.card).to_have_attribute("data-status", status, timeout=JOB_TIMEOUT_MS)

    def wait_until_read(self) -> None:
        """A price that has just changed cannot be agreed to for half a second."""
        self.page.wait_for_function(
            "([since, pause]) => performance.now() - since >= pause",
            arg=[self.page.evaluate("performance.now()"), 500],
        )

    def figure(self, name: str) -> int:
        """Of all rows, in the quote or in the bill."""
        cell = self.page.locator(f"[data-figure={name}]:visible td").first
        return int(cell.inner_text().replace(",", ""))

    def download(self, kind: str) -> Download:
        with self.page.expect_download() as started:
            self.page.get_by_role("button", name=f"Download {kind}").click()
        return started.value


def total(page: Page) -> int:
    """What one may spend, in the corner of every screen."""
    return int(page.locator("[data-figure=total]").inner_text().replace(",", ""))


def row_of(page: Page, title: str) -> Locator:
    """A job in the list."""
    return page.locator(".table.jobs tbody tr").filter(has_text=title)
