"""Sums blocks of entries behind the ledgers' back, so that long histories stay quick (R30)."""

import asyncio
from functools import partial

from server.clockwork import Rounds
from server.domain.ids import OrgId
from server.store.engine import Database
from server.store.summing import sum_more, unsummed_orgs

EVERY_S = 5.0
"""What came since is scanned, so nobody waits for this."""
PAUSE_S = 0.02
"""Between two transactions: on SQLite charges wait for one of them, and then have their turn."""


class Summing:
    """Every server process may do this; they take turns at an org."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rounds = Rounds("sums of entries", self.round, EVERY_S)

    async def run(self) -> None:
        """Rounds, until cancelled."""
        await self._rounds.run()

    async def round(self) -> None:
        """Every whole block of every org. Raises Unavailable."""
        async with self._database.read() as connection:
            orgs = await unsummed_orgs(connection)
        for org in orgs:
            await self.sum(org)

    async def sum(self, org: OrgId) -> None:
        """Every whole block of one org. Raises Unavailable."""
        more = True
        while more:
            more = await self._database.carry_out(partial(sum_more, org=org))
            await asyncio.sleep(PAUSE_S)
