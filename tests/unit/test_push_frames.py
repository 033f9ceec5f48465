"""What server/push/frames.py takes for granted of uvicorn's protocol class and of websockets.

Neither is documented API: a new version must pass here before pyproject.toml lets it in.
"""

import inspect
from pathlib import Path

import pytest
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.protocol import OPEN

from server.push.frames import (
    CLOSES_SPREAD_S_MAX,
    GRACEFUL_SHUTDOWN_S,
    BoundedProtocol,
    FrameProtocol,
    uvicorn_config,
)
from server.push.outlet import CLOSE_WAIT_S, MESSAGE_BYTES_MAX
from server.settings import Settings


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("connection_made", ["self", "transport"]),
        ("connection_lost", ["self", "exc"]),
        ("pause_writing", ["self"]),
        ("resume_writing", ["self"]),
        ("shutdown", ["self"]),
        ("data_received", ["self", "data"]),
        ("handle_connect", ["self", "event"]),
        ("handle_text", ["self", "event"]),
        ("handle_bytes", ["self", "event"]),
        ("handle_cont", ["self", "event"]),
        ("handle_ping", ["self"]),
        ("handle_close", ["self", "event"]),
        ("handle_parser_exception", ["self"]),
        ("send_receive_event_to_app", ["self"]),
        ("send", ["self", "message"]),
    ],
)
def test_what_we_override_is_still_there(name: str, parameters: list[str]) -> None:
    theirs = getattr(WebSocketsSansIOProtocol, name)
    assert list(inspect.signature(theirs).parameters) == parameters
    assert getattr(FrameProtocol, name) is not theirs


def test_what_we_read_and_write_of_it_is_still_there() -> None:
    source = inspect.getsource(WebSocketsSansIOProtocol)
    for attribute in (
        "self.close_sent",
        "self.close_timer",
        "self.conn",
        "self.connections",
        "self.curr_msg_data_type",
        "self.frames",
        "self.handshake_complete",
        "self.loop",
        "self.queue",
        "self.read_paused",
        "self.request",
        "self.response",
        "self.scope",
        "self.transport",
    ):
        assert attribute in source


def test_a_message_too_large_fails_with_the_contracts_code() -> None:
    protocol = BoundedProtocol(max_size=MESSAGE_BYTES_MAX)
    protocol.state = OPEN
    protocol.fail(CloseCode.MESSAGE_TOO_BIG, "whatever")
    assert protocol.close_sent is not None
    assert protocol.close_sent.code == 4500
    assert protocol.close_sent.reason == "message above 64 KiB"


def test_other_failures_keep_their_code() -> None:
    protocol = BoundedProtocol(max_size=MESSAGE_BYTES_MAX)
    protocol.state = OPEN
    protocol.fail(CloseCode.PROTOCOL_ERROR, "masking")
    assert protocol.close_sent is not None
    assert protocol.close_sent.code == CloseCode.PROTOCOL_ERROR


def test_the_server_is_configured_for_prepared_frames() -> None:
    settings = Settings(data=Path("unused"), database_url="sqlite+aiosqlite://", secret=b"x" * 32)
    config = uvicorn_config(_app, settings)
    assert config.ws is FrameProtocol
    assert config.ws_per_message_deflate is False
    assert config.ws_ping_interval is None
    assert config.ws_max_size == MESSAGE_BYTES_MAX
    assert config.server_header is False
    assert config.access_log is False


def test_a_shutdown_waits_longer_than_its_closes_are_spread() -> None:
    assert GRACEFUL_SHUTDOWN_S > CLOSES_SPREAD_S_MAX + CLOSE_WAIT_S


def test_the_pinned_uvicorn_is_the_one_that_was_read() -> None:
    assert uvicorn.__version__.startswith("0.54.")


async def _app(scope: object, receive: object, send: object) -> None:
    raise AssertionError("never served")
