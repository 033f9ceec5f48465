"""Importing who in an org knows whom."""

import io

import pytest

from server.domain.errors import UnreadableFile
from server.usecases.directory import import_insights
from server.wire.operator import DirectoryProblem
from tests.integration.directory_stage import PERSON, person, stage_on

ANA, BEN = person("ana", "Ana", email="ana@a.example"), person("ben", "Ben")


async def test_the_second_import_changes_nothing(database_url: str) -> None:
    async with stage_on(database_url, ANA, BEN) as stage:
        org, jane = stage.acme.org, f"{stage.acme.jane.id}@example.com"
        lines = (f"{ANA.url},{jane},72,2019,Classmate", f"{BEN.url}/,{jane.upper()},5,,")
        first = await stage.load_insights(org, *lines)
        assert (first.added, first.changed, first.unchanged) == (2, 0, 0)
        second = await stage.load_insights(org, *lines)
        assert (second.added, second.changed, second.unchanged) == (0, 0, 2)
        closer = await stage.load_insights(org, f"{ANA.url},{jane},90,2019,Classmate")
        assert (closer.added, closer.changed, closer.unchanged) == (0, 1, 0)


async def test_unknown_people_and_colleagues_are_named_and_skipped(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        jane, zoe = (f"{who.id}@example.com" for who in (stage.acme.jane, stage.acme.zoe))
        answer = await stage.load_insights(
            stage.acme.org,
            f"{PERSON}nobody,{jane},10,,",
            f"{ANA.url},{zoe},10,,",
            f"{ANA.url},{jane},101,,",
            f"{ANA.url},{jane},10,yesterday,",
            f"{ANA.url},{jane},10,2019-02-30,",
            f"{ANA.url},{jane},10,,Met once",
            f"{ANA.url},{jane},20,,Met twice",
        )
        assert answer.added == 1
        assert answer.problems == [
            DirectoryProblem(line=2, reason="nobody in the directory is at this url"),
            DirectoryProblem(
                line=3, reason="colleague: no member of this organization has this address"
            ),
            DirectoryProblem(line=4, reason="strength: not a whole number from 0 to 100"),
            DirectoryProblem(
                line=5, reason="since: write a date such as 2019, 2019-03 or 2019-03-04"
            ),
            DirectoryProblem(
                line=6, reason="since: write a date such as 2019, 2019-03 or 2019-03-04"
            ),
            DirectoryProblem(line=8, reason="url and colleague are already on line 7"),
        ]


async def test_a_file_without_its_columns_is_refused(sqlite_url: str) -> None:
    async with stage_on(sqlite_url, ANA) as stage:
        file = io.BytesIO(f"url,strength\n{ANA.url},10\n".encode())
        with pytest.raises(UnreadableFile, match="no colleague column"):
            await import_insights(stage.database, stage.acme.org.id, file)
