"""What people write into names and notes, checked before it is kept."""

import re
import unicodedata

from server.domain import errors

NAME_CHARS_MAX = 200
NOTE_CHARS_MAX = 2_000
_LINE_BREAKS = frozenset("\n\r\t")
_UNSEEN = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""At the edges of a name these only turn round what stands beside it."""

_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """What can be shown of a text that came in a file: without control characters, and without
    marks that would turn round whatever stands beside it."""
    return _UNSHOWN.sub("", text)


def checked_name(field: str, text: str) -> str:
    """One line, trimmed, NFC, 1 to NAME_CHARS_MAX characters. Raises BadRequest naming `field`."""
    return _checked(field, text, NAME_CHARS_MAX, frozenset())


def checked_note(field: str, text: str) -> str:
    """Lines, trimmed, NFC, 1 to NOTE_CHARS_MAX characters. Raises BadRequest naming `field`."""
    return _checked(field, text, NOTE_CHARS_MAX, _LINE_BREAKS)


def optional_note(field: str, text: str | None) -> str | None:
    """Like `checked_note`; nothing or an empty note is None."""
    return checked_note(field, text) if text and text.strip() else None


def _checked(field: str, text: str, chars_max: int, allowed: frozenset[str]) -> str:
    trimmed = unicodedata.normalize("NFC", text).strip().strip(_UNSEEN).strip()
    if not 1 <= len(trimmed) <= chars_max:
        raise errors.BadRequest(f"{field}: write between 1 and {chars_max:,} characters.")
    # Neither database keeps a NUL or half a surrogate pair, and no reader wants the others.
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in trimmed if char not in allowed):
        raise errors.BadRequest(f"{field}: this holds characters that cannot be shown.")
    if not any(unicodedata.category(char)[0] in "LNPS" for char in trimmed):
        raise errors.BadRequest(f"{field}: this shows nothing; write something that can be read.")
    return trimmed
