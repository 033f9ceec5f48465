"""Opening the database: SQLite in WAL with `synchronous=FULL`, or PostgreSQL, behind one class."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, QueuePool, create_engine, event, make_url, text
from sqlalchemy import Connection as Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection as AsyncConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.domain import errors

RESULT = TypeVar("RESULT")

BUSY_TIMEOUT_MS = 5_000
"""How long a writer waits for another process's SQLite transaction before 503."""
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",  # KiB: piece keys are random, the default 2 MB would read each page anew
    "mmap_size=1073741824",  # bytes: a page of a large directory costs no system call
    "wal_autocheckpoint=8000",  # pages: fewer, larger checkpoints; the WAL stays near 32 MB
    "journal_size_limit=67108864",  # bytes: what a long quote's snapshot made of it is given back
)
WRITERS = 8
"""Orgs that commit at once in one process, on PostgreSQL; SQLite has one writer."""
READERS = 6
POOL_WAIT_S = 5
CONNECT_TIMEOUT_S = 5
COMMAND_TIMEOUT_S = 60
"""A PostgreSQL that hangs must not hang an org's writer for ever; no statement takes that long."""
IDLE_IN_TRANSACTION_MS = 20_000
"""A server that is paused in a write keeps its org locked for that long, not for ever. A write
waits for nothing but the database; a snapshot may well be idle while what it read is written."""
RETRY_AFTER_S = 2
SQLITE_OUTAGES = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
"""What the world does to a file; SQLite calls a wrong statement an OperationalError too."""


POSTGRESQL_OUTAGES = (
    "08",  # connection exceptions
    "25006",  # read only: failed over to a standby
    "25P03",  # this server was paused in a transaction
    "40",  # serialization failure, deadlock: the same request may be tried again
    "53",  # disk full, out of memory, too many connections
    "55P03",  # lock not available
    "57",  # shut down, starting up, statement cancelled
    "58",  # system errors
)
"""SQLSTATE classes of what the world does to a PostgreSQL; the rest is this code's doing."""


class Database:
    """Reads are snapshots, writes are serializable per org by the lock on `org_head`.

    Every database failure that is not a bug (gone, locked, full) leaves as `errors.Unavailable`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._writer_turn = asyncio.Lock()
        # Two pools: whoever reads for long (verify, a search) never keeps a charge waiting.
        open_pool = _sqlite if self.is_sqlite else _postgresql
        writers = 1 if self.is_sqlite else WRITERS
        self._writers = open_pool(url, pool_size=writers, writes=True)
        self._readers = open_pool(url, pool_size=READERS, writes=False)
        self._threaded = _sqlite_in_thread(url) if self.is_sqlite else None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite writer")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One snapshot for all statements inside."""
        with ToldPlainly():
            async with self._readers.connect() as connection:
                if not self.is_sqlite:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed when the block ends, rolled back when it raises.

        On SQLite there is one writer at a time; the turn is taken before the connection so that
        waiting costs no database lock.
        """
        with ToldPlainly():
            if not self.is_sqlite:
                async with self._writers.begin() as connection:
                    yield connection
                return
            async with self._writer_turn, self._writers.begin() as connection:
                yield connection

    async def carry_out(self, work: Callable[[Connection], RESULT]) -> RESULT:
        """`work` in one write transaction, with the fewest turns of the loop.

        On SQLite it runs in the writer's own thread, on PostgreSQL on the loop, where its
        statements give way. It must not touch anything that the loop changes meanwhile.
        """
        if not self.is_sqlite:
            async with self.write() as connection:
                return await connection.run_sync(work)
        with ToldPlainly():
            async with self._writer_turn:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._thread, self._in_thread, work)

    def _in_thread(self, work: Callable[[Connection], RESULT]) -> RESULT:
        assert self._threaded is not None, "only SQLite has a writer's thread"
        with self._threaded.begin() as connection:
            return work(connection)

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._writers.dispose()
        await self._readers.dispose()
        if self._threaded is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._threaded.dispose)
        self._thread.shutdown(wait=False)


class ToldPlainly:
    """Turns the driver's failures of the outside world into Unavailable, and leaves bugs alone.

    A commit whose answer was lost may have been carried out: a key makes asking again safe (R11).
    """

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and is_outage(error):
            raise errors.Unavailable(
                "The database is not available just now, and nothing is half done. "
                f"Try again in {RETRY_AFTER_S} s, with the same Idempotency-Key if you sent one.",
                retry_after_s=RETRY_AFTER_S,
            ) from error


def is_outage(error: Exception) -> bool:
    """Whether `error` is of the outside world (gone, locked, full) rather than of this code."""
    if isinstance(error, OSError | PoolTimeoutError | TimeoutError):
        return True
    if isinstance(error, sqlite3.Error):
        return _primary_code(error) in SQLITE_OUTAGES
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return is_outage(cause)
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return str(state).startswith(POSTGRESQL_OUTAGES)
    gone = isinstance(error, OperationalError | InterfaceError)
    return gone or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without the detail of the upper bits; 0 where Python raised it
    itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _sqlite(url: str, *, pool_size: int, writes: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        # The connection used last: each that is in use maps the file for itself.
        pool_use_lifo=True,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )
    _as_we_want_it(engine.sync_engine, writes=writes)
    return engine


def _sqlite_in_thread(url: str) -> Engine:
    """For the thread that carries out batches: no turn of the loop between two statements."""
    engine = create_engine(
        make_url(url).set(drivername="sqlite+pysqlite"),
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )
    _as_we_want_it(engine, writes=True)
    return engine


def _as_we_want_it(engine: Engine, *, writes: bool) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # The driver's own BEGIN comes too late for a snapshot and never IMMEDIATE: we send ours.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: str, *, pool_size: int, writes: bool) -> AsyncEngine:
    # A prepared statement planned on an un-analysed table keeps a sequential scan for ever
    # (ledger.md, traps): every statement here has an index to use.
    told = {"enable_seqscan": "off", "jit": "off"}
    if writes:
        told["idle_in_transaction_session_timeout"] = str(IDLE_IN_TRANSACTION_MS)
    return create_async_engine(
        _for_asyncpg(url),
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        pool_pre_ping=False,
        connect_args={
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": COMMAND_TIMEOUT_S,
            "server_settings": told,
        },
    )


def _for_asyncpg(url: str) -> URL:
    """`sslmode`, as hosted PostgreSQLs hand their URLs out, is `ssl` to this driver."""
    parsed = make_url(url)
    mode = parsed.query.get("sslmode")
    if mode is None:
        return parsed
    return parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
