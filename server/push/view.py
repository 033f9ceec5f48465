"""One look at the database for a whole round of a channel: one snapshot, however many ask."""

from collections.abc import Callable, Collection, Mapping

import msgspec

from server.domain.commits import RevealedItem
from server.domain.ids import AtUs, OrgId, Seq, UserId
from server.push.equipment import Equipment
from server.push.messages import ITEMS_MAX, changes_of
from server.push.ring import ENTRIES_MAX
from server.store import feed
from server.store.feed import Connection, OrgState, Stretch
from server.wire.accounts import User
from server.wire.battery import Battery
from server.wire.jobs import Job
from server.wire.socket import AlertSeen, Changes

Announced = Callable[[Seq, Seq], Stretch | None]
"""What the announcements tell of the entries after one position, up to another."""


class Wanted(msgspec.Struct, frozen=True):
    """What a round needs to know. `position`: how far the node has sent this org, if anywhere.

    `tails`: positions that sockets want the items after, where memory does not hold them.
    """

    org: OrgId
    position: Seq | None
    users: frozenset[UserId]
    newcomers: frozenset[UserId]
    tails: Collection[Seq]
    watchers: Collection[UserId]


class Introduction(msgspec.Struct, frozen=True):
    """What only a `welcome` says. `members`: the newcomers that are active users of the org."""

    epoch: str
    members: Mapping[UserId, User]
    alerts: Mapping[UserId, AlertSeen]
    jobs: Mapping[UserId, list[Job]]


class View(msgspec.Struct, frozen=True):
    """An org at `state.head`.

    `missing`: what happened since `Wanted.position`. `owed`: the users wanted and those `missing`
    concerns. `batteries`: theirs and the newcomers'. `tail`: the items after `tail_after`.
    """

    state: OrgState
    missing: Stretch | None
    owed: frozenset[UserId]
    batteries: Mapping[UserId, Battery]
    introduction: Introduction | None
    tail_after: Seq
    tail: tuple[RevealedItem, ...]

    def changes_after(self, seq: Seq) -> Changes | None:
        """The entries after `seq` in one message, if they were read."""
        if not self.tail_after <= seq < self.state.head:
            return None
        items = [item for item in self.tail if item.seq > seq]
        return changes_of(seq, self.state.head, items, len(items))


async def look(equipment: Equipment, wanted: Wanted, announced: Announced) -> View:
    """Reads what is wanted, in one snapshot.

    `announced` is asked for what the announcements tell up to the snapshot's position; where they
    have a hole the ledger tells it. Raises Unavailable.
    """
    now = equipment.clock()
    jobs = await equipment.jobs(wanted.org, sorted(wanted.newcomers)) if wanted.newcomers else {}
    async with equipment.database.read() as connection:
        state = await feed.org_state(connection, wanted.org)
        # As for the batteries: a clock that went back brings no left month back.
        at = max(now, state.at_us)
        missing = await _missing(equipment, connection, wanted, state.head, announced)
        owed = wanted.users | affected(missing, wanted.watchers)
        users = sorted(owed | wanted.newcomers)
        after = tail_start(wanted.tails, state.head)
        tail = (
            ()
            if after == state.head
            else await feed.items(connection, wanted.org, after, state.head)
        )
        return View(
            state=state,
            missing=missing,
            owed=owed,
            batteries=await feed.batteries_at(connection, state, users, at),
            introduction=await _introduction(connection, wanted, at, jobs),
            tail_after=after,
            tail=tail,
        )


def affected(stretch: Stretch | None, watchers: Collection[UserId]) -> set[UserId]:
    """Whose battery `stretch` changed, of those who watch: everyone's when the pool moved."""
    if stretch is None:
        return set()
    if stretch.commit.extra_changed:
        return set(watchers)
    crossed = (crossing.user for crossing in stretch.commit.crossings)
    return {user for user in (*stretch.commit.users, *crossed) if user in watchers}


def tail_start(tails: Collection[Seq], head: Seq) -> Seq:
    """Where to begin reading items so that every position not too far back is served."""
    served = (seq for seq in tails if 0 <= seq <= head <= seq + ENTRIES_MAX)
    return min(served, default=head)


async def _missing(
    equipment: Equipment,
    connection: Connection,
    wanted: Wanted,
    head: Seq,
    announced: Announced,
) -> Stretch | None:
    after = wanted.position
    if after is None or head <= after:
        return None
    told = announced(after, head)
    if told is not None:
        return told
    equipment.counters.holes += 1
    stretch = await feed.stretch(connection, wanted.org, after, head, ITEMS_MAX)
    users = list(wanted.watchers)
    crossings = await feed.crossings(connection, wanted.org, users, after, head)
    return Stretch(msgspec.structs.replace(stretch.commit, crossings=crossings), stretch.item_count)


async def _introduction(
    connection: Connection,
    wanted: Wanted,
    at: AtUs,
    jobs: Mapping[UserId, list[Job]],
) -> Introduction | None:
    newcomers = sorted(wanted.newcomers)
    if not newcomers:
        return None
    return Introduction(
        epoch=await feed.epoch(connection),
        members=await feed.members(connection, wanted.org, newcomers),
        alerts=await feed.alerts(connection, wanted.org, newcomers, at),
        jobs=jobs,
    )
