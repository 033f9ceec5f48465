"""Fixtures for every test: databases of both kinds, Redis, the real server, Chromium.

A service is started once per worker, when the first test asks for it, and ended with the worker.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest
import redis as redis_client

from tests.services import BatteryServer, Postgres, Redis

# Machines are shared and noisy, so no example is judged by its time. In CI the parent profile is
# Hypothesis' own "ci": the same examples in every run.
hypothesis.settings.register_profile(
    "battery", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("battery")


class StartServer(Protocol):
    """The fixture `start_server`."""

    def __call__(
        self, env: Mapping[str, str] | None = None, *, arguments: Sequence[str] = ("serve",)
    ) -> BatteryServer:
        """A ready server process with `BATTERY_*` from `env`.

        All servers of one test share a data folder, and so SQLite file and secret, unless `env`
        says otherwise. They are stopped after the test, and a failed test shows what they printed.
        """


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The worker's PostgreSQL. A test that stops it need not start it again."""
    with _open_folder("battery-postgres-") as folder:
        server = Postgres(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """The worker's Redis. A test that stops it need not start it again."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A new, empty database, dropped after the test."""
    if not postgres.is_running:
        postgres.start()
    name = postgres.create_database()
    yield postgres.url(name)
    if not postgres.is_running:
        postgres.start()
    postgres.drop_database(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file of its own that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'battery.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, empty database of each kind in turn: the test runs once on each."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url = request.getfixturevalue(fixture)
    assert isinstance(url, str)
    return url


@pytest.fixture
def redis_url(redis: Redis) -> str:
    """An empty Redis."""
    if not redis.is_running:
        redis.start()
    with redis_client.Redis.from_url(redis.url) as client:
        client.flushall()
    return redis.url


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts the real server; see `StartServer`."""
    with ExitStack() as stops:

        def start(
            env: Mapping[str, str] | None = None, *, arguments: Sequence[str] = ("serve",)
        ) -> BatteryServer:
            ours = {"BATTERY_PORT": "0", "BATTERY_DATA": str(tmp_path / "data")}
            server = BatteryServer.start({**ours, **(env or {})}, arguments=arguments)
            stops.callback(_show_log, server)
            stops.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def chromium_path() -> str | None:
    """The system's Chromium; None is Playwright's own."""
    return shutil.which("chromium")


def _show_log(server: BatteryServer) -> None:
    """pytest keeps this for a test that failed and drops it otherwise."""
    sys.stdout.write(f"--- server {server.pid} printed\n{server.log}")


@contextmanager
def _open_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder whose files another user may own: pytest's are closed to all but us."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
