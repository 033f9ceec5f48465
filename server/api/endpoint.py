"""What one call is, said once: who may make it, what goes in and out, how it can be refused.

The door (`server/api/door.py`) turns an `Endpoint` into a route that authenticates, limits,
decodes, calls and encodes; `server/api/openapi.py` turns it into its OpenAPI operation.
Neither can drift from the other.
"""

from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.domain.callers import Member as Member
from server.domain.callers import Operator as Operator
from server.domain.errors import BatteryError

JSON = "application/json"
MULTIPART = "multipart/form-data"
LINES = "application/x-ndjson"

Who = Literal["anyone", "member", "admin", "operator"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Rate = Literal["none", "spending", "lookup", "pairing"]


class FormShape(msgspec.Struct, frozen=True, kw_only=True):
    """A multipart body: one file in the part `file`, and beside it a text for each field of
    `texts`, a Request struct."""

    texts: type[msgspec.Struct]
    file_bytes_max: int
    file_types: tuple[str, ...]
    """What a client should say the file is; what it is, its content says."""


class SentFile(msgspec.Struct, frozen=True):
    """The file of a multipart body, on the disk and at its start; gone when the call is answered.

    `name`: as the sender called it, without folders. `fingerprint`: of all parts, names and
    contents; not of the bytes as sent, because each try has a boundary of its own.
    """

    name: str
    content: BinaryIO
    fingerprint: bytes


class Call(msgspec.Struct, frozen=True):
    """One call after the door let it in: authenticated, within its limits, decoded."""

    request: Request
    caller: Member | Operator | None
    body: Any = None
    query: Any = None
    raw_body: bytes = b""
    """As sent: part of the idempotency fingerprint (R11)."""
    sent_file: SentFile | None = None
    """Of a multipart body, whose texts are in `body`."""

    @property
    def file(self) -> SentFile:
        assert self.sent_file is not None, "the endpoint's `form` lets no call in without a file"
        return self.sent_file

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
    form: FormShape | None = None
    """A multipart body in the place of a JSON one."""
    query: type[msgspec.Struct] | None = None
    answer: Any = None
    status: int = 200
    also_answers: dict[int, str] = {}
    """Other successes, each an empty object, and their meaning (202 while waiting)."""
    file_types: tuple[str, ...] = ()
    """The media types a file may have that is answered in the place of a shape."""
    lines: Any = None
    """What each line is, where a caller whose `Accept` names `application/x-ndjson` is told how far
    the call is while it goes on."""
    errors: tuple[type[BatteryError], ...] = ()
    """Beyond those every call can meet (401, 403, 429, 503) and 400 where something goes in."""
    rate: Rate = "none"
    body_bytes_max: int | None = None
    """None: the deployment's `json_body_bytes`."""
    idempotent: bool = False
    """Accepts `Idempotency-Key` (R11)."""
    media_types: tuple[str, ...] = (JSON,)
    """What a body that is not multipart may be."""

    @property
    def body_types(self) -> tuple[str, ...]:
        """The media types a body may have; none where the call takes no body."""
        if self.form is not None:
            return (MULTIPART,)
        takes_one = self.body is not None or self.media_types != (JSON,)
        return self.media_types if takes_one else ()
