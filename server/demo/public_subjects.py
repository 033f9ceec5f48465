"""The demo site's directory: the public part of the real one, what every org may find."""

from server.demo.public_directory import PublicPage, PublicSubject
from server.domain import errors
from server.domain.ids import EVERYONE
from server.domain.search_terms import Terms, search_terms
from server.store import directory
from server.store.directory import PublicRow
from server.store.engine import Database
from server.store.search import search


class PublicSubjects:
    """A `PublicDirectory` over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, q: str, page: int, per_page: int) -> PublicPage:
        """The contacts that match `q` (all for ""); nobody for what is too long."""
        try:
            terms = search_terms(q)
        except errors.BadRequest:
            return PublicPage((), 0)
        return await self._page(terms, page, per_page)

    async def by_url(self, url: str) -> PublicSubject | None:
        """The contact or account with this canonical URL."""
        async with self._database.read() as connection:
            found = await directory.at_urls(connection, EVERYONE, [url])
            rows = await directory.public_rows(connection, EVERYONE, list(found.values()))
        return next((_public(row) for row in rows.values()), None)

    async def people_of(self, company_url: str, page: int, per_page: int) -> PublicPage:
        """The contacts who work at the company with this canonical URL, by name."""
        async with self._database.read() as connection:
            rows, total = await directory.people_of(
                connection, company_url, limit=per_page, offset=(page - 1) * per_page
            )
        return PublicPage(tuple(map(_public, rows)), total)

    async def _page(self, terms: Terms, page: int, per_page: int) -> PublicPage:
        async with self._database.read() as connection:
            found = await search(
                connection,
                EVERYONE,
                "contact",
                terms,
                limit=per_page,
                offset=(page - 1) * per_page,
            )
            rows = await directory.public_rows(connection, EVERYONE, found.ids)
        return PublicPage(tuple(_public(rows[subject]) for subject in found.ids), found.total)


def _public(row: PublicRow) -> PublicSubject:
    return PublicSubject(
        type=row.type,
        url=row.url,
        name=row.name,
        headline=row.headline,
        company=row.company,
        company_url=row.company_url,
        location=row.location,
    )
