"""Sockets that do not read, peers that do not behave, and many at once: memory stays bounded."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import NamedTuple

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

from server.domain.commits import Commit, RevealedItem
from server.domain.ids import Seq, SubjectId
from server.push.outlet import HIGH_WATER_BYTES
from server.settings import Limits
from tests.acme import Acme, Member
from tests.integration.socket_stage import BRISK, Browser, Stage, staged
from tests.services import eventually

PATIENT = msgspec.structs.replace(BRISK, slow_s=60.0, hello_s=60.0)
MANY = Limits(sockets_per_session=1000, hellos_pending_per_address=1000)
SMALL_BUFFER = 4096


class Office(NamedTuple):
    node: Stage
    acme: Acme


@pytest.fixture
async def impatient(sqlite_url: str) -> AsyncIterator[Office]:
    """A node that sends a slow socket away after half a second."""
    async with staged(sqlite_url) as (node, acme):
        yield Office(node, acme)


@pytest.fixture
async def patient(sqlite_url: str) -> AsyncIterator[Office]:
    async with staged(sqlite_url, tempo=PATIENT) as (node, acme):
        yield Office(node, acme)


class Deaf:
    """A client that says hello and then reads only when it is asked to."""

    def __init__(self, office: Office, member: Member) -> None:
        self._office = office
        self._token = office.node.desk.sign_in(member)
        # A small receive buffer: the server's writes pile up on its side.
        self._raw = socket.socket()
        self._raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)

    async def arrive(self, stack: AsyncExitStack) -> Browser:
        """Welcomed, and from then on it reads nothing by itself."""
        host, _, port = self._office.node.url.removeprefix("ws://").partition("/")[0].partition(":")
        self._raw.connect((host, int(port)))
        self._raw.setblocking(False)
        connection = await stack.enter_async_context(
            connect(
                self._office.node.url, sock=self._raw, max_queue=1, max_size=None, close_timeout=0.1
            )
        )
        browser = Browser(connection)
        await browser.say(type="hello", token=self._token)
        browser.welcome = await browser.hear("welcome")
        return browser


async def flood(office: Office, entries: int) -> None:
    """Reveals until that many more entries are in the ledger."""
    people = [await office.acme.house.contact(email=f"f{n}@example.com") for n in range(entries)]
    for start in range(0, entries, 50):
        await office.acme.bob.reveal(*((one, "email") for one in people[start : start + 50]))


async def fill(office: Office) -> None:
    """Tells Jane so much that her socket lags."""
    text = "x" * 20_000
    for number in range(100):
        if office.node.hub.counters.lagging:
            return
        office.node.hub.tell(office.acme.jane.id, {"type": "job", "n": number, "text": text})
        await asyncio.sleep(0.005)
    raise AssertionError("the socket never lagged")


async def test_a_client_that_never_reads_is_sent_away_with_4008(impatient: Office) -> None:
    counters = impatient.node.hub.counters
    async with AsyncExitStack() as stack:
        await Deaf(impatient, impatient.acme.jane).arrive(stack)
        await fill(impatient)
        await eventually(lambda: counters.closes[4008] == 1)
        # It never answers the close either, and is gone all the same.
        await eventually(lambda: counters.connected == 0)
        assert counters.lagging == 0


async def test_nothing_is_queued_for_a_socket_that_lags(patient: Office) -> None:
    async with AsyncExitStack() as stack:
        await Deaf(patient, patient.acme.jane).arrive(stack)
        await fill(patient)
        protocol = patient.node.protocol
        waiting = protocol.transport.get_write_buffer_size()
        await patient.acme.org.grant(10_000)
        await flood(patient, 200)
        assert protocol.transport.get_write_buffer_size() == waiting < 2 * HIGH_WATER_BYTES


async def test_a_socket_that_drains_gets_one_catch_up_and_the_newest_battery(
    patient: Office,
) -> None:
    """It lost messages that are never sent again, so it starts from a fresh welcome."""
    async with AsyncExitStack() as stack:
        jane = await Deaf(patient, patient.acme.jane).arrive(stack)
        await fill(patient)
        await patient.acme.org.grant(10_000)
        await flood(patient, 100)
        patient.node.hub.tell(patient.acme.jane.id, {"type": "job", "lost": True})
        fresh = await jane.hear("welcome")
        assert fresh["battery"]["extra"]["remaining"] == 10_000
        assert "lost" not in str(jane.heard)
        assert patient.node.hub.counters.lagging == 0


async def test_a_socket_that_lagged_over_changes_alone_catches_up_on_them(
    patient: Office,
) -> None:
    async with AsyncExitStack() as stack:
        jane = await Deaf(patient, patient.acme.jane).arrive(stack)
        before = jane.welcome["seq"]
        await fill(patient)
        await flood(patient, 60)
        seen = before
        while seen < before + 60:
            changes = await jane.hear("changes")
            assert changes["from"] == seen + 1
            seen = changes["to"]
        assert [m["type"] for m in jane.heard].count("welcome") == 1
        await jane.hear("battery")


async def test_a_10_mb_frame_is_refused_and_never_buffered(impatient: Office) -> None:
    async with impatient.node.browser(impatient.acme.bob) as bob:
        protocol = impatient.node.protocol
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        header = Frame(Opcode.TEXT, b"x" * (10 << 20)).serialize(mask=True)[:14]
        bob.connection.transport.write(header)
        code, reason = await bob.closed()
        assert (code, reason) == (4500, "message above 64 KiB")
        assert len(protocol.conn.reader.buffer) == 0
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 64 * 1024


async def test_a_client_in_the_middle_of_10_mb_still_reads_why(impatient: Office) -> None:
    async with impatient.node.browser(impatient.acme.bob) as bob:
        sending = asyncio.create_task(bob.connection.send("x" * (10 << 20)))
        assert await bob.closed() == (4500, "message above 64 KiB")
        await asyncio.gather(sending, return_exceptions=True)


async def test_a_message_in_too_many_fragments_is_refused(impatient: Office) -> None:
    async with impatient.node.browser(impatient.acme.bob) as bob:
        await bob.connection.send(iter(["{"] * 100))
        code, reason = await bob.closed()
        assert code == 4500
        assert "fragments" in reason


async def test_fragments_count_together_against_the_size(impatient: Office) -> None:
    async with impatient.node.browser(impatient.acme.bob) as bob:
        await bob.connection.send(iter(["x" * 3000] * 30))
        assert await bob.closed() == (4500, "message above 64 KiB")


async def test_invalid_utf8_is_a_protocol_violation(impatient: Office) -> None:
    async with impatient.node.browser(impatient.acme.bob) as bob:
        bob.connection.transport.write(Frame(Opcode.TEXT, b"\xff\xfe").serialize(mask=True))
        assert await bob.closed() == (4500, "not UTF-8")


async def test_a_peer_that_pings_and_never_reads_grows_nothing(patient: Office) -> None:
    async with AsyncExitStack() as stack:
        jane = await Deaf(patient, patient.acme.jane).arrive(stack)
        await fill(patient)
        protocol = patient.node.protocol
        waiting = protocol.transport.get_write_buffer_size()
        for _ in range(100):
            jane.connection.transport.write(Frame(Opcode.PING, b"x" * 100).serialize(mask=True))
        await jane.connection.send('{"type":"ping"}')
        await eventually(protocol.queue.empty)
        assert protocol.transport.get_write_buffer_size() == waiting


async def test_thousands_of_silent_sockets_are_bounded_and_harm_nobody(sqlite_url: str) -> None:
    limits = Limits(hellos_pending_per_address=50)
    async with staged(sqlite_url, tempo=PATIENT, limits=limits) as (node, acme):
        async with AsyncExitStack() as stack:
            silent = (
                stack.enter_async_context(connect(node.url, open_timeout=60)) for _ in range(2000)
            )
            outcomes = await asyncio.gather(*silent, return_exceptions=True)
            refused = [one for one in outcomes if isinstance(one, InvalidStatus)]
            assert {one.response.status_code for one in refused} == {429}
            assert len(outcomes) - len(refused) == 50
            assert len(node.server.server_state.connections) == 50
        async with node.browser(acme.bob) as bob:
            assert bob.welcome["user"]["name"] == "Bob Reyes"


async def test_a_thousand_sockets_hear_of_one_event(sqlite_url: str) -> None:
    async with staged(sqlite_url, tempo=PATIENT, limits=MANY) as (node, acme):
        ana = await acme.house.contact(email="ana@example.com")
        async with AsyncExitStack() as stack:
            browsers = []
            for _ in range(20):
                browsers += await asyncio.gather(
                    *(stack.enter_async_context(node.browser(acme.jane)) for _ in range(50))
                )
            answer = await acme.bob.reveal((ana, "email"))
            heard = await asyncio.gather(*(browser.hear("changes") for browser in browsers))
            assert {changes["to"] for changes in heard} == {answer.seq}
            assert node.hub.counters.events == 1


async def test_a_thousand_sockets_that_come_back_at_once_cost_few_looks(sqlite_url: str) -> None:
    """One query per org and position, however many sockets ask."""
    async with staged(sqlite_url, tempo=PATIENT, limits=MANY) as (node, acme):
        looks = node.database.looks
        since = {"epoch": "epoch-one", "seq": 1}
        async with AsyncExitStack() as stack:
            entering = (
                stack.enter_async_context(node.browser(acme.jane, since=since)) for _ in range(300)
            )
            browsers = await asyncio.gather(*entering)
        assert {len(browser.welcome["missed"]) for browser in browsers} == {1}
        assert node.database.looks - looks < 100


async def test_a_shutdown_spreads_its_closes(sqlite_url: str) -> None:
    """Thousands must not come back in the same instant."""
    async with staged(sqlite_url, tempo=PATIENT, limits=MANY) as (node, acme):
        async with AsyncExitStack() as stack:
            entering = (stack.enter_async_context(node.browser(acme.jane)) for _ in range(150))
            browsers = await asyncio.gather(*entering)
            node.server.should_exit = True
            ended = await asyncio.gather(*(_closed_at(browser) for browser in browsers))
        assert max(ended) - min(ended) > 0.1


async def test_a_channel_that_breaks_sends_its_sockets_away_to_a_new_one(
    impatient: Office,
) -> None:
    async with impatient.node.browser(impatient.acme.bob) as bob:
        impatient.node.hub.announce(_nonsense(impatient, bob.welcome["seq"]))
        assert (await bob.closed())[0] == 4000
    async with impatient.node.browser(impatient.acme.bob) as again:
        await impatient.acme.org.grant(1)
        await again.hear("battery")


async def _closed_at(browser: Browser) -> float:
    assert await browser.closed() == (4000, "going away")
    return asyncio.get_running_loop().time()


def _nonsense(office: Office, seq: int) -> Commit:
    """A commit no charger makes: its item cannot be encoded."""
    item = RevealedItem(
        seq=Seq(seq + 1),
        subject=SubjectId("con_x"),
        url=object(),  # type: ignore[arg-type]
        kind="email",
        action="reveal",
        by_id="usr_x",
        by_name="X",
    )
    return Commit(org=office.acme.org.id, from_seq=Seq(seq + 1), to_seq=Seq(seq + 1), items=(item,))
