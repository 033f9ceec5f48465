"""Jobs on a real database, moved by hand: hold, settlement, release (R4, R19–R25)."""

import asyncio
from collections import Counter
from typing import Any, cast

import msgspec
import pytest
from sqlalchemy import func, insert, select
from structlog.testing import capture_logs

from server.domain import errors
from server.domain.commands import EndJob
from server.domain.directory_records import Record, filed
from server.domain.ids import SubjectId
from server.domain.job_rows import Sought
from server.domain.pieces import PieceHasher, canonical_email
from server.domain.state import Offer
from server.domain.values import KeptEmail
from server.store import schema
from server.usecases.erasure import UrlHasher, erase
from server.wire.battery import Prices
from server.wire.words import Kind
from tests.acme import ODA, SECRET, Acme, House
from tests.acme_jobs import WORKER, codes, led_to, quoted, spent
from tests.job_rows import outcomes_of

NO_KIND = cast(Kind, "fax")
"""What no door lets in: planning it fails as a bug would."""
STRANGER_URL = "https://www.linkedin.com/in/a-stranger"


async def count(house: House, table: Any, *conditions: Any) -> int:
    async with house.database.read() as connection:
        found = await connection.scalar(select(func.count()).select_from(table).where(*conditions))
    return int(found or 0)


def stranger(acme: Acme, email: str) -> Sought:
    """A row of Acme's file about somebody whom the directory does not know (R25)."""
    absent = dict.fromkeys(
        (
            "headline",
            "company",
            "company_url",
            "location",
            "email",
            "mobile",
            "direct",
            "personality",
            "analysis",
        )
    )
    record = Record(type="contact", url=STRANGER_URL, name="A Stranger", **absent)
    hashed = PieceHasher(SECRET).key(acme.org.id, "email", canonical_email(email))
    id_ = SubjectId(f"con_stranger_of_{acme.org.id}")
    return Sought(0, id_, Offer(hashed, KeptEmail(email=email)), filed(record))


async def test_r20_a_job_charges_what_nobody_revealed_meanwhile_and_releases_the_rest(
    acme: Acme,
) -> None:
    people = await acme.house.contacts(12)
    job = await quoted(acme.bob, people)
    await job.start(12)
    assert (await acme.bob.battery()).license.held == 12
    await acme.jane.reveal(*((one, "email") for one in people[:2]))
    assert (await job.mark()).status == "settling"
    outcomes = await job.settle()
    done = await job.complete()
    assert outcomes_of(outcomes) == ["already_owned"] * 2 + ["charged"] * 10
    assert done.status == "completed"
    battery = await acme.bob.battery()
    assert (battery.license.used, battery.license.held, battery.saved.total) == (10, 0, 2)
    assert (await acme.jane.battery()).license.used == 2
    assert {line.job_id for line in await acme.org.entries() if line.action == "export"} == {job.id}


async def test_r20_rows_bill_and_state_of_a_job_are_kept(acme: Acme) -> None:
    people = await acme.house.contacts(3)
    job = await quoted(acme.bob, people)
    await job.settle_through(3)
    record, rows = await job.record(), await job.rows()
    assert (record.status, record.settled, record.worker) == ("completed", 3, None)
    assert record.settlement is not None
    assert (record.settlement.credits, record.settlement.from_license) == (3, 3)
    assert record.settlement.seq == len(await acme.org.entries())
    assert record.finished_us == acme.house.clock()
    assert [item.outcome for row in rows for item in row.items] == ["charged"] * 3
    values = await count(acme.house, schema.owned_value, schema.owned_value.c.org_id == acme.org.id)
    assert values == 3
    assert (await acme.jane.reveal((people[0], "email"))).results[0].revealed_by == "Bob Reyes"


async def test_r20_the_prices_of_the_start_are_charged_and_verify(acme: Acme) -> None:
    people = await acme.house.contacts(2)
    job = await quoted(acme.bob, people)
    await job.start(2)
    await acme.org.set_prices(Prices(email=50, phone=60, personality=70))
    assert codes([await led_to((await quoted(acme.bob, people)).start(2))]) == {"quote_changed": 1}
    await job.mark()
    assert [item.credits for row in await job.settle() for item in row.items] == [1, 1]
    await job.complete()


async def test_r19_two_jobs_of_one_user_take_from_their_own_holds(acme: Acme) -> None:
    people = await acme.house.contacts(20)
    first, second = await quoted(acme.bob, people[:12]), await quoted(acme.bob, people[8:])
    await first.start(12)
    await second.start(12)
    for job in (second, first):
        await job.mark()
        await job.settle()
        await job.complete()
    assert Counter(outcomes_of(first.outcomes)) == {"charged": 8, "already_owned": 4}
    battery = await acme.bob.battery()
    assert (battery.license.used, battery.license.held, battery.saved.total) == (20, 0, 0)


