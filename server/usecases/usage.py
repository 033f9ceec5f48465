"""Sums of what was spent per day, week or month, for charts."""

from datetime import date, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import msgspec

from server.domain import errors
from server.domain.credit_month import first_day, local_midnight_us
from server.domain.ids import AtUs, UserId
from server.domain.usage_buckets import BucketSize, bucket_starts
from server.store import usage as store
from server.store.engine import AsyncConnection, Database
from server.store.sums import Group
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
    """`first` and `last` are days in the org's zone, both included; None: those of the spending."""

    size: BucketSize
    group: Group
    first: date | None = None
    last: date | None = None
    user: UserId | None = None


async def usage(database: Database, viewer: Viewer, ask: UsageAsk) -> UsageAnswer:
    """Charges and reversals in buckets of the org's calendar, empty ones too.

    A rep sees the own spending, an admin everybody's. Raises BadRequest for more than BUCKETS_MAX
    buckets, Forbidden and NotFound as the history does.
    """
    wanted = allowed(viewer, HistoryAsk(user=ask.user))
    async with database.read() as connection:
        scope = await scope_of(connection, viewer, wanted)
        days = await _days(connection, scope, ask)
        if days is None:
            return UsageAnswer(buckets=[])
        starts = _starts(*days, ask.size)
        spans = await store.stretches(
            connection, viewer.org, _edges(starts, *days, scope.zone), scope.span.last
        )
        found = await store.usage(connection, viewer.org, scope.which.user, ask.group, spans)
    groups: list[dict[str, HistoryTotals]] = [{} for _ in starts]
    for one in found:
        groups[one.place][one.group] = one.totals
    return UsageAnswer(
        buckets=[
            UsageBucket(start=start, groups=group)
            for start, group in zip(starts, groups, strict=True)
        ]
    )


async def _days(
    connection: AsyncConnection, scope: Scope, ask: UsageAsk
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
