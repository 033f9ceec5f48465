"""Multipart bodies (RFC 7578): one file, which goes to the disk while it arrives, and a few short
texts beside it."""

import asyncio
import hashlib
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Message, Receive

from server.api.endpoint import FormShape, SentFile
from server.api.intake import TextsDecoder, announces_more, part_of, too_large
from server.domain import errors

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILE = "file"
TEXT_BYTES_MAX = 4_000
"""Of one text part: a label is the longest."""
AROUND_BYTES_MAX = 65_536
"""Boundaries, heads and texts: what a body may have beside its file."""
UPLOADS_AT_ONCE_MAX = 4
"""Of one caller: each fills a file on our disk for as long as its sender likes."""
IDLE_S = 60.0
"""Without a byte: whoever stalls keeps one of a few places, and its part of the disk."""
NAME_CHARS_MAX = 200
FINGERPRINT_BYTES = 16
RETRY_AFTER_S = 30
ARGUMENT = TypeVar("ARGUMENT")
_UNREADABLE = "The body cannot be read as multipart/form-data with the boundary its header names."


class FormReader:
    """Reads the multipart bodies of one endpoint. `idle_s`: how long one may stand still."""

    def __init__(self, shape: FormShape, *, idle_s: float = IDLE_S) -> None:
        self._shape = shape
        self._idle_s = idle_s
        self._names = frozenset(field.encode_name for field in msgspec.structs.fields(shape.texts))
        self._decoder = TextsDecoder(shape.texts, "part")
        self._bytes_max = shape.file_bytes_max + AROUND_BYTES_MAX
        self._open: Counter[str] = Counter()

    @asynccontextmanager
    async def read(
        self, receive: Receive, heads: Mapping[bytes, bytes], caller: str
    ) -> AsyncIterator[tuple[Any, SentFile]]:
        """The struct of the texts and the file, which is closed afterwards.

        Raises BadRequest, TooLarge as soon as it is known, Busy, Unavailable when the disk does not
        take the file, ClientDisconnect when the client left.
        """
        if announces_more(heads.get(b"content-length"), self._bytes_max):
            raise self._file_too_large()
        boundary = _boundary(heads)
        with self._place(caller), _temporary_file() as file:
            parts = _Parts(self._names, self._shape.file_bytes_max)
            await self._receive(receive, _parser(boundary, parts), parts, file)
            texts = self._decoder.decode(parts.texts())
            await _on_disk(file.seek, 0)
            yield texts, SentFile(parts.file_name(), file, parts.fingerprint())

    async def _receive(
        self, receive: Receive, parser: MultipartParser, parts: "_Parts", file: BinaryIO
    ) -> None:
        received, more = 0, True
        while more:
            message = await self._next(receive)
            some = part_of(message)
            received += len(some)
            if received > self._bytes_max:
                raise self._file_too_large()
            # What follows the last boundary says nothing.
            if not parts.is_whole:
                _feed(parser, some)
                await _on_disk(file.write, parts.take_arrived())
            more = message.get("more_body", False)
        if not parts.is_whole:
            raise errors.BadRequest("The body ends before its last part does.")

    async def _next(self, receive: Receive) -> Message:
        try:
            async with asyncio.timeout(self._idle_s):
                return await receive()
        except TimeoutError:
            raise errors.BadRequest(
                f"Nothing of the body arrived for {self._idle_s:g} s; send it again."
            ) from None

    def _file_too_large(self) -> errors.TooLarge:
        """What is around a file is never so much: whoever reads this sent too large a file."""
        return too_large(self._shape.file_bytes_max, "file")

    @contextmanager
    def _place(self, caller: str) -> Iterator[None]:
        if self._open[caller] >= UPLOADS_AT_ONCE_MAX:
            raise errors.Busy(
                f"{UPLOADS_AT_ONCE_MAX} files of yours are being uploaded already; "
                "send this one when one of them is done.",
                limit="uploads_at_once",
            )
        self._open[caller] += 1
        try:
            yield
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]


