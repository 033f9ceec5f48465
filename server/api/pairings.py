"""Pairing the extension, and the devices that are paired (api.md, Signing in)."""

from starlette.responses import Response

from server.api.answers import json_answer
from server.api.endpoint import Call, Endpoint
from server.api.limits import FailureLimits
from server.api.origins import Origins
from server.api.sessions import told_user
from server.domain import errors
from server.domain.credit_month import from_us
from server.domain.ids import SessionId
from server.usecases.pairings import POLL_EVERY_S, Pairings, canonical_code
from server.usecases.sessions import Sessions
from server.wire.accounts import (
    Device,
    DevicesAnswer,
    PairingAnswer,
    PairingRequest,
    PairingSeen,
    PairingTokenAnswer,
    PairingTokenRequest,
)

PATH = "/api/v1/pairings"


class PairingsApi:
    """Unknown codes and wrong verifiers count as failures, so that neither can be guessed."""

    def __init__(
        self, pairings: Pairings, sessions: Sessions, failures: FailureLimits, origins: Origins
    ) -> None:
        self._pairings = pairings
        self._sessions = sessions
        self._failures = failures
        self._origins = origins

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path=PATH,
                handler=self.start,
                summary="Start pairing a device: a code for the user to compare",
                who="anyone",
                body=PairingRequest,
                answer=PairingAnswer,
                status=201,
                rate="pairing",
            ),
            Endpoint(
                method="GET",
                path=PATH + "/{code}",
                handler=self.seen,
                summary="What the user compares before approving",
                answer=PairingSeen,
                errors=(errors.NotFound, errors.Expired),
            ),
            Endpoint(
                method="POST",
                path=PATH + "/{code}/approve",
                handler=self.approve,
                summary="Let the device in as the signed-in user",
                status=204,
                errors=(errors.NotFound, errors.Expired),
            ),
            Endpoint(
                method="POST",
                path=PATH + "/{code}/token",
                handler=self.token,
                summary="The device's token, once",
                who="anyone",
                body=PairingTokenRequest,
                answer=PairingTokenAnswer,
                status=201,
                also_answers={202: "The user has not approved yet"},
                errors=(errors.Unauthenticated, errors.NotFound, errors.Expired),
                rate="lookup",
            ),
            Endpoint(
                method="GET",
                path="/api/v1/devices",
                handler=self.devices,
                summary="The user's paired extensions",
                answer=DevicesAnswer,
            ),
            Endpoint(
                method="DELETE",
                path="/api/v1/devices/{id}",
                handler=self.end_device,
                summary="Sign a device out and close its socket",
                status=204,
                errors=(errors.NotFound,),
            ),
        ]

    async def start(self, call: Call) -> PairingAnswer:
        wanted: PairingRequest = call.body
        row = await self._pairings.start(wanted.verifier_hash, wanted.client)
        base = self._origins.base_url(call.request.scope)
        return PairingAnswer(
            code=row.code,
            verification_url=f"{base}/pair?code={row.code}",
            poll_every_s=POLL_EVERY_S,
            expires_at=from_us(row.expires_us),
        )

    async def seen(self, call: Call) -> PairingSeen:
        async with self._failures.attempt(account=call.member.user, address=self._address(call)):
            row = await self._pairings.seen(call.path("code"))
        return PairingSeen(code=row.code, client=row.client, expires_at=from_us(row.expires_us))

    async def approve(self, call: Call) -> None:
        async with self._failures.attempt(account=call.member.user, address=self._address(call)):
            await self._pairings.approve(call.path("code"), call.member)

    async def token(self, call: Call) -> PairingTokenAnswer | Response:
        wanted: PairingTokenRequest = call.body
        code = canonical_code(call.path("code"))
        async with self._failures.attempt(account=code, address=self._address(call)):
            opened = await self._pairings.token(code, wanted.verifier)
        if opened is None:
            return json_answer({}, 202)
        return PairingTokenAnswer(token=opened.token, user=told_user(opened.user))

    async def devices(self, call: Call) -> DevicesAnswer:
        rows = await self._sessions.devices(call.member)
        return DevicesAnswer(
            devices=[
                Device(
                    id=row.id,
                    client=row.client,
                    created_at=from_us(row.created_us),
                    last_seen_at=from_us(row.seen_us),
                    current=row.id == call.member.session,
                )
                for row in rows
            ]
        )

    async def end_device(self, call: Call) -> None:
        await self._sessions.end_device(call.member, SessionId(call.path("id")))

    def _address(self, call: Call) -> str:
        return self._origins.address(call.request.scope)
