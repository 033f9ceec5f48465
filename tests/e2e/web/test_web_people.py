"""People and companies in the web app: found, revealed, followed live, refused, away.

Each test takes people of a page of its own, so that none depends on what another one spent.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Route, WebSocketRoute, expect

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.conftest import Admin, DemoServer
from tests.e2e.web.members import LIVE_MS, Member, faults_of, open_member, overflow_of
from tests.e2e.web.people_pages import (
    button,
    expect_total,
    href_of,
    piece,
    posted,
    query_of,
    row_of,
    row_with,
    rows,
    spending_requests,
    told,
    total,
)

Enter = Callable[[str | None], Member]

PEOPLE = "**/api/v1/people?*"
SUBJECTS = "**/api/v1/subjects/*"


@pytest.fixture(scope="module")
def members(browser: Browser, server: DemoServer) -> Iterator[Enter]:
    """Opens one more browser, which stays until the module's last test."""
    with ExitStack() as opened:
        yield lambda email: opened.enter_context(open_member(browser, server.url, email))


@pytest.fixture(scope="module")
def bob(members: Enter) -> Member:
    """Bob the rep; signing in anew for each test would take longer than the tests do."""
    return members("bob@acme.example")


@pytest.fixture(scope="module")
def jane(members: Enter) -> Member:
    """Jane the rep of the same org."""
    return members("jane@acme.example")


@pytest.fixture(autouse=True)
def tidy(bob: Member, jane: Member) -> Iterator[None]:
    """No test leaves a page open to the next one."""
    yield
    for member in (bob, jane):
        for page in member.context.pages:
            page.close()


# finding ------------------------------------------------------------------------------------


def test_every_search_and_page_has_an_address_and_back_leads_to_it(bob: Member) -> None:
    page = bob.open("/people")
    expect(page).to_have_title("People · Credit Battery")
    shown = page.locator("[data-figure=range]")
    expect(shown).to_have_text("1–20 of 5,000")
    expect(rows(page)).to_have_count(20)

    search = page.get_by_role("searchbox", name="Search people")
    search.press_sequentially("vp sal", delay=20)
    expect(page).to_have_url(re.compile(r"\?q=vp\+sal$"))
    search.press_sequentially("es", delay=20)
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=vp\+sales$"))
    expect(rows(page).first).to_contain_text("VP Sales")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"\?q=vp\+sales&page=2$"))
    expect(shown).to_have_text(re.compile(r"^21–\d+ of \d+$"))

    page.go_back()
    expect(shown).to_have_text(re.compile(r"^1–20 of \d+$"))
    page.go_back()
    expect(search).to_have_value("")
    expect(shown).to_have_text("1–20 of 5,000")
    page.go_forward()
    expect(search).to_have_value("vp sales")
    page.reload()
    expect(rows(page).first).to_contain_text("VP Sales")


def test_a_page_past_the_end_leads_to_the_last_one(bob: Member) -> None:
    page = bob.open("/people?page=9999")
    expect(page.locator("[data-figure=range]")).to_have_text("4,981–5,000 of 5,000")
    assert query_of(page) == {"page": ["250"]}


def test_nobody_found_says_what_is_searched_and_leads_back(bob: Member) -> None:
    page = bob.open("/people?q=no+such+person+anywhere")
    expect(page.get_by_text("Nobody matches “no such person anywhere”.")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="Show all people").click()
    expect(page.locator("[data-figure=range]")).to_have_text("1–20 of 5,000")


# revealing ----------------------------------------------------------------------------------


def test_r05_a_reveal_in_a_list_reaches_a_colleagues_list_and_person_page(
    bob: Member, jane: Member, server: DemoServer
) -> None:
    bobs, janes = bob.open("/people?page=40"), jane.open("/people?page=40")
    row = row_with(bobs, "email", "phone")
    href = href_of(row)
    janes_row, janes_person = row_of(janes, href), jane.open(href)
    expect(button(janes_person, "phone")).to_be_visible()
    bobs_before, janes_before = total(bobs), total(janes)
    janes_row.get_by_role("checkbox").check()
    janes_row.get_by_role("checkbox").focus()
    expect(button(row, "email")).to_have_text("Reveal 1")
    expect(button(row, "phone")).to_have_text("Reveal 10")

    body = posted(bobs, "/reveals", button(row, "phone"))

    assert body["max_credits"] == 10
    for_all = re.compile(r"revealed by Bob Reyes")
    expect(piece(janes_row, "phone")).to_contain_text(for_all, timeout=LIVE_MS)
    expect(piece(janes_person, "phone")).to_contain_text(for_all, timeout=LIVE_MS)
    expect(button(janes_row, "phone")).to_be_hidden()
    expect(told(bobs)).to_have_text("Phone revealed for 10 credits. Everyone at Acme has it now.")
    expect_total(bobs, bobs_before - 10)
    assert total(janes) == janes_before
    number = piece(row, "phone").locator(".value").first.inner_text()
    expect(piece(janes_row, "phone")).to_contain_text(number)
    expect(janes_row.get_by_role("checkbox")).to_be_focused()
    expect(janes_row.get_by_role("checkbox")).to_be_checked()

    alice = Admin(server.url, "alice@acme.example")
    alice.reverse_last_charge()
    alice.close()

    expect(button(janes_row, "phone")).to_have_text("Reveal 10", timeout=LIVE_MS)
    expect(button(janes_person, "phone")).to_be_visible(timeout=LIVE_MS)
    expect_total(bobs, bobs_before)


