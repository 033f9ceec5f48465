"""What an org's admin may do (api.md, Admin)."""

from typing import Annotated

import msgspec

from server.api.door import idempotency_of
from server.api.endpoint import Call, Endpoint
from server.api.origins import Origins
from server.domain import errors
from server.domain.commands import By
from server.domain.ids import Seq, UserId
from server.usecases.customers import Customers
from server.usecases.members import Members, all_told
from server.usecases.newcomers import Newcomers
from server.usecases.verify import Verifier
from server.wire.admin import (
    AdminUser,
    AdminUsersAnswer,
    CapsPatch,
    InvitationAnswer,
    InvitationRequest,
    ReversalRequest,
    UserPatch,
)
from server.wire.base import Request
from server.wire.battery import Battery
from server.wire.history import Entry, VerifyAnswer

PATH = "/api/v1/admin"


class UsersQuery(Request, frozen=True, kw_only=True):
    """`since`: the `seq` of an earlier answer. Only users who may look different by now are listed,
    at times more; the pool's figures, which everybody's battery shows, are in `extra`."""

    since: Annotated[int, msgspec.Meta(ge=0)] | None = None


class AdminApi:
    """The calls under `/api/v1/admin`, all for the caller's own org."""

    def __init__(
        self,
        verifier: Verifier,
        customers: Customers,
        members: Members,
        newcomers: Newcomers,
        origins: Origins,
    ) -> None:
        self._verifier = verifier
        self._customers = customers
        self._members = members
        self._newcomers = newcomers
        self._origins = origins

    def endpoints(self) -> list[Endpoint]:
        return [*self._user_endpoints(), *self._other_endpoints()]

    def _user_endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="GET",
                path=f"{PATH}/users",
                handler=self.users,
                summary="Every user with the battery, or with `since` whoever changed",
                who="admin",
                query=UsersQuery,
                answer=AdminUsersAnswer,
            ),
            Endpoint(
                method="PATCH",
                path=f"{PATH}/users",
                handler=self.cap_users,
                summary="The same cap on extra credits for many users at once",
                who="admin",
                body=CapsPatch,
                answer=AdminUsersAnswer,
                errors=(errors.NotFound,),
            ),
            Endpoint(
                method="PATCH",
                path=f"{PATH}/users/{{id}}",
                handler=self.change_user,
                summary="Cap, role, and whether the user is active",
                who="admin",
                body=UserPatch,
                answer=AdminUser,
                errors=(errors.NotFound,),
            ),
            Endpoint(
                method="GET",
                path=f"{PATH}/users/{{id}}/battery",
                handler=self.battery,
                summary="One user's battery",
                who="admin",
                answer=Battery,
                errors=(errors.NotFound,),
            ),
        ]

    def _other_endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path=f"{PATH}/invitations",
                handler=self.invite,
                summary="Invite a new user, or let one of the org's set a new password",
                who="admin",
                body=InvitationRequest,
                answer=InvitationAnswer,
                status=201,
                errors=(errors.AlreadyExists,),
            ),
            Endpoint(
                method="POST",
                path=f"{PATH}/reversals",
                handler=self.reverse,
                summary="Take one charge back, as far as the deployment lets admins",
                who="admin",
                body=ReversalRequest,
                answer=Entry,
                status=201,
                errors=(errors.NotFound, errors.AlreadyReversed, errors.IdempotencyConflict),
                rate="spending",
                idempotent=True,
            ),
            Endpoint(
                method="GET",
                path=f"{PATH}/verify",
                handler=self.verify,
                summary="Replay the org's ledger and report each broken invariant",
                who="admin",
                answer=VerifyAnswer,
                errors=(errors.Busy,),
                rate="lookup",
            ),
        ]

    async def users(self, call: Call) -> AdminUsersAnswer:
        query: UsersQuery = call.query
        org = call.member.org
        if query.since is None:
            return all_told(await self._members.listed(org))
        return all_told(await self._members.listed_since(org, Seq(query.since)))

    async def cap_users(self, call: Call) -> AdminUsersAnswer:
        return all_told(await self._members.cap(call.member.org, call.member.user, call.body))

    async def change_user(self, call: Call) -> AdminUser:
        user = UserId(call.path("id"))
        return await self._members.change(call.member.org, call.member.user, user, call.body)

    async def battery(self, call: Call) -> Battery:
        user = await self._members.one(call.member.org, UserId(call.path("id")))
        return user.battery

    async def invite(self, call: Call) -> InvitationAnswer:
        base_url = self._origins.base_url(call.request.scope)
        by = By("user", call.member.user)
        return await self._newcomers.invite(call.member.org, by, call.body, base_url)

    async def reverse(self, call: Call) -> Entry:
        org, by = call.member.org, By("user", call.member.user)
        return await self._customers.reverse(org, by, call.body, idempotency_of(call))

    async def verify(self, call: Call) -> VerifyAnswer:
        return await self._verifier.verify(call.member.org)
