"""What the door lets in of bodies and query strings, and how it says what is wrong."""

from collections.abc import AsyncIterator
from datetime import date

import httpx
import msgspec
import pytest
from starlette.types import Message

from server.api.endpoint import Call, Endpoint
from server.api.intake import read_body
from server.domain import errors
from server.settings import Limits
from server.wire.base import Answer, Request
from tests.integration.accounts_app import Accounts, accounts_on, told

LIMIT_BYTES = 1_000


class Item(Request, frozen=True):
    subject: str
    kinds: list[str]


class Wanted(Request, frozen=True):
    items: list[Item] = []
    credits: int = 0
    labels: dict[str, str] = {}


class Asked(Request, frozen=True):
    q: str = ""
    page: int = 1
    since: date | None = msgspec.field(name="from", default=None)


class Heard(Answer, frozen=True):
    what: str


async def _hear(call: Call) -> Heard:
    return Heard(repr(call.body if call.body is not None else call.query))


async def _hear_file(call: Call) -> Heard:
    return Heard(call.raw_body.decode())


BODY = Endpoint(
    method="POST", path="/api/v1/things", handler=_hear, summary="", who="anyone", body=Wanted
)
QUERY = Endpoint(
    method="GET", path="/api/v1/things", handler=_hear, summary="", who="anyone", query=Asked
)
BARE = Endpoint(method="GET", path="/api/v1/bare", handler=_hear, summary="", who="anyone")
FILE = Endpoint(
    method="POST",
    path="/api/v1/files",
    handler=_hear_file,
    summary="",
    who="anyone",
    media_types=("text/csv",),
    body_bytes_max=10,
)
NAMED = Endpoint(method="GET", path="/api/v1/things/{id}", handler=_hear, summary="", who="anyone")


@pytest.fixture
async def accounts(sqlite_url: str) -> AsyncIterator[Accounts]:
    async with accounts_on(sqlite_url, limits=Limits(json_body_bytes=LIMIT_BYTES)) as accounts:
        yield accounts


@pytest.fixture
async def client(accounts: Accounts) -> AsyncIterator[httpx.AsyncClient]:
    async with accounts.client(more=[BODY, QUERY, BARE, FILE, NAMED]) as client:
        yield client


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "it is empty"),
        (b"  ", "it is empty"),
        (b"nonsense", "must be JSON"),
        (b"{", "must be JSON"),
        (b'{"credits": 1} x', "must be JSON"),
        (b"\xef\xbb\xbf{}", "must be JSON"),
        (b"[]", "The body is not as it should be: expected `object`, got `array`"),
        (b"null", "The body is not as it should be: expected `object`, got `null`"),
        (b'{"credits": "1"}', "The field `credits` is not as it should be: expected `int`"),
        (b'{"credits": 1.5}', "`credits`"),
        (b'{"credits": true}', "`credits`"),
        (b'{"credits": 9007199254740992}', "`credits` is out of range"),
        (b'{"credits": -99999999999999999999999}', "`credits` is out of range"),
        (b'{"creditz": 1}', "Unknown field `creditz`"),
        (b'{"items": [{"subject": "a"}]}', "The field `items[0].kinds` is missing"),
        (b'{"items": [{"subject": "a", "kinds": [], "x": 1}]}', "Unknown field `items[0].x`"),
        (b'{"items": [{"subject": "a", "kinds": ["b", 3]}]}', "`items[0].kinds[1]`"),
        (b'{"items": [{"subject": "a\\u0000", "kinds": []}]}', "`items[0].subject` holds a NUL"),
        (b'{"labels": {"a\\u0000": "b"}}', "holds a NUL"),
        (b'{"items": [{"subject": "\\ud800 ", "kinds": []}]}', "must be JSON"),
        (b'{"items": [{"subject": "\\udc00 ", "kinds": []}]}', "must be JSON"),
        (b'{"items": [{"subject": "\xff", "kinds": []}]}', "not valid UTF-8"),
        (b'{"items": [{"subject": "\xed\xa0\x80", "kinds": []}]}', "not valid UTF-8"),
        (b'{"items": ' + b"[" * 900, "`items[0]`"),
    ],
)
async def test_a_bad_body_is_refused_with_the_path_of_the_field(
    client: httpx.AsyncClient, body: bytes, named: str
) -> None:
    response = await client.post("/api/v1/things", content=body)
    assert told(response) == (400, "bad_request")
    assert named in response.json()["detail"]


