"""R4: of an erased person no row of any import keeps anything, whenever the erasure comes."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import select

from server.domain.ids import JobId
from server.domain.job_rows import JobRow
from server.store import job_rows, schema
from server.store.engine import AsyncConnection
from server.store.jobs import JobRecord
from server.usecases.erasure import UrlHasher, erase
from server.usecases.seeking import ERASED
from server.wire.jobs import MappingRequest
from tests.acme import SECRET
from tests.integration.directory_stage import PERSON, Stage, person, stage_on
from tests.integration.jobs_desk import GatedSeeker, Server
from tests.job_stage import Process, caller, rows_of

HEADER = "Name,E-mail,Profile URL"
ANA = "Ana Lopez,ana@home.example,linkedin.com/in/ana"


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with stage_on(
        database_url, person("ana", "Ana López", company="Kestrel", email="ana@kestrel.example")
    ) as stage:
        yield stage
        await stage.acme.house.check()


@pytest.fixture
def server(stage: Stage) -> Server:
    return Server(stage.acme.house)


async def erase_at(stage: Stage, slug: str) -> None:
    await erase(stage.database, UrlHasher(SECRET), stage.acme.house.clock, f"{PERSON}{slug}")


class ErasingSeeker(GatedSeeker):
    """Ana is erased after her rows were resolved and before they are written."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.acme.house.settings)
        self._stage = stage
        self.erases = True

    async def resolved(
        self, connection: AsyncConnection, record: JobRecord, rows: Sequence[JobRow]
    ) -> list[JobRow]:
        found = await super().resolved(connection, record, rows)
        if self.erases:
            await erase_at(self._stage, "ana")
        return found


@pytest.mark.parametrize(
    "row",
    [
        "Ana Lopez,broken@,linkedin.com/in/ana",
        "Zed Unknown,,https://de.linkedin.com/in/Zed/?trk=x",
        "Zed Unknown,zed@home.example,linkedin.com/in/zed",
        ANA,
    ],
)
async def test_r04_an_erasure_takes_the_cells_of_problems_and_strangers_too(
    stage: Stage, row: str
) -> None:
    """Also of a completed job, where a row may lead to no subject."""
    process, bob = Process(stage.acme.house), stage.acme.bob
    job = await process.imported(bob, HEADER, row, "Bo Fine,bo@x.example,")
    await process.work()
    for slug in ("ana", "zed"):
        await erase_at(stage, slug)
    gone, bo = await rows_of(bob, job)
    assert (gone.cells, gone.told) == (None, None)
    assert bo.cells == ("Bo Fine", "bo@x.example", "")


async def test_r04_an_import_after_the_erasure_keeps_no_cells(stage: Stage, server: Server) -> None:
    await erase_at(stage, "ana")
    bob = stage.acme.bob
    job = await server.imported(bob, HEADER, ANA, "Ana Lopez,broken@,linkedin.com/in/ana")
    erased, broken = await rows_of(bob, job)
    assert (erased.cells, erased.problem, erased.subject) == (None, ERASED, None)
    assert broken.cells is None
    assert job.problem_count == 2


async def test_r04_who_is_erased_while_the_rows_are_counted_is_written_without_cells(
    stage: Stage,
) -> None:
    server = Server(stage.acme.house, seeker=ErasingSeeker(stage))
    job = await server.imported(stage.acme.bob, HEADER, ANA)
    [row] = await rows_of(stage.acme.bob, job)
    assert (row.cells, row.problem, row.told) == (None, None, None)
    job = await server.start(stage.acme.bob, job)
    assert (await stage.acme.bob.battery()).license.held == 0


async def test_r04_who_is_erased_while_columns_are_mapped_anew_loses_the_cells(
    stage: Stage,
) -> None:
    """Where another's profile stood for the row until then."""
    bob = stage.acme.bob
    seeker = ErasingSeeker(stage)
    seeker.erases = False
    server = Server(stage.acme.house, seeker=seeker)
    profiles = "linkedin.com/in/bo,linkedin.com/in/ana"
    job = await server.imported(bob, "Name,E-mail,Boss,Web", f"Ana,ana@home.example,{profiles}")
    seeker.erases = True
    ask = MappingRequest(email="E-mail", name="Name", url="Web")
    await server.jobs.map_columns(caller(bob), JobId(job.id), ask)
    [row] = await rows_of(bob, job)
    assert row.cells is None


async def test_r04_a_profile_in_a_column_that_is_not_mapped_is_erased_too(
    stage: Stage, server: Server
) -> None:
    bob = stage.acme.bob
    job = await server.imported(
        bob, "Name,E-mail,Notes", "Ana,ana@home.example,linkedin.com/in/ana"
    )
    ask = MappingRequest(email="E-mail", name="Name")
    job = await server.jobs.map_columns(caller(bob), JobId(job.id), ask)
    assert job.columns == {"email": "E-mail", "name": "Name"}
    await erase_at(stage, "ana")
    [row] = await rows_of(bob, job)
    assert row.cells is None


async def test_r04_who_is_known_by_the_address_alone_is_erased_with_the_profile(
    stage: Stage, server: Server
) -> None:
    """To every org, whether its import was settled or only quoted."""
    process, acme = Process(stage.acme.house), stage.acme
    lines = ("Name,E-mail", "Ana Lopez,ANA@kestrel.example", "Bo Fine,bo@x.example")
    settled = await process.imported(acme.bob, *lines)
    await process.work()
    quoted = await server.imported(acme.zoe, *lines)
    contact, _ = await rows_of(acme.bob, settled)
    assert contact.subject != await stage.id_of(f"{PERSON}ana")
    await erase_at(stage, "ana")
    for member, job in ((acme.bob, settled), (acme.zoe, quoted)):
        ana, bo = await rows_of(member, job)
        assert ana.cells is None
        assert bo.cells is not None
    async with stage.database.read() as connection:
        left = list(await connection.scalars(select(schema.subject.c.email)))
        values = list(await connection.scalars(select(schema.owned_value.c.value)))
    assert left == ["bo@x.example"]
    assert ["ana" in value.lower() for value in values] == [False]


async def test_r04_who_shares_an_address_with_the_erased_person_stays(stage: Stage) -> None:
    await stage.load(person("office", "Front Office", email="Ana@Kestrel.example"))
    process, bob = Process(stage.acme.house), stage.acme.bob
    job = await process.imported(bob, "Name,E-mail", "Reception,ana@kestrel.example")
    await process.work()
    await erase_at(stage, "office")
    [row] = await rows_of(bob, job)
    assert row.cells == ("Reception", "ana@kestrel.example")


async def test_r04_an_erasure_waits_for_rows_that_are_being_written(
    stage: Stage, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And finds them: whoever writes rows holds it out until they are there."""
    writes, goes_on = asyncio.Event(), asyncio.Event()
    add = job_rows.add

    async def halting_add(*given: object) -> None:
        writes.set()
        await goes_on.wait()
        await add(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(job_rows, "add", halting_add)
    imported = asyncio.create_task(server.imported(stage.acme.bob, HEADER, ANA))
    await writes.wait()
    erasure = asyncio.create_task(erase_at(stage, "ana"))
    done, _ = await asyncio.wait([erasure], timeout=0.3)
    assert done == set()
    goes_on.set()
    job = await imported
    await erasure
    [row] = await rows_of(stage.acme.bob, job)
    assert row.cells is None
