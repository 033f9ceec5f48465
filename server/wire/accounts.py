"""Who signs in, from which device, and into which org (api.md, Signing in)."""

from datetime import datetime

import msgspec

from server.wire.base import Answer, Request
from server.wire.words import Role


class User(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    email: str
    role: Role


class Org(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    time_zone: str


class AdminReversals(Answer, frozen=True, kw_only=True):
    """What the deployment lets an org's admins take back (R27): charges of the last `days`, up to
    `credits` per calendar month. With a zero in either they may not."""

    days: int
    credits: int
    credits_left: int | None
    """Of this month; null for who is no admin."""


class ImportLimits(Answer, frozen=True, kw_only=True):
    """How large the file of an import may be, so that a larger one is not sent first."""

    file_bytes: int
    rows: int


class MeAnswer(Answer, frozen=True, kw_only=True):
    """`contact`: how to get more credits, a text of the deployment's; `demo`: whether it has the
    demo site."""

    user: User
    org: Org
    contact: str
    admin_reversals: AdminReversals
    import_limits: ImportLimits
    demo: bool


class SignInRequest(Request, frozen=True, kw_only=True):
    """With `cookie` the answer sets an HttpOnly cookie and leaves the token out."""

    email: str
    password: str
    cookie: bool = False


class SignInAnswer(Answer, frozen=True, kw_only=True):
    token: str | msgspec.UnsetType = msgspec.UNSET
    expires_at: datetime
    user: User


class PairingRequest(Request, frozen=True, kw_only=True):
    """`verifier_hash`: lower-case hex SHA-256 of the verifier's UTF-8. `client`: as shown to the
    user."""

    verifier_hash: str
    client: str


class PairingAnswer(Answer, frozen=True, kw_only=True):
    code: str
    verification_url: str
    poll_every_s: int
    expires_at: datetime


class PairingSeen(Answer, frozen=True, kw_only=True):
    """What the approving user compares before saying yes (`GET /api/v1/pairings/{code}`)."""

    code: str
    client: str
    expires_at: datetime


class PairingTokenRequest(Request, frozen=True, kw_only=True):
    verifier: str


class PairingTokenAnswer(Answer, frozen=True, kw_only=True):
    token: str
    user: User


class Device(Answer, frozen=True, kw_only=True):
    """A paired extension. `current`: the one asking."""

    id: str
    client: str
    created_at: datetime
    last_seen_at: datetime | None
    current: bool


class DevicesAnswer(Answer, frozen=True, kw_only=True):
    devices: list[Device]


class InvitationAcceptRequest(Request, frozen=True, kw_only=True):
    password: str


class PasswordRequest(Request, frozen=True, kw_only=True):
    old: str
    new: str
