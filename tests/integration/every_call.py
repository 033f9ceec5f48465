"""Every call of the running app, as its own OpenAPI document lists them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.integration.whole import API, Person, Whole


class Operation(NamedTuple):
    """A call of the OpenAPI document, with its path parameters filled."""

    method: str
    path: str
    scheme: str | None
    takes_json: bool
    template: str
    """The path as the document has it."""

    def caller(self, whole: Whole) -> Person | str | None:
        """Somebody who may make this call; admins may make those of members too."""
        people = whole.people
        return {"operator": people.vera, "bearer": people.alice, None: None}[self.scheme]


async def operations(whole: Whole) -> list[Operation]:
    """Every call there is."""
    document = (await whole.client.get("/openapi.json")).json()
    return list(_operations(document, whole))


def _operations(document: Any, whole: Whole) -> Iterator[Operation]:
    org, user = whole.people.bob.org, whole.people.bob.id
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            named = path.removeprefix(API).replace("{org}", org).replace("{id}", user)
            yield Operation(
                method.upper(),
                named.replace("{code}", "KFWQ-7M3D"),
                next((name for choice in told["security"] for name in choice), None),
                "application/json" in told.get("requestBody", {}).get("content", {}),
                path,
            )
