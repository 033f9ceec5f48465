"""How a refusal looks from outside: one table, one JSON shape (RFC 9457), one close code."""

import secrets
from typing import Any, NamedTuple

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.api.answers import API_HEADERS
from server.domain.errors import BatteryError
from server.push.outlet import (
    DEACTIVATED,
    GOING_AWAY,
    PROTOCOL_VIOLATION,
    SIGNED_OUT,
    TOO_MANY_SOCKETS,
)
from server.usecases.sessions import Deactivated
from server.wire.base import Answer, to_json

PROBLEM_TYPE = "application/problem+json"
INTERNAL_STATUS = 500

log = structlog.get_logger(__name__)


class Told(NamedTuple):
    """How one code is told over HTTP and, where a socket can meet it, when closing the socket."""

    status: int
    close: int | None = None


TABLE: dict[str, Told] = {
    "bad_request": Told(400, PROTOCOL_VIOLATION),
    "unauthenticated": Told(401, SIGNED_OUT),
    "insufficient_credits": Told(402),
    "forbidden": Told(403),
    "not_found": Told(404),
    "method_not_allowed": Told(405),
    "idempotency_conflict": Told(409),
    "price_changed": Told(409),
    "job_state": Told(409),
    "quote_changed": Told(409),
    "over_max_credits": Told(409),
    "already_reversed": Told(409),
    "already_exists": Told(409),
    "expired": Told(410),
    "too_large": Told(413, PROTOCOL_VIOLATION),
    "unsupported_media_type": Told(415),
    "unreadable_file": Told(422),
    "rate_limited": Told(429, TOO_MANY_SOCKETS),
    "busy": Told(429, GOING_AWAY),
    "internal": Told(INTERNAL_STATUS),
    "unavailable": Told(503, GOING_AWAY),
}
"""Code → HTTP status and close code (api.md, Errors and Close codes)."""

_ROUTER_CODES = {
    400: "bad_request",
    401: "not_found",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
"""What Starlette itself raises; 401 is its word for a file it may not read."""
_ROUTER_DETAILS = {
    "not_found": ("Not found", "There is nothing at this address."),
    "method_not_allowed": ("Method not allowed", "This address does not take this method."),
}


class Problem(Answer, frozen=True, kw_only=True):
    """The members every problem has; a code may add its own beside them (api.md, Errors)."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str


def problem_of(error: BatteryError) -> Response:
    """The answer for a refusal, with `Retry-After` where it says when to come back."""
    problem = Problem(
        title=error.title, status=TABLE[error.code].status, code=error.code, detail=error.detail
    )
    headers = {}
    retry_after_s = getattr(error, "retry_after_s", None)
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    if error.code == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    return _response(problem, error.fields, headers)


def internal_problem(error: Exception, *, method: str, route: str) -> Response:
    """A bug: the log gets everything, the caller an id to ask about and nothing else.

    `route` is the pattern (`/api/v1/invitations/{code}`): what stands in its place may sign in.
    """
    request_id = f"req_{secrets.token_hex(8)}"
    log.error("internal error", request_id=request_id, method=method, route=route, exc_info=error)
    problem = Problem(
        title="Internal error",
        status=INTERNAL_STATUS,
        code="internal",
        detail=f"Something broke on our side; tell whoever runs this server the id {request_id}.",
    )
    return _response(problem, {"request_id": request_id}, {})


def close_code(error: BatteryError) -> int:
    """The code a socket is closed with because of `error`."""
    if isinstance(error, Deactivated):
        return DEACTIVATED
    close = TABLE[error.code].close
    assert close is not None, f"{error.code} is no reason to close a socket"
    return close


async def router_problem(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such address, no such method) in the same shape."""
    assert isinstance(error, HTTPException)
    code = _ROUTER_CODES.get(error.status_code, "internal")
    title, detail = _ROUTER_DETAILS.get(code, (error.detail, error.detail))
    problem = Problem(title=title, status=TABLE[code].status, code=code, detail=detail)
    return _response(problem, {}, dict(error.headers or {}))


async def refused(request: Request, error: Exception) -> Response:
    """A refusal raised outside the door, by a plain route."""
    assert isinstance(error, BatteryError)
    return problem_of(error)


async def broken(request: Request, error: Exception) -> Response:
    """A bug outside the door."""
    route = getattr(request.scope.get("route"), "path", "no route")
    return internal_problem(error, method=request.method, route=route)


EXCEPTION_HANDLERS: dict[Any, Any] = {
    HTTPException: router_problem,
    BatteryError: refused,
    Exception: broken,
}
"""For `Starlette(exception_handlers=…)`."""


def _response(problem: Problem, fields: dict[str, Any], headers: dict[str, str]) -> Response:
    members = {name: getattr(problem, name) for name in problem.__struct_fields__}
    assert not members.keys() & fields.keys(), (
        "a problem's own fields never replace the standard ones"
    )
    response = Response(
        to_json({**members, **fields}), problem.status, headers, media_type=PROBLEM_TYPE
    )
    response.raw_headers.extend(API_HEADERS)
    return response
