"""The caller's battery and the org's prices (api.md, Battery and prices)."""

from collections.abc import Callable

from server.api.endpoint import Call, Endpoint
from server.domain.ids import AtUs
from server.store import feed
from server.store.engine import Database
from server.wire.battery import Battery, Prices


class BatteryApi:
    """Reads only: nothing here charges (R10)."""

    def __init__(self, database: Database, clock: Callable[[], AtUs]) -> None:
        self._database = database
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """The calls of this module."""
        return [
            Endpoint(
                method="GET",
                path="/api/v1/battery",
                handler=self.battery,
                summary="Your license battery and the org's extra credits",
                answer=Battery,
            ),
            Endpoint(
                method="GET",
                path="/api/v1/prices",
                handler=self.prices,
                summary="What each kind costs your org",
                answer=Prices,
            ),
        ]

    async def battery(self, call: Call) -> Battery:
        """The same object that the socket sends."""
        me = call.member
        async with self._database.read() as connection:
            found = await feed.batteries(connection, me.org, [me.user], self._clock())
        return found[me.user]

    async def prices(self, call: Call) -> Prices:
        """Credits per kind."""
        async with self._database.read() as connection:
            return await feed.prices(connection, call.member.org)
