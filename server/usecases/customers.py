"""What vendor staff does with a customer: sets it up, sells to it, takes a charge back."""

from collections.abc import Callable, Collection
from functools import cache
from zoneinfo import available_timezones

import msgspec
from msgspec import UNSET

from server.domain import errors
from server.domain.commands import (
    By,
    Grant,
    Idempotency,
    Reverse,
    SetLicense,
    SetPrices,
)
from server.domain.ids import AtUs, OrgId, Seq, UserId
from server.domain.texts import checked_name, checked_note, optional_note
from server.store import admin as members
from server.store import orgs as store
from server.store.engine import AsyncConnection, Database
from server.store.ledger import freeze_months
from server.store.orgs import OrgFigures, OrgRow
from server.usecases.charge import Charger
from server.usecases.history import History
from server.usecases.names import new_id
from server.wire.admin import ReversalRequest
from server.wire.battery import Prices
from server.wire.history import Entry
from server.wire.operator import License, NewOrg, OperatorReversal, OrgPatch
from server.wire.words import CREDITS_MAX

SEQ_MAX = 2**53
"""The largest whole number that every JSON reader takes exactly."""

Reversal = ReversalRequest | OperatorReversal


class Customers:
    """The orgs of the deployment. `prices`: its default price list.

    `refresh_org` is called after a commit that changed what every battery of an org shows.
    """

    def __init__(
        self,
        database: Database,
        charger: Charger,
        history: History,
        clock: Callable[[], AtUs],
        prices: Prices,
        refresh_org: Callable[[OrgId], None],
    ) -> None:
        self._database = database
        self._charger = charger
        self._history = history
        self._clock = clock
        self._prices = prices
        self._refresh_org = refresh_org

    async def listed(self) -> list[OrgRow]:
        """All customers by name."""
        async with self._database.read() as connection:
            return await store.every(connection)

    async def summed(self, only: OrgId | None = None) -> list[tuple[OrgRow, OrgFigures]]:
        """All customers by name, or one, each with its size. Raises NotFound."""
        async with self._database.read() as connection:
            figures = await store.figures(connection, only)
            if only is None:
                rows = await store.every(connection)
            else:
                rows = [await self._one(connection, only)]
        return [(row, figures[row.id]) for row in rows]

    @property
    def prices(self) -> Prices:
        """The deployment's."""
        return self._prices

    async def one(self, org: OrgId) -> OrgRow:
        """Raises NotFound."""
        async with self._database.read() as connection:
            return await self._one(connection, org)

    @staticmethod
    async def _one(connection: AsyncConnection, org: OrgId) -> OrgRow:
        row = await store.one(connection, org)
        if row is None:
            raise errors.NotFound(f"There is no organization {org}.")
        return row

    async def found(self, text: str) -> OrgRow:
        """The org with this id, or the only one with this name, in any case.

        Raises NotFound, and BadRequest when several are called so.
        """
        async with self._database.read() as connection:
            row = await store.one(connection, OrgId(text))
            rows = [row] if row else await store.named(connection, text)
        if not rows:
            raise errors.NotFound(f"There is no organization {text}.")
        if len(rows) > 1:
            ids = ", ".join(row.id for row in rows)
            raise errors.BadRequest(f"{len(rows)} organizations are called so; say which: {ids}.")
        return rows[0]

    async def add(self, by: By, new: NewOrg) -> OrgRow:
        """A new customer, whose first ledger entry says what it pays.

        Raises BadRequest for an unusable name, an unknown zone or a price out of range.
        """
        own = new.prices is not None
        row = OrgRow(
            id=OrgId(new_id("org")),
            name=checked_name("name", new.name),
            time_zone=checked_zone(new.time_zone),
            prices=checked_prices(new.prices or self._prices),
            own_prices=own,
            has_entries=True,
        )
        async with self._database.write() as connection:
            await store.add(connection, row, self._clock())
        await self._charger.change(row.id, SetPrices(by, row.prices, own))
        return row

    async def change(self, org: OrgId, patch: OrgPatch) -> OrgRow:
        """A new name, a new zone: running credit months end when they would have (R12, R15).

        Open pages get a fresh battery, whose days are dates in the org's zone (R14).
        Raises BadRequest and NotFound.
        """
        name = None if patch.name is UNSET else checked_name("name", patch.name)
        zone = None if patch.time_zone is UNSET else checked_zone(patch.time_zone)
        await self.one(org)
        async with self._database.write() as connection:
            if zone is not None:
                await connection.run_sync(freeze_months, org, self._clock())
            await store.change(connection, org, name=name, time_zone=zone)
        self._refresh_org(org)
        return await self.one(org)

    async def set_prices(self, org: OrgId, by: By, prices: Prices | None) -> OrgRow:
        """The org's own prices; None: back to the deployment's. Raises BadRequest and NotFound."""
        command = SetPrices(by, checked_prices(prices or self._prices), own=prices is not None)
        await self._charger.change(org, command)
        return await self.one(org)

    async def grant(
        self, org: OrgId, by: By, credits: int, note: str, key: Idempotency | None = None
    ) -> Entry:
        """Extra credits with a note (R16). Raises BadRequest and NotFound."""
        if not 1 <= credits <= CREDITS_MAX:
            raise errors.BadRequest(f"credits: grant between 1 and {CREDITS_MAX:,} credits.")
        grant = Grant(by, credits, checked_note("note", note), key)
        [seq] = await self._charger.change(org, grant)
        return await self._history.entry(org, seq)

    async def reverse(
        self, org: OrgId, by: By, asked: Reversal, key: Idempotency | None = None
    ) -> Entry:
        """Takes one charge back, for an operator or an admin (R27).

        Raises BadRequest, NotFound, AlreadyReversed, and Forbidden when an admin may not.
        """
        if not 1 <= asked.seq <= SEQ_MAX:
            raise errors.BadRequest(f"seq: give the number of an entry, 1 to {SEQ_MAX:,}.")
        note = optional_note("note", asked.note)
        command = Reverse(by, Seq(asked.seq), asked.reason, note, key)
        [seq] = await self._charger.change(org, command)
        return await self._history.entry(org, seq)

    async def set_license(self, by: By, user: UserId, license: License) -> OrgId:
        """A higher allotment applies at once, a lower one from the next month (R15).

        Answers the user's org. Raises BadRequest, also for another anchor than the license has,
        and NotFound.
        """
        async with self._database.read() as connection:
            row = await members.member(connection, user)
        if row is None:
            raise errors.NotFound(f"There is no user {user}.")
        allotment = checked_allotment(license.allotment)
        await self._charger.change(row.org, SetLicense(by, user, allotment, license.anchor))
        return row.org


def checked_zone(name: str) -> str:
    """`name`, if it is an IANA time zone (R12). Raises BadRequest."""
    if name not in _zones():
        raise errors.BadRequest(
            "time_zone: give an IANA time zone, such as Europe/Berlin or America/New_York."
        )
    return name


def checked_prices(prices: Prices) -> Prices:
    """`prices`, if each is a number of credits. Raises BadRequest."""
    for kind, credits in msgspec.structs.asdict(prices).items():
        if not 0 <= credits <= CREDITS_MAX:
            raise errors.BadRequest(
                f"prices.{kind}: give a whole number of credits from 0 to {CREDITS_MAX:,}."
            )
    return prices


def checked_allotment(allotment: int) -> int:
    """`allotment`, if it is one; 0 is. Raises BadRequest."""
    if not 0 <= allotment <= CREDITS_MAX:
        raise errors.BadRequest(
            f"license.allotment: give a whole number of credits from 0 to {CREDITS_MAX:,}."
        )
    return allotment


@cache
def _zones() -> Collection[str]:
    """Places and UTC; `localtime` and `Factory` are files beside them that say nothing."""
    return available_timezones() - {"localtime", "Factory", "posixrules"}
