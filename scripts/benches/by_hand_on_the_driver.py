"""`by_hand` without SQLAlchemy: what the drivers themselves can do, for comparison.

asyncpg prepares each statement once per connection; sqlite3 runs the whole charge in its own
thread, without a hop between two statements.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import asyncpg

from scripts.benches.by_hand import entry_row, piece_row, value_row
from server.domain.ids import OrgId, SubjectId, UserId
from server.domain.pieces import PieceHasher, canonical_email
from server.store.engine import SQLITE_PRAGMAS

PERSON = "SELECT email FROM subject WHERE id = $1"
HEAD = (
    "SELECT head_seq, price_email, extra_granted - extra_used AS extra_left "
    "FROM org_head WHERE org_id = $1"
)
PIECE = "SELECT live FROM piece WHERE org_id = $1 AND piece_key = $2"
MONTH = "SELECT month_no, granted, used FROM allotment WHERE org_id = $1 AND user_id = $2"
MOVE_MONTH = "UPDATE allotment SET used = $4 WHERE org_id = $1 AND user_id = $2 AND month_no = $3"
MOVE_HEAD = "UPDATE org_head SET head_seq = $2, at_us = $3 WHERE org_id = $1"


class OnAsyncpg:
    """One pooled connection, eleven round trips, per charge."""

    def __init__(self, pool: asyncpg.Pool, hasher: PieceHasher, org: OrgId) -> None:
        self._pool = pool
        self._hasher = hasher
        self._org = org

    @classmethod
    async def open(cls, url: str, connections: int, hasher: PieceHasher, org: OrgId) -> Self:
        pool = await asyncpg.create_pool(
            url.replace("+asyncpg", ""), min_size=connections, max_size=connections
        )
        return cls(pool, hasher, org)

    async def close(self) -> None:
        await self._pool.close()

    async def charge(self, user: UserId, subject: SubjectId) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            email = await connection.fetchval(PERSON, subject)
            head = await connection.fetchrow(f"{HEAD} FOR UPDATE", self._org)
            key = self._hasher.key(self._org, "email", canonical_email(email))
            if await connection.fetchval(PIECE, self._org, key):
                return
            month = await connection.fetchrow(MONTH, self._org, user)
            seq, used = head["head_seq"] + 1, month["used"] + head["price_email"]
            line = entry_row(self._org, user, subject, key, seq, head["price_email"])
            line |= _balances(month, used, head["extra_left"])
            for table, row in (
                ("entry", line),
                ("piece", piece_row(line)),
                ("owned_value", value_row(self._org, subject, key, email)),
            ):
                await connection.execute(_insert(table, row), *row.values())
            await connection.execute(MOVE_MONTH, self._org, user, month["month_no"], used)
            await connection.execute(MOVE_HEAD, self._org, seq, line["at_us"])


class OnSqlite3:
    """One connection and one thread that every caller's charge waits for."""

    def __init__(self, file: Path, hasher: PieceHasher, org: OrgId) -> None:
        self._hasher = hasher
        self._org = org
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        for pragma in SQLITE_PRAGMAS:
            self._database.execute(f"PRAGMA {pragma}")

    async def close(self) -> None:
        self._thread.shutdown()
        self._database.close()

    async def charge(self, user: UserId, subject: SubjectId) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._charge, user, subject)

    def _charge(self, user: UserId, subject: SubjectId) -> None:
        run = self._run
        run("BEGIN IMMEDIATE")
        [email] = run(PERSON, subject).fetchone()
        head = run(HEAD, self._org).fetchone()
        key = self._hasher.key(self._org, "email", canonical_email(email))
        if run(PIECE, self._org, key).fetchone() is None:
            month = run(MONTH, self._org, user).fetchone()
            seq, used = head["head_seq"] + 1, month["used"] + head["price_email"]
            line = entry_row(self._org, user, subject, key, seq, head["price_email"])
            line |= _balances(month, used, head["extra_left"])
            for table, row in (
                ("entry", line),
                ("piece", piece_row(line)),
                ("owned_value", value_row(self._org, subject, key, email)),
            ):
                run(_insert(table, row), *row.values())
            run(MOVE_MONTH, self._org, user, month["month_no"], used)
            run(MOVE_HEAD, self._org, seq, line["at_us"])
        run("COMMIT")

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        # SQLite's own way of writing $1 is ?1.
        return self._database.execute(sql.replace("$", "?"), values)


def _balances(month: Mapping[str, Any] | sqlite3.Row, used: int, extra_left: int) -> dict[str, Any]:
    return {
        "month_no": month["month_no"],
        "license_left": month["granted"] - used,
        "extra_left": extra_left,
    }


def _insert(table: str, row: Mapping[str, object]) -> str:
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"
