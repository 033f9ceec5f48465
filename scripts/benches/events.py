"""The event that all sides send: a `changes` message of one email, some 260 bytes."""

from server.domain.commits import RevealedItem
from server.domain.ids import Seq, SubjectId
from server.push.messages import changes_of
from server.wire.base import to_json

EVENTS_PATH = "/bench/events"
SOCKET_PATH = "/bench/socket"
ORG_VARIABLE = "BENCH_ORG"
EVENT_VARIABLE = "BENCH_EVENT"
"""Holds `template()` for a server that does not know our messages."""
NUMBER = "77777777"
"""Stands for the number of the event in the template; all numbers have as many digits."""
FIRST = 10_000_000


def item(number: Seq) -> RevealedItem:
    """What opened. The name at the end of the message tells events apart."""
    return RevealedItem(
        seq=number,
        subject=SubjectId("con_0123456789abcdef01234567"),
        url="https://www.linkedin.com/in/ana-beatriz-person-0123456789",
        kind="email",
        action="reveal",
        by_id="usr_0123456789abcdef01234567",
        by_name=f"Bob Reyes {number}",
    )


def template() -> str:
    """The message of event NUMBER."""
    number = Seq(int(NUMBER))
    return to_json(changes_of(Seq(number - 1), number, [item(number)], 1)).decode()


def ending(number: int) -> bytes:
    """How the message of this event ends, also joined to those before it."""
    text = template()
    tail = text[text.rindex("Bob Reyes") :]
    return tail.replace(NUMBER, str(number)).encode()
