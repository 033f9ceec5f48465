"""What the hub says, as values and as bytes; no state, no I/O."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from server.domain.commits import Commit, RevealedItem
from server.domain.ids import Seq, UserId
from server.push.outlet import text_frame
from server.store.feed import Stretch
from server.wire.base import to_json
from server.wire.history import UserRef
from server.wire.socket import ChangeItem, Changes

ITEMS_MAX = 500
"""A `changes` message lists no more; above it only says how many (api.md)."""


class Event(msgspec.Struct, frozen=True):
    """One `changes` message as it goes to every socket of an org: `after + 1..to`."""

    after: Seq
    to: Seq
    changes: Changes
    frame: bytes


def frame_of(message: msgspec.Struct | Mapping[str, Any]) -> bytes:
    """A server message, encoded and framed once for whoever gets it."""
    return text_frame(to_json(message))


def joined(commits: Sequence[Commit]) -> Stretch:
    """Adjacent commits of one org as one: nobody tells the commits of a busy moment apart."""
    first, last = commits[0], commits[-1]
    if len(commits) == 1:
        return Stretch(first, len(first.items))
    count = sum(len(commit.items) for commit in commits)
    users: frozenset[UserId] = frozenset()
    commit = Commit(
        org=first.org,
        from_seq=first.from_seq,
        to_seq=last.to_seq,
        items=tuple(item for commit in commits for item in commit.items),
        users=users.union(*(commit.users for commit in commits)),
        extra_changed=any(commit.extra_changed for commit in commits),
        crossings=tuple(crossing for commit in commits for crossing in commit.crossings),
        prices_changed=any(commit.prices_changed for commit in commits),
    )
    return Stretch(commit, count)


def event_of(stretch: Stretch) -> Event:
    """The `changes` message of a stretch of entries, framed."""
    commit = stretch.commit
    after = Seq(commit.from_seq - 1)
    changes = changes_of(after, commit.to_seq, commit.items, stretch.item_count)
    return Event(after, commit.to_seq, changes, frame_of(changes))


def changes_of(after: Seq, to: Seq, items: Iterable[RevealedItem], count: int) -> Changes:
    """`changes` for entries `after + 1..to`. `count`: of the items, listed here or not."""
    many = count > ITEMS_MAX
    return Changes(
        from_=after + 1,
        to=to,
        items=[] if many else [_change(item) for item in items],
        many=count if many else None,
    )


def _change(item: RevealedItem) -> ChangeItem:
    return ChangeItem(
        seq=item.seq,
        subject=item.subject,
        url=item.url,
        kind=item.kind,
        action=item.action,
        by=UserRef(id=item.by_id, name=item.by_name),
    )
