"""Users' requests for more credits, and what the admin answered (api.md, Admin)."""

from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import errors
from server.domain.credit_month import from_us
from server.domain.ids import AtUs, OrgId, UserId
from server.store.schema import credit_request, users
from server.wire.admin import CreditRequest, RequestOutcome

_asker = users.alias("asker")
_answerer = users.alias("answerer")


async def add(
    connection: AsyncConnection, org: OrgId, request: str, user: UserId, note: str, at_us: AtUs
) -> None:
    await connection.execute(
        insert(credit_request).values(
            org_id=org, id=request, user_id=user, note=note, created_us=at_us
        )
    )


async def open_count(connection: AsyncConnection, org: OrgId, user: UserId) -> int:
    """How many of the user's requests nobody has answered."""
    return (
        await connection.execute(
            select(func.count())
            .select_from(credit_request)
            .where(
                credit_request.c.org_id == org,
                credit_request.c.user_id == user,
                credit_request.c.outcome.is_(None),
            )
        )
    ).scalar_one()


async def listed(
    connection: AsyncConnection, org: OrgId, user: UserId | None, limit: int
) -> list[CreditRequest]:
    """The org's requests, or one user's: open ones first, then newest first, `limit` at most."""
    query = _requests(org)
    if user is not None:
        query = query.where(credit_request.c.user_id == user)
    rows = await connection.execute(
        query.order_by(
            credit_request.c.outcome.is_not(None),
            credit_request.c.created_us.desc(),
            credit_request.c.id,
        ).limit(limit)
    )
    return [_told(row) for row in rows]


async def one(connection: AsyncConnection, org: OrgId, request: str) -> CreditRequest | None:
    row = (
        await connection.execute(_requests(org).where(credit_request.c.id == request))
    ).one_or_none()
    return None if row is None else _told(row)


async def close(
    connection: AsyncConnection,
    org: OrgId,
    request: str,
    *,
    outcome: RequestOutcome,
    by: UserId,
    at_us: AtUs,
    note: str | None,
) -> None:
    """Answers an open request. Raises AlreadyExists when somebody has answered it already."""
    closed = await connection.execute(
        update(credit_request)
        .where(
            credit_request.c.org_id == org,
            credit_request.c.id == request,
            credit_request.c.outcome.is_(None),
        )
        .values(outcome=outcome, answered_by=by, answered_us=at_us, answer_note=note)
    )
    if closed.rowcount != 1:
        raise errors.AlreadyExists("This request has been answered already; load the list again.")


def _requests(org: OrgId) -> Select[Any]:
    return (
        select(
            credit_request,
            _asker.c.name.label("user_name"),
            _answerer.c.name.label("answerer_name"),
        )
        .join(_asker, _asker.c.id == credit_request.c.user_id)
        .outerjoin(_answerer, _answerer.c.id == credit_request.c.answered_by)
        .where(credit_request.c.org_id == org)
    )


def _told(row: Row[Any]) -> CreditRequest:
    return CreditRequest(
        id=row.id,
        user_id=row.user_id,
        user_name=row.user_name,
        note=row.note,
        created_at=from_us(row.created_us),
        outcome=row.outcome,
        answered_by=row.answerer_name,
        answered_at=None if row.answered_us is None else from_us(row.answered_us),
        answer_note=row.answer_note,
    )
