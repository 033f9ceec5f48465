"""What admins ask and answer, and users' requests for more (api.md, Admin)."""

from datetime import datetime
from typing import Literal

import msgspec

from server.wire.base import Answer, Request
from server.wire.battery import Battery, OrgExtra
from server.wire.words import ReversalReason, Role

Unset = msgspec.UnsetType
UNSET = msgspec.UNSET


class AdminUser(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    email: str
    role: Role
    active: bool
    extra_cap: int | None
    last_spend_at: datetime | None
    invited: bool
    """Has not set a password yet."""
    battery: Battery


class AdminUsersAnswer(Answer, frozen=True, kw_only=True):
    """As of the entry `seq`. `extra`: the org's extra credits, null until the first grant."""

    seq: int
    extra: OrgExtra | None
    users: list[AdminUser]


class UserPatch(Request, frozen=True, kw_only=True):
    """`extra_cap`: null lifts the cap, 0 allows none (R17)."""

    extra_cap: int | None | Unset = UNSET
    role: Role | Unset = UNSET
    active: bool | Unset = UNSET


class CapsPatch(Request, frozen=True, kw_only=True):
    users: list[str]
    extra_cap: int | None


class InvitationRequest(Request, frozen=True, kw_only=True):
    """Invites a new user; for an address of the org's that exists, resets that user's password."""

    email: str
    name: str | Unset = UNSET
    role: Role = "rep"
    extra_cap: int | None = None


class InvitationAnswer(Answer, frozen=True, kw_only=True):
    """`url` is to be handed to the person; it is shown once."""

    url: str
    expires_at: datetime
    user_id: str


class ReversalRequest(Request, frozen=True, kw_only=True):
    seq: int
    reason: ReversalReason
    note: str | None = None


class CreditRequestRequest(Request, frozen=True, kw_only=True):
    note: str


RequestOutcome = Literal["cap_raised", "ordered", "declined"]


class CreditRequestAnswerRequest(Request, frozen=True, kw_only=True):
    outcome: RequestOutcome
    extra_cap: int | None | Unset = UNSET
    note: str | None = None


class CreditRequest(Answer, frozen=True, kw_only=True):
    """`outcome` is null while it is open."""

    id: str
    user_id: str
    user_name: str
    note: str
    created_at: datetime
    outcome: RequestOutcome | None
    answered_by: str | None
    answered_at: datetime | None
    answer_note: str | None


class CreditRequestsAnswer(Answer, frozen=True, kw_only=True):
    requests: list[CreditRequest]
