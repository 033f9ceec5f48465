"""`/asyncapi.json`: AsyncAPI 3, made of the same structs that decode and encode the battery
socket's frames."""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from server.api.openapi import VERSION
from server.wire import socket
from server.wire.base import doc_of

REF = "#/components/schemas/{name}"
CHANNEL = "battery"
CLOSE_CODES = "x-close-codes"
"""AsyncAPI has no word for them; the page reads them here too."""

Json = dict[str, Any]


def asyncapi(close_codes: Mapping[int, str]) -> Json:
    """The document: one channel, what a client sends, what the server sends, how it ends."""
    sent, received = get_args(socket.ClientMessage), get_args(socket.ServerMessage)
    _, schemas = msgspec.json.schema_components([*sent, *received], ref_template=REF)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Credit Battery socket",
            "version": VERSION,
            "description": "Every change of a battery, pushed. JSON text frames tagged by `type`.",
        },
        "channels": {
            CHANNEL: {
                "address": "/api/v1/socket",
                "messages": {
                    _tag(shape): _ref("messages", _tag(shape)) for shape in sent + received
                },
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            "fromClient": _operation("receive", sent),
            "fromServer": _operation("send", received),
        },
        "components": {
            "messages": {_tag(shape): _message(shape) for shape in sent + received},
            "schemas": schemas,
        },
        CLOSE_CODES: {str(code): meaning for code, meaning in close_codes.items()},
    }


def _operation(action: str, shapes: tuple[type[msgspec.Struct], ...]) -> Json:
    channel = f"#/channels/{CHANNEL}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{_tag(shape)}"} for shape in shapes],
    }


def _message(shape: type[msgspec.Struct]) -> Json:
    return {
        "name": _tag(shape),
        "summary": doc_of(shape),
        "contentType": "application/json",
        "payload": _ref("schemas", shape.__name__),
    }


def _tag(shape: type[msgspec.Struct]) -> str:
    return str(shape.__struct_config__.tag)


def _ref(group: str, name: str) -> Json:
    return {"$ref": f"#/components/{group}/{name}"}
