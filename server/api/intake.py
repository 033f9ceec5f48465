"""What comes in: a body within its size and type, decoded, every refusal naming the field."""

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from server.api.endpoint import JSON
from server.domain import errors

INT_MAX = 2**53 - 1
"""Above it JSON readers round, and the database's integers end not far behind."""
QUERY_FIELDS_MAX = 50
NUL = "\x00"

# Only a body in which one of these occurs can hold a NUL or a number too large: the rest, nearly
# all, is spared the walk. An id may have sixteen digits in a row, but no number begins in one.
_NUL_ESCAPE = rb"\u0000"
_LONG_NUMBER = b"," + b"0" * 16
_SHAPES = bytes.maketrans(b"0123456789:[ \t\r\n-", b"0" * 10 + b"," * 7)
_AT = re.compile(r"^(?P<what>.*) - at `\$\.?(?P<path>.*)`$", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>.*)`", re.DOTALL)
_CHARSET = re.compile(r"charset\s*=\s*\"?(?P<name>[^\s\";]+)", re.IGNORECASE)


async def read_body(receive: Receive, announced: bytes | None, bytes_max: int) -> bytes:
    """The whole body. Raises TooLarge as soon as it is known to be, and keeps no more than that.

    `announced`: the Content-Length header. Raises ClientDisconnect when the client left.
    """
    if announces_more(announced, bytes_max):
        raise too_large(bytes_max)
    message = await receive()
    body = part_of(message)
    if not message.get("more_body", False):
        return _within(body, bytes_max)
    parts, size = [body], len(_within(body, bytes_max))
    while message.get("more_body", False):
        message = await receive()
        parts.append(part_of(message))
        size += len(parts[-1])
        if size > bytes_max:
            raise too_large(bytes_max)
    return b"".join(parts)


def check_media_type(
    given: bytes | None, encoding: bytes | None, accepted: tuple[str, ...]
) -> None:
    """Raises UnsupportedMediaType. Only JSON may come without saying so."""
    if encoding is not None and encoding.lower() != b"identity":
        raise errors.UnsupportedMediaType("Send the body as it is, without Content-Encoding.")
    text = JSON if given is None else given.decode("latin-1")
    charset = _CHARSET.search(text)
    if text.partition(";")[0].strip().lower() not in accepted:
        raise errors.UnsupportedMediaType(
            f"The body's type {text} is not accepted here; send {' or '.join(accepted)}."
        )
    if charset is not None and charset["name"].lower() not in ("utf-8", "utf8"):
        raise errors.UnsupportedMediaType("Send the body in UTF-8.")


class BodyDecoder:
    """Decodes one endpoint's JSON bodies and says plainly what is wrong with one (400)."""

    def __init__(self, shape: type[msgspec.Struct]) -> None:
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(shape)

    def decode(self, body: bytes) -> Any:
        """The request struct. Raises BadRequest."""
        try:
            decoded = self._decoder.decode(body)
        except msgspec.ValidationError as error:
            raise errors.BadRequest(_sentence(str(error), "field")) from None
        except msgspec.DecodeError as error:
            what = "is empty" if not body.strip() else f"cannot be read: {error}"
            raise errors.BadRequest(f"The body must be JSON; it {what}.") from None
        except UnicodeDecodeError:
            raise errors.BadRequest("The body is not valid UTF-8.") from None
        except RecursionError:
            raise errors.BadRequest("The body is nested too deeply.") from None
        if _NUL_ESCAPE in body or _LONG_NUMBER in body.translate(_SHAPES):
            refuse_unstorable(decoded, "field")
        return decoded


class QueryDecoder:
    """Decodes one endpoint's query string. A parameter without a value counts as not given."""

    def __init__(self, shape: type[msgspec.Struct] | None) -> None:
        self._decoder = TextsDecoder(shape, "query parameter") if shape is not None else None

    def decode(self, query_string: bytes) -> Any:
        """The query struct, or None where the endpoint has none. Raises BadRequest."""
        given = _parameters(query_string) if query_string else {}
        if self._decoder is not None:
            return self._decoder.decode(given)
        for name in given:
            raise errors.BadRequest(f"Unknown query parameter `{name}`.")
        return None


class TextsDecoder:
    """Makes a struct of named texts. `noun`: what a refusal calls one of them."""

    def __init__(self, shape: type[msgspec.Struct], noun: str) -> None:
        self._shape = shape
        self._noun = noun

    def decode(self, given: Mapping[str, str]) -> Any:
        """Raises BadRequest."""
        try:
            decoded = msgspec.convert(given, type=self._shape, strict=False)
        except msgspec.ValidationError as error:
            raise errors.BadRequest(_sentence(str(error), self._noun)) from None
        self._refuse_null(given, decoded)
        refuse_unstorable(decoded, self._noun)
        return decoded

    def _refuse_null(self, given: Container[str], decoded: msgspec.Struct) -> None:
        """msgspec would take the word `null` for one that is not given."""
        for field in msgspec.structs.fields(decoded):
            if field.encode_name in given and getattr(decoded, field.name) is None:
                raise errors.BadRequest(
                    f"The {self._noun} `{field.encode_name}` is not as it should be: "
                    "leave it out instead of writing null."
                )


def refuse_unstorable(decoded: Any, noun: str) -> None:
    """Raises BadRequest for a NUL in a text or an integer that others would round."""
    for path, value in _leaves(msgspec.to_builtins(decoded), ""):
        if isinstance(value, str) and NUL in value:
            raise errors.BadRequest(f"The {noun} `{path}` holds a NUL character.")
        if isinstance(value, int) and abs(value) > INT_MAX:
            raise errors.BadRequest(f"The {noun} `{path}` is out of range.")


def announces_more(announced: bytes | None, bytes_max: int) -> bool:
    """Whether the Content-Length header says so."""
    return announced is not None and announced.isdigit() and int(announced) > bytes_max


def part_of(message: Any) -> bytes:
    """The piece of the body in an ASGI message. Raises ClientDisconnect when the client left."""
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    part: bytes = message.get("body", b"")
    return part


def _within(body: bytes, bytes_max: int) -> bytes:
    if len(body) > bytes_max:
        raise too_large(bytes_max)
    return body


def too_large(bytes_max: int, what: str = "body") -> errors.TooLarge:
    """The refusal of `what` (body, file, part)."""
    return errors.TooLarge(
        f"The {what} is larger than the {bytes_max:,} bytes allowed here.", limit=bytes_max
    )


def _parameters(query_string: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), errors="strict", max_num_fields=QUERY_FIELDS_MAX
        )
    except UnicodeDecodeError:
        raise errors.BadRequest("The query string is not percent-encoded UTF-8.") from None
    except ValueError:
        raise errors.BadRequest(
            f"The query string has more than {QUERY_FIELDS_MAX} parameters."
        ) from None
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            raise errors.BadRequest(f"The query parameter `{name}` is given more than once.")
        given[name] = value
    return given


def _sentence(message: str, noun: str) -> str:
    """msgspec's message as a sentence that names the path of the field."""
    located = _AT.match(message)
    what, path = (located["what"], located["path"]) if located else (message, "")
    unknown, missing = _UNKNOWN.fullmatch(what), _MISSING.fullmatch(what)
    if unknown is not None:
        return f"Unknown {noun} `{_joined(path, unknown['name'])}`."
    if missing is not None:
        return f"The {noun} `{_joined(path, missing['name'])}` is missing."
    where = f"The {noun} `{path}`" if path else "The body"
    return f"{where} is not as it should be: {what[:1].lower()}{what[1:]}."


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield _joined(path, name), name
            yield from _leaves(member, _joined(path, name))
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            yield from _leaves(member, f"{path}[{index}]")
    else:
        yield path, value
