"""Text frames as bytes, and the bounds of a close frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode

from server.push.outlet import payloads, reason_of, text_frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_frame_is_what_websockets_itself_would_send(size: int) -> None:
    payload = b"x" * size
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


@given(st.lists(st.binary(max_size=200)))
def test_joined_frames_come_apart_again(parts: list[bytes]) -> None:
    assert list(payloads(b"".join(text_frame(part) for part in parts))) == parts


@pytest.mark.parametrize("size", [126, 65_536])
def test_long_frames_come_apart_too(size: int) -> None:
    assert list(payloads(text_frame(b"a" * size) + text_frame(b"b"))) == [b"a" * size, b"b"]


@given(st.text())
def test_a_reason_always_fits_a_close_frame(text: str) -> None:
    reason = reason_of(text.encode("utf-8", "ignore").decode())
    assert len(Close(4500, reason).serialize()) <= 125
    assert text.encode("utf-8", "ignore").decode().startswith(reason)
