"""Acme and Globex before a directory that was imported, and the calls that find people in it."""

import io
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

import httpx
import msgspec
from sqlalchemy import insert, select
from starlette.applications import Starlette

from server.api.door import Door
from server.api.errors import EXCEPTION_HANDLERS
from server.api.limits import CallLimits
from server.api.origins import Origins
from server.api.subjects import SubjectsApi
from server.demo.directory_csv import directory_csv
from server.domain import errors
from server.domain.callers import Member as Caller
from server.domain.callers import Operator
from server.domain.directory_rows import DirectoryRow
from server.domain.ids import SessionId, SubjectId
from server.domain.pieces import PieceHasher
from server.settings import Limits
from server.store import schema
from server.usecases.directory import import_directory, import_insights
from server.usecases.erasure import UrlHasher
from server.usecases.names import new_id
from server.usecases.subjects import Subjects
from server.wire.operator import DirectoryAnswer
from server.wire.subjects import LookupsAnswer, Subject, SubjectPage
from tests.acme import SECRET, Acme, Member, Org, opened

SHAPE = TypeVar("SHAPE", bound=msgspec.Struct)

PERSON = "https://www.linkedin.com/in/"
COMPANY = "https://www.linkedin.com/company/"


def person(slug: str, name: str, **fields: Any) -> DirectoryRow:
    """A contact at `/in/<slug>`."""
    row = DirectoryRow(type="contact", url=f"{PERSON}{slug}", name=name)
    return msgspec.structs.replace(row, **fields)


def company(slug: str, name: str, **fields: Any) -> DirectoryRow:
    """An account at `/company/<slug>`."""
    row = DirectoryRow(type="account", url=f"{COMPANY}{slug}", name=name)
    return msgspec.structs.replace(row, **fields)


class Stage:
    """Acme and Globex, the directory between them, and the door to it."""

    def __init__(self, acme: Acme) -> None:
        self.acme = acme
        self.database = acme.house.database
        self.hasher = UrlHasher(SECRET)
        self._callers: dict[str, Caller] = {}
        self._app = self._built()

    @classmethod
    async def set(cls, acme: Acme, rows: Iterable[DirectoryRow]) -> Self:
        stage = cls(acme)
        await stage.load(*rows)
        return stage

    async def load(self, *rows: DirectoryRow) -> DirectoryAnswer:
        """Imports a file of these rows."""
        return await self.load_text("".join(directory_csv(rows)))

    async def load_text(self, text: str) -> DirectoryAnswer:
        """Imports a file of this text."""
        return await import_directory(self.database, self.hasher, io.BytesIO(text.encode()))

    async def load_insights(self, org: Org, *lines: str) -> DirectoryAnswer:
        """Imports what members of `org` know, each line as in the file."""
        text = "\n".join(("url,colleague,strength,since,note", *lines))
        return await import_insights(self.database, org.id, io.BytesIO(text.encode()))

    async def id_of(self, url: str) -> SubjectId:
        """The directory's subject at this canonical URL."""
        async with self.database.read() as connection:
            found = select(schema.subject.c.id).where(
                schema.subject.c.url == url, schema.subject.c.org_id == ""
            )
            return SubjectId((await connection.execute(found)).scalar_one())

    async def private(self, org: Org, slug: str, name: str) -> SubjectId:
        """A contact that only `org` knows (R25)."""
        subject = SubjectId(new_id("con"))
        async with self.database.write() as connection:
            await connection.execute(
                insert(schema.subject).values(
                    id=subject,
                    org_id=org.id,
                    type="contact",
                    url=f"{PERSON}{slug}",
                    name=name,
                    email=f"{slug}@private.example",
                    search=f"{name.lower()}\nlinkedin.com/in/{slug}",
                    sort=name.lower(),
                    fingerprint=b"",
                )
            )
        return subject

    async def get(self, who: Member, path: str, **query: str | int) -> httpx.Response:
        async with self._client(who) as client:
            return await client.get(f"/api/v1/{path}", params=query)

    async def post(self, who: Member, path: str, body: object) -> httpx.Response:
        async with self._client(who) as client:
            return await client.post(f"/api/v1/{path}", json=body)

    async def see(self, who: Member, subject: SubjectId) -> Subject:
        """`GET /api/v1/subjects/{id}`, which must succeed."""
        return _told(await self.get(who, f"subjects/{subject}"), Subject)

    async def people(self, who: Member, q: str = "", page: int = 1) -> SubjectPage:
        """`GET /api/v1/people`, which must succeed."""
        return _told(await self.get(who, "people", q=q, page=page), SubjectPage)

    async def names(self, who: Member, q: str) -> list[str]:
        """Of the people on the first page."""
        return [found.name for found in (await self.people(who, q)).results]

    async def accounts(self, who: Member, q: str = "") -> SubjectPage:
        """`GET /api/v1/accounts`, which must succeed."""
        return _told(await self.get(who, "accounts", q=q), SubjectPage)

    async def look_up(self, who: Member, *urls: str) -> list[Subject | None]:
        """`POST /api/v1/lookups`, which must succeed."""
        return _told(await self.post(who, "lookups", {"urls": urls}), LookupsAnswer).results

    def _client(self, who: Member) -> httpx.AsyncClient:
        self._callers[who.id] = Caller(
            user=who.id,
            org=who.org.id,
            role="rep",
            name=who.name,
            email=f"{who.id}@example.com",
            session=SessionId("ses_test"),
            kind="bearer",
        )
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        return httpx.AsyncClient(
            transport=transport,
            base_url="http://acme.test",
            headers={"Authorization": f"Bearer {who.id}"},
        )

    def _built(self) -> Starlette:
        async def authenticate(token: str) -> Caller:
            return self._callers[token]

        async def no_operator(_token: str) -> Operator:
            raise errors.Unauthenticated("There are no operators here.")

        limits = Limits(lookup_burst=10_000)
        door = Door(
            authenticate=authenticate,
            authenticate_operator=no_operator,
            limits=CallLimits(limits),
            origins=Origins(public_url=None, extension_ids=()),
            body_bytes_max=limits.json_body_bytes,
        )
        api = SubjectsApi(Subjects(self.database, PieceHasher(SECRET)), limits)
        return Starlette(routes=door.routes(api.endpoints()), exception_handlers=EXCEPTION_HANDLERS)


def _told(response: httpx.Response, shape: type[SHAPE]) -> SHAPE:
    assert response.status_code == 200, response.text
    return msgspec.json.decode(response.content, type=shape)


@asynccontextmanager
async def stage_on(url: str, *rows: DirectoryRow) -> AsyncIterator[Stage]:
    """Everybody has 1,000 credits a month; the directory holds `rows`."""
    async with opened(url) as house:
        yield await Stage.set(await Acme.founded(house, allotment=1_000), rows)
