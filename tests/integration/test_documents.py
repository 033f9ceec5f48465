"""The generated documents: valid, complete, and a page to read without a script."""

import re
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
import pytest_asyncio
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Route

from server.api.errors import TABLE
from server.push import outlet
from server.push.tempo import Tempo
from server.wire import socket
from tests.integration.whole import API, Whole, open_whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOCKET = f"{API}/socket"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path_factory.mktemp("whole")) as whole:
        yield whole


async def document(whole: Whole, name: str) -> Any:
    """A generated document, as anybody gets it."""
    answer = await whole.client.get(f"/{name}.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


def refs(node: Any) -> Iterator[str]:
    """Every `$ref` below."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def resolved(whole_document: Any, ref: str) -> Any:
    """What a `$ref` of the document points at. Raises KeyError when at nothing."""
    assert ref.startswith("#/"), ref
    node = whole_document
    for part in ref.removeprefix("#/").split("/"):
        node = node[part]
    return node


async def test_the_openapi_document_is_valid(whole: Whole) -> None:
    told = await document(whole, "openapi")
    assert [error.message for error in OpenAPIV31SpecValidator(told).iter_errors()] == []
    assert told["openapi"] == "3.1.0"


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
async def test_every_ref_leads_somewhere_and_every_schema_is_used(whole: Whole, name: str) -> None:
    told = await document(whole, name)
    used = set(refs(told))
    for ref in used:
        assert resolved(told, ref)
    schemas = {f"#/components/schemas/{schema}" for schema in told["components"]["schemas"]}
    assert schemas - used == set()


async def test_every_route_of_the_api_is_documented_with_all_its_methods(whole: Whole) -> None:
    told = await document(whole, "openapi")
    routes = {
        route.path: route.methods - {"HEAD"}
        for route in whole.app.routes
        if isinstance(route, Route) and route.path.startswith("/api/") and route.methods
    }
    paths = {path: {name.upper() for name in methods} for path, methods in told["paths"].items()}
    assert paths == routes


async def test_each_operation_says_what_it_is_and_how_it_refuses(whole: Whole) -> None:
    told = await document(whole, "openapi")
    seen = set()
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            seen.add(operation["operationId"])
            assert operation["summary"], (method, path)
            assert {"400", "429", "503"} <= operation["responses"].keys(), (method, path)
            signed_in = operation["security"] != []
            assert ({"401", "403"} <= operation["responses"].keys()) or not signed_in
            assert ("{" in path) <= ("404" in operation["responses"]), (method, path)
    assert len(seen) == sum(len(methods) for methods in told["paths"].values())


async def test_each_refusal_names_its_codes_and_its_header(whole: Whole) -> None:
    told = await document(whole, "openapi")
    for methods in told["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if int(status) < 400:
                    continue
                schema = response["content"]["application/problem+json"]["schema"]
                codes = schema["properties"]["code"]["enum"]
                assert {TABLE[code].status for code in codes} == {int(status)}
                needs_header = status in ("401", "429", "503")
                assert ("headers" in response) is needs_header


async def test_a_file_and_an_answer_while_waiting_are_documented(whole: Whole) -> None:
    paths = (await document(whole, "openapi"))["paths"]
    file = paths[f"{API}/history/file"]["get"]["responses"]["200"]
    assert [kind.partition(";")[0] for kind in file["content"]] == [
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
    waiting = paths[f"{API}/pairings/{{code}}/token"]["post"]["responses"]["202"]
    assert waiting["content"]["application/json"]["schema"] == {
        "type": "object",
        "maxProperties": 0,
    }
    upload = paths[f"{API}/operator/directory"]["post"]["requestBody"]
    assert upload["required"] is True
    assert "text/csv" in upload["content"]


async def test_an_import_is_documented_as_a_form_with_a_file(whole: Whole) -> None:
    paths = (await document(whole, "openapi"))["paths"]
    [(kind, form)] = paths[f"{API}/imports"]["post"]["requestBody"]["content"].items()
    assert kind == "multipart/form-data"
    assert form["schema"]["properties"].keys() == {"file", "kinds", "max_credits", "label"}
    assert form["schema"]["properties"]["file"] == {"type": "string", "format": "binary"}
    assert form["schema"]["required"] == ["file", "kinds"]
    assert form["schema"]["additionalProperties"] is False
    assert form["encoding"]["file"]["contentType"].startswith("text/csv, ")
    file = paths[f"{API}/jobs/{{id}}/file"]["get"]["responses"]["200"]["content"]
    assert [kind.partition(";")[0] for kind in file] == [
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]


async def test_the_idempotent_calls_take_a_key(whole: Whole) -> None:
    told = await document(whole, "openapi")
    keyed = {
        path
        for path, methods in told["paths"].items()
        for operation in methods.values()
        if "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]
    }
    assert keyed == {
        f"{API}/reveals",
        f"{API}/exports",
        f"{API}/imports",
        f"{API}/jobs/{{id}}/start",
        f"{API}/admin/reversals",
        f"{API}/operator/orgs/{{org}}/grants",
        f"{API}/operator/orgs/{{org}}/reversals",
    }


async def test_the_asyncapi_document_has_every_message_in_its_direction(whole: Whole) -> None:
    told = await document(whole, "asyncapi")
    assert told["asyncapi"] == "3.0.0"
    [channel] = told["channels"].values()
    assert channel["address"] == SOCKET
    for operation, action, messages in (
        ("fromClient", "receive", socket.ClientMessage),
        ("fromServer", "send", socket.ServerMessage),
    ):
        tags = [str(shape.__struct_config__.tag) for shape in get_args(messages)]
        assert told["operations"][operation]["action"] == action
        named = [ref["$ref"] for ref in told["operations"][operation]["messages"]]
        assert [resolved(told, resolved(told, ref)["$ref"])["name"] for ref in named] == tags


async def test_each_message_carries_its_tag_and_every_field_of_its_struct(whole: Whole) -> None:
    told = await document(whole, "asyncapi")
    for shape in (*get_args(socket.ClientMessage), *get_args(socket.ServerMessage)):
        message = told["components"]["messages"][shape.__struct_config__.tag]
        schema = resolved(told, message["payload"]["$ref"])
        assert schema["properties"]["type"] == {"enum": [shape.__struct_config__.tag]}
        assert set(shape.__struct_encode_fields__) <= schema["properties"].keys()


class Page(HTMLParser):
    """What a page holds: its text, the ids and links in it, and what runs or styles inline."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sheets: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "iframe") or {"style", *_handlers(named)} & named.keys():
            self.inline.append(self.get_starttag_text() or tag)
        self.ids += [named["id"]] if "id" in named else []
        self.links += [named["href"]] if tag == "a" else []
        self.sheets += [named["href"]] if tag == "link" else []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _handlers(attributes: dict[str, str]) -> set[str]:
    return {name for name in attributes if name.startswith("on")}


async def test_the_page_names_every_path_message_and_shape(whole: Whole) -> None:
    answer = await whole.client.get("/docs")
    page = Page(answer.text)
    http, pushed = await document(whole, "openapi"), await document(whole, "asyncapi")
    text = "".join(page.texts)
    for path, methods in http["paths"].items():
        for method, operation in methods.items():
            assert operation["operationId"] in page.ids
            assert re.search(rf"{method.upper()}\s+{re.escape(path)}\s", text), (method, path)
    for name in pushed["components"]["messages"]:
        assert name in page.texts
    for name in {**http["components"]["schemas"], **pushed["components"]["schemas"]}:
        assert f"shape-{name}" in page.ids


async def test_every_close_code_is_told_in_document_and_page(whole: Whole) -> None:
    told = (await document(whole, "asyncapi"))["x-close-codes"]
    assert told == {str(code): why for code, why in outlet.close_codes(Tempo()).items()}
    named = {value for value in vars(outlet).values() if type(value) is int and value // 1000 == 4}
    assert {int(code) for code in told} == named
    assert {one.close for one in TABLE.values() if one.close is not None} <= named
    page = Page((await whole.client.get("/docs")).text)
    for code, why in told.items():
        assert {code, why} <= set(page.texts)
    assert "5 s" in told["4001"]
    assert "15 s" in told["4008"]


async def test_the_page_runs_and_styles_nothing_inline_under_a_strict_policy(whole: Whole) -> None:
    answer = await whole.client.get("/docs")
    page = Page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.inline == []
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "script-src" not in policy
    for sheet in page.sheets:
        assert (await whole.client.get(sheet)).headers["content-type"].startswith("text/css")


async def test_every_link_of_the_page_leads_somewhere(whole: Whole) -> None:
    page = Page((await whole.client.get("/docs")).text)
    assert len(page.ids) == len(set(page.ids))
    for link in set(page.links):
        if link.startswith("#"):
            assert link.removeprefix("#") in page.ids
        else:
            assert (await whole.client.get(link)).status_code == 200
