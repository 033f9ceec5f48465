"""What can be asked of an org's ledger. One batch plans many of them, in arrival order (R8)."""

from collections.abc import Set
from datetime import date
from typing import Literal

import msgspec

from server.domain.ids import AtUs, JobId, PieceKey, Seq, SubjectId, UserId
from server.domain.job_rows import Item, Sought
from server.wire.battery import Prices
from server.wire.jobs import AccountLine, Settlement
from server.wire.words import EndedStatus, Kind, ReversalReason


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


class StartJob(msgspec.Struct, frozen=True, gc=False):
    """Hold `need` credits for a quoted job (R19), if `prices` are still those it was counted with.

    `worker` gets the job until `lease_us`; `until_us` ends its longest running time (R23). `items`:
    what the hold is for, told when the credits are not there. `claim`: under which it was counted
    (server/store/job_claims.py); None, for who counts alone.
    """

    user: UserId
    job: JobId
    need: int
    prices: Prices
    worker: str
    lease_us: AtUs
    until_us: AtUs
    items: tuple[tuple[SubjectId, Kind, int], ...] = ()
    key: Idempotency | None = None
    claim: str | None = None


class EndJob(msgspec.Struct, frozen=True, gc=False):
    """End a quoted or running job without a charge and release its hold (R21).

    `worker`: only while that one has the job. `error`: a sentence for the job's owner.
    """

    by: By
    job: JobId
    status: EndedStatus
    error: str | None = None
    worker: str | None = None


class BeginSettling(msgspec.Struct, frozen=True, gc=False):
    """The mark after which a job can no longer be stopped (R21)."""

    job: JobId
    worker: str


class SettleRows(msgspec.Struct, frozen=True, gc=False):
    """Settle the rows from `first_row` up to, not including, `through`, in row order (R20).

    `rows`: those of them that are no problem, with what they were quoted as. `seen`: the pieces of
    the rows before `first_row`. `over_hold`: one of those was.
    """

    job: JobId
    worker: str
    first_row: int
    through: int
    rows: tuple[tuple[Sought, tuple[Item, ...]], ...]
    seen: Set[PieceKey]
    over_hold: bool


class CompleteJob(msgspec.Struct, frozen=True, gc=False):
    """Release what is left of the hold and tell what the job came to (R20). What `settlement` says
    as `seq`, `from_license` and `from_extra` is replaced by what the ledger knows. `error`: a
    sentence for the job's owner about rows that could not be settled."""

    job: JobId
    worker: str
    settlement: Settlement
    account: tuple[AccountLine, ...]
    error: str | None = None


Change = Grant | Reverse | SetLicense | SetCaps | SetPrices
MoveJob = StartJob | EndJob | BeginSettling | CompleteJob
JobCommand = MoveJob | SettleRows
Command = Reveal | Change | JobCommand
