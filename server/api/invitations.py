"""Accepting an invitation, which is also how a forgotten password is set anew (api.md)."""

from server.api.endpoint import Call, Endpoint
from server.api.limits import FailureLimits
from server.api.origins import Origins
from server.api.sessions import signed_in
from server.domain import errors
from server.usecases.invitations import Invitations
from server.wire.accounts import InvitationAcceptRequest, SignInAnswer


class InvitationsApi:
    """Making them is the admins' and operators' (`Invitations.invite`)."""

    def __init__(self, invitations: Invitations, failures: FailureLimits, origins: Origins) -> None:
        self._invitations = invitations
        self._failures = failures
        self._origins = origins

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/api/v1/invitations/{code}",
                handler=self.accept,
                summary="Set the password, once, and sign in; ends the user's other sessions",
                who="anyone",
                body=InvitationAcceptRequest,
                answer=SignInAnswer,
                status=201,
                errors=(errors.Unauthenticated, errors.NotFound, errors.Expired),
            )
        ]

    async def accept(self, call: Call) -> SignInAnswer:
        wanted: InvitationAcceptRequest = call.body
        async with self._failures.attempt(address=self._origins.address(call.request.scope)):
            opened = await self._invitations.accept(call.path("code"), wanted.password)
        return signed_in(opened)
