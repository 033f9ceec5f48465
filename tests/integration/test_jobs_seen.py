"""Who sees which job, and how jobs are told (api.md, Jobs)."""

from typing import Any

import pytest

from server.domain import errors
from server.domain.callers import Member
from server.domain.ids import JobId
from server.store.jobs import JobFilter
from server.usecases.job_drafts import Drafts
from server.wire.jobs import Job
from tests.acme import Acme, House
from tests.integration.jobs_desk import Server, caller
from tests.integration.test_jobs_keys import draft


@pytest.fixture
def server(house: House) -> Server:
    return Server(house)


async def jobs_of_bob(acme: Acme, server: Server, number: int) -> list[Job]:
    """The newest first."""
    people = await acme.house.contacts(1)
    made = []
    for _ in range(number):
        acme.house.clock.move(seconds=1)
        made.append(await server.export(acme.bob, people))
    return made[::-1]


def ids(jobs: list[Job]) -> list[str]:
    return [job.id for job in jobs]


async def test_a_rep_sees_the_own_jobs_and_an_admin_all_of_the_org(
    acme: Acme, server: Server
) -> None:
    [job] = await jobs_of_bob(acme, server, 1)
    assert await server.one(acme.bob, job) == job
    assert await server.one(acme.alice, job, "admin") == job
    assert (await server.jobs.record(caller(acme.alice, "admin"), JobId(job.id))).id == job.id
    refused = set()
    for other in (caller(acme.jane), caller(acme.zoe), caller(acme.zoe, "admin")):
        for look in (server.jobs.one, server.jobs.record):
            with pytest.raises(errors.NotFound) as unseen:
                await look(other, JobId(job.id))
            refused.add(unseen.value.detail)
    with pytest.raises(errors.NotFound) as unknown:
        await server.jobs.one(caller(acme.bob), JobId("job_none"))
    assert refused == {unknown.value.detail}


async def test_lists_hold_what_their_reader_may_see(acme: Acme, server: Server) -> None:
    mine = await jobs_of_bob(acme, server, 2)
    acme.house.clock.move(seconds=1)
    janes = await server.export(acme.jane, await acme.house.contacts(1))
    assert (await server.jobs.listed(caller(acme.bob), 10)).jobs == mine
    assert (await server.jobs.listed(caller(acme.jane), 10)).jobs == [janes]
    assert (await server.jobs.listed(caller(acme.alice, "admin"), 10)).jobs == [janes, *mine]
    assert (await server.jobs.listed(caller(acme.zoe, "admin"), 10)).jobs == []


async def test_a_list_goes_on_where_it_ended(acme: Acme, server: Server) -> None:
    made = await jobs_of_bob(acme, server, 5)
    bob, before, seen = caller(acme.bob), None, []
    for length in (2, 2, 1):
        page = await server.jobs.listed(bob, 2, before)
        assert len(page.jobs) == length
        seen += ids(page.jobs)
        before = JobId(page.next_before) if page.next_before else None
    assert (seen, before) == (ids(made), None)


async def test_jobs_of_one_moment_are_all_listed(acme: Acme, server: Server) -> None:
    people = await acme.house.contacts(1)
    made = {(await server.export(acme.bob, people)).id for _ in range(3)}
    first = await server.jobs.listed(caller(acme.bob), 2)
    assert first.next_before is not None
    rest = await server.jobs.listed(caller(acme.bob), 2, JobId(first.next_before))
    assert {*ids(first.jobs), *ids(rest.jobs)} == made
    assert rest.next_before is None


async def test_a_list_starts_at_a_job_that_its_reader_sees(acme: Acme, server: Server) -> None:
    [job] = await jobs_of_bob(acme, server, 1)
    for other in (caller(acme.jane), caller(acme.zoe, "admin")):
        with pytest.raises(errors.NotFound):
            await server.jobs.listed(other, 2, JobId(job.id))


