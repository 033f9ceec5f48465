"""What the directory holds of subjects, as pieces that could be bought (R3, R6)."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select

from server.domain.ids import EVERYONE, OrgId, SubjectId
from server.domain.pieces import PieceHasher, canonical_email
from server.domain.state import Offer, SubjectState
from server.domain.values import KeptEmail, KeptPersonality, KeptPhone
from server.store import schema
from server.store.lists import chunked
from server.store.prepared import PreparedSelect
from server.wire.subjects import Analysis, Insight, Phone
from server.wire.words import Kind

_subjects = PreparedSelect(
    select(
        *schema.subject.c[
            "id", "org_id", "url", "email", "mobile", "direct", "personality", "analysis"
        ]
    ).where(schema.subject.c.id.in_(bindparam("ids", expanding=True)))
)
# Whose they are is looked at below: beside `org_id` SQLite would take that index and read them all.
_insights = PreparedSelect(
    select(schema.insight, schema.users.c.name)
    .join_from(
        schema.insight,
        schema.users,
        # By its primary key alone: a colleague is of the org, and no other index is to be taken.
        schema.users.c.id == schema.insight.c.colleague,
    )
    .where(
        schema.insight.c.org_id == bindparam("org"),
        schema.insight.c.subject_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(schema.insight.c.strength.desc(), schema.users.c.name)
)

_analysis: msgspec.json.Decoder[Analysis] = msgspec.json.Decoder(Analysis)
_personality: msgspec.json.Decoder[KeptPersonality] = msgspec.json.Decoder(KeptPersonality)


def subject_states(
    connection: Connection,
    org: OrgId,
    asked: Mapping[SubjectId, Collection[Kind]],
    hasher: PieceHasher,
) -> dict[SubjectId, SubjectState]:
    """Those of `asked` that the org can see, with what they offer of the asked kinds.

    Nothing yet of what is owned. Analysis and insights come with the email: they open with it.
    """
    states: dict[SubjectId, SubjectState] = {}
    for some in chunked(list(asked)):
        for row in _subjects.rows(connection, ids=some):
            if row.org_id in (EVERYONE, org):
                states[SubjectId(row.id)] = _state(row, org, asked[SubjectId(row.id)], hasher)
    for some in chunked([subject for subject, kinds in asked.items() if "email" in kinds]):
        for row in _insights.rows(connection, org=org, ids=some):
            state = states.get(SubjectId(row.subject_id))
            if state is not None:
                known = Insight(
                    colleague=row.name, strength=row.strength, since=row.since, note=row.note
                )
                state.insights = (*state.insights, known)
    return states


def _state(row: Row[Any], org: OrgId, kinds: Collection[Kind], hasher: PieceHasher) -> SubjectState:
    analysis = _analysis.decode(row.analysis) if "email" in kinds and row.analysis else None
    offers: dict[Kind, Offer] = {}
    for kind in kinds:
        offer = _offer(row, org, kind, hasher)
        if offer is not None:
            offers[kind] = offer
    return SubjectState(SubjectId(row.id), row.url, offers, {}, analysis)


def _offer(row: Row[Any], org: OrgId, kind: Kind, hasher: PieceHasher) -> Offer | None:
    match kind:
        case "email" if row.email:
            key = hasher.key(org, kind, canonical_email(row.email))
            return Offer(key, KeptEmail(email=row.email))
        case "phone" if row.mobile or row.direct:
            phones = _phones(row)
            return Offer(hasher.key(org, kind, phones[0].number), KeptPhone(phones=phones))
        case "personality" if row.personality:
            key = hasher.key(org, kind, row.id)
            return Offer(key, _personality.decode(row.personality))
        case _:
            return None


def _phones(row: Row[Any]) -> tuple[Phone, ...]:
    """Mobile before direct dial (R3); the columns hold E.164."""
    numbers = (("mobile", row.mobile), ("direct", row.direct))
    return tuple(Phone(type=kind, number=number) for kind, number in numbers if number)
