"""The history calls behind a real door, on a real database, with books of two orgs.

Acme (New York): Alice the admin, Bob and Jane the reps. Zenith: Zoe the admin. Sam sells.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from sqlalchemy import insert
from starlette.applications import Starlette

from server.api.door import Door
from server.api.errors import EXCEPTION_HANDLERS
from server.api.history import HistoryApi
from server.api.limits import CallLimits
from server.api.origins import Origins
from server.domain import errors
from server.domain.callers import Member, Operator
from server.domain.ids import Seq
from server.settings import Limits
from server.store.engine import Database
from server.store.schema import operator
from server.usecases.history import History
from tests.ledger_rows import SELLER, Books, at

PATH = "/api/v1/history"
Query = Mapping[str, str | int]
NO_QUERY: Query = {}
SETTLED = at("2026-11-01 15:00")


class Office:
    """Acme's and Zenith's books; `history` is the use case behind the calls."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.history = History(database)
        self.acme = Books("org_acme", "America/New_York")
        self.alice = self.acme.hire("usr_alice", "Alice Nakamura", SETTLED, role="admin")
        self.bob = self.acme.hire("usr_bob", "Bob Reyes", SETTLED, allotment=20)
        self.jane = self.acme.hire("usr_jane", "Jane Okafor", SETTLED)
        self.acme.contact("con_ana", "Ana Šimůnková")
        self.acme.contact("con_ben", "Ben 100% Adler")
        self.acme.contact("acc_tyrell", "Tyrell")
        self.zenith = Books("org_zenith")
        self.zoe = self.zenith.hire("usr_zoe", "Zoe Lindqvist", SETTLED, role="admin")

    async def open(self) -> None:
        """Write the books so far; history reads them from now on."""
        await self.acme.found(self.database)
        await self.zenith.save(self.database)
        async with self.database.write() as connection:
            await connection.execute(
                insert(operator).values(
                    id=SELLER, name="Sam Ortiz", token_hash=b"sam", created_us=0, expires_us=1
                )
            )

    async def get(self, who: Member, query: Query = NO_QUERY, path: str = "") -> httpx.Response:
        """`GET /api/v1/history<path>?<query>`."""
        transport = httpx.ASGITransport(self._app(who), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://acme.test") as client:
            return await client.get(
                f"{PATH}{path}", params=dict(query), headers={"Authorization": "Bearer any"}
            )

    async def page(self, who: Member, query: Query = NO_QUERY, path: str = "") -> Mapping[str, Any]:
        """The decoded answer, which must be one."""
        response = await self.get(who, query, path)
        assert response.status_code == 200, response.text
        answer: Mapping[str, Any] = response.json()
        return answer

    async def seqs(self, who: Member, query: Query = NO_QUERY) -> list[Seq]:
        """Which entries a page shows."""
        return [entry["seq"] for entry in (await self.page(who, query))["entries"]]

    async def refusal(
        self, who: Member, query: Query = NO_QUERY, path: str = ""
    ) -> tuple[int, str]:
        """Status and code."""
        response = await self.get(who, query, path)
        return response.status_code, response.json()["code"]

    def _app(self, who: Member) -> Starlette:
        async def authenticate(_token: str) -> Member:
            return who

        async def no_operator(_token: str) -> Operator:
            raise errors.Unauthenticated("There are no operators here.")

        door = Door(
            authenticate=authenticate,
            authenticate_operator=no_operator,
            limits=CallLimits(Limits()),
            origins=Origins(public_url=None, extension_ids=()),
            body_bytes_max=1_000,
        )
        routes = door.routes(HistoryApi(self.database, self.history).endpoints())
        return Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)


@asynccontextmanager
async def office_on(url: str) -> AsyncIterator[Office]:
    """An office whose books are still to be written."""
    database = Database(url)
    try:
        yield Office(database)
    finally:
        await database.close()
