"""The one door: an `Endpoint` becomes a route that lets the right caller in with the right body.

Order: caller, role, rate, media type, size, decoding; then the handler; then encoding. The door is
plain ASGI, because it stands on the path that is measured: no middleware object, and no Response
object for what is a wire shape.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from server.api.answers import send_json, send_response
from server.api.endpoint import Call, Endpoint
from server.api.errors import internal_problem, problem_of
from server.api.intake import NUL, BodyDecoder, QueryDecoder, check_media_type, read_body
from server.api.limits import CallLimits
from server.api.origins import Origins
from server.api.uploads import FormReader
from server.domain import errors
from server.domain.callers import Member, Operator
from server.domain.commands import Idempotency
from server.usecases.operator_tokens import is_operator_token
from server.wire.base import to_json

COOKIE = "battery_session"
USER_HEADER = b"battery-user"
"""The id of the user whom a page of the web app was opened for; optional."""
KEY_HEADER = "idempotency-key"
FINGERPRINT_BYTES = 16
SAFE_METHODS = frozenset({"GET", "HEAD"})
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

Authenticate = Callable[[str], Awaitable[Member]]
AuthenticateOperator = Callable[[str], Awaitable[Operator]]
Heads = dict[bytes, bytes]


class Door:
    """Makes routes of endpoints. One per app; it holds no state of its own."""

    def __init__(
        self,
        *,
        authenticate: Authenticate,
        authenticate_operator: AuthenticateOperator,
        limits: CallLimits,
        origins: Origins,
        body_bytes_max: int,
    ) -> None:
        self.authenticate = authenticate
        self.authenticate_operator = authenticate_operator
        self.limits = limits
        self.origins = origins
        self.body_bytes_max = body_bytes_max

    def routes(self, endpoints: Iterable[Endpoint]) -> list[Route]:
        """One route per path (so that a 405 names all its methods), the measured path first."""
        by_path: dict[str, list[Endpoint]] = {}
        for endpoint in sorted(endpoints, key=_match_order):
            by_path.setdefault(endpoint.path, []).append(endpoint)
        return [self._route(path, listed) for path, listed in by_path.items()]

    def _route(self, path: str, endpoints: Sequence[Endpoint]) -> Route:
        ways: dict[str, _Way] = {each.method: _Way(self, each) for each in endpoints}
        assert len(ways) == len(endpoints), f"{path} has one method twice"

        class _Path:
            async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                method = "GET" if scope["method"] == "HEAD" else scope["method"]
                await ways[method](scope, receive, send)

        return Route(path, _Path(), methods=list(ways), name=path)

    async def let_in(
        self, scope: Scope, heads: Heads, endpoint: Endpoint
    ) -> Member | Operator | None:
        """Who calls, when they may. Raises Unauthenticated, Forbidden."""
        if endpoint.who == "anyone":
            return None
        token = bearer_token(heads)
        if token is None:
            token = cookie_token(heads)
            self._check_origin(scope, heads)
        if token is None:
            raise errors.Unauthenticated(
                "Sign in first: this call needs `Authorization: Bearer <token>`."
            )
        if is_operator_token(token):
            operator = await self.authenticate_operator(token)
            if endpoint.who != "operator":
                raise errors.Forbidden(
                    "An operator belongs to no organization; this call is for its members."
                )
            return operator
        member = await self.authenticate(token)
        _check_user(member, heads)
        _check_role(member, endpoint)
        return member

    def _check_origin(self, scope: Scope, heads: Heads) -> None:
        """A cookie comes with any site's request; only Origin proves that the page was ours."""
        if scope["method"] not in SAFE_METHODS and cookie_token(heads) is not None:
            self.origins.require_web_app(heads.get(b"origin"), scope)


