"""What a deactivated user's clients are told when they come back (api.md, close codes; R15)."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.whole import Person, Whole, open_whole


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path) as whole:
        yield whole


async def close_code_of(whole: Whole, token: str) -> int:
    """Opens the socket with this token; the code with which the server closes it."""
    scope: dict[str, Any] = {
        "type": "websocket",
        "scheme": "ws",
        "path": "/api/v1/socket",
        "headers": [],
        "subprotocols": ["battery.v1"],
        "client": ("192.0.2.1", 1),
    }
    says = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": json.dumps({"type": "hello", "token": token})},
    ]
    hears: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not says:
            await asyncio.Event().wait()
        return says.pop(0)

    async def send(message: dict[str, Any]) -> None:
        hears.append(message)

    async with asyncio.timeout(10):
        await whole.app(scope, receive, send)  # type: ignore[arg-type]  # plain dicts are enough
    assert hears[-1]["type"] == "websocket.close"
    return int(hears[-1]["code"])


async def set_active(whole: Whole, user: Person, active: bool) -> None:
    path = f"/admin/users/{user.id}"
    answer = await whole.call("PATCH", path, whole.people.alice, {"active": active})
    assert answer.status_code == 200


async def test_r15_a_deactivated_user_who_comes_back_is_told_so_until_reactivated(
    whole: Whole,
) -> None:
    bob = whole.people.bob
    await set_active(whole, bob, False)
    assert await close_code_of(whole, bob.token) == 4503
    assert (await whole.call("GET", "/me", bob)).status_code == 401
    await set_active(whole, bob, True)
    assert await close_code_of(whole, bob.token) == 4501
    assert (await whole.call("GET", "/me", await whole.session(bob.id))).status_code == 200