def test_r02_r31_who_clicks_just_too_late_pays_nothing_and_reads_why(
    bob: Member, jane: Member
) -> None:
    bobs, janes = bob.open("/people?page=41"), jane.open("/people?page=41")
    row = row_with(bobs, "email")
    janes_row = row_of(janes, href_of(row))
    before = total(janes)
    held: list[Route] = []
    janes.route("**/api/v1/lookups", lambda route: held.append(route))

    with janes.expect_request("**/api/v1/lookups"):
        button(row, "email").click()
    button(janes_row, "email").click()

    expect(told(janes)).to_have_text(
        re.compile(r"^Free: already owned\. Bob Reyes revealed it on \d{1,2} \w{3,4}\.$")
    )
    expect(piece(janes_row, "email")).to_contain_text("revealed by Bob Reyes")
    assert total(janes) == before
    for route in held:
        route.continue_()
    janes.unroute("**/api/v1/lookups")


def test_a_double_click_and_a_key_held_down_spend_once(bob: Member) -> None:
    page = bob.open("/people?page=42")
    before = total(page)
    sent = spending_requests(page)
    twice, held = row_with(page, "email", "phone"), row_with(page, "email", "phone", skip=1)

    button(twice, "email").dblclick()
    expect(piece(twice, "email")).to_contain_text("revealed by Bob Reyes")
    expect(button(held, "email")).not_to_have_attribute("aria-disabled", "true")
    button(held, "email").focus()
    for _ in range(5):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(piece(held, "email")).to_contain_text("revealed by Bob Reyes")

    # The focus went on to what came in the place of the button.
    expect(piece(held, "email").get_by_role("button", name="Copy")).to_be_focused()
    expect_total(page, before - 2)
    assert len(sent) == 2


def test_a_click_by_a_script_spends_nothing(bob: Member) -> None:
    page = bob.open("/people?page=43")
    sent = spending_requests(page)
    row = row_with(page, "email")
    button(row, "email").evaluate("button => button.click()")
    posted(page, "/reveals", button(row, "email"))
    expect(piece(row, "email")).to_contain_text("revealed by Bob Reyes")
    assert len(sent) == 1


def test_a_person_shows_every_piece_and_where_to_go_on(bob: Member) -> None:
    page = bob.open("/people?q=Ana+Beatriz+Concei%C3%A7%C3%A3o")
    rows(page).first.locator("a.name").click()
    expect(page).to_have_title("Ana Beatriz Conceição · Credit Battery")
    for kind in ("email", "phone", "personality"):
        reveal = button(page, kind)
        expect(reveal).not_to_have_attribute("aria-disabled", "true")
        reveal.click()
        expect(reveal).to_be_hidden()
    expect(piece(page, "email")).to_contain_text("ana.conceicao@kestrel.example")
    expect(piece(page, "email")).to_contain_text("Revenue Operations")
    expect(piece(page, "email")).to_contain_text("knows them well")
    expect(piece(page, "phone")).to_contain_text("direct dial")
    expect(piece(page, "personality")).to_contain_text("Lively initiator")
    profile = page.get_by_role("link", name="Profile page")
    expect(profile).to_have_attribute("href", re.compile(r"/in/ana-beatriz-conceicao$"))
    assert faults_of(page) == []
    assert overflow_of(page) <= 0
    page.get_by_role("link", name="Company: Kestrel Logistics").click()
    expect(page).to_have_title("Companies · Credit Battery")
    expect(rows(page).first).to_contain_text("Kestrel Logistics")


