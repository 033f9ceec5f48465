"""A battery that runs low says so, once."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.conftest import DemoServer
from tests.e2e.reps import Profile

ANA = "/in/ana-beatriz-conceicao"
TOMAS = "/in/tomas-dvorak"


def test_r33_a_level_is_told_on_every_page_until_it_was_read(
    server: DemoServer, new_profile: Callable[[], Profile]
) -> None:
    """Four credits, of which three are spent one by one: the third leaves a quarter."""
    invitation = server.invite("Tiny Ltd", "Theo Tiny", "theo@tiny.example", allotment=4)
    theo = new_profile().join(server.url, invitation, "four credits only")
    panel = theo.open(ANA)
    for path in (ANA, TOMAS):
        page = theo.open(path)
        page.button("email").click()
        expect(page.row("email")).to_contain_text("revealed by Theo Tiny")
    expect(panel.alert).to_be_hidden()
    last = theo.open("/in/ines-moreau")
    last.button("email").click()
    expect(last.alert).to_contain_text(
        "A quarter or less of your license credits is left: 1 credit"
    )
    expect(panel.alert).to_contain_text("1 credit")

    panel.alert.get_by_role("button", name="Close this notice").click()
    expect(last.alert).to_be_hidden()
    theo.stop_worker()
    expect(panel.pill).to_have_text("Low")
    again = theo.open(TOMAS)
    expect(again.pill).to_have_text("Low")
    expect(again.alert).to_be_hidden()