async def test_a_list_is_filtered_by_maker_action_and_status(acme: Acme, server: Server) -> None:
    quoted, stopped = await jobs_of_bob(acme, server, 2)
    await server.stop(acme.bob, stopped)
    acme.house.clock.move(seconds=1)
    file = await server.imported(acme.jane, "E-mail", "ana@a.test")
    alice = caller(acme.alice, "admin")

    async def found(member: Member, **which: Any) -> list[str]:
        return ids((await server.jobs.listed(member, 10, which=JobFilter(**which))).jobs)

    assert await found(alice, user=acme.bob.id) == [quoted.id, stopped.id]
    assert await found(alice, action="import") == [file.id]
    assert await found(alice, status="quoted") == [file.id, quoted.id]
    assert await found(alice, user=acme.bob.id, status="stopped", action="export") == [stopped.id]
    assert await found(caller(acme.bob), user=acme.bob.id, status="stopped") == [stopped.id]
    assert await found(caller(acme.bob), action="import") == []
    with pytest.raises(errors.Forbidden):
        await found(caller(acme.bob), user=acme.jane.id)
    with pytest.raises(errors.NotFound):
        await found(alice, user=acme.zoe.id)


@pytest.mark.parametrize("limit", [0, -1, 201])
async def test_a_list_has_a_bounded_length(acme: Acme, server: Server, limit: int) -> None:
    with pytest.raises(errors.BadRequest, match="limit"):
        await server.jobs.listed(caller(acme.bob), limit)


async def test_nobody_sees_a_draft(acme: Acme, server: Server) -> None:
    drafts = Drafts(acme.house.database, acme.house.clock, 100)
    begun = await drafts.begin(caller(acme.bob), draft(acme), None)
    for act in (server.jobs.one, server.jobs.start, server.jobs.stop, server.jobs.record):
        with pytest.raises(errors.NotFound):
            await act(caller(acme.bob), begun.job)
    assert (await server.jobs.listed(caller(acme.alice, "admin"), 10)).jobs == []
    assert await server.jobs.unfinished(acme.org.id, [acme.bob.id]) == {acme.bob.id: []}


async def test_a_welcome_carries_the_own_unfinished_jobs(acme: Acme, server: Server) -> None:
    quoted, running, stopped = await jobs_of_bob(acme, server, 3)
    await server.start(acme.bob, running)
    await server.stop(acme.bob, stopped)
    janes = await server.export(acme.jane, await acme.house.contacts(1))
    told = await server.jobs.unfinished(acme.org.id, [acme.bob.id, acme.jane.id, acme.alice.id])
    assert {user: ids(jobs) for user, jobs in told.items()} == {
        acme.bob.id: [quoted.id, running.id],
        acme.jane.id: [janes.id],
        acme.alice.id: [],
    }
    assert [job.status for job in told[acme.bob.id]] == ["quoted", "running"]


async def test_r25_the_maker_of_a_quoted_import_sees_its_first_rows(
    acme: Acme, server: Server
) -> None:
    lines = ["E-mail,Note", "ana@a.test," + "x" * 200, "b@a.test", "c@a.test,3", "d@a.test,4"]
    made = await server.imported(acme.bob, *lines)
    assert made.sample == [["ana@a.test", "x" * 100], ["b@a.test", ""], ["c@a.test", "3"]]
    assert (await server.one(acme.bob, made)).sample == made.sample
    [(_, message)] = server.told
    [listed] = (await server.jobs.listed(caller(acme.bob), 1)).jobs
    for told in (message, listed, await server.one(acme.alice, made, "admin")):
        assert told.sample == []
    started = await server.start(acme.bob, made)
    assert (started.status, started.sample) == ("running", [])


async def test_r25_an_answer_has_the_first_1000_problems_and_a_message_the_first_20(
    acme: Acme, server: Server
) -> None:
    job = await server.imported(acme.bob, "E-mail", *["nowhere"] * 1_001, "ana@a.test")
    assert (job.problem_count, len(job.problems)) == (1_001, 1_000)
    assert [one.line for one in job.problems] == list(range(2, 1_002))
    [(_, message)] = server.told
    [listed] = (await server.jobs.listed(caller(acme.bob), 1)).jobs
    [welcomed] = (await server.jobs.unfinished(acme.org.id, [acme.bob.id]))[acme.bob.id]
    for told in (message, listed, welcomed):
        assert (told.problem_count, told.problems) == (1_001, job.problems[:20])
