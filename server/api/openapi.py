"""`/openapi.json`: OpenAPI 3.1, made of the endpoints and the wire's own structs; nothing is
written by hand."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from server.api.endpoint import JSON, LINES, MULTIPART, Endpoint, FormShape
from server.api.errors import PROBLEM_TYPE, TABLE, Problem
from server.api.uploads import FILE
from server.domain import errors
from server.domain.errors import BatteryError

VERSION = "1"
REF = "#/components/schemas/{name}"
PATH_PARAMETER = re.compile(r"{(\w+)}")
EVERY_CALL: tuple[type[BatteryError], ...] = (
    errors.BadRequest,  # a query parameter that no call knows is refused everywhere
    errors.RateLimited,
    errors.Unavailable,
)
CHANGING: tuple[type[BatteryError], ...] = (errors.Busy,)
"""What changes something may have to wait for the org's writer."""
SIGNED_IN: tuple[type[BatteryError], ...] = (errors.Unauthenticated, errors.Forbidden)
SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "anyone": [],
    "member": [{"bearer": []}, {"cookie": []}],
    "admin": [{"bearer": []}, {"cookie": []}],
    "operator": [{"operator": []}],
}

HEADERS: dict[int, tuple[str, str]] = {
    401: ("WWW-Authenticate", "Bearer"),
    429: ("Retry-After", "Seconds after which to try again"),
    503: ("Retry-After", "Seconds after which to try again"),
}
"""A refusal's own header and what it says, by status."""

Json = dict[str, Any]

BINARY: Json = {"type": "string", "format": "binary"}
EMPTY: Json = {"type": "object", "maxProperties": 0}


def openapi(endpoints: Sequence[Endpoint], cookie: str) -> Json:
    """The document. `cookie`: the name of the web app's session cookie."""
    schemas, components = msgspec.json.schema_components(_shapes(endpoints), ref_template=REF)
    by_shape = dict(zip(map(_shape_key, _shapes(endpoints)), schemas, strict=True))
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, by_shape)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Credit Battery",
            "version": VERSION,
            "description": "Pieces an organization pays for once, and the batteries they draw on.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": cookie},
                "operator": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of `python -m server operator-token`.",
                },
            },
        },
    }


def _shapes(endpoints: Iterable[Endpoint]) -> list[Any]:
    shapes: list[Any] = [Problem]
    for endpoint in endpoints:
        said = (endpoint.body, endpoint.answer, endpoint.lines)
        shapes += [shape for shape in said if shape is not None]
    return list({_shape_key(shape): shape for shape in shapes}.values())


def _shape_key(shape: Any) -> str:
    return repr(shape)


def _operation(endpoint: Endpoint, by_shape: dict[str, Json]) -> Json:
    operation: Json = {
        "operationId": operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": [tag_of(endpoint)],
        "security": SECURITY[endpoint.who],
        "parameters": [
            *_path_parameters(endpoint),
            *_query_parameters(endpoint),
            *_heads(endpoint),
        ],
        "responses": _responses(endpoint, by_shape),
    }
    if endpoint.body_types:
        operation["requestBody"] = {"required": True, "content": _taken(endpoint, by_shape)}
    return operation


def _taken(endpoint: Endpoint, by_shape: dict[str, Json]) -> Json:
    """What a body may be, by media type."""
    if endpoint.form is not None:
        return {MULTIPART: _form(endpoint.form)}
    if endpoint.body is not None:
        return _content(by_shape[_shape_key(endpoint.body)], endpoint.body_types)
    return _content(BINARY, endpoint.body_types)


def _form(form: FormShape) -> Json:
    """The parts: the file, and the texts with what they must be."""
    _, components = msgspec.json.schema_components([form.texts], ref_template=REF)
    schema = components[form.texts.__name__]
    texts = {name: _as_text(field) for name, field in schema["properties"].items()}
    return {
        "schema": {
            "type": "object",
            "properties": {FILE: BINARY, **texts},
            "required": [FILE, *schema.get("required", [])],
            "additionalProperties": False,
        },
        "encoding": {FILE: {"contentType": ", ".join(form.file_types)}},
    }


