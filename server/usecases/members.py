"""The members of an org: what admins and operators see of them, and admins change (R15, R17)."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec
from msgspec import UNSET

from server.domain import errors
from server.domain.battery import Pool
from server.domain.commands import By, SetCaps
from server.domain.credit_month import from_us
from server.domain.ids import AtUs, OrgId, Seq, UserId
from server.store import admin as store
from server.store.admin import MemberRow
from server.store.engine import AsyncConnection, Database
from server.store.feed import OrgState, batteries_at, org_state
from server.store.users import user_by_email
from server.usecases.charge import Charger
from server.usecases.sessions import Sessions
from server.usecases.standing import StandingNews
from server.wire.admin import AdminUser, AdminUsersAnswer, CapsPatch, UserPatch
from server.wire.battery import Battery, OrgExtra
from server.wire.operator import License, OperatorUser
from server.wire.words import CREDITS_MAX

CAP_USERS_MAX = 2_000
"""One entry each in one commit, so bounded like the pieces of one (`batch_items`)."""
USERS_AT_ONCE = 500
"""Batteries worked out in one go, some 10 ms; then everybody else has the loop."""
SINCE_ENTRIES_MAX = 4_000
"""After more entries than this, looking for who changed costs as much as listing everybody."""


StopJobs = Callable[[OrgId, UserId, By], Awaitable[None]]
"""Stops the jobs of a user, on somebody's behalf."""


class Listing(msgspec.Struct, frozen=True):
    """Members as of the entry `seq`. `pool`: the org's extra credits."""

    seq: Seq
    pool: Pool
    members: list[tuple[MemberRow, Battery]]


class Members:
    """The members of an org. `sessions` hears of who may do more or less than before, `news` of
    whose role or activity changed."""

    def __init__(
        self,
        database: Database,
        charger: Charger,
        sessions: Sessions,
        clock: Callable[[], AtUs],
        *,
        stop_jobs: StopJobs,
        news: StandingNews,
    ) -> None:
        self._database = database
        self._charger = charger
        self._sessions = sessions
        self._clock = clock
        self._stop_jobs = stop_jobs
        self._news = news

    async def listed(self, org: OrgId, only: Sequence[UserId] | None = None) -> Listing:
        """Everybody, the deactivated too, by name; or `only` some.

        Raises NotFound when one of `only` is not of this org.
        """
        async with self._database.read() as connection:
            state = await org_state(connection, org)
            found = await self._listing(connection, state, only)
        _refuse_strangers(only or (), [row for row, _ in found.members])
        return found

    async def listed_since(self, org: OrgId, seq: Seq) -> Listing:
        """Whoever looks different now than at the entry `seq`, the pool's figures apart.

        Everybody, when that is long ago, and when the pool ran dry or was filled since: then the
        levels of all may have moved (R33). Credits saved (R31) move without an entry and are not
        looked for.
        """
        async with self._database.read() as connection:
            state = await org_state(connection, org)
            return await self._listing(connection, state, await _changed(connection, state, seq))

    async def _listing(
        self, connection: AsyncConnection, state: OrgState, only: Sequence[UserId] | None
    ) -> Listing:
        rows = await store.members(connection, OrgId(state.org.id), only)
        shown: dict[UserId, Battery] = {}
        now = self._clock()
        for start in range(0, len(rows), USERS_AT_ONCE):
            some = [row.id for row in rows[start : start + USERS_AT_ONCE]]
            shown |= await batteries_at(connection, state, some, now)
        return Listing(state.head, state.pool, [(row, shown[row.id]) for row in rows])

    async def with_licenses(
        self, org: OrgId, only: Sequence[UserId] | None = None
    ) -> list[OperatorUser]:
        """`listed`, with the license each was sold."""
        return [
            OperatorUser(
                **msgspec.structs.asdict(as_told(row, battery)),
                license=License(allotment=row.allotment, anchor=row.anchor),
            )
            for row, battery in (await self.listed(org, only)).members
        ]

    async def one(self, org: OrgId, user: UserId) -> AdminUser:
        """Raises NotFound for a user that is not of this org."""
        [(row, battery)] = (await self.listed(org, [user])).members
        return as_told(row, battery)

    async def found(self, text: str) -> MemberRow:
        """The user of any org with this id or email address. Raises NotFound."""
        async with self._database.read() as connection:
            row = await store.member(connection, UserId(text))
            if row is None:
                known = await user_by_email(connection, text.strip().lower())
                row = None if known is None else await store.member(connection, known.id)
        if row is None:
            raise errors.NotFound(f"There is no user {text}.")
        return row

    async def change(self, org: OrgId, by: UserId, user: UserId, patch: UserPatch) -> AdminUser:
        """All of the patch or nothing of it.

        Raises BadRequest, NotFound, and Forbidden when no active admin would be left (R15).
        """
        await self.one(org, user)
        standing = partial(
            store.set_standing,
            org=org,
            user=user,
            role=None if patch.role is UNSET else patch.role,
            active=None if patch.active is UNSET else patch.active,
        )
        if patch.extra_cap is UNSET:
            async with self._database.write() as connection:
                await standing(connection)
        else:
            caps = SetCaps(By("user", by), (user,), checked_cap(patch.extra_cap))
            await self._charger.change(org, caps, also=standing)
        self._sessions.user_changed(user)
        if patch.role is not UNSET or patch.active is not UNSET:
            await self._news.tell(org, user)
        if patch.active is False:
            await self._sessions.user_deactivated(user)
            await self._stop_jobs(org, user, By("user", by))
        return await self.one(org, user)

    async def cap(self, org: OrgId, by: UserId, patch: CapsPatch) -> Listing:
        """The same cap for many at once, all or none; answers those users.

        Raises BadRequest and NotFound.
        """
        users = tuple(UserId(user) for user in dict.fromkeys(patch.users))
        if not 1 <= len(users) <= CAP_USERS_MAX:
            raise errors.BadRequest(f"users: name between 1 and {CAP_USERS_MAX:,} users.")
        await self.listed(org, users)
        caps = SetCaps(By("user", by), users, checked_cap(patch.extra_cap))
        await self._charger.change(org, caps)
        return await self.listed(org, users)


