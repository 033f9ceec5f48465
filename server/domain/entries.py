"""The ledger line as a value: the `entry` table without the org it belongs to (R29, R30)."""

from datetime import date
from typing import Literal

import msgspec

from server.domain.ids import AtUs, JobId, PieceKey, Seq, SubjectId, UserId
from server.wire.battery import Prices
from server.wire.words import Action, Kind, ReversalReason


class EntryLine(msgspec.Struct, frozen=True, gc=False):
    """One immutable entry. Fields stand in the order of the columns of `entry` after `org_id`.

    `credits = from_license + from_extra`: positive for a charge, negative for a reversal, 0 for any
    other action (a hold and a release carry what they set aside and give back in the two parts).
    `license_left` (of `user_id` in `month_no`) and `extra_left` (of the org) are the balances after
    it; `license_left` is None when the line concerns no license. `ref_seq`: the charge a reversal
    takes back. `granted`: extra credits that came into being. `data`: JSON of a `LicenseData`,
    `CapData` or `PricesData`, after the action.
    """

    seq: Seq
    at_us: AtUs
    action: Action
    user_id: UserId | None
    month_no: int | None
    by_type: Literal["user", "operator"]
    by_id: str
    subject_id: SubjectId | None
    kind: Kind | None
    piece_key: PieceKey | None
    credits: int
    from_license: int
    from_extra: int
    license_left: int | None
    extra_left: int
    job_id: JobId | None = None
    ref_seq: Seq | None = None
    reason: ReversalReason | None = None
    granted: int | None = None
    note: str | None = None
    data: str | None = None


class LicenseData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a `license` entry set: the allotment (R15) and the anchor of its months (R12)."""

    allotment: int
    anchor: date


class CapData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a `cap` entry set: extra credits per credit month; None is no cap (R17)."""

    cap: int | None


class PricesData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a `prices` entry set. `own`: this org's, not the deployment's."""

    prices: Prices
    own: bool
