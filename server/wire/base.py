"""The two bases of every JSON shape and the reused coders."""

from typing import Any, TypeVar

import msgspec

MESSAGE = TypeVar("MESSAGE")


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends. An unknown field is refused, so that a typo never becomes a default."""


class Answer(msgspec.Struct, frozen=True):
    """What the server sends. Fields may be added; a field keeps its name and meaning."""


_encoder = msgspec.json.Encoder()


def to_json(value: Any) -> bytes:
    """UTF-8 JSON of a wire shape."""
    return _encoder.encode(value)


def from_json(shape: type[MESSAGE], body: bytes) -> MESSAGE:
    """Decode and validate in one pass.

    Raises msgspec.ValidationError (a wrong field, with its path) or msgspec.DecodeError (no JSON);
    UnicodeDecodeError for invalid UTF-8.
    """
    return msgspec.json.decode(body, type=shape)


def doc_of(shape: type[Any]) -> str:
    """The first paragraph of a shape's docstring on one line, for the generated documents."""
    return " ".join((shape.__doc__ or "").strip().split("\n\n")[0].split())