async def test_r20_a_chunk_whose_neighbour_breaks_the_batch_settles_once(
    acme: Acme,
) -> None:
    """The batch is carried out again, command by command."""
    people = await acme.house.contacts(4)
    job = await quoted(acme.bob, people)
    await job.start(4)
    await job.mark()
    broken = acme.jane.asks((people[0], NO_KIND))
    with capture_logs():
        settled, bug = await asyncio.gather(
            job.settle(), acme.house.charger.reveal(acme.org.id, broken), return_exceptions=True
        )
    assert isinstance(bug, KeyError)
    assert isinstance(settled, list)
    await job.complete()
    assert await spent(acme.org) == (4, 0)


async def test_r22_a_job_over_midnight_settles_on_the_month_of_its_hold(acme: Acme) -> None:
    people = await acme.house.contacts(5)
    await acme.org.grant(50)
    job, stopped = await quoted(acme.bob, people), await quoted(acme.bob, people)
    await job.start(90)
    await stopped.start(30)
    acme.house.clock.move(days=31)
    await job.mark()
    await job.settle(2)
    fresh = await acme.bob.battery()
    assert (fresh.license.used, fresh.license.held, fresh.license.remaining) == (0, 0, 100)
    assert fresh.extra is not None
    assert (fresh.extra.held, fresh.extra.mine.held) == (20, 0)
    await asyncio.gather(
        led_to(acme.bob.reveal((people[4], "personality"), max_credits=0)),
        stopped.end(),
        job.settle(),
    )
    await job.complete()
    lines = [line for line in await acme.org.entries() if line.job_id]
    assert {line.month_no for line in lines} == {lines[0].month_no}
    battery = await acme.bob.battery()
    assert battery.extra is not None
    assert (battery.license.remaining, battery.extra.remaining) == (100, 50)


async def test_r22_a_release_of_an_old_month_beside_a_refusal_keeps_the_battery(
    acme: Acme,
) -> None:
    """The refused reveal turns the month in memory; what is written must not name it alone."""
    [ana] = await acme.house.contacts(1)
    person = await acme.house.contact(personality=True)
    job = await quoted(acme.bob, [ana])
    await job.start(10)
    acme.house.clock.move(days=31)
    refused, _ = await asyncio.gather(
        led_to(acme.bob.reveal((person, "personality"), max_credits=1)), job.end()
    )
    assert isinstance(refused, errors.PriceChanged)
    await acme.house.check()
    assert (await acme.bob.battery()).license.remaining == 100


async def test_r27_a_jobs_charge_of_a_closed_month_comes_back_as_extra(acme: Acme) -> None:
    people = await acme.house.contacts(2)
    job = await quoted(acme.bob, people)
    await job.start(2)
    acme.house.clock.move(days=31)
    await job.mark()
    [first] = await job.settle(1)
    seq = first.items[0].seq
    assert seq is not None
    await asyncio.gather(acme.org.reverse(seq), job.settle())
    await job.complete()
    extra = (await acme.bob.battery()).extra
    assert extra is not None
    assert (extra.granted, extra.remaining) == (1, 1)


async def test_r27_a_reversal_beside_a_release_of_its_closed_month_says_what_is_left(
    acme: Acme,
) -> None:
    people = await acme.house.contacts(3)
    job, stopped = await quoted(acme.bob, people[:2]), await quoted(acme.bob, people)
    await job.start(2)
    await stopped.start(30)
    acme.house.clock.move(days=31)
    await acme.bob.reveal((people[2], "email"))
    await job.mark()
    [first] = await job.settle(1)
    seq = first.items[0].seq
    assert seq is not None
    await asyncio.gather(stopped.end(), acme.org.reverse(seq))
    release, reversal = (await acme.org.entries())[-2:]
    assert (release.action, reversal.action) == ("release", "reversal")
    assert (release.license_left, reversal.license_left) == (98, 98)


async def test_r15_an_org_that_moves_while_credits_are_held_keeps_hold_and_month(
    acme: Acme,
) -> None:
    job = await quoted(acme.bob, await acme.house.contacts(3))
    await job.start(3)
    await acme.org.move_to("Pacific/Kiritimati")
    acme.house.clock.move(days=40)
    await job.mark()
    await job.settle()
    await job.complete()
    assert (await acme.bob.battery()).license.used == 0


