"""Who may open the battery socket, and what ends it (api.md: Origin, hello, close codes)."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import update
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.settings import Limits
from server.store import schema
from tests.acme import Acme
from tests.integration.socket_stage import EXTENSION_ID, Browser, Stage, staged
from tests.services import eventually

UPGRADE = (
    "GET /api/v1/socket HTTP/1.1\r\n"
    "Host: {host}\r\n"
    "Origin: http://127.0.0.1\r\n"
    "Connection: Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
"""By hand: a client library writes a good Host."""
SMALL = Limits(sockets_per_session=3, hellos_pending_per_address=4)


class Office(NamedTuple):
    node: Stage
    acme: Acme
    host: str


@pytest.fixture(params=["framed", "plain"])
async def office(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[Office]:
    """Under our own protocol and, the same contract, under any other server's."""
    plain = request.param == "plain"
    async with staged(sqlite_url, plain=plain, limits=SMALL) as (node, acme):
        yield Office(node, acme, node.url.removeprefix("ws://").partition("/")[0])


def opened(office: Office, **options: Any) -> connect:
    return connect(office.node.url, **options)


async def refused(office: Office, **options: Any) -> tuple[int, dict[str, Any]]:
    with pytest.raises(InvalidStatus) as refusal:
        async with opened(office, **options):
            pass
    response = refusal.value.response
    return response.status_code, json.loads(bytes(response.body or b"{}"))


async def hello(office: Office, connection: ClientConnection, **said: Any) -> Browser:
    browser = Browser(connection)
    await browser.say(type="hello", **said)
    return browser


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
        "null",
        "http://127.0.0.1",
        "moz-extension://",
    ],
)
async def test_a_foreign_origin_is_refused_before_the_upgrade(office: Office, origin: str) -> None:
    status, problem = await refused(office, origin=origin)
    assert status == 403
    assert problem["code"] == "forbidden"


@pytest.mark.parametrize("host", ["x:99999", "[[[", "a:b", ":80", "[::::]"])
async def test_a_host_that_is_none_is_refused_before_the_upgrade(office: Office, host: str) -> None:
    reader, writer = await asyncio.open_connection(*office.host.split(":"))
    try:
        writer.write(UPGRADE.format(host=host).encode())
        status = await reader.readline()
    finally:
        writer.close()
        await writer.wait_closed()
    assert status.split()[1] == b"403"


@pytest.mark.parametrize(
    "origin",
    [
        None,
        f"chrome-extension://{EXTENSION_ID}",
        "moz-extension://3f1f9c9e-0c1e-4b8f-9c54-0ac4b7a3e5d1",
        "http://{host}",
    ],
)
async def test_our_origins_are_let_in(office: Office, origin: str | None) -> None:
    own = None if origin is None else origin.format(host=office.host)
    async with opened(office, origin=own) as connection:
        bob = await hello(office, connection, token=office.node.desk.sign_in(office.acme.bob))
        assert (await bob.hear("welcome"))["user"]["name"] == "Bob Reyes"


async def test_a_client_that_speaks_another_subprotocol_is_refused(office: Office) -> None:
    status, problem = await refused(office, subprotocols=["graphql-ws"])
    assert status == 400
    assert "battery.v1" in problem["detail"]


async def test_the_cookie_signs_our_own_pages_in_and_nobody_elses(office: Office) -> None:
    token = office.node.desk.sign_in(office.acme.bob)
    cookie = {"Cookie": f"theme=dark; battery_session={token}"}
    own = f"http://{office.host}"
    async with opened(office, origin=own, additional_headers=cookie) as connection:
        bob = await hello(office, connection)
        assert (await bob.hear("welcome"))["user"]["name"] == "Bob Reyes"
    for origin in (None, f"chrome-extension://{EXTENSION_ID}"):
        async with opened(office, origin=origin, additional_headers=cookie) as connection:
            code, _ = await (await hello(office, connection)).closed()
            assert code == 4501


async def test_a_silent_socket_is_closed_with_4001(office: Office) -> None:
    async with opened(office) as connection:
        assert await Browser(connection).closed() == (4001, "no hello within 0.3 s")


async def test_a_hello_that_is_late_finds_the_socket_closed(office: Office) -> None:
    async with opened(office) as connection:
        await eventually(lambda: connection.close_code == 4001)
        with pytest.raises(ConnectionClosed):
            await hello(office, connection, token=office.node.desk.sign_in(office.acme.bob))


@pytest.mark.parametrize("token", ["unknown", "", "\x00", "x" * 5000, "\u00e4\U0001f50b"])
async def test_a_token_that_means_nothing_is_4501(office: Office, token: str) -> None:
    async with opened(office) as connection:
        code, reason = await (await hello(office, connection, token=token)).closed()
        assert code == 4501
        assert "token" in reason


async def test_a_deactivated_user_is_4503(office: Office) -> None:
    token = office.node.desk.sign_in(office.acme.bob)
    office.node.desk.deactivated.add(office.node.desk.members[token].session)
    async with opened(office) as connection:
        code, _ = await (await hello(office, connection, token=token)).closed()
        assert code == 4503


async def test_a_second_hello_is_4500(office: Office) -> None:
    async with office.node.browser(office.acme.bob) as bob:
        await bob.say(type="hello", token="again")
        assert await bob.closed() == (4500, "a second hello")


