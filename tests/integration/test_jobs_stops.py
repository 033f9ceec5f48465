"""Jobs that end without completion: nothing is charged and nothing is kept (R15, R21, R25)."""

from datetime import date

import pytest
from sqlalchemy import update

from server.domain import errors
from server.domain.commands import DEPLOYMENT, BeginSettling, By, EndJob
from server.domain.credit_month import from_us
from server.domain.ids import JobId
from server.store import schema
from server.usecases.erasure import UrlHasher, erase
from server.usecases.job_drafts import sweep_rows
from server.wire.jobs import Job
from tests.acme import SECRET, Acme, House
from tests.integration.jobs_desk import WORKER, Server, caller, count, record_of, rows_of
from tests.job_stage import Process


@pytest.fixture
def server(house: House) -> Server:
    return Server(house)


async def rows_left(house: House) -> int:
    return await count(house, schema.job_row.c.job_id)


async def mark(acme: Acme, job: Job) -> None:
    await acme.house.charger.move_job(acme.org.id, BeginSettling(JobId(job.id), WORKER))


async def test_r21_stopping_a_running_job_releases_its_hold(acme: Acme, server: Server) -> None:
    people = await acme.house.contacts(3)
    job = await server.export(acme.bob, people)
    await server.start(acme.bob, job)
    stopped = await server.stop(acme.bob, job)
    assert (stopped.status, stopped.error, stopped.settlement) == ("stopped", None, None)
    assert stopped.finished_at == from_us(acme.house.clock())
    battery = await acme.bob.battery()
    assert (battery.license.held, battery.license.used) == (0, 0)
    assert [line.action for line in await acme.org.entries()][-2:] == ["hold", "release"]
    assert await acme.org.charges() == []
    assert [told.status for _, told in server.told] == ["quoted", "running", "stopped"]


async def test_r25_the_rows_of_a_stopped_job_are_deleted(acme: Acme, server: Server) -> None:
    kept = await server.imported(acme.bob, "E-mail", "ana@a.test")
    job = await server.imported(acme.bob, "E-mail", "ben@a.test", "nowhere")
    stopped = await server.stop(acme.bob, job)
    assert (stopped.problem_count, server.sweeps) == (1, 1)
    assert await sweep_rows(acme.house.database) == 1
    assert (await server.one(acme.bob, job)).problems == []
    assert await rows_left(acme.house) == len(await rows_of(acme.bob, kept)) == 1


