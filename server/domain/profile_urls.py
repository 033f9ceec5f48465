"""The one form of a profile's address, whatever form it was pasted, linked or exported in.

Subjects are keyed by this form, so two spellings of one profile must meet in it and two profiles
must never do. Everything here is pure and accepts any `str`, hostile ones included.
"""

import re
import unicodedata
from typing import Final, Literal, NamedTuple
from urllib.parse import quote, unquote_to_bytes

import idna

SubjectType = Literal["contact", "account"]


class ProfileUrl(NamedTuple):
    """A profile's canonical address.

    `url` is ASCII (`https://www.linkedin.com/in/ana-b-1`), `slug` its decoded last part: NFC,
    lower-case, possibly non-ASCII.
    """

    url: str
    type: SubjectType
    slug: str


# What browsers and proxies agree to carry; longer input is not an address somebody pasted.
URL_CHARS_MAX: Final = 2048
# RFC 1035: a host name has at most 253 characters in its dotted form.
HOST_CHARS_MAX: Final = 253
# A site encodes a slug once and a spreadsheet or mail tool may encode the result again.
DECODINGS_MAX: Final = 2

LINKEDIN_HOST: Final = "www.linkedin.com"
LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
DEMO_PREFIX: Final = "demo"
# Links in LinkedIn's mails and its light mobile pages put these before `in` and `company`.
LINKEDIN_PREFIXES: Final = frozenset({"comm", "mwlite"})
TYPES: Final[dict[str, SubjectType]] = {"in": "contact", "company": "account"}
SEGMENTS: Final[dict[SubjectType, str]] = {"contact": "in", "account": "company"}

DEFAULT_PORTS: Final = frozenset({"", "80", "443"})
PORT_MAX: Final = 65535
# Invisible marks that come along when an address is copied out of a document.
EDGE_MARKS: Final = "\ufeff\u200b\u200e\u200f\u2060"
# Persian names and joined emoji are spelled with these two; other format characters only disguise.
JOINERS: Final = frozenset("\u200c\u200d")
# RFC 3986 `pchar` without `%`: what a path segment may hold without being encoded.
SLUG_ASCII: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@",
)

_SCHEME = re.compile(r"https?://+", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?P<host>\[::1\]|[^:\[\]]+)(?::(?P<port>[0-9]{0,5}))?")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")


def canonical_profile_url(url: str) -> ProfileUrl | None:
    """The canonical address of the person or company `url` leads to; None if to neither.

    Every host under `linkedin.com`, and the demo site on a loopback host, become
    `https://www.linkedin.com/in/<slug>` or `.../company/<slug>`; any other host with such a path
    keeps its name (and a port of its own). Never raises; the result maps to itself.
    """
    if len(url) > URL_CHARS_MAX:
        return None
    authority, path = _split(_trimmed(url))
    site = _site(authority)
    if site is None:
        return None
    segments = _profile_segments(site, [part for part in path.split("/") if part])
    if len(segments) < 2 or (subject_type := TYPES.get(segments[0].lower())) is None:
        return None
    slug = _slug(segments[1])
    if slug is None:
        return None
    return _assembled(site, subject_type, slug)


def profile_path(profile: ProfileUrl) -> str:
    """The path of a profile below its site: `in/<slug>` or `company/<slug>`, percent-encoded."""
    return f"{SEGMENTS[profile.type]}/{_encoded(profile.slug)}"


def _trimmed(url: str) -> str:
    """`url` without whitespace and invisible marks around it, query and fragment."""
    text = url.strip().strip(EDGE_MARKS).strip()
    return text.partition("#")[0].partition("?")[0].rstrip()


def _split(text: str) -> tuple[str, str]:
    """Authority and path; an empty authority when the text is no web address."""
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text.removeprefix("//")
    authority, _, path = rest.partition("/")
    # Browsers read a backslash as a slash, other parsers do not: such an address is two addresses.
    if "\\" in rest:
        return "", ""
    if scheme:
        return authority.rpartition("@")[2], path
    # Without a scheme `mailto:a@b.example/in/x` would pass for a user and a host.
    return ("" if "@" in authority else authority), path


def _site(authority: str) -> str | None:
    """The host (and its port, where that tells it from another site) in canonical form."""
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        return None
    host = _host(parts["host"])
    port = (parts["port"] or "").lstrip("0")
    if host is None or (port and int(port) > PORT_MAX):
        return None
    if host in LOOPBACK_HOSTS:
        return host
    if host == "linkedin.com" or host.endswith(".linkedin.com"):
        return LINKEDIN_HOST
    return host if port in DEFAULT_PORTS else f"{host}:{port}"


def _host(written: str) -> str | None:
    """A host name as ASCII lower-case; None if it is none, or a bare word."""
    host = written.lower()
    if not host.isascii():
        try:
            host = idna.encode(written, uts46=True).decode("ascii")
        except UnicodeError:
            return None
    host = host.removesuffix(".")
    if host in LOOPBACK_HOSTS:
        return host
    return host if len(host) <= HOST_CHARS_MAX and _HOST.fullmatch(host) else None


def _profile_segments(site: str, segments: list[str]) -> list[str]:
    """The path from `in` or `company` on; empty where that site has no profiles there."""
    first = segments[0].lower() if segments else ""
    if site in LOOPBACK_HOSTS:
        return segments[1:] if first == DEMO_PREFIX else []
    if site == LINKEDIN_HOST and first in LINKEDIN_PREFIXES:
        return segments[1:]
    return segments


def _slug(segment: str) -> str | None:
    """A path segment decoded, NFC and lower-case; None if no profile can be called that."""
    text = segment
    try:
        for _ in range(DECODINGS_MAX):
            text = unquote_to_bytes(text).decode("utf-8")
    except UnicodeError:
        return None
    # Lower-casing can leave a decomposed letter behind (capital I with a dot), hence NFC twice.
    slug = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    if slug in {"", ".", ".."} or not all(map(_may_be_in_slug, slug)):
        return None
    return slug


def _may_be_in_slug(char: str) -> bool:
    if char.isascii():
        return char in SLUG_ASCII
    return char in JOINERS or unicodedata.category(char)[0] not in "CZ"


def _assembled(site: str, subject_type: SubjectType, slug: str) -> ProfileUrl | None:
    host = LINKEDIN_HOST if site in LOOPBACK_HOSTS else site
    url = f"https://{host}/{SEGMENTS[subject_type]}/{_encoded(slug)}"
    # Encoding makes non-ASCII slugs up to nine times as long.
    return ProfileUrl(url, subject_type, slug) if len(url) <= URL_CHARS_MAX else None


def _encoded(slug: str) -> str:
    return quote(slug, safe="")
