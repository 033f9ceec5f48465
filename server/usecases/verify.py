"""Whether an org's ledger adds up: the replay of its entries against its balances (R32)."""

import asyncio
from contextlib import aclosing

from server.domain import errors
from server.domain.findings import Findings
from server.domain.ids import OrgId
from server.domain.replay import Replay
from server.domain.replay_end import compare
from server.domain.replay_pieces import check_piece
from server.store import replay as store
from server.store.engine import Database
from server.wire.history import VerifyAnswer


class Verifier:
    """Verifies for whoever asks, one ledger at a time: a replay reads all of it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._at_work = asyncio.Lock()

    async def verify(self, org: OrgId) -> VerifyAnswer:
        """Raises NotFound, and Busy while another ledger is being verified."""
        if self._at_work.locked():
            raise errors.Busy("A ledger is being verified already; try again in a moment.")
        async with self._at_work:
            return await verify(self._database, org)


async def verify(database: Database, org: OrgId) -> VerifyAnswer:
    """Replays the org in one snapshot and reports each broken invariant of ledger.md.

    Raises NotFound for an unknown org.
    """
    findings = Findings()
    async with database.read() as connection:
        rows = await store.balances(connection, org)
        if rows is None:
            raise errors.NotFound(f"There is no organization {org}.")
        replay = Replay(rows.months, rows.jobs, findings)
        async with aclosing(store.entries(connection, org)) as chunks:
            async for lines in chunks:
                refs = {line.ref_seq for line in lines if line.ref_seq is not None}
                charges = await store.lines_at(connection, org, refs)
                for line in lines:
                    replay.feed(line, charges.get(line.ref_seq) if line.ref_seq else None)
        pieces = 0
        async with aclosing(store.pieces(connection, org)) as stories:
            async for story in stories:
                check_piece(story.key, story.moves, story.row, findings)
                pieces += story.row is not None
        unpaid = await store.piece_count(connection, org) - pieces
    compare(replay.now, rows, findings)
    if unpaid:
        findings.tell(4, f"{unpaid} piece rows were paid by no entry")
    broken = findings.broken()
    return VerifyAnswer(ok=not broken, entries=replay.now.entries, broken=broken)
