"""What somebody typed into a search box, as what is looked for."""

import re
import unicodedata
from typing import Final

import msgspec

from server.domain import errors
from server.domain.folding import folded
from server.domain.profile_urls import URL_CHARS_MAX, canonical_profile_url

Q_CHARS_MAX: Final = URL_CHARS_MAX
"""A pasted profile URL is the longest thing that is searched for."""
WORDS_MAX: Final = 20
"""Each word is one more look at every row; a pasted headline has fewer."""
DIGITS_MIN: Final = 4
"""Fewer digits are a year, a street number or part of a name rather than a phone number."""

# A number as people write it. An address bar's `+` or a letter makes it something else.
_NUMBER = re.compile(r"[+]?[\d\s()./\u2010-\u2013-]+")
_WEB_PREFIX = re.compile(r"^(?:https?://)?(?:www\.)?(?=[^/]+\.[^/]+/)")


class Terms(msgspec.Struct, frozen=True):
    """All `words` (folded) must be found, or `digits` in a number, or the profile at `url`.

    Nothing set: everything is looked for.
    """

    words: tuple[str, ...] = ()
    digits: str | None = None
    url: str | None = None


def search_terms(q: str) -> Terms:
    """Raises BadRequest for more than Q_CHARS_MAX characters or WORDS_MAX words."""
    if len(q) > Q_CHARS_MAX:
        raise errors.BadRequest(f"q: search for at most {Q_CHARS_MAX:,} characters.")
    profile = canonical_profile_url(q)
    if profile is not None:
        return Terms(url=profile.url)
    # Half a surrogate pair or a control character is in no text that is kept.
    words = folded("".join(char if _can_be_kept(char) else " " for char in q)).split()
    words = [_WEB_PREFIX.sub("", word) for word in words]
    if len(words) > WORDS_MAX:
        raise errors.BadRequest(f"q: search for at most {WORDS_MAX} words.")
    return Terms(words=tuple(dict.fromkeys(words)), digits=_digits(q))


def _can_be_kept(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cs")


def _digits(q: str) -> str | None:
    """The digits of a phone number in whatever form it was typed; None for what is none."""
    if not _NUMBER.fullmatch(q.strip()):
        return None
    digits = "".join(str(unicodedata.digit(char)) for char in q if char.isdigit())
    return digits if len(digits) >= DIGITS_MIN else None
