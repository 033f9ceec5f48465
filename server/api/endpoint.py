"""What one call is, said once: who may make it, what goes in and out, how it can be refused.

The door (`server/api/door.py`) turns an `Endpoint` into a route that authenticates, limits,
decodes, calls and encodes; `server/api/openapi.py` turns it into its OpenAPI operation.
Neither can drift from the other.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.domain.callers import Member as Member
from server.domain.callers import Operator as Operator
from server.domain.errors import BatteryError

Who = Literal["anyone", "member", "admin", "operator"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Rate = Literal["none", "spending", "lookup", "pairing"]


class Call(msgspec.Struct, frozen=True):
    """One call after the door let it in: authenticated, within its limits, decoded."""

    request: Request
    caller: Member | Operator | None
    body: Any = None
    query: Any = None
    raw_body: bytes = b""
    """As sent: part of the idempotency fingerprint (R11)."""

    @property
    def member(self) -> Member:
        assert isinstance(self.caller, Member), "the endpoint's `who` lets members in only"
        return self.caller

    @property
    def operator(self) -> Operator:
        assert isinstance(self.caller, Operator), "the endpoint's `who` lets operators in only"
        return self.caller

    def path(self, name: str) -> str:
        """A path parameter."""
        return str(self.request.path_params[name])


Handler = Callable[[Call], Awaitable[Response | msgspec.Struct | None]]
"""Answers a wire shape (encoded with the endpoint's `status`), nothing (204), or a finished
Response."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One call of api.md. `query`: a Request struct whose fields are the query parameters."""

    method: Method
    path: str
    handler: Handler
    summary: str
    who: Who = "member"
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    answer: Any = None
    status: int = 200
    also_answers: dict[int, str] = {}
    """Other successes, each an empty object, and their meaning (202 while waiting)."""
    file_types: tuple[str, ...] = ()
    """The media types a file may have that is answered in the place of a shape."""
    errors: tuple[type[BatteryError], ...] = ()
    """Beyond those every call can meet (401, 403, 429, 503) and 400 where something goes in."""
    rate: Rate = "none"
    body_bytes_max: int | None = None
    """None: the deployment's `json_body_bytes`."""
    idempotent: bool = False
    """Accepts `Idempotency-Key` (R11)."""
    media_types: tuple[str, ...] = ("application/json",)
    """What the body may be."""
