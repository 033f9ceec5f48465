"""Who works on which job: several processes, lost leases, breakages, outages, turns (R23)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import msgspec
import pytest

from server.domain import errors
from server.domain.commands import BeginSettling, CompleteJob, SettleRows
from server.domain.ids import AtUs, JobId
from server.store import job_claims, job_leases
from server.store.job_leases import JobAt
from server.usecases.job_course import TELL_EVERY_S
from server.usecases.job_settling import CHUNK_PIECES, FAILURES_MAX
from server.usecases.job_work import Pace
from server.usecases.seeking import Seeker
from server.wire.jobs import Job
from tests.acme import Acme, House, Member
from tests.job_stage import Process, record_of, rows_of
from tests.job_steps import Asked, Gate, Nth, Step, SteppedLedger, SteppedSeeker
from tests.services import eventually

LEASE_S = Pace().lease_us / 1_000_000


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house, allotment=1_000)


def failing(error: Exception) -> Step:
    async def fail() -> None:
        raise error

    return fail


@asynccontextmanager
async def at_work(server: Process) -> AsyncIterator[None]:
    """The worker as it runs in a server."""
    running = asyncio.create_task(server.worker.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.worker.close()


async def is_completed(member: Member, job: Job) -> bool:
    return (await record_of(member, job)).status == "completed"


async def test_a_job_is_not_taken_from_who_has_it(acme: Acme) -> None:
    first, second = Process(acme.house), Process(acme.house)
    job = await first.started(acme.bob, await acme.house.contacts(3))
    acme.house.clock.move(seconds=LEASE_S - 1)
    await second.work()
    assert (await record_of(acme.bob, job)).status == "running"
    acme.house.clock.move(seconds=1)
    await second.work()
    assert (await record_of(acme.bob, job)).status == "completed"


@pytest.mark.parametrize("step", [BeginSettling, SettleRows, CompleteJob])
async def test_r23_a_process_paused_past_its_lease_does_no_harm(
    acme: Acme, step: type[Asked]
) -> None:
    gate = Gate()
    paused = Process(acme.house, charger=SteppedLedger(acme.house.charger, before={step: gate}))
    people = await acme.house.contacts(30)
    job = await paused.started(acme.bob, people)
    work = asyncio.create_task(paused.work())
    await gate.reached.wait()
    acme.house.clock.move(seconds=LEASE_S)
    other = Process(acme.house)
    await other.work()
    done = await record_of(acme.bob, job)
    assert done.status == "completed"
    gate.open()
    await work
    assert await record_of(acme.bob, job) == done
    assert (await acme.bob.battery()).license.used == 30


async def test_r23_a_lookup_written_after_the_lease_was_lost_is_not_kept(acme: Acme) -> None:
    gate = Gate()
    seeker = SteppedSeeker(Seeker(acme.house.settings.secret), gate)
    paused = Process(acme.house, seeker=seeker)
    job = await paused.started(acme.bob, await acme.house.contacts(3))
    work = asyncio.create_task(paused.work())
    await gate.reached.wait()
    await paused.stop(acme.bob, job)
    gate.open()
    await work
    await paused.row_sweep.sweep()
    assert await rows_of(acme.bob, job) == []


async def test_r23_the_only_server_takes_at_once_what_the_one_before_it_left(acme: Acme) -> None:
    killed = Process(acme.house)
    job = await killed.started(acme.bob, await acme.house.contacts(3))
    async with acme.house.database.write() as connection:
        await job_leases.free_all(connection)
    await Process(acme.house).work()
    assert (await record_of(acme.bob, job)).status == "completed"


async def test_r23_a_claim_of_a_killed_server_keeps_nobody_from_starting(acme: Acme) -> None:
    server = Process(acme.house)
    job = await server.quoted(acme.bob, await acme.house.contacts(3))
    now, until = acme.house.clock(), AtUs(acme.house.clock() + 30_000_000)
    at = JobAt(acme.org.id, JobId(job.id))
    async with acme.house.database.write() as connection:
        assert await job_claims.take(connection, *at, "of the killed", now, until)
        await job_leases.free_all(connection)
    await server.start(acme.bob, job)
    await server.work()
    assert (await record_of(acme.bob, job)).status == "completed"


async def test_a_graceful_stop_gives_the_job_to_the_next_at_once(acme: Acme) -> None:
    gate = Gate()
    stopping = Process(
        acme.house,
        charger=SteppedLedger(acme.house.charger, after={SettleRows: gate}),
    )
    job = await stopping.started(acme.bob, await acme.house.contacts(600))
    await stopping.worker.look_around()
    await gate.reached.wait()
    closing = asyncio.create_task(stopping.worker.close())
    gate.open()
    await closing
    left = await record_of(acme.bob, job)
    assert (left.status, left.worker, left.settled) == ("settling", None, CHUNK_PIECES)
    await Process(acme.house).work()
    assert (await record_of(acme.bob, job)).status == "completed"
    assert (await acme.bob.battery()).license.used == 600


async def test_a_running_worker_takes_what_is_started_and_what_others_leave(acme: Acme) -> None:
    people = await acme.house.contacts(6)
    gone, server = Process(acme.house), Process(acme.house, pace=Pace(poll_s=0.05))
    left = await gone.started(acme.bob, people[:3])
    async with at_work(server):
        job = await server.started(acme.jane, people[3:])

        await eventually(partial(is_completed, acme.jane, job))
        assert (await record_of(acme.bob, left)).status == "running"
        acme.house.clock.move(seconds=LEASE_S)
        await eventually(partial(is_completed, acme.bob, left))


async def test_a_lease_is_renewed_while_the_job_is_worked_on(acme: Acme) -> None:
    gate = Gate()
    server = Process(
        acme.house,
        charger=SteppedLedger(acme.house.charger, before={BeginSettling: gate}),
        pace=Pace(renew_every_s=0),
    )
    job = await server.started(acme.bob, await acme.house.contacts(3))
    await server.worker.look_around()
    await gate.reached.wait()
    for _ in range(3):
        acme.house.clock.move(seconds=LEASE_S - 1)
        await server.worker.look_around()
        await Process(acme.house).work()
        assert (await record_of(acme.bob, job)).worker == server.name
    gate.open()
    await server.worker.idle()
    assert (await record_of(acme.bob, job)).status == "completed"


@pytest.mark.parametrize("step", [BeginSettling, SettleRows, CompleteJob])
@pytest.mark.parametrize(
    "refusal",
    [errors.Busy("Too much.", retry_after_s=0), errors.Unavailable("Away.", retry_after_s=0)],
)
async def test_busy_and_away_are_waited_for(
    acme: Acme, step: type[Asked], refusal: errors.BatteryError
) -> None:
    once = Nth(1, failing(refusal))
    server = Process(acme.house, charger=SteppedLedger(acme.house.charger, before={step: once}))
    job = await server.started(acme.bob, await acme.house.contacts(600))
    await server.work()
    record = await record_of(acme.bob, job)
    assert (record.status, record.failures) == ("completed", 0)


@pytest.mark.parametrize("step", [BeginSettling, SettleRows, CompleteJob])
async def test_r20_a_commit_whose_answer_was_lost_is_not_made_twice(
    acme: Acme, step: type[Asked]
) -> None:
    lost = Nth(1, failing(errors.Unavailable("Lost.", retry_after_s=0)))
    server = Process(acme.house, charger=SteppedLedger(acme.house.charger, after={step: lost}))
    job = await server.started(acme.bob, await acme.house.contacts(600))
    await server.work()
    record = await record_of(acme.bob, job)
    assert (record.status, record.failures) == ("completed", 0)
    assert record.settlement is not None
    assert record.settlement.charged == 600
    assert (await acme.bob.battery()).license.used == 600


async def test_r21_a_job_that_breaks_again_and_again_fails_and_charges_nothing(
    acme: Acme,
) -> None:
    seeker = SteppedSeeker(Seeker(acme.house.settings.secret), failing(ZeroDivisionError()))
    server = Process(acme.house, seeker=seeker)
    job = await server.started(acme.bob, await acme.house.contacts(3))
    for failures in range(1, FAILURES_MAX):
        await server.work()
        record = await record_of(acme.bob, job)
        assert (record.status, record.failures) == ("running", failures)
        await server.work()
        assert (await record_of(acme.bob, job)).failures == failures, "it is put off"
        acme.house.clock.move(minutes=1)
    await server.work()
    record = await record_of(acme.bob, job)
    assert record.status == "failed"
    assert record.error is not None
    assert "nothing was charged" in record.error
    assert server.statuses == ["failed"]
    await server.row_sweep.sweep()
    assert await rows_of(acme.bob, job) == []
    assert (await acme.bob.battery()).license.held == 0


async def test_r21_a_settling_job_that_breaks_is_never_given_up(acme: Acme) -> None:
    broken = SteppedLedger(acme.house.charger, before={CompleteJob: failing(ZeroDivisionError())})
    server = Process(acme.house, charger=broken)
    job = await server.started(acme.bob, await acme.house.contacts(3))
    for _ in range(FAILURES_MAX + 2):
        await server.work()
        acme.house.clock.move(minutes=1)
    assert (await record_of(acme.bob, job)).status == "settling"
    await Process(acme.house).work()
    assert (await record_of(acme.bob, job)).status == "completed"
    assert (await acme.bob.battery()).license.used == 3


async def test_an_org_that_has_no_place_gets_one_before_anothers_second(house: House) -> None:
    house.settings = msgspec.structs.replace(house.settings, jobs_at_once=2)
    acme = await Acme.founded(house)
    people = await house.contacts(5)
    server = Process(house, pace=Pace(turn_s=0))
    for person in people[:4]:
        await server.started(acme.bob, [person])
    zoes = await server.started(acme.zoe, [people[4]])
    await server.work()
    assert (await record_of(acme.zoe, zoes)).status == "completed"
    assert (await acme.bob.battery()).license.used == 1


async def test_an_org_whose_jobs_fill_every_place_makes_room_for_another(house: House) -> None:
    house.settings = msgspec.structs.replace(house.settings, jobs_at_once=1)
    acme = await Acme.founded(house, allotment=1_000)
    people = await house.contacts(601)
    gate = Gate()
    ledger = SteppedLedger(house.charger, after={SettleRows: Nth(1, gate)})
    server = Process(house, charger=ledger, pace=Pace(turn_s=0))
    bobs = await server.started(acme.bob, people[:600])
    await server.worker.look_around()
    await gate.reached.wait()
    zoes = await server.started(acme.zoe, people[600:])
    await server.worker.look_around()
    gate.open()
    await server.worker.idle()
    assert (await record_of(acme.bob, bobs)).settled == CHUNK_PIECES
    await server.work()
    assert (await record_of(acme.zoe, zoes)).status == "completed"
    await server.work()
    assert (await record_of(acme.bob, bobs)).status == "completed"


async def test_progress_is_told_less_than_five_times_a_second(acme: Acme) -> None:
    server = Process(acme.house)
    await server.started(acme.bob, await acme.house.contacts(1_000))
    started = time.monotonic()
    await server.work()
    took_s = time.monotonic() - started
    status_changes = len(server.statuses)
    assert len(server.told) <= status_changes + took_s / TELL_EVERY_S + 1


async def test_r18_a_quote_past_its_time_expires(acme: Acme) -> None:
    server = Process(acme.house)
    job = await server.quoted(acme.bob, await acme.house.contacts(3))
    acme.house.clock.move(hours=23, minutes=59)
    await server.sweep.sweep()
    assert (await record_of(acme.bob, job)).status == "quoted"
    acme.house.clock.move(minutes=1)
    await server.sweep.sweep()
    assert (await record_of(acme.bob, job)).status == "expired"
    assert server.statuses == ["expired"]
    await server.row_sweep.sweep()
    assert await rows_of(acme.bob, job) == []


async def test_r23_a_job_past_the_longest_running_time_fails_and_holds_nothing(
    acme: Acme,
) -> None:
    server = Process(acme.house)
    job = await server.started(acme.bob, await acme.house.contacts(3))
    acme.house.clock.move(hours=24)
    await server.sweep.sweep()
    await server.sweep.sweep()
    record = await record_of(acme.bob, job)
    assert record.status == "failed"
    assert record.error == "It ran longer than 24 hours and was ended; nothing was charged."
    await server.work()
    await server.row_sweep.sweep()
    assert await rows_of(acme.bob, job) == []
    license_ = (await acme.bob.battery()).license
    assert (license_.used, license_.held) == (0, 0)


async def test_r21_the_sweep_stops_the_running_jobs_of_who_was_deactivated(acme: Acme) -> None:
    server = Process(acme.house)
    people = await acme.house.contacts(6)
    bobs = await server.started(acme.bob, people[:3])
    janes = await server.started(acme.jane, people[3:])
    await acme.bob.set_active(False)
    await server.sweep.sweep()
    assert (await record_of(acme.bob, bobs)).status == "stopped"
    assert (await record_of(acme.jane, janes)).status == "running"
