"""Reads, under the org's lock, what a batch of commands is planned on (server/domain/state.py).

Statements are built once and take lists padded to few lengths (server/store/lists.py).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, func, select, text

from server.domain import errors
from server.domain.commands import (
    Change,
    Command,
    EndJob,
    Grant,
    Reveal,
    Reverse,
    SetCaps,
    SetLicense,
    SettleRows,
    StartJob,
)
from server.domain.credit_month import calendar_month_start
from server.domain.entries import EntryLine
from server.domain.ids import EVERYONE, AtUs, OrgId, PieceKey, Seq, SubjectId, UserId
from server.domain.pieces import PieceHasher
from server.domain.plan import Plan
from server.domain.state import Charge, Head, KeptAnswer, OrgState
from server.store import job_state, planned, schema, seats
from server.store.holdings import add_owned, piece_keys, pieces
from server.store.lists import chunked
from server.store.offers import subject_states
from server.store.prepared import PreparedSelect
from server.wire.battery import Prices
from server.wire.words import Kind

_head = (
    select(schema.org_head, schema.org.c.time_zone)
    .join_from(schema.org_head, schema.org, schema.org.c.id == schema.org_head.c.org_id)
    .where(schema.org_head.c.org_id == bindparam("org"))
)
_lock = PreparedSelect(_head.with_for_update(of=schema.org_head))

_savings = PreparedSelect(
    select(schema.saving.c.user_id, schema.saving.c.piece_key).where(
        schema.saving.c.org_id == bindparam("org"),
        schema.saving.c.user_id.in_(bindparam("users", expanding=True)),
        schema.saving.c.piece_key.in_(bindparam("keys", expanding=True)),
    )
)
_answers = select(schema.idempotency).where(
    schema.idempotency.c.org_id.in_(bindparam("orgs", expanding=True)),
    schema.idempotency.c.caller_id.in_(bindparam("callers", expanding=True)),
    schema.idempotency.c.key.in_(bindparam("keys", expanding=True)),
)
_reversal = schema.entry.alias("reversal")
_charges = (
    select(
        schema.entry,
        schema.subject.c.url,
        _reversal.c.seq.label("reversal_seq"),
        *seats.MONTH_COLUMNS,
    )
    .outerjoin(schema.subject, schema.subject.c.id == schema.entry.c.subject_id)
    .outerjoin(
        _reversal,
        and_(
            _reversal.c.org_id == schema.entry.c.org_id, _reversal.c.ref_seq == schema.entry.c.seq
        ),
    )
    .outerjoin(
        schema.allotment,
        and_(
            schema.allotment.c.org_id == schema.entry.c.org_id,
            schema.allotment.c.user_id == schema.entry.c.user_id,
            schema.allotment.c.month_no == schema.entry.c.month_no,
        ),
    )
    .where(
        schema.entry.c.org_id == bindparam("org"),
        schema.entry.c.seq.in_(bindparam("seqs", expanding=True)),
    )
)
_reversed_by_admins = select(func.coalesce(func.sum(-schema.entry.c.credits), 0)).where(
    schema.entry.c.org_id == bindparam("org"),
    text(schema.NO_CHARGE),
    schema.entry.c.action == "reversal",
    schema.entry.c.by_type == "user",
    schema.entry.c.at_us >= bindparam("since"),
)


class UnknownOrg(errors.NotFound):
    """There is no ledger to lock."""


def lock_org(connection: Connection, org: OrgId) -> Head:
    """Lock the org's head until the transaction ends. Raises UnknownOrg."""
    row = next(iter(_lock.rows(connection, org=org)), None)
    if row is None:
        raise UnknownOrg(f"There is no organization {org}.")
    return _head_of(row)


def load(
    connection: Connection,
    org: OrgId,
    commands: Sequence[Command],
    hasher: PieceHasher,
    url_hash: Callable[[str], bytes],
    now: AtUs,
) -> OrgState:
    """The state on which `commands` are planned, with the org locked. `url_hash`: under which an
    erased profile URL is remembered."""
    head = lock_org(connection, org)
    charges = _load_charges(connection, org, commands)
    jobs = job_state.jobs(connection, org, job_state.job_ids(commands))
    users = _users(commands) | {c.line.user_id for c in charges.values() if c.line.user_id}
    users |= {job.user for job in jobs.values()}
    state = OrgState(
        head, seats.of_users(connection, org, sorted(users)), charges=charges, jobs=jobs
    )
    if jobs:
        _share_months(state, job_state.add_holds(connection, org, jobs, state.seats))
    state.names = {seat.user: seat.name for seat in state.seats.values()}
    state.names |= _operator_names(connection, commands)
    state.answers = _load_answers(connection, org, commands)
    _load_subjects(connection, state, commands, hasher)
    _load_pieces(connection, state, commands)
    state.erased = job_state.erased(connection, _strangers(state, commands, url_hash))
    if any(isinstance(c, Reverse) and c.by.type == "user" for c in commands):
        since = calendar_month_start(AtUs(max(now, head.at_us)), head.zone)
        state.reversed_by_admins = reversed_by_admins(connection, org, since)
    return state


def reversed_by_admins(connection: Connection, org: OrgId, since: AtUs) -> int:
    """Credits of the charges that the org's admins took back since then (R27)."""
    return int(connection.scalar(_reversed_by_admins, {"org": org, "since": since}) or 0)


def _share_months(state: OrgState, months: job_state.Months) -> None:
    """A reversal says the balance of its charge's month, which a hold's end may move before it."""
    for seq, charge in state.charges.items():
        month = charge.month and months.get((charge.month.user, charge.month.bounds.no))
        if month:
            state.charges[seq] = msgspec.structs.replace(charge, month=month)


