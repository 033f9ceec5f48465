"""What a piece is: a kind and its canonical value, never the record it hangs on (R3)."""

import hashlib
import re
import unicodedata
from functools import lru_cache

import idna
import phonenumbers

from server.domain.ids import OrgId, PieceKey
from server.wire.words import Kind

_PLAIN = re.compile(r"[!#-'*+\-./0-9=?@A-Z^_`a-z{|}~]+")
"""The ASCII characters an address is written with, without quoting."""
EMAIL_CHARS_MAX = 254
"""RFC 5321's path limit less the brackets."""
EMAIL_LOCAL_OCTETS_MAX = 64
PIECE_KEY_BYTES = 16
"""128 bits: a collision inside one org is out of reach at any number of pieces."""


@lru_cache(maxsize=65_536)
def canonical_email(written: str) -> str:
    """NFC, trimmed, domain to IDNA 2008 ASCII, all lower-cased, not case-folded (R3).

    Raises ValueError with a reason for what is no address.
    """
    address = unicodedata.normalize("NFC", written).strip()
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("an email address has something before and after one @")
    if _unsafe(address) or "@" in local:
        raise ValueError("an email address has no spaces, control characters or second @")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValueError("the part before the @ has a dot too many")
    canonical = f"{local.lower()}@{_ascii_domain(domain)}"
    if len(local.encode()) > EMAIL_LOCAL_OCTETS_MAX or len(canonical) > EMAIL_CHARS_MAX:
        raise ValueError("the email address is too long")
    return canonical


def _unsafe(text: str) -> bool:
    if text.isascii():
        return _PLAIN.fullmatch(text) is None
    return any(
        char in ' "(),:;<>[\\]' or char.isspace() or unicodedata.category(char).startswith("C")
        for char in text
    )


@lru_cache(maxsize=65_536)
def _ascii_domain(domain: str) -> str:
    try:
        ascii_domain = idna.encode(domain.lower(), uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        # What idna says repeats the domain, and a reason must not.
        raise ValueError("the domain of the email address is malformed") from None
    if "." not in ascii_domain.strip("."):
        raise ValueError("the domain of the email address has no dot")
    return ascii_domain.rstrip(".")


def canonical_phone(written: str) -> str:
    """E.164 (`+4930…`), from any international form (R3).

    Raises ValueError with a reason for what is no number. A national form has no country to read it
    by, so it is refused.
    """
    try:
        number = phonenumbers.parse(written, None)
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"not an international phone number: {error}") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("the phone number has too few or too many digits")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class PieceHasher:
    """Makes piece keys with the deployment's secret, so that a key leads back to no value (R4)."""

    def __init__(self, secret: bytes) -> None:
        self._keyed = hashlib.blake2b(key=secret[:64], digest_size=PIECE_KEY_BYTES, person=b"piece")

    def key(self, org: OrgId, kind: Kind, canonical: str) -> PieceKey:
        """The key under which `org` owns (or will own) this piece."""
        keyed = self._keyed.copy()
        keyed.update(f"{org}\x00{kind}\x00{canonical}".encode())
        return PieceKey(keyed.digest())