async def test_anything_before_hello_is_4500(office: Office) -> None:
    async with opened(office) as connection:
        await connection.send('{"type":"ping"}')
        assert await Browser(connection).closed() == (4500, "the first message must be hello")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ("[]", "no such message"),
        ('{"type":"shout"}', "no such message"),
        ('{"seq":1}', "no such message"),
        ('{"type":"sync"}', "no such message"),
        ('{"type":"sync","seq":"1"}', "no such message"),
        ('{"type":"sync","seq":1.5}', "no such message"),
        ('{"type":"ping","and":1}', "no such message"),
        ('{"x":' + "[" * 30_000 + "}", "not JSON"),
        (b"\x00\x01", "binary frame"),
        ("x" * 65_537, "message above 64 KiB"),
        ("\u00e4" * 40_000, "message above 64 KiB"),
    ],
)
async def test_what_is_no_message_is_4500_and_the_reason_says_why(
    office: Office, said: str | bytes, reason: str
) -> None:
    async with office.node.browser(office.acme.bob) as bob:
        await bob.connection.send(said)
        code, told = await bob.closed()
        assert code == 4500
        assert told.startswith(reason)


async def test_ping_is_answered_by_a_heartbeat(office: Office) -> None:
    async with office.node.browser(office.acme.bob) as bob:
        await bob.say(type="ping")
        assert (await bob.hear("heartbeat"))["seq"] == bob.welcome["seq"]


async def test_a_heartbeat_comes_by_itself_after_a_quiet_time(office: Office) -> None:
    async with office.node.browser(office.acme.bob) as bob:
        assert bob.welcome["heartbeat_s"] == 1
        assert (await bob.hear("heartbeat"))["seq"] == bob.welcome["seq"]


async def test_one_session_may_open_so_many_sockets(office: Office) -> None:
    async with (
        office.node.browser(office.acme.bob),
        office.node.browser(office.acme.bob),
        office.node.browser(office.acme.bob),
        office.node.browser(office.acme.bob, session="two"),
        opened(office) as connection,
    ):
        token = office.node.desk.sign_in(office.acme.bob)
        code, reason = await (await hello(office, connection, token=token)).closed()
        assert code == 4029
        assert "3 sockets" in reason


async def test_an_address_may_open_so_many_sockets_without_saying_hello(office: Office) -> None:
    async with opened(office), opened(office), opened(office), opened(office):
        status, problem = await refused(office)
        assert status == 429
        assert problem["code"] == "rate_limited"
    async with office.node.browser(office.acme.bob) as bob:
        assert bob.welcome["resumed"] is False


async def test_sockets_that_said_hello_no_longer_count_as_silent(office: Office) -> None:
    async with (
        office.node.browser(office.acme.bob),
        office.node.browser(office.acme.jane),
        office.node.browser(office.acme.alice),
        office.node.browser(office.acme.zoe),
        office.node.browser(office.acme.zoe) as last,
    ):
        assert last.welcome["user"]["name"] == "Zoe Winter"


async def test_signing_out_closes_that_sessions_sockets(office: Office) -> None:
    async with (
        office.node.browser(office.acme.bob) as bob,
        office.node.browser(office.acme.bob, session="two") as other,
    ):
        token = office.node.desk.sign_in(office.acme.bob)
        await office.node.relay.close_session(office.node.desk.members[token].session)
        assert await bob.closed() == (4501, "signed out")
        await other.hear("heartbeat")


async def test_r15_deactivating_a_user_closes_that_users_sockets(office: Office) -> None:
    async with (
        office.node.browser(office.acme.bob) as bob,
        office.node.browser(office.acme.jane) as jane,
    ):
        await office.node.relay.close_user(office.acme.bob.id)
        assert await bob.closed() == (4503, "user deactivated")
        await jane.hear("heartbeat")


async def test_what_another_process_ended_is_noticed(office: Office) -> None:
    desk = office.node.desk
    async with (
        office.node.browser(office.acme.bob) as bob,
        office.node.browser(office.acme.jane) as jane,
        office.node.browser(office.acme.alice) as alice,
    ):
        desk.ended.add(desk.members[desk.sign_in(office.acme.bob)].session)
        desk.deactivated.add(desk.members[desk.sign_in(office.acme.jane)].session)
        assert (await bob.closed())[0] == 4501
        assert (await jane.closed())[0] == 4503
        await alice.hear("heartbeat")


async def test_a_user_who_is_no_longer_active_gets_no_welcome(office: Office) -> None:
    async with office.node.database.write() as connection:
        gone = update(schema.users).where(schema.users.c.id == office.acme.bob.id)
        await connection.execute(gone.values(active=False))
    async with opened(office) as connection:
        token = office.node.desk.sign_in(office.acme.bob)
        code, _ = await (await hello(office, connection, token=token)).closed()
        assert code == 4503


async def test_every_socket_that_leaves_is_forgotten(office: Office) -> None:
    counters = office.node.hub.counters
    async with office.node.browser(office.acme.bob), office.node.browser(office.acme.zoe):
        assert (counters.connected, counters.orgs) == (2, 2)
    await eventually(lambda: (counters.connected, counters.orgs) == (0, 0))
    assert office.node.hub.orgs == []


async def test_an_unhurried_server_reads_a_flooding_client_at_its_own_pace(
    office: Office,
) -> None:
    async with office.node.browser(office.acme.bob) as bob:
        for _ in range(40):
            await bob.say(type="ping")
        for _ in range(20):
            await bob.hear("heartbeat")
        started = asyncio.get_running_loop().time()
        for _ in range(10):
            await bob.hear("heartbeat")
        assert asyncio.get_running_loop().time() - started > 0.3


async def test_shutting_down_says_come_back(sqlite_url: str) -> None:
    async with staged(sqlite_url) as (node, acme), node.browser(acme.bob) as bob:
        node.server.should_exit = True
        assert await bob.closed() == (4000, "going away")
