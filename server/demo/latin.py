"""Names as addresses and page slugs spell them: plain ASCII letters."""

import re
import unicodedata
from typing import Final

# Letters that Unicode does not take apart, and the German ones that German addresses spell out.
_LETTERS: Final = str.maketrans(
    {
        "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
        "ı": "i", "ä": "ae", "ö": "oe", "ü": "ue", "å": "aa",
    }
)  # fmt: skip
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """`text` in lower-case ASCII letters and digits, the rest hyphens: `D'Angelo` is `d-angelo`."""
    spelled = unicodedata.normalize("NFC", text.lower()).translate(_LETTERS)
    return _NOT_PLAIN.sub("-", unaccented(spelled).lower()).strip("-")


def unaccented(text: str) -> str:
    """`text` without the marks on its letters, as a hurried typist leaves them out."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFD", text):
        # Only Latin letters: a kana or a Cyrillic letter without its mark is another letter.
        if unicodedata.category(char) != "Mn" or not kept or not kept[-1].isascii():
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))
