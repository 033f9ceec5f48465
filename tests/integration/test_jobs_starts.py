"""Starting a job: the hold is for what it needs now, never for more than was seen (R19, R26)."""

import asyncio

import pytest

from server.domain import errors
from server.domain.commands import DEPLOYMENT, EndJob, StartJob
from server.domain.credit_month import from_us
from server.domain.ids import AtUs, JobId, OrgId
from server.domain.state import JobState
from server.settings import Limits
from server.store import job_claims
from server.usecases.charge import Charger
from server.wire.battery import Prices
from tests.acme import Acme, House, Org, opened
from tests.integration.jobs_desk import WORKER, Server, caller, quoted_of, record_of

HOUR_US = 3_600_000_000


@pytest.fixture
def server(house: House) -> Server:
    return Server(house)


class MovingPrices(Charger):
    """Prices move right before a job is started: after its need was counted."""

    def __init__(self, house: House, org: Org, prices: list[Prices]) -> None:
        super().__init__(house.database, house.settings, house.clock, house.commits.append)
        self._of = org
        self._next = prices

    async def move_job(self, org: OrgId, command: object) -> JobState:
        assert isinstance(command, StartJob)
        if self._next:
            await self._of.set_prices(self._next.pop(0))
        return await super().move_job(org, command)


def mail(price: int) -> Prices:
    return Prices(email=price, phone=10, personality=100)


async def test_r19_a_start_holds_what_was_quoted(acme: Acme, server: Server) -> None:
    await acme.org.grant(50)
    job = await server.export(acme.bob, await acme.house.contacts(120))
    acme.house.clock.move(hours=1)
    started = await server.start(acme.bob, job)
    now = acme.house.clock()
    assert (started.status, started.started_at) == ("running", from_us(now))
    assert started.expires_at is None
    battery = await acme.bob.battery()
    assert (battery.license.held, battery.license.used) == (100, 0)
    assert battery.extra is not None
    assert (battery.extra.held, battery.extra.used) == (20, 0)
    record = await record_of(acme.bob, job)
    assert (record.worker, record.prices) == (WORKER, mail(1))
    assert record.lease_us > now
    assert record.expires_us == now + 24 * HOUR_US
    assert server.wakes == 1
    assert [told.status for _, told in server.told] == ["quoted", "running"]


async def test_r19_when_it_needs_less_less_is_held(acme: Acme, server: Server) -> None:
    people = await acme.house.contacts(5)
    job = await server.export(acme.bob, people)
    await acme.jane.reveal((people[0], "email"), (people[1], "email"))
    started = await server.start(acme.bob, job)
    assert (await acme.bob.battery()).license.held == 3
    assert started.quote == job.quote
    assert await quoted_of(acme.bob, job) == ["net_new"] * 5


async def test_r19_dearer_prices_are_refused_with_a_fresh_quote(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(5))
    await acme.org.set_prices(mail(3))
    entries = await acme.org.entries()
    with pytest.raises(errors.QuoteChanged) as refused:
        await server.start(acme.bob, job)
    fresh = (await server.one(acme.bob, job)).quote
    assert refused.value.fields == {"quote": fresh}
    assert (fresh.credits, fresh.as_of_seq) == (15, entries[-1].seq)
    assert await acme.org.entries() == entries
    assert server.told[-1][1].quote == fresh
    assert (await server.start(acme.bob, job)).status == "running"
    assert (await acme.bob.battery()).license.held == 15


async def test_r19_a_directory_that_found_more_is_refused_with_a_fresh_quote(
    acme: Acme, server: Server
) -> None:
    people = [*await acme.house.contacts(1), await acme.house.contact()]
    job = await server.export(acme.bob, people)
    await acme.house.rewrite(people[1], email="found@example.com")
    with pytest.raises(errors.QuoteChanged):
        await server.start(acme.bob, job)
    assert await quoted_of(acme.bob, job) == ["net_new", "net_new"]
    assert (await server.one(acme.bob, job)).quote.net_new == 2
    await server.start(acme.bob, job)
    assert (await acme.bob.battery()).license.held == 2


async def test_r19_a_colleagues_reversal_makes_it_dearer_too(acme: Acme, server: Server) -> None:
    people = await acme.house.contacts(2)
    charged = await acme.jane.reveal((people[0], "email"))
    job = await server.export(acme.bob, people)
    await acme.org.reverse(charged.seq)
    with pytest.raises(errors.QuoteChanged):
        await server.start(acme.bob, job)


async def test_r19_prices_that_fall_meanwhile_are_those_of_the_start(
    acme: Acme, house: House
) -> None:
    await acme.org.set_prices(mail(4))
    charger = MovingPrices(house, acme.org, [mail(2)])
    server = Server(house, charger=charger)
    job = await server.export(acme.bob, await house.contacts(5))
    await server.start(acme.bob, job)
    assert (await acme.bob.battery()).license.held == 10
    assert (await record_of(acme.bob, job)).prices == mail(2)
    await charger.close()


