"""Turns at work that many may want at once, and of which no org shall have all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from server.domain.ids import OrgId


class Turns:
    """So many `at_once`, and of each org one: whoever waits for the lock of its own org keeps no
    other waiting."""

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._of_org: WeakValueDictionary[OrgId, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, org: OrgId) -> AsyncIterator[None]:
        """A turn of the org's, waited for."""
        lock = self._of_org.setdefault(org, asyncio.Lock())
        async with lock, self._free:
            yield