async def test_a_backslash_before_u0000_is_not_a_nul(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/things", content=b'{"labels": {"a": "\\\\u0000"}}')
    assert response.status_code == 200


async def test_a_body_at_the_limit_is_read_and_one_byte_more_is_too_large(
    client: httpx.AsyncClient,
) -> None:
    fits = b'{"credits": 7}'.ljust(LIMIT_BYTES)
    assert (await client.post("/api/v1/things", content=fits)).status_code == 200
    over = await client.post("/api/v1/things", content=fits + b" ")
    assert told(over) == (413, "too_large")
    assert over.json()["limit"] == LIMIT_BYTES


async def test_a_streamed_body_is_refused_at_the_limit_and_the_rest_is_not_read() -> None:
    parts_read = 0

    async def receive() -> Message:
        nonlocal parts_read
        parts_read += 1
        return {"type": "http.request", "body": b"x" * 400, "more_body": True}

    with pytest.raises(errors.TooLarge):
        await read_body(receive, None, LIMIT_BYTES)
    assert parts_read == 3


async def test_a_body_announced_as_too_large_is_refused_unread() -> None:
    async def receive() -> Message:
        raise AssertionError("read although refused")

    with pytest.raises(errors.TooLarge):
        await read_body(receive, b"2000000", LIMIT_BYTES)


async def test_parts_of_a_body_are_put_together(client: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b'{"cre', b'dits"', b": 7}"):
            yield part

    response = await client.post("/api/v1/things", content=parts())
    assert "credits=7" in response.json()["what"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_another_media_type_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await client.post("/api/v1/things", content=b"{}", headers=headers)
    assert told(response) == (415, "unsupported_media_type")


@pytest.mark.parametrize("given", [None, "application/json", "Application/JSON; charset=UTF-8"])
async def test_json_may_come_with_its_type_or_without_any(
    client: httpx.AsyncClient, given: str | None
) -> None:
    headers = {} if given is None else {"Content-Type": given}
    response = await client.post("/api/v1/things", content=b"{}", headers=headers)
    assert response.status_code == 200


async def test_an_endpoint_may_take_files_of_its_own_type_and_size(
    client: httpx.AsyncClient,
) -> None:
    csv = {"Content-Type": "text/csv"}
    taken = await client.post("/api/v1/files", content=b"a,b", headers=csv)
    assert taken.json() == {"what": "a,b"}
    over = await client.post("/api/v1/files", content=b"a,b,c,d,e,f", headers=csv)
    assert told(over) == (413, "too_large")
    untyped = await client.post("/api/v1/files", content=b"a,b")
    assert told(untyped) == (415, "unsupported_media_type")


async def test_query_parameters_are_typed_and_empty_ones_are_not_given(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/api/v1/things?q=%C3%A9t%C3%A9&page=3&from=2026-02-28")
    assert response.json()["what"] == repr(Asked("été", 3, date(2026, 2, 28)))
    response = await client.get("/api/v1/things?q=&page=&from=")
    assert response.json()["what"] == repr(Asked())


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("page=x", "The query parameter `page` is not as it should be: expected `int`"),
        ("page=99999999999999999999", "`page` is out of range"),
        ("from=yesterday", "`from`"),
        ("from=2026-02-30", "`from`"),
        ("pgae=1", "Unknown query parameter `pgae`"),
        ("page=1&page=2", "`page` is given more than once"),
        ("q=%00", "`q` holds a NUL"),
        ("q=%FF", "not percent-encoded UTF-8"),
        ("&".join(f"p{number}=1" for number in range(60)), "more than 50 parameters"),
    ],
)
async def test_a_bad_query_is_refused_with_the_name_of_the_parameter(
    client: httpx.AsyncClient, query: str, named: str
) -> None:
    response = await client.get(f"/api/v1/things?{query}")
    assert told(response) == (400, "bad_request")
    assert named in response.json()["detail"]


async def test_a_call_without_parameters_takes_none(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/bare")).status_code == 200
    assert told(await client.get("/api/v1/bare?page=1")) == (400, "bad_request")


async def test_a_nul_in_the_path_names_nothing(client: httpx.AsyncClient) -> None:
    assert told(await client.get("/api/v1/things/con_%00")) == (404, "not_found")
