"""Ledger lines as people read them: with names beside the ids (R30)."""

from collections.abc import Mapping, Sequence

import msgspec

from server.domain.credit_month import from_us
from server.domain.entries import EntryLine
from server.domain.ids import JobId, OrgId, Seq, SubjectId
from server.store import entry_marks
from server.store import history as store
from server.store.engine import AsyncConnection
from server.store.entry_filter import DEPLOYMENT_NAME
from server.store.history import SubjectName
from server.wire.history import Actor, Entry, SubjectRef, UserRef
from server.wire.words import CHARGE_ACTIONS

ERASED_NAME = "erased contact"
"""R4."""
ACCOUNT_PREFIX = "acc_"


class Names(msgspec.Struct, frozen=True):
    """The names of all that some lines speak of, as far as they are still known.

    `reversals`: of the charges among the lines those that were taken back, and by which entry.
    """

    users: Mapping[str, str]
    operators: Mapping[str, str]
    subjects: Mapping[SubjectId, SubjectName]
    jobs: Mapping[JobId, str]
    reversals: Mapping[Seq, Seq]


async def named(connection: AsyncConnection, org: OrgId, lines: Sequence[EntryLine]) -> list[Entry]:
    """The lines as wire shapes, in their order."""
    users: set[str] = {line.user_id for line in lines if line.user_id is not None}
    users |= {line.by_id for line in lines if line.by_type == "user"}
    names = Names(
        await store.user_names(connection, org, users),
        await store.operator_names(
            connection, {line.by_id for line in lines if line.by_type == "operator"}
        ),
        await store.subject_names(
            connection, org, {line.subject_id for line in lines if line.subject_id is not None}
        ),
        await entry_marks.job_labels(
            connection, org, {line.job_id for line in lines if line.job_id is not None}
        ),
        await entry_marks.reversals_of(
            connection, org, {line.seq for line in lines if line.action in CHARGE_ACTIONS}
        ),
    )
    return [_entry(line, names) for line in lines]


def _entry(line: EntryLine, names: Names) -> Entry:
    return Entry(
        seq=line.seq,
        at=from_us(line.at_us),
        user=_user(line, names),
        by=_actor(line, names),
        action=line.action,
        subject=_subject(line, names),
        kind=line.kind,
        credits=line.credits,
        from_license=line.from_license,
        from_extra=line.from_extra,
        license_left=line.license_left,
        extra_left=line.extra_left,
        job=line.job_id,
        job_label=names.jobs.get(line.job_id) if line.job_id else None,
        ref_seq=line.ref_seq,
        reversed_by=names.reversals.get(line.seq),
        reason=line.reason,
        granted=line.granted,
        note=line.note,
        data=msgspec.json.decode(line.data) if line.data else None,
    )


def _user(line: EntryLine, names: Names) -> UserRef | None:
    if line.user_id is None:
        return None
    return UserRef(id=line.user_id, name=names.users.get(line.user_id, line.user_id))


def _actor(line: EntryLine, names: Names) -> Actor:
    if line.by_type == "user":
        name = names.users.get(line.by_id, line.by_id)
    else:
        name = names.operators.get(line.by_id, DEPLOYMENT_NAME)
    return Actor(type=line.by_type, id=line.by_id, name=name)


def _subject(line: EntryLine, names: Names) -> SubjectRef | None:
    if line.subject_id is None:
        return None
    found = names.subjects.get(line.subject_id)
    if found is not None:
        return SubjectRef(id=line.subject_id, type=found.type, name=found.name)
    is_account = line.subject_id.startswith(ACCOUNT_PREFIX)
    return SubjectRef(
        id=line.subject_id, type="account" if is_account else "contact", name=ERASED_NAME
    )
