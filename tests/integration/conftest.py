"""The loop of the socket tests is the product's own: its transports decide when a socket lags."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """uvloop for the tests of sockets and relay; asyncio's own for the rest."""
    if item.path.name.startswith(("test_socket_", "test_relay_")):
        return {"uvloop": uvloop.new_event_loop}
    return {"asyncio": asyncio.new_event_loop}
