"""Importing directory files: upserted by URL, repeatable, row by row, beside the charging."""

import asyncio
import io
import threading
from collections.abc import Iterable

import pytest
from sqlalchemy import func, select

from server.demo.directory_csv import directory_csv
from server.domain.directory_rows import Disc
from server.domain.errors import UnreadableFile
from server.store import schema
from server.usecases.directory import BATCH_ROWS, import_directory
from server.usecases.erasure import erase
from server.wire.operator import DirectoryAnswer, DirectoryProblem
from server.wire.subjects import AvailablePiece, NotFoundPiece
from tests.integration.directory_stage import PERSON, Stage, company, person, stage_on
from tests.services import eventually

ANA = person(
    "ana",
    "Ana Conceição",
    headline="VP at Kestrel",
    email="ana@kestrel.example",
    mobile="+18575550143",
    disc=Disc(d=1, i=2, s=3, c=4, style="Steady", summary="Listens first."),
    seniority="VP",
    tenure_years=6.0,
)
BEN = person("ben", "Ben")
KESTREL = company("kestrel", "Kestrel Logistics")


def counts(answer: DirectoryAnswer) -> tuple[int, int, int, int]:
    return answer.added, answer.changed, answer.unchanged, answer.problem_count


async def kept(stage: Stage) -> int:
    """How many subjects the directory holds."""
    async with stage.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(schema.subject)) or 0)


async def test_the_second_import_changes_nothing_and_ids_stay(database_url: str) -> None:
    async with stage_on(database_url) as stage:
        assert counts(await stage.load(ANA, BEN, KESTREL)) == (3, 0, 0, 0)
        before = [await stage.id_of(row.url) for row in (ANA, BEN, KESTREL)]
        assert counts(await stage.load(ANA, BEN, KESTREL)) == (0, 0, 3, 0)
        moved = person("ben", "Ben", headline="Now at Harbourline")
        assert counts(await stage.load(ANA, moved)) == (0, 1, 1, 0)
        assert [await stage.id_of(row.url) for row in (ANA, BEN, KESTREL)] == before
        assert [before[0][:4], before[2][:4]] == ["con_", "acc_"]
        assert await stage.names(stage.acme.bob, "harbourline") == ["Ben"]


async def test_bad_rows_are_named_and_skipped_and_unknown_columns_too(database_url: str) -> None:
    text = (
        "url,name,email,shoe size\n"
        f"{PERSON}ana,Ana,ana@kestrel.example,39\n"
        f"{PERSON}ben,Ben,not an address,41\n"
        "somewhere,Cem,,\n"
        f"{PERSON}ana,Ana again,,\n"
        f"{PERSON}dee,Dee,,\n"
    )
    async with stage_on(database_url) as stage:
        answer = await stage.load_text(text)
        assert counts(answer) == (2, 0, 0, 3)
        assert answer.problems == [
            DirectoryProblem(
                line=3, reason="email: an email address has something before and after one @"
            ),
            DirectoryProblem(
                line=4,
                reason="url is neither a person's page (/in/…) nor a company's (/company/…)",
            ),
            DirectoryProblem(line=5, reason="url is already on line 2"),
        ]
        assert answer.ignored_columns == ["shoe size"]
        assert await stage.names(stage.acme.bob, "") == ["Ana", "Dee"]


async def test_what_is_no_directory_file_changes_nothing(sqlite_url: str) -> None:
    async with stage_on(sqlite_url, ANA) as stage:
        with pytest.raises(UnreadableFile, match="no url column"):
            await stage.load_text("name\nBen\n")
        assert await kept(stage) == 1


