"""Whom the rows of a job are about (R18, R25)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from server.domain.directory_records import SORT_BYTES_MAX
from server.domain.folding import folded, within_bytes
from server.domain.ids import EVERYONE, OrgId, SubjectId
from server.domain.import_columns import positions_of
from server.domain.import_rows import Person, company_key, person_of
from server.domain.job_rows import Cell, JobRow, Sought
from server.domain.own_contacts import ContactIds, own_contact
from server.domain.pieces import PieceHasher, canonical_email
from server.domain.profile_urls import canonical_profile_url
from server.domain.state import Offer
from server.domain.values import KeptEmail
from server.store import directory, seeking
from server.store.engine import AsyncConnection
from server.store.erasure import erased
from server.store.holdings import pieces
from server.store.jobs import JobRecord
from server.store.seeking import Candidate
from server.usecases.erasure import UrlHasher

ERASED: Final = "the person at this url was erased and must not come back"
SEVERAL: Final = "several people of this name are at this company: give an address or profile URL"


class _Finding(NamedTuple):
    """What a row comes to: somebody, nobody, or a problem."""

    subject: SubjectId | None = None
    problem: str | None = None


class _Known(NamedTuple):
    """Who could be meant: by canonical URL, by canonical address, by folded name and company."""

    at_url: Mapping[str, SubjectId]
    at_address: Mapping[str, Sequence[Candidate]]
    called: Mapping[tuple[str, str], Sequence[Candidate]]


class Seeker:
    """Finds the people of a job's rows. `secret`: the deployment's."""

    def __init__(self, secret: bytes) -> None:
        self._hasher = PieceHasher(secret)
        self._urls = UrlHasher(secret)
        self._ids = ContactIds(secret)

    def sought(self, record: JobRecord, row: JobRow) -> Sought:
        """What is looked for, of a row that was resolved.

        A problem looks for nobody; of a row whose person was erased no address is left.
        """
        person = _person(record, row) if row.cells is not None and row.problem is None else None
        if row.subject is None or not isinstance(person, Person) or person.canonical is None:
            return Sought(row.row_no, row.subject)
        assert person.email is not None, "its canonical form is there"
        key = self._hasher.key(record.org, "email", person.canonical)
        is_own = row.subject == self._ids.of(record.org, person)
        return Sought(
            row.row_no,
            row.subject,
            typed=Offer(key, KeptEmail(email=person.email, typed=True)),
            contact=own_contact(row.subject, person) if is_own else None,
        )

    async def resolved(
        self, connection: AsyncConnection, record: JobRecord, rows: Sequence[JobRow]
    ) -> list[JobRow]:
        """The rows with `subject`, `problem` and `person` as they are now; a few hundred at a time.

        Exports: a subject that the org cannot see is none. Imports: found by profile URL, by an
        address that is the org's, or by name and company; who has an address and is found by none
        of them becomes a contact of this org alone. A row that was left unread keeps its problem.
        """
        if record.action == "export":
            return await _still_seen(connection, record.org, rows)
        read = [_person(record, row) for row in rows]
        hashes = [self._hash(record, *each) for each in zip(rows, read, strict=True)]
        barred = await self._erased(connection, hashes)
        read = [
            _Finding(problem=ERASED) if isinstance(one, Person) and hash_ in barred else one
            for one, hash_ in zip(read, hashes, strict=True)
        ]
        known = await self._known(
            connection, record, [one for one in read if isinstance(one, Person)]
        )
        findings = [
            one if isinstance(one, _Finding) else self._finding(record.org, one, known)
            for one in read
        ]
        return [
            msgspec.structs.replace(
                row, subject=finding.subject, problem=finding.problem, person=hash_
            )
            for row, finding, hash_ in zip(rows, findings, hashes, strict=True)
        ]

    def _hash(self, record: JobRecord, row: JobRow, read: Person | _Finding) -> bytes | None:
        """Under which an erasure finds the row, also one that is a problem."""
        if row.cells is None:
            return row.person
        url = read.url if isinstance(read, Person) and read.url else _page(record, row.cells)
        return self._urls.hash(url) if url is not None else None

    async def _erased(
        self, connection: AsyncConnection, hashes: Iterable[bytes | None]
    ) -> frozenset[bytes]:
        """Those of people who must not come back (R4)."""
        asked = sorted({one for one in hashes if one is not None})
        return await connection.run_sync(erased, asked)

    async def _known(
        self, connection: AsyncConnection, record: JobRecord, people: Sequence[Person]
    ) -> _Known:
        """A handful of statements, whatever the number of people."""
        org = record.org
        urls = {person.url: None for person in people if person.url is not None}
        at_url = await directory.at_urls(connection, org, list(urls))
        others = [person for person in people if person.url not in at_url]
        names = {name: None for name, _ in map(_called, others) if name}
        called: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
        for candidate in await seeking.called(connection, org, list(names)):
            if candidate.company is not None:
                called[candidate.sort, company_key(candidate.company)].append(candidate)
        return _Known(at_url, await self._at_addresses(connection, record, others), called)

    async def _at_addresses(
        self, connection: AsyncConnection, record: JobRecord, people: Sequence[Person]
    ) -> Mapping[str, Sequence[Candidate]]:
        """The org's own contacts with their addresses; of the directory's only those whose address
        the org has paid for. Whoever else has an address is nothing that a free quote, or a file,
        may tell (R10): what is not owned is not even looked for.
        """
        owned = await self._owned(connection, record, people)
        paid = [person for person in people if person.canonical in owned]
        found: dict[str, list[Candidate]] = defaultdict(list)
        for org, some in ((record.org, people), (EVERYONE, paid)):
            written = {form: None for person in some for form in _written(person)}
            for one in await seeking.at_addresses(connection, org, list(written)):
                if one.email is not None:
                    found[canonical_email(one.email)].append(one)
        return found

    async def _owned(
        self, connection: AsyncConnection, record: JobRecord, people: Iterable[Person]
    ) -> frozenset[str]:
        """The canonical addresses among theirs that the org owns.

        To a started job those of its quote: who is known by an address only since then has phone
        numbers that no hold was placed for.
        """
        keys = {
            self._hasher.key(record.org, "email", person.canonical): person.canonical
            for person in people
            if person.canonical is not None
        }
        through = record.quote.as_of_seq if record.started_us is not None and record.quote else None
        found = await connection.run_sync(pieces, record.org, sorted(keys))
        return frozenset(
            keys[key]
            for key, piece in found.items()
            if piece.live and (through is None or piece.seq <= through)
        )

    def _finding(self, org: OrgId, person: Person, known: _Known) -> _Finding:
        if person.url is not None and person.url in known.at_url:
            return _Finding(known.at_url[person.url])
        namesakes = known.called.get(_called(person), ())
        found = _at_address(person, known) or _only(namesakes)
        if found is not None:
            return _Finding(found)
        if person.canonical is not None:
            return _Finding(self._ids.of(org, person))
        return _Finding(problem=SEVERAL if namesakes else None)


def _person(record: JobRecord, row: JobRow) -> Person | _Finding:
    """Whom an imported row tells of, else what the row comes to without looking."""
    assert record.file is not None, "an import has a file"
    if row.cells is None:
        return _Finding(problem=row.problem)
    columns = record.file.columns
    try:
        return person_of(row.cells, len(columns), positions_of(record.mapping, columns))
    except ValueError as error:
        return _Finding(problem=str(error))


def _page(record: JobRecord, cells: Sequence[Cell]) -> str | None:
    """The canonical URL of a person's page in the row: in the column for it, else in any other, for
    an erasure takes the row whatever the user makes of its columns (R4)."""
    assert record.file is not None, "an import has a file"
    place = positions_of(record.mapping, record.file.columns).get("url")
    first = cells[place : place + 1] if place is not None else ()
    for cell in (*first, *cells):
        # Most cells are no address, which is told faster so.
        if isinstance(cell, str) and "/in/" in cell.lower():
            profile = canonical_profile_url(cell)
            if profile is not None and profile.type == "contact":
                return profile.url
    return None


async def _still_seen(
    connection: AsyncConnection, org: OrgId, rows: Sequence[JobRow]
) -> list[JobRow]:
    asked = {row.subject: None for row in rows if row.subject is not None}
    seen = await seeking.visible(connection, org, list(asked))
    return [
        row if row.subject in seen else msgspec.structs.replace(row, subject=None) for row in rows
    ]


def _written(person: Person) -> set[str]:
    """How the directory may have written the address: it keeps each as it was given."""
    if person.email is None or person.canonical is None:
        return set()
    return {person.email, person.email.lower(), person.canonical}


def _called(person: Person) -> tuple[str, str]:
    """Name and company as they are compared; ("", "") of who has not both, which nobody matches."""
    key = company_key(person.company) if person.name and person.company else ""
    return (_sort(person.name), key) if key else ("", "")


def _sort(name: str | None) -> str:
    """As the directory keeps it beside the name."""
    return within_bytes(folded(name or ""), SORT_BYTES_MAX)


def _at_address(person: Person, known: _Known) -> SubjectId | None:
    """Whose address it is. A name that has no word in common with the row's is another's: offices
    share addresses. Of several people the one with the very name."""
    if person.canonical is None:
        return None
    candidates = known.at_address.get(person.canonical, ())
    name = _sort(person.name)
    words = set(name.split())
    fitting = [one for one in candidates if not words or not words.isdisjoint(one.sort.split())]
    return _only([one for one in fitting if one.sort == name]) or _only(fitting)


def _only(candidates: Sequence[Candidate]) -> SubjectId | None:
    """The one who can be meant; the directory's record of a person goes before the org's own."""
    of_everyone = [one for one in candidates if not one.is_own]
    choice = of_everyone or candidates
    return choice[0].id if len(choice) == 1 else None