def operation_id(endpoint: Endpoint) -> str:
    """Unique and stable: the method and the path's words."""
    words = re.findall(r"\w+", endpoint.path.removeprefix("/api/v1"))
    return "_".join([endpoint.method.lower(), *words])


def tag_of(endpoint: Endpoint) -> str:
    """The first word of the path under the version."""
    return endpoint.path.removeprefix("/api/v1/").split("/")[0]


def _path_parameters(endpoint: Endpoint) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in PATH_PARAMETER.findall(endpoint.path)
    ]


def _query_parameters(endpoint: Endpoint) -> list[Json]:
    if endpoint.query is None:
        return []
    _, components = msgspec.json.schema_components([endpoint.query], ref_template=REF)
    schema = components[endpoint.query.__name__]
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            # Without a value it counts as not given (QueryDecoder).
            "allowEmptyValue": name not in required,
            "schema": _as_text(field),
        }
        for name, field in schema["properties"].items()
    ]


def _as_text(field: Json) -> Json:
    """A query parameter or a part of a form is left out rather than null."""
    choices = [choice for choice in field.get("anyOf", []) if choice != {"type": "null"}]
    if not choices:
        return {name: value for name, value in field.items() if name != "default"}
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _heads(endpoint: Endpoint) -> list[Json]:
    if not endpoint.idempotent:
        return []
    visible_ascii = {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"}
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The same key and body answer the first answer again (R11).",
            "schema": visible_ascii,
        }
    ]


def _responses(endpoint: Endpoint, by_shape: dict[str, Json]) -> Json:
    responses: Json = {str(endpoint.status): _success(endpoint, by_shape)}
    for status, meaning in endpoint.also_answers.items():
        responses[str(status)] = {"description": meaning, "content": _content(EMPTY, (JSON,))}
    refusals: dict[int, set[str]] = {}
    for error in refusals_of(endpoint):
        refusals.setdefault(TABLE[error.code].status, set()).add(error.code)
    for status, codes in sorted(refusals.items()):
        responses[str(status)] = _refusal(status, sorted(codes), by_shape)
    return responses


def _refusal(status: int, codes: list[str], by_shape: dict[str, Json]) -> Json:
    """A problem document whose `code` is one of those this call can be refused with."""
    problem = {**by_shape[_shape_key(Problem)], "properties": {"code": {"enum": codes}}}
    response: Json = {
        "description": ", ".join(codes),
        "content": _content(problem, (PROBLEM_TYPE,)),
    }
    if status in HEADERS:
        name, meaning = HEADERS[status]
        header = {"description": meaning, "required": True, "schema": {"type": "string"}}
        response["headers"] = {name: header}
    return response


def _content(schema: Json, media_types: Iterable[str]) -> Json:
    return {kind: {"schema": schema} for kind in media_types}


def refusals_of(endpoint: Endpoint) -> tuple[type[BatteryError], ...]:
    """Every way this call can be refused."""
    told = [*EVERY_CALL, *endpoint.errors]
    if endpoint.who != "anyone":
        told += SIGNED_IN
    if endpoint.method != "GET":
        told += CHANGING
    if endpoint.body_types:
        told += [errors.TooLarge, errors.UnsupportedMediaType]
    if PATH_PARAMETER.search(endpoint.path):
        told.append(errors.NotFound)
    return tuple(dict.fromkeys(told))


def _success(endpoint: Endpoint, by_shape: dict[str, Json]) -> Json:
    if endpoint.file_types:
        return {"description": "The file", "content": _content(BINARY, endpoint.file_types)}
    if endpoint.answer is None:
        return {"description": "Done"}
    content = _content(by_shape[_shape_key(endpoint.answer)], (JSON,))
    if endpoint.lines is not None:
        content |= _content(by_shape[_shape_key(endpoint.lines)], (LINES,))
    return {"description": "Done", "content": content}
