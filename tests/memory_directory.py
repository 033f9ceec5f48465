"""The demo directory in memory, as the demo site asks for it."""

from server.demo.public_directory import PublicPage, PublicSubject
from server.domain.directory_rows import DirectoryRow

STRANGER = PublicSubject(
    type="contact",
    url="https://people.example/in/stranger",
    name="A. Stranger",
    headline=None,
    company=None,
    company_url=None,
    location=None,
)


class MemoryDirectory:
    """The generated directory and one person of another host, searched in memory."""

    def __init__(self, rows: tuple[DirectoryRow, ...]) -> None:
        subjects = [*map(public, rows), STRANGER]
        self._by_url = {subject.url: subject for subject in subjects}
        self._contacts = [subject for subject in subjects if subject.type == "contact"]

    async def search(self, q: str, page: int, per_page: int) -> PublicPage:
        return page_of([each for each in self._contacts if matches(each, q)], page, per_page)

    async def by_url(self, url: str) -> PublicSubject | None:
        return self._by_url.get(url)

    async def people_of(self, company_url: str, page: int, per_page: int) -> PublicPage:
        staff = [each for each in self._contacts if each.company_url == company_url]
        return page_of(staff, page, per_page)


def public(row: DirectoryRow) -> PublicSubject:
    return PublicSubject(
        type=row.type,
        url=row.url,
        name=row.name,
        headline=row.headline,
        company=row.company,
        company_url=row.company_url,
        location=row.location,
    )


def matches(subject: PublicSubject, q: str) -> bool:
    texts = (subject.name, subject.headline, subject.company, subject.location)
    return any(q.lower() in text.lower() for text in texts if text)


def page_of(found: list[PublicSubject], page: int, per_page: int) -> PublicPage:
    start = (page - 1) * per_page
    return PublicPage(tuple(found[start : start + per_page]), len(found))