async def test_r21_a_deactivated_users_job_is_stopped_at_the_mark(acme: Acme) -> None:
    job = await quoted(acme.bob, await acme.house.contacts(3))
    await job.start(3)
    await acme.bob.set_active(False)
    assert (await job.mark()).status == "stopped"
    assert await spent(acme.org) == (0, 0)
    assert (await acme.bob.battery()).license.held == 0


async def test_r21_a_stopped_job_says_why_and_by_whom_and_answers_alike_again(acme: Acme) -> None:
    job = await quoted(acme.bob, await acme.house.contacts(3))
    await job.start(3)
    command = EndJob(ODA, job.id, "failed", "The file is gone.", WORKER)
    for _ in range(2):
        ended = await acme.house.charger.move_job(acme.org.id, command)
        assert (ended.status, ended.error) == ("failed", "The file is gone.")
    assert [line.action for line in await acme.org.entries()].count("release") == 1


async def test_r19_another_orgs_job_is_not_found(acme: Acme) -> None:
    job = await quoted(acme.bob, await acme.house.contacts(1))
    charger = acme.house.charger
    for command in (job.starts(1), EndJob(ODA, job.id, "stopped")):
        assert codes([await led_to(charger.move_job(acme.globex.id, command))]) == {"not_found": 1}


async def test_r33_a_hold_that_takes_the_last_of_the_pool_is_announced_to_those_who_lived_on_it(
    acme: Acme,
) -> None:
    dora = await acme.org.member("Dora", allotment=0)
    await acme.org.grant(5)
    job = await quoted(acme.bob, await acme.house.contacts(1))
    acme.house.commits.clear()
    await job.start(105)
    [commit] = acme.house.commits
    crossings = {(one.user, one.level) for one in commit.crossings}
    assert crossings == {(acme.bob.id, "empty"), (dora.id, "empty")}
    assert commit.extra_changed


async def test_r05_a_settled_chunk_is_announced_as_what_it_opened(acme: Acme) -> None:
    people = await acme.house.contacts(3)
    job = await quoted(acme.bob, people, action="import")
    await job.start(3)
    await job.mark()
    acme.house.commits.clear()
    await job.settle()
    [commit] = acme.house.commits
    assert [(item.subject, item.action) for item in commit.items] == [
        (one, "import") for one in people
    ]
    assert commit.users == {acme.bob.id}


async def test_r25_strangers_of_an_import_become_one_contact_of_this_org_alone(
    acme: Acme,
) -> None:
    row = stranger(acme, "x@home.test")
    again = msgspec.structs.replace(stranger(acme, "x@work.test"), row_no=1)
    job = await quoted(acme.bob, [row, again], action="import")
    await job.settle_through(2)
    assert outcomes_of(job.outcomes) == ["charged", "charged"]
    later = await quoted(acme.jane, [row], action="import")
    await later.settle_through(0)
    assert outcomes_of(later.outcomes) == ["already_owned"]
    async with acme.house.database.read() as connection:
        found = await connection.execute(
            select(schema.subject.c.id, schema.subject.c.org_id).where(
                schema.subject.c.url == STRANGER_URL
            )
        )
        assert [tuple(one) for one in found] == [(row.subject, acme.org.id)]
    assert row.subject is not None
    with pytest.raises(errors.NotFound):
        await acme.zoe.reveal((row.subject, "email"))


async def test_r25_a_contact_that_was_there_already_stays_as_it_is(acme: Acme) -> None:
    row = stranger(acme, "x@home.test")
    async with acme.house.database.write() as connection:
        known = {"id": row.subject, "org_id": acme.org.id, "type": "contact", "url": STRANGER_URL}
        names = {"name": "Known Before", "search": "known", "sort": "known", "fingerprint": b""}
        await connection.execute(insert(schema.subject).values(**known, **names))
    job = await quoted(acme.bob, [row], action="import")
    await job.settle_through(1)
    assert outcomes_of(job.outcomes) == ["charged"]
    named = schema.subject.c.name == "Known Before"
    assert await count(acme.house, schema.subject, named) == 1


@pytest.mark.parametrize("chunk_first", [True, False])
async def test_r04_an_import_brings_no_erased_person_back(acme: Acme, chunk_first: bool) -> None:
    house = acme.house
    job = await quoted(acme.bob, [stranger(acme, "x@home.test")], action="import")
    await job.start(1)
    await job.mark()
    if chunk_first:
        await job.settle()
    await erase(house.database, UrlHasher(SECRET), house.clock, STRANGER_URL)
    if not chunk_first:
        await job.settle()
    await job.complete()
    assert outcomes_of(job.outcomes) == ["charged" if chunk_first else "not_found"]
    assert await count(house, schema.subject, schema.subject.c.url == STRANGER_URL) == 0
    assert await count(house, schema.owned_value) == 0