class _Way:
    """The way through the door to one endpoint, as an ASGI app."""

    def __init__(self, door: Door, endpoint: Endpoint) -> None:
        self._door = door
        self._endpoint = endpoint
        self._body = BodyDecoder(endpoint.body) if endpoint.body is not None else None
        self._form = FormReader(endpoint.form) if endpoint.form is not None else None
        self._query = QueryDecoder(endpoint.query)
        self._body_types = endpoint.body_types
        self._bytes_max = endpoint.body_bytes_max or door.body_bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(scope, receive)
        except errors.BatteryError as error:
            answer = problem_of(error)
        except ClientDisconnect:
            return
        except Exception as error:  # the last door: a bug is logged and told, never leaked
            answer = internal_problem(error, method=scope["method"], route=self._endpoint.path)
        if isinstance(answer, Response):
            await send_response(answer, scope, receive, send)
        elif answer is None:
            await send_response(Response(status_code=204), scope, receive, send)
        else:
            await send_json(send, self._endpoint.status, to_json(answer))

    async def _answer(self, scope: Scope, receive: Receive) -> Response | msgspec.Struct | None:
        heads: Heads = dict(scope["headers"])
        caller = await self._door.let_in(scope, heads, self._endpoint)
        name = self._name_of(caller, scope)
        if self._endpoint.rate != "none":
            self._door.limits.draw(self._endpoint.rate, name)
        if NUL in scope["path"]:
            raise errors.NotFound("There is nothing at this address.")
        query = self._query.decode(scope["query_string"])
        request = Request(scope, receive)
        if self._body_types:
            check_media_type(
                heads.get(b"content-type"), heads.get(b"content-encoding"), self._body_types
            )
        if self._form is not None:
            async with self._form.read(receive, heads, name) as (texts, file):
                return await self._endpoint.handler(
                    Call(request, caller, texts, query, sent_file=file)
                )
        raw = await self._read(heads, receive) if self._body_types else b""
        body = self._body.decode(raw) if self._body is not None else None
        return await self._endpoint.handler(Call(request, caller, body, query, raw))

    async def _read(self, heads: Heads, receive: Receive) -> bytes:
        return await read_body(receive, heads.get(b"content-length"), self._bytes_max)

    def _name_of(self, caller: Member | Operator | None, scope: Scope) -> str:
        match caller:
            case Member(user=user):
                return user
            case Operator(id=operator):
                return operator
            case None:
                return self._door.origins.address(scope)


def idempotency_of(call: Call) -> Idempotency | None:
    """The call's key and fingerprint: BLAKE2b of method, path and body (R11). Raises BadRequest."""
    keys = call.request.headers.getlist(KEY_HEADER)
    if not keys:
        return None
    if len(keys) > 1 or _KEY.fullmatch(keys[0]) is None:
        raise errors.BadRequest(
            "The header `Idempotency-Key` must be one text of 1 to 255 visible ASCII characters."
        )
    scope = call.request.scope
    target = f"{scope['method']} {scope['path']}\n".encode()
    content = call.raw_body if call.sent_file is None else call.sent_file.fingerprint
    digest = hashlib.blake2b(target + content, digest_size=FINGERPRINT_BYTES)
    return Idempotency(keys[0], digest.digest())


def bearer_token(heads: Heads) -> str | None:
    """The token of `Authorization: Bearer`; None without the header. Raises Unauthenticated."""
    given = heads.get(b"authorization")
    if given is None:
        return None
    scheme, _, token = given.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise errors.Unauthenticated("The header must read `Authorization: Bearer <token>`.")
    return token.strip()


def cookie_token(heads: Heads) -> str | None:
    """The token of the web app's cookie."""
    for part in heads.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and value:
            return value
    return None


def _check_user(member: Member, heads: Heads) -> None:
    """A page says whose it is: the cookie becomes another's when somebody signs in in another tab,
    and what this page shows and spends is not theirs. Raises Unauthenticated."""
    meant = heads.get(USER_HEADER)
    if meant is not None and meant != member.user.encode():
        raise errors.Unauthenticated(
            "Somebody else has signed in in this browser since this page was opened. Reload it."
        )


def _check_role(member: Member, endpoint: Endpoint) -> None:
    if endpoint.who == "operator":
        raise errors.Forbidden("This call is for the vendor's operators, with an operator token.")
    if endpoint.who == "admin" and member.role != "admin":
        raise errors.Forbidden("This call is for admins of the organization. Ask your admin.")


def _match_order(endpoint: Endpoint) -> tuple[bool, bool]:
    """Fixed paths before those with parameters; what spends first among them."""
    return ("{" in endpoint.path, endpoint.rate != "spending")