def as_told(row: MemberRow, battery: Battery) -> AdminUser:
    """A member in the shape of api.md."""
    return AdminUser(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        active=row.active,
        extra_cap=row.cap,
        last_spend_at=None if row.last_spend_us is None else from_us(row.last_spend_us),
        invited=row.invited,
        battery=battery,
    )


def all_told(listing: Listing) -> AdminUsersAnswer:
    """Members in the shape of api.md."""
    return AdminUsersAnswer(
        seq=listing.seq,
        extra=pool_told(listing.pool),
        users=[as_told(row, battery) for row, battery in listing.members],
    )


def pool_told(pool: Pool) -> OrgExtra | None:
    """An org's extra credits in the shape of api.md: null until the first grant."""
    if not pool.granted:
        return None
    return OrgExtra(granted=pool.granted, used=pool.used, held=pool.held, remaining=pool.remaining)


def checked_cap(cap: int | None) -> int | None:
    """`cap`, if it is one (R17). Raises BadRequest."""
    if cap is not None and not 0 <= cap <= CREDITS_MAX:
        raise errors.BadRequest(
            f"extra_cap: give a whole number from 0 to {CREDITS_MAX:,}, or null for no cap."
        )
    return cap


async def _changed(connection: AsyncConnection, state: OrgState, since: Seq) -> list[UserId] | None:
    """None: everybody."""
    org = OrgId(state.org.id)
    if not 0 <= state.head - since <= SINCE_ENTRIES_MAX:
        return None
    had_extra = await store.extra_left_at(connection, org, since) > 0
    if had_extra != (state.pool.remaining > 0):
        return None
    return await store.changed_after(connection, org, since, state.head)


def _refuse_strangers(users: Sequence[UserId], rows: Sequence[MemberRow]) -> None:
    known = {row.id for row in rows}
    for user in users:
        if user not in known:
            raise errors.NotFound(f"There is no user {user} in this organization.")