def freeze_months(connection: Connection, org: OrgId, now: AtUs) -> None:
    """Freeze every license's current month, before the org's zone changes (R15).

    The next month then starts where this one ends. Locks the org.
    """
    head = lock_org(connection, org)
    head.at_us = AtUs(max(now, head.at_us))
    plan = Plan(org, head.at_us, head, head.seq)
    for seat in seats.every(connection, org):
        month = seat.month_at(head.at_us, head.zone)
        plan.months[seat.user, month.bounds.no] = month
        plan.seats[seat.user] = seat
    planned.write(connection, plan)


def _users(commands: Iterable[Command]) -> set[UserId]:
    users: set[UserId] = set()
    for command in commands:
        match command:
            case Reveal(user=user) | SetLicense(user=user) | StartJob(user=user):
                users.add(user)
            case SetCaps(users=several):
                users.update(several)
            case _:
                pass
        if isinstance(command, Change | EndJob) and command.by.type == "user":
            users.add(UserId(command.by.id))
    return users


def _operator_names(connection: Connection, commands: Iterable[Command]) -> dict[str, str]:
    ids = sorted({c.by.id for c in commands if isinstance(c, Reverse) and c.by.type == "operator"})
    names: dict[str, str] = {}
    for some in chunked(ids):
        found = select(schema.operator.c.id, schema.operator.c.name).where(
            schema.operator.c.id.in_(some)
        )
        names |= {row.id: row.name for row in connection.execute(found)}
    return names


def _load_charges(
    connection: Connection, org: OrgId, commands: Iterable[Command]
) -> dict[Seq, Charge]:
    seqs = sorted({command.seq for command in commands if isinstance(command, Reverse)})
    charges: dict[Seq, Charge] = {}
    for some in chunked(seqs):
        for row in connection.execute(_charges, {"org": org, "seqs": some}):
            charges[Seq(row.seq)] = _charge(row)
    return charges


def _load_answers(
    connection: Connection, org: OrgId, commands: Iterable[Command]
) -> dict[tuple[str, str], KeptAnswer]:
    """An operator's keys hold over all orgs; the org's own stay in the org."""
    asked, orgs = set(), {org}
    for command in commands:
        if not isinstance(command, Reveal | StartJob | Grant | Reverse) or command.key is None:
            continue
        asked.add((_caller(command), command.key.key))
        if isinstance(command, Grant | Reverse) and command.by.type == "operator":
            orgs.add(EVERYONE)
    answers: dict[tuple[str, str], KeptAnswer] = {}
    callers = next(chunked(sorted({caller for caller, _ in asked})), [])
    for keys in chunked(sorted({key for _, key in asked})):
        rows = connection.execute(
            _answers, {"orgs": sorted(orgs), "callers": callers, "keys": keys}
        )
        answers |= {
            (row.caller_id, row.key): KeptAnswer(row.fingerprint, row.answer) for row in rows
        }
    return answers


def _caller(command: Reveal | StartJob | Grant | Reverse) -> str:
    return command.user if isinstance(command, Reveal | StartJob) else command.by.id


def _load_subjects(
    connection: Connection,
    state: OrgState,
    commands: Iterable[Command],
    hasher: PieceHasher,
) -> None:
    asked: dict[SubjectId, set[Kind]] = {}
    for command in commands:
        for subject, kind in _pieces_asked(command):
            asked.setdefault(subject, set()).add(kind)
    org = state.head.org
    state.subjects = subject_states(connection, org, asked, hasher)
    add_owned(connection, org, state.subjects)


def _pieces_asked(command: Command) -> Iterable[tuple[SubjectId, Kind]]:
    match command:
        case Reveal(items=items):
            return items
        case SettleRows(rows=rows):
            return [
                (row.subject, item.kind) for row, items in rows if row.subject for item in items
            ]
        case _:
            return ()


def _strangers(
    state: OrgState, commands: Iterable[Command], url_hash: Callable[[str], bytes]
) -> dict[SubjectId, bytes]:
    """Who may become a contact of the org, with the keyed hash of each one's URL."""
    return {
        row.subject: url_hash(row.contact.record.url)
        for command in commands
        if isinstance(command, SettleRows)
        for row, _ in command.rows
        if row.contact and row.subject and row.subject not in state.subjects
    }


def _load_pieces(connection: Connection, state: OrgState, commands: Iterable[Command]) -> None:
    keys = piece_keys(state.subjects.values())
    for command in commands:
        if isinstance(command, SettleRows):
            keys |= {row.typed.key for row, _ in command.rows if row.typed}
    keys |= {charge.line.piece_key for charge in state.charges.values() if charge.line.piece_key}
    state.pieces = pieces(connection, state.head.org, sorted(keys))
    users = next(chunked(sorted(state.seats)), [])
    for some in chunked(sorted(state.pieces)) if users else ():
        rows = _savings.rows(connection, org=state.head.org, users=users, keys=some)
        state.savings |= {(UserId(row.user_id), PieceKey(row.piece_key)) for row in rows}


def _head_of(row: Row[Any]) -> Head:
    return Head(
        OrgId(row.org_id),
        ZoneInfo(row.time_zone),
        Seq(row.head_seq),
        AtUs(row.at_us),
        row.extra_granted,
        row.extra_used,
        row.extra_held,
        row.saved,
        Prices(row.price_email, row.price_phone, row.price_personality),
        bool(row.own_prices),
    )


_LINE_FIELDS = [field.name for field in msgspec.structs.fields(EntryLine)]


def _charge(row: Row[Any]) -> Charge:
    line = EntryLine(**{name: getattr(row, name) for name in _LINE_FIELDS})
    month = None
    if line.user_id is not None and row.month_month_no is not None:
        month = seats.month_of(line.user_id, row)
    return Charge(line, row.url or "", row.reversal_seq is not None, month)