async def test_a_column_the_file_does_not_have_leaves_what_is_there(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        text = f"url,name,direct,function\n{ANA.url},{ANA.name},+15085550117,Sales\n"
        assert counts(await stage.load_text(text)) == (0, 1, 0, 0)
        assert counts(await stage.load_text(text)) == (0, 0, 1, 0)
        bob, ana = stage.acme.bob, await stage.id_of(ANA.url)
        seen = await stage.see(bob, ana)
        assert seen.headline == "VP at Kestrel"
        answer = await bob.reveal((ana, "phone"), (ana, "email"), (ana, "personality"))
        assert [result.outcome for result in answer.results] == ["charged"] * 3
        told = (await stage.get(bob, f"subjects/{ana}")).json()["pieces"]
        assert [phone["number"] for phone in told["phone"]["value"]["phones"]] == [
            "+18575550143",
            "+15085550117",
        ]
        assert told["email"]["value"]["analysis"] == {
            "seniority": "VP",
            "function": "Sales",
            "tenure_years": 6.0,
        }


async def test_an_empty_cell_takes_the_value_away(database_url: str) -> None:
    async with stage_on(database_url, ANA) as stage:
        text = f"url,name,email,headline,disc_d\n{ANA.url},{ANA.name},,,\n"
        assert counts(await stage.load_text(text)) == (0, 1, 0, 0)
        seen = await stage.see(stage.acme.bob, await stage.id_of(ANA.url))
        assert seen.headline is None
        assert seen.pieces.email == NotFoundPiece()
        assert seen.pieces.personality == NotFoundPiece()
        assert seen.pieces.phone == AvailablePiece(price=10)


async def test_r04_an_erased_person_is_not_brought_back(database_url: str) -> None:
    async with stage_on(database_url, ANA, BEN) as stage:
        await erase(stage.database, stage.hasher, stage.acme.house.clock, ANA.url)
        answer = await stage.load(ANA, BEN)
        assert counts(answer) == (0, 0, 1, 1)
        assert answer.problems == [
            DirectoryProblem(
                line=2, reason="the person at this url was erased and must not come back"
            )
        ]
        assert await stage.names(stage.acme.bob, "") == ["Ben"]


async def test_an_import_leaves_an_orgs_own_contact_alone(database_url: str) -> None:
    async with stage_on(database_url) as stage:
        own = await stage.private(stage.acme.org, "ana", "Ana of ours")
        assert counts(await stage.load(ANA)) == (1, 0, 0, 0)
        assert (await stage.see(stage.acme.bob, own)).name == "Ana of ours"


async def test_batches_tell_their_progress_and_many_problems_are_only_counted(
    database_url: str,
) -> None:
    good = [person(f"sam-{number}", "Sam") for number in range(BATCH_ROWS + 200)]
    text = "".join(directory_csv(good)) + "contact,nowhere,Nobody" + "," * 19 + "\n"
    heard: list[int] = []
    async with stage_on(database_url) as stage:
        answer = await import_directory(
            stage.database, stage.hasher, io.BytesIO(text.encode()), heard.append
        )
        assert counts(answer) == (BATCH_ROWS + 200, 0, 0, 1)
        assert heard == [BATCH_ROWS, BATCH_ROWS + 201]
        assert (await stage.people(stage.acme.bob, "sam")).total == BATCH_ROWS + 200
        bad = await stage.load_text("url\n" + "nowhere\n" * 1_500)
        assert (bad.problem_count, len(bad.problems)) == (1_500, 1_000)


class HeldBack(io.BytesIO):
    """A file whose end comes only once it is let go."""

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__("".join(lines).encode())
        self._end = len(self.getvalue()) - 1
        self.is_waiting = threading.Event()
        self.let_go = threading.Event()

    def read1(self, size: int | None = -1) -> bytes:
        left = self._end - self.tell()
        if left <= 0:
            self.is_waiting.set()
            self.let_go.wait()
            return super().read1(size)
        return super().read1(left if size is None or size < 0 else min(size, left))


async def test_charges_go_on_while_a_file_streams_in(database_url: str) -> None:
    rows = [person(f"sam-{number}", "Sam", headline="x" * 400) for number in range(3_000)]
    async with stage_on(database_url, ANA) as stage:
        stream = HeldBack(directory_csv(rows))
        importing = asyncio.create_task(import_directory(stage.database, stage.hasher, stream))
        try:
            await eventually(stream.is_waiting.is_set, timeout_s=30)
            assert await kept(stage) > BATCH_ROWS
            answer = await stage.acme.bob.reveal((await stage.id_of(ANA.url), "email"))
            assert answer.credits == 1
        finally:
            stream.let_go.set()
        assert counts(await importing) == (3_000, 0, 0, 0)


async def test_two_imports_of_one_file_at_once_make_one_subject_each(database_url: str) -> None:
    rows = [person(f"sam-{number}", "Sam") for number in range(300)]
    async with stage_on(database_url) as stage:
        answers = await asyncio.gather(stage.load(*rows), stage.load(*reversed(rows)))
        assert await kept(stage) == 300
        assert all(answer.problem_count == 0 for answer in answers)
