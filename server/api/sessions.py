"""Signing in and out, who one is, and one's password (api.md, Signing in)."""

from contextlib import suppress

from starlette.responses import Response

from server.api.answers import json_answer
from server.api.door import COOKIE, cookie_token
from server.api.endpoint import Call, Endpoint
from server.api.limits import FailureLimits
from server.api.origins import Origins
from server.domain import errors
from server.domain.credit_month import from_us
from server.domain.pieces import EMAIL_CHARS_MAX, canonical_email
from server.store.users import UserRow
from server.usecases.about_me import AboutMe
from server.usecases.sessions import NewSession, Sessions
from server.wire.accounts import (
    MeAnswer,
    PasswordRequest,
    SignInAnswer,
    SignInRequest,
    User,
)

SECONDS_PER_DAY = 86_400


class SessionsApi:
    """`session_days`: how long the browser keeps the cookie."""

    def __init__(
        self,
        sessions: Sessions,
        about_me: AboutMe,
        failures: FailureLimits,
        origins: Origins,
        *,
        session_days: int,
    ) -> None:
        self._sessions = sessions
        self._about_me = about_me
        self._failures = failures
        self._origins = origins
        self._cookie_s = session_days * SECONDS_PER_DAY

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/api/v1/sessions",
                handler=self.sign_in,
                summary="Sign in; with `cookie` the token comes as a cookie instead",
                who="anyone",
                body=SignInRequest,
                answer=SignInAnswer,
                status=201,
                errors=(errors.Unauthenticated, errors.Forbidden),
            ),
            Endpoint(
                method="DELETE",
                path="/api/v1/sessions/current",
                handler=self.sign_out,
                summary="Sign out; closes this session's sockets",
                status=204,
            ),
            Endpoint(
                method="GET",
                path="/api/v1/me",
                handler=self.me,
                summary="The signed-in user, the org, and what the deployment says and allows",
                answer=MeAnswer,
            ),
            Endpoint(
                method="POST",
                path="/api/v1/me/password",
                handler=self.change_password,
                summary="Change the password; ends the user's other sessions",
                body=PasswordRequest,
                status=204,
            ),
        ]

    async def sign_in(self, call: Call) -> Response:
        wanted: SignInRequest = call.body
        scope = call.request.scope
        origin = call.request.headers.get("origin")
        if wanted.cookie and origin is not None:
            # Else another site could sign its visitor in as somebody else.
            self._origins.require_web_app(origin.encode("latin-1"), scope)
        async with self._failures.attempt(
            account=account_of(wanted.email), address=self._origins.address(scope)
        ):
            opened = await self._sessions.sign_in(
                wanted.email,
                wanted.password,
                kind="cookie" if wanted.cookie else "bearer",
                client="web app" if wanted.cookie else "token",
            )
        if not wanted.cookie:
            return json_answer(signed_in(opened), 201)
        response = json_answer(
            SignInAnswer(expires_at=from_us(opened.expires_us), user=told_user(opened.user)), 201
        )
        self._set_cookie(response, call, opened.token, self._cookie_s)
        await self._end_replaced(call)
        return response

    async def _end_replaced(self, call: Call) -> None:
        """The session whose cookie gives way: its pages would go on, and nobody in this browser
        could sign it out any more."""
        token = cookie_token(dict(call.request.headers.raw))
        if token is not None:
            with suppress(errors.Unauthenticated):
                await self._sessions.sign_out(await self._sessions.authenticate(token))

    async def sign_out(self, call: Call) -> Response:
        await self._sessions.sign_out(call.member)
        response = Response(status_code=204)
        if call.member.kind == "cookie":
            self._set_cookie(response, call, "", 0)
        return response

    async def me(self, call: Call) -> MeAnswer:
        return await self._about_me.told(call.member)

    async def change_password(self, call: Call) -> None:
        wanted: PasswordRequest = call.body
        async with self._failures.attempt(
            account=account_of(call.member.email),
            address=self._origins.address(call.request.scope),
        ):
            await self._sessions.change_password(call.member, wanted.old, wanted.new)

    def _set_cookie(self, response: Response, call: Call, value: str, lasts_s: int) -> None:
        response.set_cookie(
            COOKIE,
            value,
            max_age=lasts_s,
            path="/",
            secure=self._origins.is_https(call.request.scope),
            httponly=True,
            samesite="lax",
        )


def account_of(email: str) -> str:
    """Under which name failures are counted, whether or not somebody has this address."""
    try:
        return canonical_email(email)
    except ValueError:
        return email[:EMAIL_CHARS_MAX]


def signed_in(opened: NewSession) -> SignInAnswer:
    """A new session with its token."""
    return SignInAnswer(
        token=opened.token, expires_at=from_us(opened.expires_us), user=told_user(opened.user)
    )


def told_user(user: UserRow) -> User:
    """The user in the shape of api.md."""
    return User(id=user.id, name=user.name, email=user.email, role=user.role)
