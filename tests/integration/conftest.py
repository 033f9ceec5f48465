"""A deployment on each database, with Acme in it; and for the socket tests the product's own loop,
whose transports decide when a socket lags."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import uvloop

from tests.acme import Acme, House, opened
from tests.integration.office import Office, Staff, open_office


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """uvloop for the tests of sockets and relay; asyncio's own for the rest."""
    if item.path.name.startswith(("test_socket_", "test_relay_")):
        return {"uvloop": uvloop.new_event_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """One deployment; at the end `verify` has nothing to tell of any org."""
    async with opened(database_url) as house:
        yield house
        await house.check()


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house)


@pytest.fixture
async def opened_office(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[Office, Staff]]:
    """Admins, reps and an operator at a deployment on SQLite; a module may open it elsewhere."""
    async with open_office(sqlite_url, tmp_path) as both:
        yield both


@pytest.fixture
def office(opened_office: tuple[Office, Staff]) -> Office:
    return opened_office[0]


@pytest.fixture
def staff(opened_office: tuple[Office, Staff]) -> Staff:
    return opened_office[1]
