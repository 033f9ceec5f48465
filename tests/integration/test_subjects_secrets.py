"""A value the org does not own never leaves the server: shown on the whole demo directory."""

import re

import pytest

from server.demo.people import DemoDirectory, demo_directory
from server.domain.directory_rows import DirectoryRow
from tests.acme import Acme, opened
from tests.integration.directory_stage import Stage

LOOKUPS_AT_ONCE = 100
REVEALED = 40
VALUES = ("email", "mobile", "direct", "summary")
WORDS = 8
ADDRESS = re.compile(r"[^\s\"\\@]+@[^\s\"\\@]+")
NUMBER = re.compile(r"\+\d{7,15}")


@pytest.fixture(scope="module")
def directory() -> DemoDirectory:
    return demo_directory()


async def _everything(stage: Stage) -> str:
    """All that Jane can be told, by looking up everybody."""
    urls = [row.url for row in demo_directory().rows]
    bodies = []
    for start in range(0, len(urls), LOOKUPS_AT_ONCE):
        body = {"urls": urls[start : start + LOOKUPS_AT_ONCE]}
        bodies.append((await stage.post(stage.acme.jane, "lookups", body)).text)
    return "\n".join(bodies)


async def test_no_answer_holds_a_value_that_is_not_owned(
    database_url: str, directory: DemoDirectory
) -> None:
    async with opened(database_url) as house:
        stage = await Stage.set(await Acme.founded(house, allotment=1_000), directory.rows)
        opened_ = [row for row in directory.contacts if row.email and row.mobile][:REVEALED]
        for row in opened_:
            subject = await stage.id_of(row.url)
            await stage.acme.bob.reveal((subject, "email"), (subject, "phone"))
        told = await _everything(stage)
        owned = {str(row.email).lower() for row in opened_}
        assert {found.lower() for found in ADDRESS.findall(told)} == owned
        numbers = {number for row in opened_ for number in (row.mobile, row.direct) if number}
        assert set(NUMBER.findall(told)) == numbers
        assert "disc" not in told


async def test_no_search_finds_or_counts_by_a_value_that_is_not_owned(
    sqlite_url: str, directory: DemoDirectory
) -> None:
    values = [value for which in VALUES for value in _some(directory, which)]
    assert len(values) > 4 * len(VALUES)
    async with opened(sqlite_url) as house:
        stage = await Stage.set(await Acme.founded(house), directory.rows)
        for value in values:
            assert (await stage.people(stage.acme.bob, value)).total == 0
            assert (await stage.accounts(stage.acme.bob, value)).total == 0


def _some(directory: DemoDirectory, which: str) -> list[str]:
    return [value for row in directory.rows if (value := _value(row, which))][::250]


def _value(row: DirectoryRow, which: str) -> str | None:
    if which == "summary":
        return " ".join(row.disc.summary.split()[:WORDS]) if row.disc else None
    value: str | None = getattr(row, which)
    return value
