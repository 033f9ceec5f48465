"""Credit use history, page by page, with the sums of all that is filtered (R30)."""

from collections import OrderedDict
from collections.abc import AsyncGenerator
from zoneinfo import ZoneInfo

import msgspec

from server.domain import errors
from server.domain.ids import OrgId, Seq
from server.store import history as store
from server.store import sums
from server.store.engine import AsyncConnection, Database
from server.store.entry_filter import SeqRange
from server.store.sums import added
from server.usecases.history_scope import HistoryAsk, Scope, Viewer, allowed, below, scope_of
from server.usecases.named_entries import named
from server.wire.history import Entry, HistoryAnswer, HistoryTotals

CHUNK_ENTRIES = 1_000
"""Of a file: formatting so many takes a few milliseconds, so reveals do not wait for a long one."""
KNOWN_TOTALS_MAX = 1_000
"""Filters whose sums are kept, about 1 KB each."""


class KnownTotals(msgspec.Struct, frozen=True):
    """The sums of an ask up to an entry; `zone` gave its days their bounds."""

    zone: ZoneInfo
    through: Seq
    totals: HistoryTotals


class Stream(msgspec.Struct, frozen=True):
    """All entries of an ask, newest first, as of one moment. `zone`: the org's."""

    zone: ZoneInfo
    chunks: AsyncGenerator[list[Entry]]


class History:
    """Reads ledgers.

    Entries never change (R29), so the sums of an ask only grow at their end: those known are kept,
    and each page adds what came since.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[tuple[OrgId, HistoryAsk], KnownTotals] = OrderedDict()

    async def page(
        self, viewer: Viewer, ask: HistoryAsk, *, limit: int, before: Seq | None = None
    ) -> HistoryAnswer:
        """The newest `limit` entries below `before`, and the sums of everything asked for.

        Raises Forbidden (a rep asks for another user) and NotFound (no such user in the org).
        """
        ask = allowed(viewer, ask)
        # Looked up before the snapshot is taken, so that it never knows more than the snapshot.
        known = self._known.get((viewer.org, ask))
        async with self._database.read() as connection:
            scope = await scope_of(connection, viewer, ask)
            totals = await self._totals(connection, ask, scope, known)
            lines = await store.page(
                connection, scope.org, scope.which, below(scope.span, before), limit + 1
            )
            entries = await named(connection, scope.org, lines[:limit])
        return HistoryAnswer(
            entries=entries,
            next_before=entries[-1].seq if len(lines) > limit else None,
            totals=totals,
        )

    async def entry(self, org: OrgId, seq: Seq) -> Entry:
        """One entry. Raises NotFound."""
        async with self._database.read() as connection:
            lines = await store.at(connection, org, seq)
            if not lines:
                raise errors.NotFound(f"There is no entry {seq} in this organization.")
            return (await named(connection, org, lines))[0]

    async def stream(self, viewer: Viewer, ask: HistoryAsk) -> Stream:
        """What a file holds. Raises as `page` does.

        Its end is fixed now and what is before it never changes (R29), so each chunk is a read of
        its own: a slow reader of the file keeps no connection and no old snapshot.
        """
        ask = allowed(viewer, ask)
        async with self._database.read() as connection:
            scope = await scope_of(connection, viewer, ask)
        return Stream(scope.zone, self._chunks(scope))

    async def _chunks(self, scope: Scope) -> AsyncGenerator[list[Entry]]:
        span = scope.span
        while span.first <= span.last:
            async with self._database.read() as connection:
                lines = await store.page(connection, scope.org, scope.which, span, CHUNK_ENTRIES)
                entries = await named(connection, scope.org, lines)
            if entries:
                yield entries
            if len(lines) < CHUNK_ENTRIES:
                return
            span = below(span, lines[-1].seq)

    async def _totals(
        self,
        connection: AsyncConnection,
        ask: HistoryAsk,
        scope: Scope,
        known: KnownTotals | None,
    ) -> HistoryTotals:
        span = scope.span
        if known is None or known.zone != scope.zone or known.through > span.last:
            totals = await sums.totals(connection, scope.org, scope.which, span)
        else:
            since = SeqRange(max(span.first, Seq(known.through + 1)), span.last)
            more = await sums.totals(connection, scope.org, scope.which, since)
            totals = added(known.totals, more)
        # A name may change, so what a text finds among the old entries may too.
        if not ask.text:
            self._keep((scope.org, ask), KnownTotals(scope.zone, span.last, totals))
        return totals

    def _keep(self, key: tuple[OrgId, HistoryAsk], totals: KnownTotals) -> None:
        self._known[key] = totals
        self._known.move_to_end(key)
        if len(self._known) > KNOWN_TOTALS_MAX:
            self._known.popitem(last=False)
