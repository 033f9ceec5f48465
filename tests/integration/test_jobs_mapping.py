"""Saying which column of a file is what, and what that does to rows, quote and start (R18, R25)."""

import asyncio

import msgspec
import pytest

from server.domain import errors
from server.domain.ids import JobId
from server.usecases.job_drafts import sweep_rows
from server.wire.battery import Prices
from server.wire.jobs import Job, MappingRequest
from tests.acme import Acme, House
from tests.integration.jobs_desk import Server, caller, quoted_of, record_of

LINES = ("Name,Work,Home", "Ana,ana@work.test,ana@home.test", "Ben,,ben@home.test")
TO_HOME = MappingRequest(email="Home", name="Name")
TO_WORK = MappingRequest(email="Work", name="Name")


@pytest.fixture
def server(house: House) -> Server:
    return Server(house)


async def mapped(server: Server, acme: Acme, job: Job, ask: MappingRequest) -> Job:
    return await server.jobs.map_columns(caller(acme.bob), JobId(job.id), ask)


async def at_work(server: Server, acme: Acme) -> Job:
    """An import of one address and one row that has none."""
    return await mapped(server, acme, await server.imported(acme.bob, *LINES), TO_WORK)


async def test_r25_other_columns_make_a_fresh_quote(acme: Acme, server: Server) -> None:
    job = await at_work(server, acme)
    assert (job.quote.net_new, job.quote.credits) == (1, 1)
    assert job.columns == {"email": "Work", "name": "Name"}
    again = await mapped(server, acme, job, TO_HOME)
    assert (again.quote.net_new, again.quote.credits, again.problem_count) == (2, 2, 0)
    assert again.columns == {"email": "Home", "name": "Name"}
    assert again.expires_at == job.expires_at
    assert await quoted_of(acme.bob, job) == ["net_new", "net_new"]
    # The file's first rows are no news.
    assert server.told[-1] == (acme.bob.id, msgspec.structs.replace(again, sample=[]))
    assert await server.one(acme.bob, job) == again


async def test_r25_problems_follow_the_columns(acme: Acme, server: Server) -> None:
    job = await at_work(server, acme)
    wrong = await mapped(server, acme, job, MappingRequest(email="Name"))
    assert (wrong.problem_count, wrong.quote.rows) == (2, 0)
    assert [problem.line for problem in wrong.problems] == [2, 3]
    right = await mapped(server, acme, job, TO_HOME)
    assert (right.problem_count, right.problems, right.quote.rows) == (0, [], 2)


async def test_a_column_that_the_file_lacks_is_refused(acme: Acme, server: Server) -> None:
    job = await at_work(server, acme)
    with pytest.raises(errors.BadRequest, match="Name, Work, Home"):
        await mapped(server, acme, job, MappingRequest(email="E-mail"))
    assert await server.one(acme.bob, job) == job


async def test_an_export_has_no_columns(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    with pytest.raises(errors.JobState):
        await mapped(server, acme, job, TO_HOME)


async def test_only_the_owner_maps_columns(acme: Acme, server: Server) -> None:
    job = await at_work(server, acme)
    for who, role, refusal in (
        (acme.alice, "admin", errors.Forbidden),
        (acme.jane, "rep", errors.NotFound),
        (acme.zoe, "admin", errors.NotFound),
    ):
        with pytest.raises(refusal):
            await server.jobs.map_columns(
                caller(who, "admin" if role == "admin" else "rep"), JobId(job.id), TO_HOME
            )


async def test_columns_of_a_started_job_stay(acme: Acme, server: Server) -> None:
    job = await at_work(server, acme)
    await server.start(acme.bob, job)
    with pytest.raises(errors.JobState):
        await mapped(server, acme, job, TO_HOME)
    assert (await server.one(acme.bob, job)).columns == {"email": "Work", "name": "Name"}


async def test_r18_columns_of_an_expired_quote_stay(acme: Acme, server: Server) -> None:
    job = await at_work(server, acme)
    acme.house.clock.move(hours=24)
    with pytest.raises(errors.Expired):
        await mapped(server, acme, job, TO_HOME)


async def test_a_mapping_stopped_midway_ends_without_a_trace(acme: Acme, server: Server) -> None:
    job = await at_work(server, acme)
    server.seeker.arrived.clear()
    server.seeker.gate.clear()
    mapping = asyncio.create_task(mapped(server, acme, job, TO_HOME))
    await server.seeker.arrived.wait()
    await server.stop(acme.bob, job)
    server.seeker.gate.set()
    with pytest.raises(errors.Busy):
        await mapping
    assert (await server.one(acme.bob, job)).status == "stopped"
    await sweep_rows(acme.house.database)
    assert await quoted_of(acme.bob, job) == []


async def test_rows_that_a_broken_mapping_left_are_counted_anew_before_a_start(
    acme: Acme, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.usecases.job_quotes.CHUNK_ROWS", 1)
    job = await at_work(server, acme)
    server.seeker.broken_after = 1
    with pytest.raises(RuntimeError):
        await mapped(server, acme, job, MappingRequest(name="Name"))
    server.seeker.broken_after = None
    assert await quoted_of(acme.bob, job) == ["problem", "problem"]
    assert (await server.one(acme.bob, job)).columns == job.columns
    assert (await server.start(acme.bob, job)).quote.credits == 1
    assert await quoted_of(acme.bob, job) == ["net_new", "problem"]
    assert (await acme.bob.battery()).license.held == 1


async def test_r19_a_start_after_a_broken_mapping_is_measured_by_what_the_user_saw(
    acme: Acme, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.usecases.job_quotes.CHUNK_ROWS", 1)
    job = await at_work(server, acme)
    server.seeker.broken_after = 1
    with pytest.raises(RuntimeError):
        await mapped(server, acme, job, TO_HOME)
    server.seeker.broken_after = None
    await acme.org.set_prices(Prices(email=2, phone=10, personality=100))
    with pytest.raises(errors.QuoteChanged):
        await server.start(acme.bob, job)
    assert (await record_of(acme.bob, job)).worker is None
    assert (await server.start(acme.bob, job)).status == "running"


async def test_r19_a_start_beside_another_mapping_holds_nothing(acme: Acme, server: Server) -> None:
    lines = ("Name,Work,Home", "Ana,ana@work.test,ana@home.test")
    job = await mapped(server, acme, await server.imported(acme.bob, *lines), TO_WORK)
    server.seeker.gate.clear()
    server.seeker.arrived.clear()
    mapping = asyncio.create_task(mapped(server, acme, job, TO_HOME))
    await server.seeker.arrived.wait()
    start = asyncio.create_task(server.start(acme.bob, job))
    done, _ = await asyncio.wait([start], timeout=0.3)
    assert not done
    server.seeker.gate.set()
    fresh = await mapping
    with pytest.raises(errors.QuoteChanged) as refused:
        await start
    assert refused.value.fields["quote"] == fresh.quote
    assert (await acme.bob.battery()).license.held == 0
    assert (await server.start(acme.bob, fresh)).status == "running"
