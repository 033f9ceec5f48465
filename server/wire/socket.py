"""The battery socket's messages, both directions, tagged by `type` (api.md, The battery socket)."""

import msgspec

from server.wire.accounts import Org, User
from server.wire.admin import CreditRequest
from server.wire.base import Answer, Request
from server.wire.battery import Battery, Prices
from server.wire.history import UserRef
from server.wire.jobs import Job
from server.wire.words import Kind, Level

SUBPROTOCOL = "battery.v1"


class Since(Request, frozen=True, kw_only=True):
    """How far a client is: `seq` is the last `to`, or the `welcome`'s `seq`, it has handled.

    `alert`: the `battery.seq` of the last `alert`, or the `seq` of the last `welcome.alert`, that
    it showed its user (R33). It stands apart, because a connection may end between `changes` and
    the `alert` that follows from them.
    """

    epoch: str
    seq: int
    alert: int | None = None


class Hello(Request, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """First message. The web app, signed in by cookie, leaves `token` out."""

    client: str = ""
    token: str | None = None
    since: Since | None = None


class Sync(Request, frozen=True, kw_only=True, tag_field="type", tag="sync"):
    """Says "I have up to here": asks for what is missing."""

    seq: int


class Ping(Request, frozen=True, kw_only=True, tag_field="type", tag="ping"):
    pass


ClientMessage = Hello | Sync | Ping


class ChangeItem(Answer, frozen=True, kw_only=True):
    """`action` is `reveal`, `export`, `import` or `reversal` (then the piece is masked again)."""

    seq: int
    subject: str
    url: str
    kind: Kind
    action: str
    by: UserRef


class Changes(
    Answer, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="changes"
):
    """Entries `from..to`; on one socket each `from` is the last `to` + 1. `many`: too many to
    list."""

    from_: int = msgspec.field(name="from")
    to: int
    items: list[ChangeItem]
    many: int | None = None


class AlertSeen(Answer, frozen=True, kw_only=True):
    """A level the user fell to in the running credit month, at entry `seq` (R33).

    It is told, on a resumed socket and on a fresh one, until the client's `since.alert` is `seq` or
    above; a client that never says so knows by `seq` what it showed before.
    """

    level: Level
    seq: int


class Welcome(Answer, frozen=True, kw_only=True, tag_field="type", tag="welcome"):
    epoch: str
    seq: int
    resumed: bool
    heartbeat_s: int
    user: User
    org: Org
    battery: Battery
    prices: Prices
    jobs: list[Job]
    missed: list[Changes]
    alert: AlertSeen | None = None


class BatteryMessage(Answer, frozen=True, kw_only=True, tag_field="type", tag="battery"):
    """The receiver's own battery, absolute; an equal `seq` replaces."""

    seq: int
    battery: Battery


class PricesMessage(Answer, frozen=True, kw_only=True, tag_field="type", tag="prices"):
    seq: int
    prices: Prices


class Alert(Answer, frozen=True, kw_only=True, tag_field="type", tag="alert"):
    """The user fell to `level`, once per level and credit month; told again in `welcome` (R33)."""

    level: Level
    battery: Battery


class Heartbeat(Answer, frozen=True, kw_only=True, tag_field="type", tag="heartbeat"):
    seq: int


class CreditRequestMessage(
    Answer, frozen=True, kw_only=True, tag_field="type", tag="credit_request"
):
    request: CreditRequest


class UsersMessage(Answer, frozen=True, kw_only=True, tag_field="type", tag="users"):
    """Role, activity or invitation of these users changed, which no entry tells.

    To them and to the org's admins, who ask `GET /api/v1/admin/users?since=` for the rows. Not
    replayed: asking with `since` after a `welcome` finds them too.
    """

    users: list[str]


class JobMessage(Answer, frozen=True, kw_only=True, tag_field="type", tag="job"):
    """To the job's owner: progress at most 5 times a second, and every change of status."""

    job: Job


ServerMessage = (
    Welcome
    | BatteryMessage
    | Changes
    | PricesMessage
    | Alert
    | Heartbeat
    | CreditRequestMessage
    | UsersMessage
    | JobMessage
)
