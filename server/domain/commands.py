"""What can be asked of an org's ledger. One batch plans many of them, in arrival order (R8)."""

from datetime import date
from typing import Literal

import msgspec

from server.domain.ids import Seq, SubjectId, UserId
from server.wire.battery import Prices
from server.wire.words import Kind, ReversalReason


class Idempotency(msgspec.Struct, frozen=True, gc=False):
    """`fingerprint` covers method, path and body (R11)."""

    key: str
    fingerprint: bytes


class By(msgspec.Struct, frozen=True, gc=False):
    """Who acts."""

    type: Literal["user", "operator"]
    id: str


DEPLOYMENT = By("operator", "deployment")
"""The deployment itself, when its settings change the default prices."""


class Reveal(msgspec.Struct, frozen=True, gc=False):
    """Open pieces (R1–R9). `max_credits`: the most the client agreed to."""

    user: UserId
    items: tuple[tuple[SubjectId, Kind], ...]
    allow_partial: bool = False
    max_credits: int | None = None
    key: Idempotency | None = None


class Grant(msgspec.Struct, frozen=True, gc=False):
    """Extra credits for the org, with a note (R16)."""

    by: By
    credits: int
    note: str
    key: Idempotency | None = None


class Reverse(msgspec.Struct, frozen=True, gc=False):
    """Take one charge back (R27). An admin's (`by.type == "user"`) is bounded by the deployment."""

    by: By
    seq: Seq
    reason: ReversalReason
    note: str | None = None
    key: Idempotency | None = None


class SetLicense(msgspec.Struct, frozen=True, gc=False):
    """Sell or change a user's license (R15). `anchor` is fixed by the first one.

    With `cap` the user's cap is set too, so that a newcomer never meets another one (R17).
    """

    by: By
    user: UserId
    allotment: int
    anchor: date | None = None
    cap: int | None | msgspec.UnsetType = msgspec.UNSET


class SetCaps(msgspec.Struct, frozen=True, gc=False):
    """How many extra credits each of `users` may take per credit month; null: no cap (R17)."""

    by: By
    users: tuple[UserId, ...]
    cap: int | None


class SetPrices(msgspec.Struct, frozen=True, gc=False):
    """`own`: the org's own prices; else the deployment's, which it follows from then on."""

    by: By
    prices: Prices
    own: bool


Change = Grant | Reverse | SetLicense | SetCaps | SetPrices
Command = Reveal | Change
