"""Takes the pictures of the README: `python -m tests.e2e.pictures`, from the real thing.

A demo server of its own, Bob and Jane in two browser profiles, then Bob once by day and once by
night, then an export from ticking people to its bill.
"""

import base64
import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import FloatRect, Playwright, expect, sync_playwright

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.conftest import Caller, DemoServer
from tests.e2e.exporting import Search
from tests.e2e.reps import Panel, Rep, open_profile

PICTURES = Path(__file__).resolve().parents[2] / "server" / "web" / "pictures"
ANA = "/in/ana-beatriz-conceicao"
TOMAS = "/in/tomas-dvorak"
ALICE = "alice@acme.example"
BOB = "bob@acme.example"
JANE = "jane@acme.example"
SEARCH = "logistics"
FAR_ENOUGH = re.compile(r"^1,\d{3} of 4,000 rows$")
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SHARP = 1.5
"""Device pixels per CSS pixel: readable on dense screens, and still a small file."""
AROUND_PX = 16
CAPTIONED = """
<style>
  body {{ margin: 0; font: 600 14px system-ui; color: #14181f }}
  main {{ width: max-content; padding: 16px; background: #e9ebee; display: grid; gap: 16px;
    grid-template-columns: auto auto }}
  figure {{ margin: 0 }}
  img {{ width: {width_px}px; border-radius: 10px; display: block; margin-top: 4px }}
</style>
<main>{pictures}</main>
"""


class Scene(NamedTuple):
    caption: str
    png: bytes


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = DemoServer(folder / "data")
        server.start()
        stack.callback(server.stop)
        playwright = stack.enter_context(sync_playwright())
        bob = _rep(stack, playwright, folder / "bob", server, BOB)
        jane = _rep(stack, playwright, folder / "jane", server, JANE)
        _take_two_reps(bob, jane)
        jane.open(ANA).button("email").click()
        bob.open(TOMAS).button("phone").click()
        for scheme in SCHEMES:
            rep = _rep(stack, playwright, folder / scheme, server, BOB, scheme, SHARP)
            _take_panel(rep, f"panel-{scheme}.png")
        _take_export(bob, Caller(server.url, BOB), Caller(server.url, ALICE))


def _rep(
    stack: ExitStack,
    playwright: Playwright,
    folder: Path,
    server: DemoServer,
    email: str,
    scheme: Scheme = "light",
    scale: float = 1,
) -> Rep:
    profile = stack.enter_context(
        open_profile(
            playwright,
            shutil.which("chromium"),
            folder,
            color_scheme=scheme,
            device_scale_factor=scale,
        )
    )
    return profile.pair(server.url, email, DEMO_PASSWORD)


def _take_two_reps(bob: Rep, jane: Rep) -> None:
    bobs, janes = bob.open(TOMAS), jane.open(TOMAS)
    expect(janes.button("email")).to_be_enabled()
    scenes = [Scene("Bob, before", _scene(bobs)), Scene("Jane, before", _scene(janes))]
    bobs.button("email").click()
    expect(bobs.notice).to_be_visible()
    expect(janes.row("email")).to_contain_text("revealed by Bob Reyes")
    scenes += [
        Scene("Bob reveals the email: 1 credit", _scene(bobs)),
        Scene("Jane, a moment later, without a reload", _scene(janes)),
    ]
    _compose(bobs, scenes, "two-reps.png")


def _take_export(bob: Rep, caller: Caller, alice: Caller) -> None:
    panel = Search.open(bob, SEARCH)
    panel.all.check()
    panel.next_page()
    panel.all.check()
    panel.choose("Phone")
    expect(panel.selected).to_have_text("40 selected")
    scenes = [Scene("Tick the people of a search, page by page", _scene(panel))]
    panel.get_quote()
    scenes.append(Scene("The quote: nothing is charged yet", _scene(panel)))
    panel.start.click()
    panel.wait_for_job("completed")
    done = _scene(panel)
    panel.put_away()
    # What a colleague exported is Bob's already: of 4,000 people few are charged.
    alice.wait_for(alice.start_export({"people": {"pages": [1, 150]}}, "email", "150 pages"))
    caller.start_export({"people": {"pages": [1, 200]}}, "email", "Everybody, 200 pages")
    panel.frame.get_by_text(FAR_ENOUGH).wait_for()
    scenes.append(Scene("A larger one, running: on hold, not spent", _scene(panel)))
    scenes.append(Scene("Done: what was charged, and the file", done))
    _compose(panel, scenes, "export.png")


def _compose(panel: Panel, scenes: Sequence[Scene], name: str) -> None:
    """One picture of several, as wide as the panel is."""
    page = panel.page.context.new_page()
    pictures = "".join(_figure(scene) for scene in scenes)
    page.set_content(CAPTIONED.format(pictures=pictures, width_px=_clip(panel)["width"]))
    page.locator("main").screenshot(path=PICTURES / name)


def _take_panel(rep: Rep, name: str) -> None:
    panel = rep.open(ANA)
    expect(panel.row("email")).to_contain_text("revealed by Jane Okafor")
    panel.page.screenshot(path=PICTURES / name, clip=_clip(panel))


def _scene(panel: Panel) -> bytes:
    panel.page.bring_to_front()
    return panel.page.screenshot(clip=_clip(panel))


def _clip(panel: Panel) -> FloatRect:
    """The panel and a little of the page around it."""
    box = panel.page.locator("credit-battery-panel").bounding_box()
    assert box is not None
    return {
        "x": box["x"] - AROUND_PX,
        "y": box["y"] - AROUND_PX,
        "width": box["width"] + 2 * AROUND_PX,
        "height": box["height"] + 2 * AROUND_PX,
    }


def _figure(scene: Scene) -> str:
    data = base64.b64encode(scene.png).decode()
    return f'<figure>{scene.caption}<img src="data:image/png;base64,{data}"></figure>'


if __name__ == "__main__":
    main()
