"""Text as a search compares it: without case, accents and compatibility forms."""

import unicodedata
from typing import Final

# Letters that Unicode does not take apart and that a hurried typist writes without their stroke.
_STROKED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
# Scripts whose marks are accents or vowel points: in others (kana, Cyrillic, the Indic ones) a
# letter without its mark is another letter.
_ACCENTED_SCRIPTS: Final = ("LATIN", "GREEK", "HEBREW", "ARABIC")


def folded(text: str) -> str:
    """`text` case-folded, NFC, accents and vowel points taken off: `Łódź` is `lodz`."""
    if text.isascii():
        return text.lower()
    kept: list[str] = []
    bare = False
    for char in unicodedata.normalize("NFKD", text.casefold().translate(_STROKED)):
        if not unicodedata.combining(char):
            bare = _bears_accents(char)
            kept.append(char)
        elif not bare:
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def within_bytes(text: str, bytes_max: int) -> str:
    """As much of `text` from its start as fits in `bytes_max` of UTF-8."""
    encoded = text.encode()
    return text if len(encoded) <= bytes_max else encoded[:bytes_max].decode(errors="ignore")


def _bears_accents(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(_ACCENTED_SCRIPTS)
