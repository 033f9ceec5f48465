"""What the directory holds of subjects, as pieces that could be bought (R3, R6)."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.ids import EVERYONE, OrgId, SubjectId
from server.domain.pieces import PieceHasher, canonical_email
from server.domain.state import Offer, SubjectState
from server.domain.values import KeptEmail, KeptPersonality, KeptPhone
from server.store import schema
from server.store.lists import chunked
from server.wire.subjects import Analysis, Insight, Phone
from server.wire.words import Kind

_subjects = select(
    *schema.subject.c["id", "url", "email", "mobile", "direct", "personality", "analysis"]
).where(
    schema.subject.c.id.in_(bindparam("ids", expanding=True)),
    schema.subject.c.org_id.in_((EVERYONE, bindparam("org"))),
)
_insights = (
    select(schema.insight, schema.users.c.name)
    .join_from(
        schema.insight,
        schema.users,
        and_(
            schema.users.c.id == schema.insight.c.colleague,
            schema.users.c.org_id == schema.insight.c.org_id,
        ),
    )
    .where(
        schema.insight.c.org_id == bindparam("org"),
        schema.insight.c.subject_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(schema.insight.c.strength.desc(), schema.users.c.name)
)

_analysis: msgspec.json.Decoder[Analysis] = msgspec.json.Decoder(Analysis)
_personality: msgspec.json.Decoder[KeptPersonality] = msgspec.json.Decoder(KeptPersonality)


async def subject_states(
    connection: AsyncConnection,
    org: OrgId,
    ids: Sequence[SubjectId],
    with_email: Collection[SubjectId],
    hasher: PieceHasher,
) -> dict[SubjectId, SubjectState]:
    """Those of `ids` that the org can see, with what they offer; nothing yet of what is owned.

    Analysis and insights are read for `with_email` only: they open with the email.
    """
    states: dict[SubjectId, SubjectState] = {}
    for some in chunked(ids):
        for row in await connection.execute(_subjects, {"org": org, "ids": some}):
            states[SubjectId(row.id)] = _state(row, org, row.id in with_email, hasher)
    for some in chunked([subject for subject in ids if subject in with_email]):
        for row in await connection.execute(_insights, {"org": org, "ids": some}):
            state = states.get(SubjectId(row.subject_id))
            if state is not None:
                known = Insight(
                    colleague=row.name, strength=row.strength, since=row.since, note=row.note
                )
                state.insights = (*state.insights, known)
    return states


def _state(row: Row[Any], org: OrgId, with_analysis: bool, hasher: PieceHasher) -> SubjectState:
    analysis = _analysis.decode(row.analysis) if with_analysis and row.analysis else None
    return SubjectState(SubjectId(row.id), row.url, offers_of(row, org, hasher), {}, analysis)


def offers_of(row: Row[Any], org: OrgId, hasher: PieceHasher) -> dict[Kind, Offer]:
    """The pieces of one `subject` row: columns id, email, mobile, direct, personality."""
    offers: dict[Kind, Offer] = {}
    if row.email:
        key = hasher.key(org, "email", canonical_email(row.email))
        offers["email"] = Offer(key, KeptEmail(email=row.email))
    phones = _phones(row)
    if phones:
        key = hasher.key(org, "phone", phones[0].number)
        offers["phone"] = Offer(key, KeptPhone(phones=phones))
    if row.personality:
        key = hasher.key(org, "personality", row.id)
        offers["personality"] = Offer(key, _personality.decode(row.personality))
    return offers


def _phones(row: Row[Any]) -> tuple[Phone, ...]:
    """Mobile before direct dial (R3); the columns hold E.164."""
    numbers = (("mobile", row.mobile), ("direct", row.direct))
    return tuple(Phone(type=kind, number=number) for kind, number in numbers if number)
