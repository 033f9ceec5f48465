"""The panel on a page of search results: ticking, the quote, the running export."""

from playwright.sync_api import Download, Frame, Locator, Page, expect

from tests.e2e.reps import Panel, Rep

SEARCH = "/search/results/people?q={q}"
JOB_TIMEOUT_MS = 20_000
"""A worker that has the machine to itself needs a second."""


class Search(Panel):
    """The panel beside a list of people."""

    def __init__(self, page: Page, frame: Frame) -> None:
        super().__init__(page, frame)

    @classmethod
    def open(cls, rep: Rep, q: str, *, more: str = "") -> "Search":
        """The first page of a search, its people looked up. `more`: further parameters."""
        panel = rep.open(SEARCH.format(q=q) + more)
        search = cls(panel.page, panel.frame)
        search.wait_until_known()
        return search

    def wait_until_known(self) -> None:
        """Everybody the page lists is looked up."""
        expect(self.people.first).to_be_visible()
        expect(self.frame.locator(".listed[data-status=loading]")).to_have_count(0)

    @property
    def people(self) -> Locator:
        return self.frame.locator(".listed")

    @property
    def all(self) -> Locator:
        """The tick box above the list."""
        return self.frame.get_by_role("checkbox", name="All on this page")

    @property
    def selected(self) -> Locator:
        return self.frame.locator("[data-figure=selected]")

    @property
    def held(self) -> Locator:
        """The license's figures in words."""
        return self.frame.locator(".gauge .note-line").first

    def box(self, number: int) -> Locator:
        """The tick box of a listed person, the first is 0."""
        return self.people.nth(number).get_by_role("checkbox")

    def choose(self, kind: str) -> None:
        """Adds a kind to what is exported."""
        self.frame.locator(".kinds").get_by_role("checkbox", name=kind).check()

    def next_page(self) -> None:
        """Goes on within the search, without a reload, until other people are listed."""
        first = self.people.first.text_content() or ""
        self.page.get_by_role("link", name="Next").click()
        expect(self.people.first).not_to_have_text(first)
        self.wait_until_known()

    @property
    def ask(self) -> Locator:
        return self.frame.get_by_role("button", name="Get a quote")

    @property
    def quote(self) -> Locator:
        return self.frame.locator("[data-part=quote]")

    @property
    def start(self) -> Locator:
        """The button with the price."""
        return self.quote.get_by_role("button", name="Export")

    def figure(self, name: str) -> int:
        """A figure of the quote or of the bill, of all rows."""
        cell = self.frame.locator(f"[data-figure={name}]:visible td").first
        return int(cell.inner_text().replace(",", ""))

    def get_quote(self) -> None:
        """Asks, and waits for the quote."""
        expect(self.ask).not_to_have_attribute("aria-disabled", "true")
        self.ask.click()
        expect(self.quote).to_be_visible()
        expect(self.start).not_to_have_attribute("aria-disabled", "true")

    @property
    def jobs(self) -> Locator:
        """The exports that are shown, newest first."""
        return self.frame.locator(".job")

    @property
    def job(self) -> Locator:
        """The newest export."""
        return self.jobs.first

    @property
    def status(self) -> Locator:
        """What is going on with it, in a sentence."""
        return self.job.locator("[data-part=status]")

    @property
    def stop(self) -> Locator:
        return self.job.get_by_role("button", name="Stop")

    def wait_for_job(self, status: str) -> None:
        """Until the export begun last is that: earlier ones may lie there with any status."""
        expect(self.quote).to_be_hidden(timeout=JOB_TIMEOUT_MS)
        if status == "completed":
            under_way = self.frame.locator(".job:is([data-status=running], [data-status=settling])")
            expect(under_way).to_have_count(0, timeout=JOB_TIMEOUT_MS)
        expect(self.frame.locator(f".job[data-status={status}]").first).to_be_visible(
            timeout=JOB_TIMEOUT_MS
        )

    def download(self, kind: str) -> Download:
        """Presses the button of the newest export's file."""
        with self.page.expect_download() as started:
            self.job.get_by_role("button", name=f"Download {kind}").click()
        return started.value

    def put_away(self) -> None:
        self.job.get_by_role("button", name="Put away").click()
