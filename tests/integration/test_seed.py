"""scripts/seed makes up a customer whose ledger the product finds right (R32)."""

from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, Connection, func, inspect, select

from scripts.seeds.customer import ADMIN, REP, Seeding, Size
from server.domain.ids import OrgId
from server.settings import Settings, SettingsError
from server.store.engine import Database
from server.store.schema import entry, entry_sum, metadata, owned_value, piece
from server.store.users import user_by_email
from server.usecases.history import History
from server.usecases.history_scope import HistoryAsk, Viewer
from server.usecases.passwords import Passwords
from server.usecases.verify import verify

SIZE = Size(users=30, entries=20_000, days=100)
PASSWORD = "battery-demo"


async def _seeded(url: str, folder: Path) -> OrgId:
    settings = Settings(data=folder, database_url=url, secret=b"a secret of this test only, 32 b+")
    return await Seeding(settings, SIZE, say=lambda _: None).run(PASSWORD)


async def test_r32_a_seeded_ledger_is_verified(database_url: str, tmp_path: Path) -> None:
    org = await _seeded(database_url, tmp_path)
    database = Database(database_url)
    verified = await verify(database, org)
    assert (verified.broken, verified.entries) == ([], SIZE.entries)
    async with database.read() as connection:
        kinds = {row.kind for row in await connection.execute(select(entry.c.kind).distinct())}
        live = await connection.scalar(
            select(func.count()).select_from(owned_value.join(piece, _owns())).where(piece.c.live)
        )
        sums = await connection.scalar(
            select(func.sum(entry_sum.c.entries)).where(
                entry_sum.c.stream == "", entry_sum.c.level == 1
            )
        )
    assert kinds == {None, "email", "phone", "personality"}
    assert live
    assert sums == SIZE.entries // 256 * 256
    page = await History(database).page(Viewer(org), HistoryAsk(), limit=50)
    assert [line.seq for line in page.entries] == list(range(SIZE.entries, SIZE.entries - 50, -1))
    await database.close()


def _owns() -> ColumnElement[bool]:
    return (piece.c.org_id == owned_value.c.org_id) & (piece.c.piece_key == owned_value.c.piece_key)


async def test_the_admin_and_the_rep_sign_in_with_the_password(
    sqlite_url: str, tmp_path: Path
) -> None:
    await _seeded(sqlite_url, tmp_path)
    database = Database(sqlite_url)
    async with database.read() as connection:
        people = [await user_by_email(connection, email) for email in (ADMIN, REP)]
    await database.close()
    assert [person.role for person in people if person] == ["admin", "rep"]
    for person in people:
        assert person is not None
        assert await Passwords().verify(person.password_hash, PASSWORD)


def _indexes(connection: Connection) -> set[str | None]:
    looked_at = inspect(connection)
    return {index["name"] for name in metadata.tables for index in looked_at.get_indexes(name)}


async def test_all_indexes_are_there_afterwards(database_url: str, tmp_path: Path) -> None:
    await _seeded(database_url, tmp_path)
    database = Database(database_url)
    async with database.read() as connection:
        found = await connection.run_sync(_indexes)
    await database.close()
    expected = {index.name for table in metadata.tables.values() for index in table.indexes}
    assert expected <= found


async def test_a_database_with_customers_is_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    await _seeded(sqlite_url, tmp_path)
    with pytest.raises(SettingsError, match="there are customers"):
        await _seeded(sqlite_url, tmp_path)
