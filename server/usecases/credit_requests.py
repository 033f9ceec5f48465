"""A user asks for more credits, an admin answers, and both ends hear of it (api.md, Admin)."""

from collections.abc import Callable
from functools import partial

from msgspec import UNSET

from server.domain import errors
from server.domain.commands import By, SetCaps
from server.domain.ids import AtUs, OrgId, UserId
from server.domain.texts import checked_note, optional_note
from server.store import admin as members
from server.store import credit_requests as store
from server.store import users
from server.store.engine import Database
from server.usecases.charge import Charger
from server.usecases.members import checked_cap
from server.usecases.names import new_id
from server.wire.admin import CreditRequest, CreditRequestAnswerRequest
from server.wire.socket import CreditRequestMessage
from server.wire.words import Role

LISTED_MAX = 500
OPEN_MAX = 5
"""Unanswered requests of one user: more would only bury the others' in the admins' list."""

OPEN_RETRY_AFTER_S = 3_600
"""People answer, not machines."""

Tell = Callable[[UserId, CreditRequestMessage], None]
"""Sends a message to all sockets of a user, as far as there are any; not replayed (api.md)."""


class CreditRequests:
    """Requests of one org's users to its admins."""

    def __init__(
        self, database: Database, charger: Charger, clock: Callable[[], AtUs], tell: Tell
    ) -> None:
        self._database = database
        self._charger = charger
        self._clock = clock
        self._tell = tell

    async def ask(self, org: OrgId, user: UserId, note: str) -> CreditRequest:
        """Raises BadRequest, and RateLimited while OPEN_MAX of the user's wait for an answer."""
        request, text = new_id("req"), checked_note("note", note)
        async with self._database.write() as connection:
            # Of two requests at once the second counts the first.
            await users.locked_user(connection, user)
            if await store.open_count(connection, org, user) >= OPEN_MAX:
                raise errors.RateLimited(
                    f"{OPEN_MAX} of your requests are still open; wait for an answer to them.",
                    retry_after_s=OPEN_RETRY_AFTER_S,
                    limit="open_credit_requests",
                )
            await store.add(connection, org, request, user, text, self._clock())
        return await self._announced(org, request)

    async def listed(self, org: OrgId, user: UserId, role: Role) -> list[CreditRequest]:
        """Open ones first, then newest first: an admin sees the org's, a rep the own."""
        async with self._database.read() as connection:
            only = None if role == "admin" else user
            return await store.listed(connection, org, only, LISTED_MAX)

    async def answer(
        self, org: OrgId, by: UserId, request: str, given: CreditRequestAnswerRequest
    ) -> CreditRequest:
        """Answers an open request; `cap_raised` sets the asker's cap in the same transaction.

        Raises BadRequest, NotFound, and AlreadyExists when it has been answered.
        """
        asked = await self._one(org, request)
        close = partial(
            store.close,
            org=org,
            request=request,
            outcome=given.outcome,
            by=by,
            at_us=self._clock(),
            note=optional_note("note", given.note),
        )
        if given.outcome == "cap_raised":
            cap = await self._raised_cap(UserId(asked.user_id), given)
            caps = SetCaps(By("user", by), (UserId(asked.user_id),), cap)
            await self._charger.change(org, caps, also=close)
        elif given.extra_cap is not UNSET:
            raise errors.BadRequest("extra_cap: give it with the outcome cap_raised only.")
        else:
            async with self._database.write() as connection:
                await close(connection)
        return await self._announced(org, request)

    async def _raised_cap(self, user: UserId, given: CreditRequestAnswerRequest) -> int | None:
        """The new cap, if it is higher than the one there is. Raises BadRequest."""
        if given.extra_cap is UNSET:
            raise errors.BadRequest("extra_cap: say the new cap, or null for no cap.")
        cap = checked_cap(given.extra_cap)
        async with self._database.read() as connection:
            row = await members.member(connection, user)
        assert row is not None, "who asked is a user"
        if row.cap is None or (cap is not None and cap <= row.cap):
            now = "no cap" if row.cap is None else f"a cap of {row.cap:,}"
            raise errors.BadRequest(f"extra_cap: this raises nothing, the user has {now}.")
        return cap

    async def _announced(self, org: OrgId, request: str) -> CreditRequest:
        """The request as it is now, told to its asker and to the org's admins."""
        async with self._database.read() as connection:
            told = await store.one(connection, org, request)
            admins = await members.active_admins(connection, org)
        assert told is not None, "requests are never deleted"
        for user in dict.fromkeys([UserId(told.user_id), *admins]):
            self._tell(user, CreditRequestMessage(request=told))
        return told

    async def _one(self, org: OrgId, request: str) -> CreditRequest:
        async with self._database.read() as connection:
            found = await store.one(connection, org, request)
        if found is None:
            raise errors.NotFound(f"There is no request {request} in this organization.")
        return found
