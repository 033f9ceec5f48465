"""`verify` on both databases: silent on a sound org, telling what was changed behind its back."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Update, delete, insert, update

from server.domain import errors
from server.domain.ids import OrgId, UserId
from server.store import replay
from server.store.engine import Database
from server.store.schema import allotment, entry, hold, job, license_, org_head, piece
from server.usecases.verify import verify
from server.wire.battery import DEFAULT_PRICES
from tests.ledger_rows import Books, at

MONDAY = at("2026-11-02 09:00")
DECEMBER = at("2026-12-02 09:00")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def books() -> Books:
    """A bit of everything."""
    books = Books()
    books.set_prices(DEFAULT_PRICES, MONDAY)
    books.hire("usr_bob", "Bob Reyes", MONDAY, allotment=30)
    books.hire("usr_jane", "Jane Okafor", MONDAY)
    books.set_cap("usr_jane", 5, MONDAY)
    books.grant(200, MONDAY)
    ana = books.charge("usr_bob", "con_ana", MONDAY, kind="phone")
    books.charge("usr_bob", "con_ana", MONDAY, kind="personality")
    books.charge("usr_jane", "con_ben", MONDAY)
    books.hold("usr_jane", "job_1", 20, 0, MONDAY)
    books.charge("usr_jane", "con_cara", DECEMBER, kind="phone", action="export", job="job_1")
    books.release("job_1", DECEMBER)
    books.reverse(ana, DECEMBER, reason="wrong_number")
    books.charge("usr_bob", "con_dora", DECEMBER)
    return books


async def change(database: Database, statement: Update) -> None:
    async with database.write() as connection:
        await connection.execute(statement)


async def broken(database: Database, books: Books) -> set[int]:
    answer = await verify(database, books.org)
    assert answer.ok == (not answer.broken)
    return {one.invariant for one in answer.broken}


async def test_r32_a_sound_org_verifies(database: Database, books: Books) -> None:
    await books.found(database)
    answer = await verify(database, books.org)
    assert answer.broken == []
    assert answer.ok
    assert answer.entries == len(books.lines)


async def test_an_org_without_entries_verifies(database: Database) -> None:
    books = Books()
    await books.found(database)
    answer = await verify(database, books.org)
    assert (answer.ok, answer.entries) == (True, 0)


async def test_r32_an_org_longer_than_a_chunk_verifies(
    database: Database, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "CHUNK_ENTRIES", 3)
    await books.found(database)
    answer = await verify(database, books.org)
    assert answer.broken == []
    assert answer.entries == len(books.lines)


async def test_one_orgs_fault_is_not_anothers(database: Database, books: Books) -> None:
    zoes = Books("org_zenith")
    zoes.hire("usr_zoe", "Zoe Zhang", MONDAY)
    zoes.charge("usr_zoe", "con_ana", MONDAY, kind="phone")
    await books.found(database)
    await zoes.save(database)
    await change(database, update(org_head).where(org_head.c.org_id == zoes.org).values(saved=1))
    await change(database, update(allotment).where(allotment.c.org_id == zoes.org).values(used=11))
    assert await broken(database, books) == set()
    assert await broken(database, zoes) == {2, 5}


async def test_an_unknown_org_is_not_found(database: Database, books: Books) -> None:
    await books.found(database)
    with pytest.raises(errors.NotFound):
        await verify(database, OrgId("org_nobody"))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (update(org_head).values(head_seq=99), {1}),
        (update(org_head).values(extra_granted=999), {2}),
        (update(org_head).values(price_phone=11), {2}),
        (update(license_).values(cap=1), {2}),
        (update(license_).values(last_month_no=7), {2}),
        (update(license_).values(anchor="2026-11-02"), {2}),
        (update(allotment).where(allotment.c.month_no == 0).values(granted=999), {2}),
        (update(entry).where(entry.c.seq == 6).values(at_us=1), {4, 8, 10}),
        (update(entry).where(entry.c.seq == 6).values(extra_left=1), {2}),
        (update(piece).where(piece.c.live).values(live=False), {4}),
        (update(piece).values(gen=3), {4}),
        (update(piece).values(banned=False), {4}),
        (update(piece).where(piece.c.live).values(user_id="usr_nobody"), {4}),
        (update(piece).where(piece.c.live).values(at_us=1), {4}),
        (update(job).values(status="running"), {6}),
        (update(job).values(user_id="usr_bob"), {6}),
        (update(job).values(action="import"), {6}),
        (update(job).values(settlement=None), {6}),
        (update(job).values(prices='{"email":1,"phone":9,"personality":100}'), {5}),
    ],
    ids=lambda value: str(value).replace("\n", " "),
)
async def test_r32_what_was_changed_behind_its_back_is_told(
    database: Database, books: Books, statement: Update, expected: set[int]
) -> None:
    await books.found(database)
    await change(database, statement)
    assert await broken(database, books) == expected


async def test_r32_a_lost_entry_is_told(database: Database, books: Books) -> None:
    await books.found(database)
    async with database.write() as connection:
        await connection.execute(delete(entry).where(entry.c.seq == 7))
    assert {1, 2, 4} <= await broken(database, books)


async def test_r32_a_piece_that_nobody_paid_for_is_told(database: Database, books: Books) -> None:
    await books.found(database)
    async with database.write() as connection:
        await connection.execute(
            insert(piece).values(
                org_id=books.org,
                piece_key=b"x" * 16,
                gen=1,
                live=True,
                banned=False,
                seq=5,
                user_id="usr_bob",
                at_us=0,
            )
        )
    answer = await verify(database, books.org)
    assert [one.detail for one in answer.broken] == ["1 piece rows were paid by no entry"]


async def test_r32_a_lost_balance_row_is_told(database: Database, books: Books) -> None:
    await books.found(database)
    async with database.write() as connection:
        await connection.execute(delete(license_).where(license_.c.user_id == UserId("usr_bob")))
    assert await broken(database, books) == {2}


async def test_r19_a_started_job_without_its_hold_is_told(database: Database, books: Books) -> None:
    books.hold("usr_bob", "job_2", 1, 0, DECEMBER)
    await books.found(database)
    assert await broken(database, books) == set()
    async with database.write() as connection:
        await connection.execute(delete(hold).where(hold.c.job_id == "job_2"))
    assert await broken(database, books) == {6}


async def test_r21_an_open_hold_without_its_job_is_told(database: Database, books: Books) -> None:
    books.hold("usr_bob", "job_2", 1, 0, DECEMBER)
    await books.found(database)
    async with database.write() as connection:
        await connection.execute(delete(job).where(job.c.id == "job_2"))
    answer = await verify(database, books.org)
    assert [one.detail for one in answer.broken] == [
        "the hold of job_2 is of a job that is unknown"
    ]