async def test_r19_prices_that_rise_meanwhile_are_refused(acme: Acme, house: House) -> None:
    charger = MovingPrices(house, acme.org, [mail(2)])
    server = Server(house, charger=charger)
    job = await server.export(acme.bob, await house.contacts(5))
    with pytest.raises(errors.QuoteChanged):
        await server.start(acme.bob, job)
    assert (await server.one(acme.bob, job)).quote.credits == 10
    await charger.close()


async def test_prices_that_never_stand_still_end_the_start(acme: Acme, house: House) -> None:
    await acme.org.set_prices(mail(9))
    charger = MovingPrices(house, acme.org, [mail(price) for price in (8, 7, 6)])
    server = Server(house, charger=charger)
    job = await server.export(acme.bob, await house.contacts(5))
    with pytest.raises(errors.Busy):
        await server.start(acme.bob, job)
    assert (await record_of(acme.bob, job)).worker is None
    assert (await server.start(acme.bob, job)).status == "running"
    await charger.close()


async def test_r26_a_quote_above_max_credits_cannot_be_started(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(5), max_credits=4)
    assert (job.max_credits, job.quote.credits) == (4, 5)
    with pytest.raises(errors.OverMaxCredits) as refused:
        await server.start(acme.bob, job)
    assert refused.value.fields == {"need": 5, "max_credits": 4}
    assert (await server.one(acme.bob, job)).status == "quoted"


async def test_r26_a_quote_of_just_max_credits_can(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(5), max_credits=5)
    assert (await server.start(acme.bob, job)).status == "running"


async def test_r07_without_the_credits_a_start_says_what_is_missing_and_works_after_a_grant(
    acme: Acme, server: Server
) -> None:
    people = await acme.house.contacts(103)
    job = await server.export(acme.bob, people)
    assert (job.quote.affordable, job.quote.short_by) == (False, 3)
    with pytest.raises(errors.InsufficientCredits) as refused:
        await server.start(acme.bob, job)
    fields = refused.value.fields
    assert (fields["need"], fields["license_remaining"], fields["short_by"]) == (103, 100, 3)
    assert fields["items"][0] == {"subject": people[0], "kind": "email", "credits": 1}
    await acme.org.grant(3)
    assert (await server.start(acme.bob, job)).status == "running"


async def test_r18_a_quote_expires_after_24_hours(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    assert job.expires_at == from_us(AtUs(acme.house.clock() + 24 * HOUR_US))
    acme.house.clock.move(hours=24)
    with pytest.raises(errors.Expired):
        await server.start(acme.bob, job)
    await acme.house.charger.move_job(acme.org.id, EndJob(DEPLOYMENT, JobId(job.id), "expired"))
    with pytest.raises(errors.Expired):
        await server.start(acme.bob, job)


async def test_only_the_owner_starts_a_job(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    with pytest.raises(errors.Forbidden):
        await server.jobs.start(caller(acme.alice, "admin"), JobId(job.id))
    for other in (acme.jane, acme.zoe):
        with pytest.raises(errors.NotFound):
            await server.start(other, job)
    with pytest.raises(errors.NotFound):
        await server.jobs.start(caller(acme.zoe, "admin"), JobId(job.id))


async def test_a_job_starts_once(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    await server.start(acme.bob, job)
    with pytest.raises(errors.JobState) as refused:
        await server.start(acme.bob, job)
    assert refused.value.fields == {"job_status": "running"}


async def test_a_stopped_job_does_not_start(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    await server.stop(acme.bob, job)
    with pytest.raises(errors.JobState):
        await server.start(acme.bob, job)


async def test_a_job_that_costs_nothing_starts_with_nothing_left(
    acme: Acme, server: Server
) -> None:
    [ana] = await acme.house.contacts(1)
    await acme.jane.reveal((ana, "email"))
    broke = await acme.org.member("Dora", allotment=0)
    job = await server.export(broke, [ana])
    assert (await server.start(broke, job)).status == "running"


async def test_r19_a_stop_while_a_start_counts_wins(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    server.seeker.arrived.clear()
    server.seeker.gate.clear()
    starting = asyncio.create_task(server.start(acme.bob, job))
    await server.seeker.arrived.wait()
    await server.stop(acme.bob, job)
    server.seeker.gate.set()
    with pytest.raises(errors.JobState):
        await starting
    assert (await acme.bob.battery()).license.held == 0
    assert (await server.one(acme.bob, job)).status == "stopped"


async def test_r23_a_claim_of_a_dead_server_holds_nobody_up_for_long(
    acme: Acme, server: Server
) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(3))
    record = await record_of(acme.bob, job)
    now = acme.house.clock()
    async with acme.house.database.write() as connection:
        until = AtUs(now + 30_000_000)
        await job_claims.take(connection, record.org, record.id, "claim_dead", now, until)
    acme.house.clock.move(seconds=30)
    assert (await server.start(acme.bob, job)).status == "running"


async def test_a_spent_limit_of_open_jobs_starts_none_anew(sqlite_url: str) -> None:
    async with opened(sqlite_url, limits=Limits(open_jobs=1)) as house:
        acme, server = await Acme.founded(house), Server(house)
        job = await server.export(acme.bob, await house.contacts(1))
        assert (await server.start(acme.bob, job)).status == "running"