class _Parts:
    """What the parser has read so far. Not the file's content: that is handed on by
    `take_arrived`."""

    def __init__(self, text_names: frozenset[str], file_bytes_max: int) -> None:
        self._text_names = text_names
        self._file_bytes_max = file_bytes_max
        self._head_name = bytearray()
        self._head_value = bytearray()
        self._disposition = ""
        self._name = ""
        self._file_name: str | None = None
        self._file_bytes = 0
        self._arrived = bytearray()
        self._texts: dict[str, bytearray] = {}
        self._digests: dict[str, hashlib.blake2b] = {}
        self.is_whole = False

    def callbacks(self) -> "MultipartCallbacks":
        """For the parser, which calls them in the order of the body."""
        return {
            "on_part_begin": self._begin_part,
            "on_header_field": self._read_head_name,
            "on_header_value": self._read_head_value,
            "on_header_end": self._end_head,
            "on_headers_finished": self._admit,
            "on_part_data": self._read_content,
            "on_end": self._end,
        }

    def take_arrived(self) -> bytes:
        """The bytes of the file since the last call."""
        arrived = bytes(self._arrived)
        self._arrived.clear()
        return arrived

    def file_name(self) -> str:
        """Raises BadRequest when no file came."""
        if self._file_name is None:
            raise errors.BadRequest(f"The part `{FILE}` is missing: send a CSV or XLSX file in it.")
        return self._file_name

    def texts(self) -> dict[str, str]:
        """Name to text; one without a text counts as not given. Raises BadRequest."""
        return {name: _text(name, content) for name, content in self._texts.items() if content}

    def fingerprint(self) -> bytes:
        """The same for the same parts in any order."""
        whole = hashlib.blake2b(digest_size=FINGERPRINT_BYTES)
        for _, digest in sorted(self._digests.items()):
            whole.update(digest.digest())
        return whole.digest()

    def _begin_part(self) -> None:
        self._disposition = ""

    def _read_head_name(self, data: bytes, start: int, end: int) -> None:
        self._head_name += data[start:end]

    def _read_head_value(self, data: bytes, start: int, end: int) -> None:
        self._head_value += data[start:end]

    def _end_head(self) -> None:
        if self._head_name.lower() == b"content-disposition":
            self._disposition = self._head_value.decode("latin-1")
        self._head_name.clear()
        self._head_value.clear()

    def _admit(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode(errors="replace")
        if name in self._digests:
            raise errors.BadRequest(f"The part `{name}` is given more than once.")
        if name not in self._text_names | {FILE}:
            raise errors.BadRequest(f"Unknown part `{name}`.")
        self._name = name
        self._digests[name] = hashlib.blake2b(digest_size=FINGERPRINT_BYTES)
        told = name
        if name == FILE:
            self._file_name = _cleaned(options.get(b"filename", b""))
            told = f"{name}\n{self._file_name}"
        else:
            self._texts[name] = bytearray()
        self._digests[name].update(f"{told}\0".encode())

    def _read_content(self, data: bytes, start: int, end: int) -> None:
        content = data[start:end]
        self._digests[self._name].update(content)
        if self._name == FILE:
            self._file_bytes += len(content)
            if self._file_bytes > self._file_bytes_max:
                raise too_large(self._file_bytes_max, "file")
            self._arrived += content
        else:
            self._texts[self._name] += content
            if len(self._texts[self._name]) > TEXT_BYTES_MAX:
                raise too_large(TEXT_BYTES_MAX, f"part `{self._name}`")

    def _end(self) -> None:
        self.is_whole = True


def _boundary(heads: Mapping[bytes, bytes]) -> bytes:
    _, options = parse_options_header(heads.get(b"content-type", b""))
    boundary = options.get(b"boundary")
    if not boundary:
        raise errors.BadRequest("The header Content-Type must name the boundary of the parts.")
    return boundary


def _parser(boundary: bytes, parts: _Parts) -> MultipartParser:
    try:
        return MultipartParser(boundary, parts.callbacks())
    except FormParserError:
        raise errors.BadRequest("The header Content-Type names a boundary too long.") from None


def _feed(parser: MultipartParser, some: bytes) -> None:
    try:
        parser.write(some)
    except FormParserError:
        raise errors.BadRequest(_UNREADABLE) from None


@contextmanager
def _temporary_file() -> Iterator[BinaryIO]:
    """Without a name, so that it is gone when it is closed or the process is killed."""
    try:
        file = cast(BinaryIO, tempfile.TemporaryFile(prefix="battery-upload-"))
    except OSError as error:
        raise _no_room() from error
    with file:
        yield file


async def _on_disk(call: Callable[[ARGUMENT], int], argument: ARGUMENT) -> None:
    """Not in the loop's thread: a disk may be slow. Raises Unavailable when it is full."""
    try:
        await asyncio.to_thread(call, argument)
    except OSError as error:
        raise _no_room() from error


def _no_room() -> errors.Unavailable:
    return errors.Unavailable(
        f"The file could not be kept; try again in {RETRY_AFTER_S} s.", retry_after_s=RETRY_AFTER_S
    )


def _text(name: str, content: bytearray) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise errors.BadRequest(f"The part `{name}` is not valid UTF-8.") from None


def _cleaned(sent: bytes) -> str:
    """The file's own name: browsers write a quote as %22, and old ones send the folders too."""
    name = sent.decode(errors="replace").replace("%22", '"').replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in name if letter.isprintable()).strip()
    return shown[:NAME_CHARS_MAX] or FILE
