"""Multipart bodies at the door: the file goes to the disk, the texts are decoded, all bounded."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from server.api import uploads
from server.api.door import idempotency_of
from server.api.endpoint import Call, Endpoint, FormShape
from server.api.uploads import FormReader
from server.domain import errors
from server.settings import Limits
from server.wire.base import Answer, Request
from tests.integration.accounts_app import BOB, Accounts, accounts_on, told
from tests.services import eventually

FILE_BYTES_MAX = 100_000
BOUNDARY = "the-boundary"
TYPE = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
FILE = ("file", "people.csv", b"email\nana@example.com\n")
KINDS = ("kinds", None, b"email")


class Texts(Request, frozen=True, kw_only=True):
    kinds: str
    max_credits: int | None = None
    label: str = ""


class Heard(Answer, frozen=True):
    what: str
    name: str
    sha256: str
    key: str


async def _hear(call: Call) -> Heard:
    key = idempotency_of(call)
    content = call.file.content.read()
    fingerprint = key.fingerprint.hex() if key else ""
    return Heard(repr(call.body), call.file.name, sha256(content).hexdigest(), fingerprint)


SHAPE = FormShape(texts=Texts, file_bytes_max=FILE_BYTES_MAX, file_types=("text/csv",))
FORM = Endpoint(
    method="POST",
    path="/api/v1/forms",
    handler=_hear,
    summary="",
    who="anyone",
    form=SHAPE,
    idempotent=True,
)
Part = tuple[str, str | None, bytes]
"""Name, name of the file if it is one, content."""


def body_of(*parts: Part, boundary: str = BOUNDARY) -> bytes:
    """A multipart body as browsers send it."""
    sent = b""
    for name, file, content in parts:
        named = f'; filename="{file}"' if file is not None else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        sent += head.encode() + content + b"\r\n"
    return sent + f"--{boundary}--\r\n".encode()


@pytest.fixture
async def accounts(sqlite_url: str) -> AsyncIterator[Accounts]:
    async with accounts_on(sqlite_url, limits=Limits()) as accounts:
        yield accounts


@pytest.fixture
async def client(accounts: Accounts) -> AsyncIterator[httpx.AsyncClient]:
    async with accounts.client(more=[FORM]) as client:
        yield client


async def send(client: httpx.AsyncClient, body: bytes, **heads: str) -> httpx.Response:
    return await client.post(FORM.path, content=body, headers={**TYPE, **heads})


def receiving(pieces: Iterable[bytes]) -> tuple[Receive, list[int]]:
    """An ASGI receive that gives these pieces, and the sizes it has given."""
    given: list[int] = []
    left = iter(pieces)

    async def receive() -> Message:
        piece = next(left)
        given.append(len(piece))
        return {"type": "http.request", "body": piece, "more_body": True}

    return receive, given


async def test_the_file_and_the_texts_arrive(client: httpx.AsyncClient) -> None:
    label = ("label", None, "Größe, “x”".encode())
    answer = await send(client, body_of(KINDS, FILE, ("max_credits", None, b"7"), label))
    assert answer.status_code == 200, answer.text
    heard = answer.json()
    assert heard["what"] == repr(Texts(kinds="email", max_credits=7, label="Größe, “x”"))
    assert (heard["name"], heard["sha256"]) == ("people.csv", sha256(FILE[2]).hexdigest())


@pytest.mark.parametrize("piece_bytes", [1, 7, 64, 5_000])
async def test_a_body_may_come_in_pieces_of_any_size(
    client: httpx.AsyncClient, piece_bytes: int
) -> None:
    content = (b"\r\n--the-boundar\r\n-" * 90) + os.urandom(500)
    body = body_of(("file", "x.bin", content), KINDS)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), piece_bytes):
            yield body[start : start + piece_bytes]

    answer = await client.post(FORM.path, content=pieces(), headers=TYPE)
    assert answer.json()["sha256"] == sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("parts", "detail"),
    [
        ((KINDS,), "The part `file` is missing"),
        ((FILE,), "The part `kinds` is missing."),
        ((FILE, ("kinds", None, b"")), "The part `kinds` is missing."),
        ((FILE, KINDS, KINDS), "The part `kinds` is given more than once."),
        ((FILE, KINDS, FILE), "The part `file` is given more than once."),
        ((FILE, KINDS, ("colour", None, b"red")), "Unknown part `colour`."),
        ((FILE, KINDS, ("", None, b"red")), "Unknown part ``."),
        ((FILE, ("kinds", None, b"\xff")), "The part `kinds` is not valid UTF-8."),
        ((FILE, ("kinds", None, b"a\0b")), "The part `kinds` holds a NUL character."),
        ((FILE, KINDS, ("max_credits", None, b"many")), "The part `max_credits` is not as it"),
        ((FILE, KINDS, ("max_credits", None, b"null")), "leave it out instead of writing null"),
        ((FILE, KINDS, ("max_credits", None, b"1" * 30)), "`max_credits` is out of range"),
    ],
)
async def test_a_form_that_makes_no_sense_is_refused_by_part(
    client: httpx.AsyncClient, parts: tuple[Part, ...], detail: str
) -> None:
    answer = await send(client, body_of(*parts))
    assert told(answer) == (400, "bad_request")
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "ends before its last part"),
        (b"kinds=email", "cannot be read as multipart/form-data"),
        (b'{"kinds": "email"}', "cannot be read as multipart/form-data"),
        (body_of(KINDS, FILE, boundary="another"), "cannot be read as multipart/form-data"),
        (body_of(KINDS, FILE)[:-5], "ends before its last part"),
        (body_of(KINDS, FILE)[:120], "ends before its last part"),
        (b"--the-boundary\r\nno head at all\r\n\r\nx", "cannot be read"),
        (b"--the-boundary\r\n\r\nno name\r\n--the-boundary--\r\n", "Unknown part ``."),
        (b"--the-boundary\r\n" + b"A: b\r\n" * 20 + b"\r\nx", "cannot be read"),
        (b"--the-boundary\r\nA: " + b"b" * 9_000 + b"\r\n\r\nx", "cannot be read"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(
    client: httpx.AsyncClient, body: bytes, detail: str
) -> None:
    answer = await send(client, body)
    assert told(answer) == (400, "bad_request")
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize(
    ("type_", "refused"),
    [
        ("multipart/form-data", (400, "bad_request")),
        ("multipart/form-data; boundary=", (400, "bad_request")),
        ("multipart/form-data; boundary=" + "x" * 300, (400, "bad_request")),
        ("multipart/mixed; boundary=the-boundary", (415, "unsupported_media_type")),
        ("application/json", (415, "unsupported_media_type")),
        ("text/csv", (415, "unsupported_media_type")),
    ],
)
async def test_another_type_or_no_boundary_is_refused(
    client: httpx.AsyncClient, type_: str, refused: tuple[int, str]
) -> None:
    answer = await client.post(
        FORM.path, content=body_of(KINDS, FILE), headers={"Content-Type": type_}
    )
    assert told(answer) == refused


async def test_a_file_at_the_limit_is_taken_and_a_byte_more_is_too_large(
    client: httpx.AsyncClient,
) -> None:
    fits = b"x" * FILE_BYTES_MAX
    taken = await send(client, body_of(KINDS, ("file", "x.csv", fits)))
    assert taken.json()["sha256"] == sha256(fits).hexdigest()
    over = await send(client, body_of(KINDS, ("file", "x.csv", fits + b"x")))
    assert told(over) == (413, "too_large")
    assert over.json()["limit"] == FILE_BYTES_MAX
    assert over.json()["detail"].startswith("The file is larger than the 100,000 bytes")


async def test_a_long_text_is_too_large(client: httpx.AsyncClient) -> None:
    answer = await send(client, body_of(FILE, ("kinds", None, b"x" * 4_001)))
    assert told(answer) == (413, "too_large")
    assert "`kinds`" in answer.json()["detail"]


async def test_a_body_announced_as_too_large_is_refused_unread() -> None:
    receive, given = receiving([])
    heads = {b"content-type": TYPE["Content-Type"].encode(), b"content-length": b"51000000"}
    with pytest.raises(errors.TooLarge):
        async with FormReader(SHAPE).read(receive, heads, "bob"):
            pass
    assert given == []


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (body_of(("file", "x.csv", b""))[:-20], b"x" * 10_000),
        (body_of(KINDS, FILE), b"x" * 10_000),
        (b"", b"\r\n" * 5_000),
    ],
    ids=["a file", "after the end", "before the start"],
)
async def test_a_body_without_an_end_is_refused_at_the_limit(start: bytes, piece: bytes) -> None:
    receive, given = receiving([start, *[piece] * 100])
    heads = {b"content-type": TYPE["Content-Type"].encode()}
    with pytest.raises(errors.TooLarge):
        async with FormReader(SHAPE).read(receive, heads, "bob"):
            pass
    assert sum(given) <= FILE_BYTES_MAX + uploads.AROUND_BYTES_MAX + 10_000


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("people.csv", "people.csv"),
        ("C:\\Users\\Bob\\people.csv", "people.csv"),
        ("../../etc/passwd", "passwd"),
        ("a%22b.csv", 'a"b.csv'),
        ("l\u00e9ads \u4eba.xlsx", "l\u00e9ads \u4eba.xlsx"),
        ("tab\tbell\x07.csv", "tabbell.csv"),
        ("x" * 300, "x" * 200),
        ("", "file"),
        ("folder/", "file"),
        (None, "file"),
    ],
)
async def test_a_files_name_is_its_own_without_folders_and_control_characters(
    client: httpx.AsyncClient, sent: str | None, shown: str
) -> None:
    answer = await send(client, body_of(KINDS, ("file", sent, b"x")))
    assert answer.json()["name"] == shown


async def test_r11_the_fingerprint_is_of_the_parts_and_not_of_their_boundary(
    client: httpx.AsyncClient,
) -> None:
    async def key(*parts: Part, boundary: str = BOUNDARY) -> str:
        heads = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Idempotency-Key": "bobs",
        }
        body = body_of(*parts, boundary=boundary)
        answer = await client.post(FORM.path, content=body, headers=heads)
        return str(answer.json()["key"])

    first = await key(KINDS, FILE)
    assert await key(FILE, KINDS, boundary="chosen-anew") == first
    others = {
        await key(("kinds", None, b"phone"), FILE),
        await key(KINDS, ("file", "people.csv", b"email\nben@example.com\n")),
        await key(KINDS, ("file", "other.csv", FILE[2])),
        await key(KINDS, FILE, ("label", None, b"new")),
        await key(KINDS, FILE, ("max_credits", None, b"7")),
    }
    assert len(others | {first}) == 6


async def test_a_caller_has_four_uploads_at_once_and_another_still_has_its_own() -> None:
    reader, arrived = FormReader(SHAPE), asyncio.Event()
    heads = {b"content-type": TYPE["Content-Type"].encode()}
    waiting = 0

    async def never_ends() -> Message:
        nonlocal waiting
        waiting += 1
        await arrived.wait()
        return {"type": "http.disconnect"}

    async def upload(caller: str) -> None:
        async with reader.read(never_ends, heads, caller):
            pass

    slow = [asyncio.create_task(upload("bob")) for _ in range(4)]
    await eventually(lambda: waiting == 4)
    with pytest.raises(errors.Busy):
        await upload("bob")
    slow.append(asyncio.create_task(upload("jane")))
    await eventually(lambda: waiting == 5)
    arrived.set()
    ended = await asyncio.gather(*slow, return_exceptions=True)
    assert {type(each) for each in ended} == {ClientDisconnect}
    with pytest.raises(ClientDisconnect):
        await upload("bob")


async def test_an_upload_that_stands_still_ends() -> None:
    reader = FormReader(SHAPE, idle_s=0.01)
    heads = {b"content-type": TYPE["Content-Type"].encode()}

    async def stalls() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    for _ in range(uploads.UPLOADS_AT_ONCE_MAX + 1):
        with pytest.raises(errors.BadRequest, match="arrived"):
            async with reader.read(stalls, heads, "bob"):
                pass


async def test_a_full_disk_is_told_and_says_when_to_come_back(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> BinaryIO:
        return open("/dev/full", "r+b", buffering=0)

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    answer = await send(client, body_of(KINDS, FILE))
    assert told(answer) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_no_folder_for_files_is_told(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert told(await send(client, body_of(KINDS, FILE))) == (503, "unavailable")


async def test_who_may_not_call_has_nothing_read(accounts: Accounts) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        raise AssertionError("read although refused")
        yield b""

    for_members = Endpoint(
        method="POST", path="/api/v1/theirs", handler=_hear, summary="", form=SHAPE
    )
    async with accounts.client(more=[for_members]) as client:
        answer = await client.post(for_members.path, content=pieces(), headers=TYPE)
        assert told(answer) == (401, "unauthenticated")
    async with await accounts.signed_in(BOB, more=[for_members]) as client:
        taken = await client.post(for_members.path, content=body_of(KINDS, FILE), headers=TYPE)
        assert taken.status_code == 200
