"""Who calls, once known: below the doors, so that use cases and sockets name the same person."""

from typing import Literal

import msgspec

from server.domain.ids import OperatorId, OrgId, SessionId, UserId
from server.wire.words import Role

SessionKind = Literal["bearer", "cookie", "device"]


class Member(msgspec.Struct, frozen=True):
    """A signed-in user of an org."""

    user: UserId
    org: OrgId
    role: Role
    name: str
    email: str
    session: SessionId
    kind: SessionKind


class Operator(msgspec.Struct, frozen=True):
    """Vendor staff; belongs to no org."""

    id: OperatorId
    name: str