async def test_r25_many_rows_are_deleted_in_parts(
    acme: Acme, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.usecases.job_drafts.DELETED_AT_ONCE", 4)
    job = await server.export(acme.bob, await acme.house.contacts(9))
    await server.stop(acme.bob, job)
    await sweep_rows(acme.house.database)
    assert await rows_left(acme.house) == 0


async def test_r25_rows_that_a_dying_server_left_are_swept_away(acme: Acme, server: Server) -> None:
    people = await acme.house.contacts(2)
    open_, ended = [await server.export(acme.bob, people) for _ in range(2)]
    await acme.house.charger.move_job(acme.org.id, EndJob(DEPLOYMENT, JobId(ended.id), "expired"))
    assert await sweep_rows(acme.house.database) == 1
    assert await rows_left(acme.house) == len(await rows_of(acme.bob, open_)) == 2
    assert await sweep_rows(acme.house.database) == 0


async def test_stopping_twice_answers_the_same_job(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    first = await server.stop(acme.bob, job)
    acme.house.clock.move(hours=1)
    assert await server.stop(acme.bob, job) == first
    assert len(server.told) == 2


async def test_an_admin_may_stop_a_job_and_a_colleague_may_not(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    await server.start(acme.bob, job)
    for other in (caller(acme.jane), caller(acme.zoe), caller(acme.zoe, "admin")):
        with pytest.raises(errors.NotFound):
            await server.jobs.stop(other, JobId(job.id))
    assert (await server.stop(acme.alice, job, "admin")).status == "stopped"
    user, told = server.told[-1]
    assert (user, told.status) == (acme.bob.id, "stopped")
    [release] = (await acme.org.entries())[-1:]
    assert (release.user_id, release.by_id) == (acme.bob.id, acme.alice.id)


async def test_r21_stop_works_until_the_settling_mark(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    await server.start(acme.bob, job)
    await mark(acme, job)
    with pytest.raises(errors.JobState) as refused:
        await server.stop(acme.bob, job)
    assert refused.value.fields == {"job_status": "settling"}
    assert await rows_left(acme.house) == 1


async def test_r21_a_completed_job_cannot_be_stopped(acme: Acme) -> None:
    process = Process(acme.house)
    job = await process.started(acme.bob, await acme.house.contacts(1))
    await process.work()
    with pytest.raises(errors.JobState):
        await process.stop(acme.bob, job)
    assert await rows_left(acme.house) == 1


async def test_r22_what_is_released_into_a_closed_month_is_gone(acme: Acme, server: Server) -> None:
    dora = await acme.org.member("Dora", anchor=date(2026, 2, 11))
    job = await server.export(dora, await acme.house.contacts(40))
    await server.start(dora, job)
    acme.house.clock.move(hours=23)
    await server.stop(dora, job)
    battery = await dora.battery()
    assert (battery.license.remaining, battery.license.held) == (100, 0)


async def test_r15_a_deactivated_users_jobs_stop_and_their_rows_go(
    acme: Acme, server: Server
) -> None:
    people = await acme.house.contacts(1)
    quoted, running, settling = [await server.export(acme.bob, people) for _ in range(3)]
    janes = await server.export(acme.jane, people)
    await server.start(acme.bob, running)
    await server.start(acme.bob, settling)
    await mark(acme, settling)
    await acme.bob.set_active(False)
    await server.jobs.stop_all_of(acme.org.id, acme.bob.id, By("user", acme.alice.id))
    jobs = [
        await server.one(acme.alice, job, "admin") for job in (quoted, running, settling, janes)
    ]
    assert [(job.status, job.error) for job in jobs] == [
        ("stopped", "The user was deactivated."),
        ("stopped", "The user was deactivated."),
        ("settling", None),
        ("quoted", None),
    ]
    assert (await acme.bob.battery()).license.held == 1
    assert await sweep_rows(acme.house.database) == server.sweeps == 2
    assert await rows_left(acme.house) == 2


URL = "https://www.linkedin.com/in/ana-b-1"


async def test_r04_erasing_a_person_blanks_what_jobs_say_of_them(
    acme: Acme, server: Server
) -> None:
    """Also where a file alone knows the person, whom no settlement has made a contact yet."""
    house = acme.house
    known = await house.contacts(2)
    await house.rewrite(known[0], url=URL)
    exported = await server.export(acme.bob, known)
    imported = [
        await server.imported(
            member, "Name,E-mail,Profile URL", f"Ana,ana@a.test,{URL}", "B,b@a.test,"
        )
        for member in (acme.jane, acme.zoe)
    ]
    await house.rewrite(known[0], url="https://www.linkedin.com/in/somebody-else")
    late = await server.imported(acme.jane, "E-mail,Profile URL", f"ana@a.test,{URL}")
    async with house.database.write() as connection:
        told = '{"type":"contact","name":"Ana","url":"x"}'
        await connection.execute(update(schema.job_row).values(told=told))
    await house.rewrite(known[0], url=URL)
    await erase(house.database, UrlHasher(SECRET), house.clock, URL)
    ana, other = await rows_of(acme.bob, exported)
    assert ana.told is None
    assert other.told is not None
    for member, job in zip((acme.jane, acme.zoe), imported, strict=True):
        row, other = await rows_of(member, job)
        assert (row.cells, row.told, row.line) == (None, None, 2)
        assert other.cells is not None
        assert other.told is not None
    [row] = await rows_of(acme.jane, late)
    assert (row.cells, row.told) == (None, None)
    assert (await record_of(acme.jane, late)).status == "quoted"


async def test_r04_a_job_with_an_erased_person_starts_without_them(
    acme: Acme, server: Server
) -> None:
    job = await server.imported(acme.bob, "E-mail,Profile URL", f"ana@a.test,{URL}", "b@a.test,")
    assert job.quote.credits == 2
    await erase(acme.house.database, UrlHasher(SECRET), acme.house.clock, URL)
    await server.start(acme.bob, job)
    assert (await acme.bob.battery()).license.held == 1
