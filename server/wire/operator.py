"""What vendor staff does (api.md, Operator)."""

from datetime import date, datetime

import msgspec

from server.wire.admin import AdminUser
from server.wire.base import Answer, Request
from server.wire.battery import OrgExtra, Prices
from server.wire.words import ReversalReason, Role


class NewOrg(Request, frozen=True, kw_only=True):
    """`prices` left out: the deployment's."""

    name: str
    time_zone: str
    prices: Prices | None = None


class OrgPatch(Request, frozen=True, kw_only=True):
    name: str | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET


class OrgAnswer(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    time_zone: str
    prices: Prices
    own_prices: bool


class License(Request, frozen=True, kw_only=True):
    """`anchor`: the day from which credit months are counted (R12), today in the org's zone if
    absent."""

    allotment: int
    anchor: date | None = None


class NewUser(Request, frozen=True, kw_only=True):
    """Without `password` an invitation is made and its URL answered."""

    email: str
    name: str
    role: Role = "rep"
    license: License
    extra_cap: int | None = None
    password: str | None = None


class NewUserAnswer(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    email: str
    role: Role
    license: License
    invitation_url: str | None


class GrantRequest(Request, frozen=True, kw_only=True):
    credits: int
    note: str


class PricesRequest(Request, frozen=True, kw_only=True):
    """`prices: null` goes back to the deployment's."""

    prices: Prices | None


class OperatorReversal(Request, frozen=True, kw_only=True):
    seq: int
    reason: ReversalReason
    note: str | None = None


class ErasureRequest(Request, frozen=True, kw_only=True):
    url: str


class ErasureAnswer(Answer, frozen=True, kw_only=True):
    """How many owned values were deleted, over all orgs (R4)."""

    erased: bool
    values: int


class DirectoryProblem(Answer, frozen=True, kw_only=True):
    line: int
    reason: str


class DirectoryAnswer(Answer, frozen=True, kw_only=True):
    """What an import did. `problems` lists the first 1,000; `problem_count` counts all."""

    added: int
    changed: int
    unchanged: int
    problem_count: int
    problems: list[DirectoryProblem]
    ignored_columns: list[str]


class DirectoryProgress(Answer, frozen=True, kw_only=True, tag="progress"):
    """How far an import is: `rows` are written, and `bytes_done` of the file have been read."""

    rows: int
    bytes_done: int
    bytes_total: int


class DirectoryResult(Answer, frozen=True, kw_only=True, tag="result"):
    """The last line of an import that came to its end."""

    result: DirectoryAnswer


class OrgSummary(OrgAnswer, frozen=True, kw_only=True):
    """`users`: with the deactivated. `extra` is null until the first grant."""

    users: int
    extra: OrgExtra | None
    last_spend_at: datetime | None


class OrgsAnswer(Answer, frozen=True, kw_only=True):
    """By name. `prices`: the deployment's, for whoever has none of its own."""

    prices: Prices
    orgs: list[OrgSummary]


class OperatorAnswer(Answer, frozen=True, kw_only=True):
    """Whose token it is. `directory_bytes`: of the largest directory file taken here."""

    id: str
    name: str
    directory_bytes: int


class OperatorUser(AdminUser, frozen=True, kw_only=True):
    """A member with the license that was sold. Its allotment and the battery's differ while a lower
    one waits for the next credit month (R15)."""

    license: License


class OperatorUsersAnswer(Answer, frozen=True, kw_only=True):
    users: list[OperatorUser]