@pytest.mark.parametrize("address", ["/people/con_nobody", "/companies/acc_none", "/people/%41"])
def test_nobodys_address_is_a_404_in_place(bob: Member, address: str) -> None:
    page = bob.open(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("404: nothing is here")
    assert urlsplit(page.url).path == address


# what cannot be paid --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ida(server: DemoServer, members: Enter) -> Member:
    """A rep with three credits, alone in an org without extra ones."""
    email = "ida@initech.example"
    code = server.invite("Initech", "Ida Sommer", email, allotment=3).partition("code=")[2]
    answer = httpx.post(f"{server.url}/api/v1/invitations/{code}", json={"password": DEMO_PASSWORD})
    answer.raise_for_status()
    return members(email)


def test_r07_a_refusal_says_what_is_missing_and_changes_nothing(ida: Member) -> None:
    page = ida.open("/people?page=50")
    row = row_with(page, "phone")
    button(row, "phone").click()
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text("7")
    expect(refusal).to_contain_text("Ask your admin")
    expect(refusal.get_by_role("link", name="Ask for more")).to_have_attribute(
        "href", "/batteries#ask"
    )
    expect(button(row, "phone")).to_have_text("Reveal 10")
    assert total(page) == 3
    assert faults_of(page) == []
    assert overflow_of(page) <= 0
    refusal.get_by_role("button", name="Close").click()
    expect(refusal).to_be_hidden()


def test_r07_many_that_cannot_be_paid_have_no_button(ida: Member) -> None:
    page = ida.open("/people?page=51")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Reveal selected").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text(re.compile(r"\d+ credits are missing"))
    expect(dialog.locator("button.go")).to_be_hidden()
    expect(dialog.get_by_role("link", name="Ask for more")).to_be_visible()


def test_a_new_price_comes_onto_the_buttons_and_is_what_is_charged(
    ida: Member, server: DemoServer
) -> None:
    page = ida.open("/people?page=52")
    row = row_with(page, "email")
    expect(button(row, "email")).to_have_text("Reveal 1")
    server.price_emails("Initech", 2)
    expect(button(row, "email")).to_have_text("Reveal 2")
    button(row, "email").click()
    expect(told(page)).to_have_text("Email revealed for 2 credits. Everyone at Initech has it now.")
    expect_total(page, 1)


# looks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("q", ["", "ال", "|"])
def test_no_name_or_headline_is_wider_than_a_narrow_screen(bob: Member, q: str) -> None:
    page = bob.open(f"/people?q={q}")
    expect(rows(page).first).to_be_visible()
    page.get_by_label("All on this page").check()
    assert overflow_of(page) <= 0


# when something is away --------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "code"), [(503, "unavailable"), (429, "rate_limited")])
def test_a_list_that_cannot_be_had_says_so_and_is_tried_again(
    bob: Member, status: int, code: str
) -> None:
    page = bob.context.new_page()
    body = f'{{"code": "{code}", "title": "No", "detail": "Too many at once."}}'
    page.route(
        PEOPLE,
        lambda route: route.fulfill(
            status=status, content_type="application/problem+json", body=body
        ),
    )
    page.goto(f"{bob.server_url}/people")
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults_of(page) == []
    page.unroute(PEOPLE)
    page.get_by_role("button", name="Try again").click()
    expect(rows(page)).to_have_count(20)
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)


def test_a_person_who_cannot_be_had_is_tried_again(bob: Member) -> None:
    href = href_of(rows(bob.open("/people?page=70")).first)
    page = bob.context.new_page()
    page.route(SUBJECTS, lambda route: route.abort())
    page.goto(f"{bob.server_url}{href}")
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute(SUBJECTS)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-kind=email]")).to_be_visible()


class Line:
    """The sockets of a browser, which can be cut and come back."""

    def __init__(self, member: Member) -> None:
        self._up = True
        self._open: list[WebSocketRoute] = []
        member.context.route_web_socket("**/api/v1/socket", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self._up:
            socket.connect_to_server()
            self._open.append(socket)
        else:
            socket.close(code=1013)

    def cut(self) -> None:
        self._up = False
        for socket in self._open:
            socket.close(code=1012)
        self._open.clear()

    def mend(self) -> None:
        self._up = True


def test_offline_says_as_of_when_and_what_was_missed_comes_by_itself(
    bob: Member, jane: Member
) -> None:
    line = Line(jane)
    bobs, janes = bob.open("/people?page=80"), jane.open("/people?page=80")
    row = row_with(bobs, "email")
    janes_row = row_of(janes, href_of(row))
    expect(button(janes_row, "email")).to_be_enabled()

    line.cut()
    expect(janes.get_by_text(re.compile(r"^Offline: the figures are as of \d"))).to_be_visible()
    expect(button(janes_row, "email")).to_be_disabled()
    button(row, "email").click()
    expect(piece(row, "email")).to_contain_text("revealed by Bob Reyes")
    line.mend()

    expect(piece(janes_row, "email")).to_contain_text("revealed by Bob Reyes")
    expect(button(janes, "email").first).to_be_enabled()
