"""Sums of what was spent per day, week or month, for charts."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import msgspec

from server.domain import errors
from server.domain.credit_month import first_day, local_midnight_us
from server.domain.ids import AtUs
from server.domain.usage_buckets import BucketSize, bucket_starts
from server.store import usage as store
from server.store.engine import AsyncConnection, Database
from server.store.entry_filter import SeqRange
from server.store.history import user_names
from server.store.sums import Group, Summed
from server.usecases.history_scope import (
    HistoryAsk,
    Scope,
    Viewer,
    allowed,
    in_calendar,
    scope_of,
)
from server.wire.history import HistoryTotals, UsageAnswer, UsageBucket

BUCKETS_MAX = 1_000
"""Nearly three years of days: more than a chart can show."""


class UsageAsk(msgspec.Struct, frozen=True, kw_only=True):
    """`which`: without days, those of the spending; of its actions only what spends is summed.

    `top`: so many users are told one by one; None: all.
    """

    size: BucketSize
    group: Group
    which: HistoryAsk
    top: int | None = None


async def usage(database: Database, viewer: Viewer, ask: UsageAsk) -> UsageAnswer:
    """Charges and reversals in buckets of the org's calendar, empty ones too.

    A rep sees the own spending, an admin everybody's. Raises BadRequest for more than BUCKETS_MAX
    buckets, Forbidden and NotFound as the history does.
    """
    wanted = allowed(viewer, ask.which)
    async with database.read() as connection:
        # The buckets bring the days in; the ledger's end is wanted whatever they are.
        scope = await scope_of(
            connection, viewer, msgspec.structs.replace(wanted, first=None, last=None)
        )
        days = await _days(connection, scope, wanted)
        if days is None:
            return UsageAnswer(buckets=[], names={})
        starts = _starts(*days, ask.size)
        spans = await store.stretches(
            connection, viewer.org, _edges(starts, *days, scope.zone), scope.span.last
        )
        found = await _sums(connection, scope, ask, spans)
        names = await _names(connection, scope, ask, found)
    groups: list[dict[str, HistoryTotals]] = [{} for _ in starts]
    for one in found:
        groups[one.place][one.group] = one.totals
    return UsageAnswer(
        buckets=[
            UsageBucket(start=start, groups=group)
            for start, group in zip(starts, groups, strict=True)
        ],
        names=names,
    )


async def _sums(
    connection: AsyncConnection, scope: Scope, ask: UsageAsk, spans: Sequence[SeqRange]
) -> list[Summed]:
    asked = scope.which.actions
    actions = tuple(action for action in store.SPENDING if not asked or action in asked)
    if not actions:
        return []
    which = msgspec.structs.replace(scope.which, actions=actions)
    if ask.top is None or ask.group != "user" or which.user is not None:
        return await store.usage(connection, scope.org, which, ask.group, spans)
    return await store.usage_of_top(connection, scope.org, which, spans, ask.top)


async def _names(
    connection: AsyncConnection, scope: Scope, ask: UsageAsk, found: Iterable[Summed]
) -> dict[str, str]:
    if ask.group != "user":
        return {}
    return await user_names(connection, scope.org, {one.group for one in found})


async def _days(
    connection: AsyncConnection, scope: Scope, ask: HistoryAsk
) -> tuple[date, date] | None:
    """The first and the last day; None when neither the ask nor any spending says one."""
    times = await store.spending_times(connection, scope.org, scope.which.user)
    spent = [first_day(at, scope.zone) for at in times or ()]
    given = [in_calendar(day) for day in (ask.first, ask.last) if day is not None]
    if not spent and not given:
        return None
    first = in_calendar(ask.first) if ask.first else min(spent + given)
    last = in_calendar(ask.last) if ask.last else max([*spent, first])
    return first, last


def _starts(first: date, last: date, size: BucketSize) -> list[date]:
    starts = list(islice(bucket_starts(first, last, size), BUCKETS_MAX + 1))
    if len(starts) > BUCKETS_MAX:
        raise errors.BadRequest(
            f"That is more than {BUCKETS_MAX:,} {size}s; ask for a shorter time or larger buckets."
        )
    return starts


def _edges(starts: list[date], first: date, last: date, zone: ZoneInfo) -> list[AtUs]:
    """Where the buckets meet; the first and the last are cut to the days asked for."""
    days = [max(start, first) for start in starts]
    return [local_midnight_us(day, zone) for day in [*days, last + timedelta(days=1)]]
