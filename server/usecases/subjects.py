"""Finding contacts and accounts: free, whatever is asked (R10).

One snapshot and a handful of statements, however many subjects. What is not owned is told as a
state and a price: its value stays here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from server.domain import errors
from server.domain.credit_month import from_us
from server.domain.ids import OrgId, PieceKey, SubjectId
from server.domain.ownership import standing
from server.domain.pieces import PieceHasher
from server.domain.profile_urls import canonical_profile_url
from server.domain.search_terms import search_terms
from server.domain.state import Piece, SubjectState
from server.domain.values import shown
from server.store import directory, feed
from server.store.directory import PublicRow
from server.store.engine import AsyncConnection, Database
from server.store.holdings import add_owned, piece_keys, pieces
from server.store.offers import subject_states
from server.store.search import search
from server.wire.battery import Prices
from server.wire.subjects import (
    AvailablePiece,
    NotFoundPiece,
    OwnedPiece,
    Pieces,
    Subject,
    SubjectPage,
    UpdatedPiece,
)
from server.wire.words import KINDS, Kind, SubjectType

PER_PAGE = 20
KINDS_OF: Mapping[SubjectType, tuple[Kind, ...]] = {
    "contact": KINDS,
    "account": ("email", "phone"),
}

AnyPiece = AvailablePiece | NotFoundPiece | OwnedPiece[Any] | UpdatedPiece[Any]


class Subjects:
    """The directory as an org sees it."""

    def __init__(self, database: Database, hasher: PieceHasher) -> None:
        self._database = database
        self._hasher = hasher

    async def lookups(self, org: OrgId, urls: Sequence[str]) -> list[Subject | None]:
        """For each URL, in any form, whom it leads to; None for nobody the org knows of."""
        profiles = [canonical_profile_url(url) for url in urls]
        wanted = list(dict.fromkeys(profile.url for profile in profiles if profile))
        async with self._database.read() as connection:
            found = await directory.at_urls(connection, org, wanted)
            seen = await self._seen(connection, org, list(found.values()))
        of_url = {url: seen[subject] for url, subject in found.items()}
        return [of_url.get(profile.url) if profile else None for profile in profiles]

    async def search(self, org: OrgId, kind: SubjectType, q: str, page: int) -> SubjectPage:
        """One page, by name. `page` counts from 1; past the end it is empty. Raises BadRequest."""
        terms = search_terms(q)
        async with self._database.read() as connection:
            found = await search(
                connection, org, kind, terms, limit=PER_PAGE, offset=(page - 1) * PER_PAGE
            )
            seen = await self._seen(connection, org, found.ids)
        return SubjectPage(
            results=[seen[subject] for subject in found.ids],
            page=page,
            pages=-(-found.total // PER_PAGE),
            total=found.total,
        )

    async def one(self, org: OrgId, subject: SubjectId) -> Subject:
        """Raises NotFound, also for what belongs to another org."""
        async with self._database.read() as connection:
            seen = await self._seen(connection, org, [subject])
        if subject not in seen:
            raise errors.NotFound("There is no such contact or account.")
        return seen[subject]

    async def _seen(
        self, connection: AsyncConnection, org: OrgId, ids: Sequence[SubjectId]
    ) -> dict[SubjectId, Subject]:
        rows = await directory.public_rows(connection, org, ids)
        if not rows:
            return {}
        asked = {subject: KINDS_OF[row.type] for subject, row in rows.items()}
        states = await connection.run_sync(subject_states, org, asked, self._hasher)
        await connection.run_sync(add_owned, org, states)
        owners = await connection.run_sync(pieces, org, sorted(piece_keys(states.values())))
        prices = await feed.prices(connection, org)
        return {
            subject: _subject(row, states[subject], owners, prices) for subject, row in rows.items()
        }


def _subject(
    row: PublicRow, state: SubjectState, owners: Mapping[PieceKey, Piece], prices: Prices
) -> Subject:
    told = {kind: _piece(kind, state, owners, prices) for kind in KINDS_OF[row.type]}
    return Subject(
        id=row.id,
        type=row.type,
        name=row.name,
        headline=row.headline,
        company=row.company,
        location=row.location,
        url=row.url,
        pieces=Pieces(
            email=told["email"],
            phone=told["phone"],
            personality=told.get("personality", UNSET),
        ),
    )


def _piece(
    kind: Kind, state: SubjectState, owners: Mapping[PieceKey, Piece], prices: Prices
) -> AnyPiece:
    now = standing(state.offers.get(kind), state.owned.get(kind, ()), owners)
    if now.kept is None or now.owner is None:
        return NotFoundPiece() if now.offer is None else AvailablePiece(price=prices.of(kind))
    value = shown(now.kept, state.analysis, state.insights)
    by, at, seq = now.owner.by_name, from_us(now.owner.at_us), now.owner.seq
    if now.state == "updated":
        return UpdatedPiece(
            price=prices.of(kind), value=value, revealed_by=by, revealed_at=at, seq=seq
        )
    return OwnedPiece(value=value, revealed_by=by, revealed_at=at, seq=seq)
