"""The public part of the directory: what the demo site shows, and nothing that is charged for."""

from typing import NamedTuple, Protocol

import msgspec

from server.wire.words import SubjectType


class PublicSubject(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody may read of a contact or account. URLs are canonical."""

    type: SubjectType
    url: str
    name: str
    headline: str | None
    company: str | None
    company_url: str | None
    location: str | None


class PublicPage(NamedTuple):
    """One page of subjects; `total` counts those on all pages."""

    subjects: tuple[PublicSubject, ...]
    total: int


class PublicDirectory(Protocol):
    """Finds public subjects. Pages count from 1; a page past the end is empty."""

    async def search(self, q: str, page: int, per_page: int) -> PublicPage:
        """The contacts that match `q` (all for ""), in a stable order."""
        ...

    async def by_url(self, url: str) -> PublicSubject | None:
        """The contact or account with this canonical URL."""
        ...

    async def people_of(self, company_url: str, page: int, per_page: int) -> PublicPage:
        """The contacts who work at the company with this canonical URL, in a stable order."""
        ...
