"""The balance rows of one org as values: what a replay of its entries must arrive at (R32)."""

from datetime import date

import msgspec

from server.domain.ids import AtUs, JobId, PieceKey, Seq, UserId
from server.wire.battery import Prices
from server.wire.words import JobAction, JobStatus


class HeadRow(msgspec.Struct, frozen=True):
    """`org_head` less the savings, which no entry tells of."""

    head_seq: Seq
    at_us: AtUs
    extra_granted: int
    extra_used: int
    extra_held: int
    prices: Prices
    own_prices: bool


class LicenseRow(msgspec.Struct, frozen=True):
    user_id: UserId
    allotment: int
    anchor: date
    cap: int | None
    last_month_no: int | None


class MonthRow(msgspec.Struct, frozen=True, gc=False):
    """An `allotment` row: one license in one credit month."""

    user_id: UserId
    month_no: int
    starts_us: AtUs
    ends_us: AtUs
    granted: int
    used: int
    held: int
    extra_used: int
    extra_held: int


class HoldRow(msgspec.Struct, frozen=True, gc=False):
    job_id: JobId
    user_id: UserId
    month_no: int
    from_license: int
    from_extra: int
    captured_license: int
    captured_extra: int
    placed_seq: Seq
    ended_seq: Seq | None


class PieceRow(msgspec.Struct, frozen=True, gc=False):
    piece_key: PieceKey
    gen: int
    live: bool
    banned: bool
    seq: Seq
    user_id: UserId
    at_us: AtUs


class JobRow(msgspec.Struct, frozen=True, gc=False):
    """A `job` that was started. `credits`: what it came to, once it is completed."""

    job_id: JobId
    user_id: UserId
    action: JobAction
    status: JobStatus
    prices: Prices | None
    credits: int | None


class Balances(msgspec.Struct, frozen=True):
    """All balance rows of one org but the pieces, of which there may be millions."""

    head: HeadRow
    licenses: tuple[LicenseRow, ...]
    months: tuple[MonthRow, ...]
    holds: tuple[HoldRow, ...]
    jobs: tuple[JobRow, ...]
