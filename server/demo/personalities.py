"""DISC profiles that read like the real thing: scores, a style, how to work with the person."""

from typing import Final

from server.demo.dice import Dice
from server.domain.directory_rows import Disc

STYLES: Final[dict[str, str]] = {
    "d": "Decisive driver", "di": "Bold persuader", "dc": "Exacting challenger",
    "ds": "Steady leader", "i": "Warm enthusiast", "id": "Lively initiator",
    "is": "Friendly connector", "ic": "Curious storyteller", "s": "Patient supporter",
    "sd": "Quiet finisher", "si": "Kind collaborator", "sc": "Careful guardian",
    "c": "Thorough analyst", "cd": "Demanding architect", "ci": "Thoughtful presenter",
    "cs": "Diligent planner",
}  # fmt: skip

OPENINGS: Final[dict[str, tuple[str, ...]]] = {
    "d": ("Decides quickly and expects others to keep up.",
          "Comes to the point and likes a firm yes or no."),
    "i": ("Thinks aloud and brings people along with energy.",
          "Starts with the person and comes to the matter later."),
    "s": ("Calm under pressure and loyal to what has been agreed.",
          "Listens first and changes course only for a good reason."),
    "c": ("Wants the figures before the meeting, not in it.",
          "Notices the detail that everybody else has missed."),
}  # fmt: skip

ADVICE: Final[dict[str, tuple[str, ...]]] = {
    "d": ("Open with the result and the price.", "Offer two options and let them choose."),
    "i": ("Leave time for small talk.", "A short call will do more than a long email."),
    "s": ("Send an agenda and stay with it.", "Ask twice before taking silence for a yes."),
    "c": ("Bring sources and be exact about limits.", "Put the terms in writing."),
}  # fmt: skip

WARNINGS: Final[dict[str, str]] = {
    "d": "Impatient with history.", "i": "Easily bored by spreadsheets.",
    "s": "Dislikes being rushed.", "c": "Sceptical of superlatives.",
}  # fmt: skip

# From this score on a second letter is part of the style.
SECOND_LETTER: Final = 55


def personality(dice: Dice) -> Disc:
    """One person's profile; the summary follows from the scores."""
    first, second, third, fourth = dice.sample("disc", 4)
    scores = {
        first: dice.whole(62, 98),
        second: dice.whole(38, 75),
        third: dice.whole(15, 45),
        fourth: dice.whole(2, 30),
    }
    # A second letter never outweighs the first.
    scores[second] = min(scores[second], scores[first] - 1)
    style = STYLES[first + second] if scores[second] >= SECOND_LETTER else STYLES[first]
    summary = " ".join(
        (dice.pick(OPENINGS[first]), dice.pick(ADVICE[first]), dice.pick(ADVICE[second]),
         WARNINGS[first])
    )  # fmt: skip
    return Disc(
        d=scores["d"], i=scores["i"], s=scores["s"], c=scores["c"], style=style, summary=summary
    )
