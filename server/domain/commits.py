"""What one committed batch of an org means to those who watch it.

The charging use case hands a `Commit` to whoever announces it, after the commit and never before
(style rule 5). The push floor can rebuild the same from ledger entries, so losing one loses
nothing.
"""

from typing import Literal

import msgspec

from server.domain.ids import OrgId, Seq, SubjectId, UserId
from server.wire.words import Kind, Level


class RevealedItem(msgspec.Struct, frozen=True, gc=False):
    """One piece that opened (`reveal`, `export`, `import`) or closed again (`reversal`)."""

    seq: Seq
    subject: SubjectId
    url: str
    kind: Kind
    action: Literal["reveal", "export", "import", "reversal"]
    by_id: str
    by_name: str


class Crossing(msgspec.Struct, frozen=True, gc=False):
    """A user's license fell to a level not yet announced in this credit month (R33)."""

    user: UserId
    level: Level
    seq: Seq


class Commit(msgspec.Struct, frozen=True):
    """Entries `from_seq..to_seq` of one org, committed together.

    `from_seq > to_seq` (an empty range) is a commit that wrote no entry but moved a figure of
    `users` (credits saved, R31): it changes batteries only.
    """

    org: OrgId
    from_seq: Seq
    to_seq: Seq
    items: tuple[RevealedItem, ...] = ()
    users: frozenset[UserId] = frozenset()
    """Whose battery changed by license, cap or savings."""
    extra_changed: bool = False
    """The org's pool moved: the battery of every member changed."""
    crossings: tuple[Crossing, ...] = ()
    prices_changed: bool = False
