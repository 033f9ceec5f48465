"""Deployments whose servers are killed: two customers with signed-in members, who send exports and
imports all the time, and what must be true of these however often the server died."""

import asyncio
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Self

import httpx

from server.domain.credit_month import from_us
from server.domain.ids import AtUs, JobId, OrgId, SessionId, SubjectId
from server.settings import Settings
from server.store import job_rows, jobs
from server.store.engine import Database
from server.store.jobs import JobFilter, JobRecord
from server.store.migrate import migrate
from server.store.sessions import SessionRow, create_session
from server.usecases.names import new_id, new_token, token_hash
from tests.acme import SECRET, Clock, House, Member, Org
from tests.services import eventually

PEOPLE = 6_000
ROWS = 600
"""Of a job: several chunks of the lookups and of the settlement."""
ALLOTMENT = 1_000_000
YEAR_US = 365 * 86_400 * 1_000_000
ANSWER_TIMEOUT_S = 60.0
STOPPING = 503
"""What a server answers that is on its way out."""


class Caller(NamedTuple):
    """A member with a token."""

    member: Member
    token: str

    @property
    def heads(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Deployment:
    """One database with its customers. `env`: what its servers are started with."""

    def __init__(self, house: House, env: Mapping[str, str]) -> None:
        self.house = house
        self.env = env
        self.callers: list[Caller] = []
        self.started: dict[JobId, Org] = {}
        """Jobs whose start was answered."""
        self._people: list[SubjectId] = []
        self._imported = 0

    @classmethod
    async def founded(cls, url: str, data: Path) -> Self:
        """An empty database gets its tables, Bob and Jane of Acme, and Zoe of Globex."""
        settings = Settings(data=data, database_url=url, secret=SECRET)
        database = Database(url)
        await migrate(database, new_token())
        env = {
            "BATTERY_PORT": "0",
            "BATTERY_DATA": str(data),
            "BATTERY_DATABASE_URL": url,
            "BATTERY_SECRET": SECRET.decode(),
        }
        deployment = cls(House(database, Clock(datetime.now(UTC)), settings), env)
        acme, globex = await deployment.house.org("Acme"), await deployment.house.org("Globex")
        for org, name in ((acme, "Bob Reyes"), (acme, "Jane Okafor"), (globex, "Zoe Winter")):
            await deployment._sign_in(await org.member(name, allotment=ALLOTMENT))
        deployment._people = await deployment.house.contacts(PEOPLE)
        return deployment

    async def close(self) -> None:
        await self.house.charger.close()
        await self.house.database.close()

    async def send_jobs(self, url: str, chance: random.Random, number: int) -> None:
        """Makes and starts `number` jobs for everybody, until that is done or the server is."""
        async with httpx.AsyncClient(base_url=url, timeout=ANSWER_TIMEOUT_S) as client:
            works = [
                self._send_one(client, caller, chance)
                for caller in self.callers
                for _ in range(number)
            ]
            for ended in await asyncio.gather(*works, return_exceptions=True):
                if isinstance(ended, BaseException) and not isinstance(ended, httpx.TransportError):
                    raise ended

    async def records(self) -> list[JobRecord]:
        """Every job that is no draft."""
        async with self.house.database.read() as connection:
            return [
                record
                for org in self.house.orgs
                for record in await jobs.listed(connection, org.id, JobFilter(), limit=10_000)
            ]

    async def at_work(self) -> int:
        """How many jobs are running or settling."""
        return sum(record.status in ("running", "settling") for record in await self.records())

    async def workers(self) -> set[str]:
        """Who has the jobs that are running or settling."""
        return {
            record.worker
            for record in await self.records()
            if record.status in ("running", "settling") and record.worker is not None
        }

    async def all_left_by(self, workers: set[str], *, timeout_s: float) -> None:
        """Waits until none of `workers` has a job that is not at its end."""

        async def left() -> bool:
            return not workers & await self.workers()

        await eventually(left, timeout_s=timeout_s)

    async def all_ended(self, *, timeout_s: float) -> None:
        """Waits until no job is running or settling."""

        async def over() -> bool:
            return await self.at_work() == 0

        await eventually(over, timeout_s=timeout_s)

    async def check(self) -> None:
        """Nothing is charged twice and nothing lost, and every bill adds up (R2, R20, R32).

        Only while no job is at work.
        """
        self.house.clock.now = from_us(AtUs(int(datetime.now(UTC).timestamp() * 1_000_000)))
        await self.house.check()
        records = await self.records()
        assert {record.status for record in records} <= {"quoted", "completed"}
        completed = {record.id for record in records if record.status == "completed"}
        assert self.started.keys() <= completed
        for record in records:
            if record.status == "completed":
                await self._check_bill(record)
        for caller in self.callers:
            assert (await caller.member.battery()).license.held == 0
        for org in self.house.orgs:
            paid = [line.piece_key for line in await org.entries() if line.piece_key is not None]
            assert len(paid) == len(set(paid))

    async def _check_bill(self, record: JobRecord) -> None:
        assert record.quote is not None
        assert record.settlement is not None
        explained = sum(line.credits for line in record.account)
        assert record.quote.credits + explained == record.settlement.credits
        async with self.house.database.read() as connection:
            rows = await job_rows.between(connection, record.org, record.id, 0, record.rows)
        items = [item for row in rows for item in row.items]
        assert all(item.outcome is not None for item in items)
        paid = [line for line in await self._org(record.org).entries() if line.job_id == record.id]
        charged = {item.seq: item.credits for item in items if item.outcome == "charged"}
        assert charged == {line.seq: line.credits for line in paid if line.credits}
        assert sum(charged.values()) == record.settlement.credits

    async def _send_one(
        self, client: httpx.AsyncClient, caller: Caller, chance: random.Random
    ) -> None:
        send = self._export if chance.random() < 0.5 else self._import
        made = await send(client, caller, chance)
        if made.status_code == STOPPING:
            return
        assert made.status_code == 201, made.text
        job = JobId(made.json()["id"])
        started = await client.post(f"/api/v1/jobs/{job}/start", headers=caller.heads)
        assert started.status_code in (202, 409, STOPPING), started.text
        if started.status_code == 202:
            self.started[job] = caller.member.org

    async def _export(
        self, client: httpx.AsyncClient, caller: Caller, chance: random.Random
    ) -> httpx.Response:
        first = chance.randrange(PEOPLE - ROWS)
        body = {"select": {"subjects": self._people[first : first + ROWS]}, "kinds": ["email"]}
        return await client.post("/api/v1/exports", json=body, headers=caller.heads)

    async def _import(
        self, client: httpx.AsyncClient, caller: Caller, chance: random.Random
    ) -> httpx.Response:
        """Half of the addresses are ones the directory has, some of them twice in the file."""
        self._imported += 1
        known = [f"{chance.randrange(PEOPLE)}@example.com" for _ in range(ROWS // 2)]
        strangers = [f"{n}@stranger-{self._imported}.example" for n in range(ROWS // 2)]
        file = "\n".join(("Email", *known, *strangers))
        return await client.post(
            "/api/v1/imports",
            data={"kinds": "email"},
            files={"file": ("people.csv", file.encode())},
            headers=caller.heads,
        )

    async def _sign_in(self, member: Member) -> None:
        token, now = new_token(), self.house.clock()
        row = SessionRow(
            id=SessionId(new_id("ses")),
            user=member.id,
            kind="bearer",
            client="a test",
            created_us=now,
            expires_us=AtUs(now + YEAR_US),
            seen_us=now,
        )
        async with self.house.database.write() as connection:
            await create_session(connection, row, token_hash=token_hash(token))
        self.callers.append(Caller(member, token))

    def _org(self, id_: OrgId) -> Org:
        [org] = [org for org in self.house.orgs if org.id == id_]
        return org
