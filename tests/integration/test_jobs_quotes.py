"""Making exports and imports: what is chosen, what the quote says, and that it is free (R10,
R18)."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import insert

from server.domain import errors
from server.domain.ids import AtUs, OrgId, SubjectId
from server.domain.pieces import PieceHasher
from server.settings import Limits
from server.store import schema
from server.usecases.names import new_id
from server.usecases.subjects import Subjects
from server.wire.battery import Prices
from server.wire.jobs import ExportRequest, Job, PageRange, Quote, Select
from tests.acme import Acme, House, Member, opened
from tests.integration.jobs_desk import (
    Server,
    caller,
    nothing_is_left,
    quoted_of,
    record_of,
    rows_of,
)
from tests.services import eventually


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house, allotment=200)


@pytest.fixture
def server(house: House) -> Server:
    return Server(house)


async def name(house: House, subjects: Sequence[SubjectId], called: str) -> None:
    """So they are called, and found, in the order in which they are given."""
    for place, subject in enumerate(subjects):
        text = f"{called.lower()} {place:03}"
        await house.rewrite(subject, name=f"{called} {place:03}", search=text, sort=text)


async def own_contact(house: House, org: OrgId) -> SubjectId:
    """Somebody whom only this org knows (R25)."""
    subject = SubjectId(new_id("con"))
    values = {"id": subject, "org_id": org, "type": "contact", "url": f"urn:battery:{subject}"}
    texts = {"name": "Own", "search": "own", "sort": "own", "fingerprint": b""}
    async with house.database.write() as connection:
        await connection.execute(insert(schema.subject).values(**values, **texts))
    return subject


def counts(quote: Quote) -> tuple[int, int, int, int]:
    """Net new, owned, duplicates, not found; and they add up."""
    assert quote.rows == quote.found + quote.not_found
    assert quote.found == quote.net_new + quote.already_owned + quote.duplicates
    return quote.net_new, quote.already_owned, quote.duplicates, quote.not_found


async def test_r18_a_quote_tells_what_starting_would_cost_and_charges_nothing(
    acme: Acme, server: Server
) -> None:
    people = await acme.house.contacts(4)
    stranger = await acme.house.contact()
    await acme.jane.reveal((people[0], "email"))
    entries, battery = await acme.org.entries(), await acme.bob.battery()
    job = await server.export(acme.bob, [*people, stranger, people[1], people[0]])
    assert counts(job.quote) == (3, 1, 2, 1)
    assert (job.quote.credits, job.quote.from_license, job.quote.from_extra) == (3, 3, 0)
    assert (job.quote.license_after, job.quote.extra_after) == (197, 0)
    assert job.quote.affordable
    assert job.quote.as_of_seq == battery.seq
    assert (job.status, job.action, job.kinds) == ("quoted", "export", ["email"])
    assert (job.by.name, job.label) == ("Bob Reyes", "7 selected people")
    assert (job.progress.done, job.progress.total) == (0, 7)
    assert await acme.org.entries() == entries
    assert await acme.bob.battery() == battery
    assert await quoted_of(acme.bob, job) == [
        "already_owned", "net_new", "net_new", "net_new", "not_found", "duplicate", "duplicate",
    ]  # fmt: skip


async def test_r18_each_of_several_kinds_is_counted_for_itself(acme: Acme, server: Server) -> None:
    ana = await acme.house.contact(email="ana@a.test", mobile="+14155550100", personality=True)
    ben = await acme.house.contact(email="ben@a.test")
    job = await server.export(acme.bob, [ana, ben], "personality", "phone", "email", "email")
    assert job.kinds == ["email", "phone", "personality"]
    assert counts(job.quote) == (2, 0, 0, 0)
    told = {
        kind: (one.net_new, one.not_found, one.credits) for kind, one in job.quote.by_kind.items()
    }
    assert told == {"email": (2, 0, 2), "phone": (1, 1, 10), "personality": (1, 1, 100)}
    assert job.quote.credits == 112


async def test_r17_a_quote_beyond_the_battery_says_what_is_missing(
    acme: Acme, server: Server
) -> None:
    await acme.org.grant(500)
    await acme.org.cap(5, acme.bob.id)
    ana = await acme.house.contact(personality=True)
    await acme.org.set_prices(Prices(email=1, phone=10, personality=210))
    quote = (await server.export(acme.bob, [ana], "personality")).quote
    assert (quote.from_license, quote.from_extra, quote.short_by) == (200, 5, 5)
    assert (quote.license_after, quote.extra_after, quote.affordable) == (0, 495, False)


async def test_r18_a_duplicate_is_seen_however_far_apart(acme: Acme, server: Server) -> None:
    people = await acme.house.contacts(600)
    quote = (await server.export(acme.bob, [*people, people[0]])).quote
    assert counts(quote) == (600, 0, 1, 0)


async def test_pages_are_those_that_the_search_shows(acme: Acme, server: Server) -> None:
    house = acme.house
    await name(house, await house.contacts(70), "Dunn")
    await name(house, await house.contacts(3), "Other")
    subjects = Subjects(house.database, PieceHasher(house.settings.secret))
    shown = [
        subject.id
        for page in (2, 3)
        for subject in (await subjects.search(acme.org.id, "contact", "dunn", page)).results
    ]
    job = await server.found(acme.bob, "dunn", 2, 3)
    assert [row.subject for row in await rows_of(acme.bob, job)] == shown
    assert job.label == "People matching “dunn”, pages 2–3"
    chosen = (await record_of(acme.bob, job)).chosen
    assert chosen == Select(people=PageRange(q="dunn", pages=(2, 3)))


async def test_pages_past_the_end_are_those_that_there_are(acme: Acme, server: Server) -> None:
    await name(acme.house, await acme.house.contacts(25), "Dunn")
    assert (await server.found(acme.bob, "dunn", 2, 9)).quote.rows == 5
    with pytest.raises(errors.BadRequest, match="nobody"):
        await server.found(acme.bob, "dunn", 3, 9)
    assert (await server.jobs.listed(caller(acme.bob), 10)).jobs[0].quote.rows == 5


async def test_a_large_search_is_read_in_parts(
    acme: Acme, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.usecases.job_quotes.FOUND_AT_ONCE", 30)
    monkeypatch.setattr("server.usecases.job_quotes.CHUNK_ROWS", 20)
    people = await acme.house.contacts(95)
    await name(acme.house, people, "Dunn")
    job = await server.found(acme.bob, "", 1, 100)
    rows = await rows_of(acme.bob, job)
    assert [row.subject for row in rows] == people
    assert [row.row_no for row in rows] == list(range(95))


async def test_accounts_are_searched_for_themselves(acme: Acme, server: Server) -> None:
    _, company = await acme.house.contacts(2)
    ask = ExportRequest(select=Select(accounts=PageRange(pages=(1, 1))), kinds=["email"])
    with pytest.raises(errors.BadRequest, match="nobody"):
        await server.jobs.create_export(caller(acme.bob), ask)
    await acme.house.rewrite(company, type="account")
    job = await server.jobs.create_export(caller(acme.bob), ask)
    assert [row.subject for row in await rows_of(acme.bob, job)] == [company]
    assert job.label == "All accounts, page 1"


async def test_an_unknown_subject_fails_the_whole_request_and_is_named(
    acme: Acme, server: Server
) -> None:
    people = await acme.house.contacts(300)
    with pytest.raises(errors.NotFound, match="con_nobody"):
        await server.export(acme.bob, [*people, SubjectId("con_nobody")])
    assert await nothing_is_left(acme.house)


async def test_r25_another_orgs_own_contact_cannot_be_told_from_nobody(
    acme: Acme, server: Server
) -> None:
    own = await own_contact(acme.house, acme.globex.id)
    with pytest.raises(errors.NotFound, match=own):
        await server.export(acme.bob, [own])
    assert (await server.export(acme.zoe, [own])).quote.not_found == 1


async def test_a_job_of_too_many_rows_is_refused(sqlite_url: str) -> None:
    async with opened(sqlite_url, limits=Limits(job_rows=20)) as house:
        acme, server = await Acme.founded(house), Server(house)
        await name(house, await house.contacts(21), "Dunn")
        assert (await server.found(acme.bob, "", 1, 1)).quote.rows == 20
        with pytest.raises(errors.BadRequest, match="job_rows"):
            await server.found(acme.bob, "", 1, 2)


async def test_one_user_has_only_so_many_open_jobs(sqlite_url: str) -> None:
    async with opened(sqlite_url, limits=Limits(open_jobs=2)) as house:
        acme, server = await Acme.founded(house), Server(house)
        people = await house.contacts(1)
        first, _ = [await server.export(acme.bob, people) for _ in range(2)]
        with pytest.raises(errors.Busy, match="open_jobs"):
            await server.export(acme.bob, people)
        await server.export(acme.jane, people)
        await server.stop(acme.bob, first)
        await server.export(acme.bob, people)


async def test_r15_a_deactivated_user_makes_no_job(acme: Acme, server: Server) -> None:
    await acme.bob.set_active(False)
    with pytest.raises(errors.Unauthenticated):
        await server.export(acme.bob, await acme.house.contacts(1))


async def test_r18_reveals_go_on_while_a_quote_is_counted(acme: Acme, server: Server) -> None:
    people = await acme.house.contacts(2)
    server.seeker.gate.clear()
    counting = asyncio.create_task(server.export(acme.bob, people))
    await server.seeker.arrived.wait()
    before = (await acme.bob.battery()).seq
    assert (await acme.jane.reveal((people[0], "email"))).credits == 1
    assert (await server.jobs.listed(caller(acme.bob), 10)).jobs == []
    server.seeker.gate.set()
    quote = (await counting).quote
    assert (quote.as_of_seq, quote.net_new) == (before, 2)


async def test_a_small_quote_does_not_wait_for_large_ones(
    acme: Acme, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.usecases.jobs.SMALL_ROWS", 1)
    people = await acme.house.contacts(2)
    server.seeker.gate.clear()
    server.seeker.gated_rows = 2
    large = [asyncio.create_task(server.export(acme.bob, people)) for _ in range(3)]
    await server.seeker.arrived.wait()
    job = await server.export(acme.bob, people[:1])
    assert job.quote.rows == 1
    assert not any(task.done() for task in large)
    server.seeker.gate.set()
    await asyncio.gather(*large)


async def test_a_small_import_does_not_wait_for_large_ones(
    acme: Acme, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.usecases.jobs.SMALL_ROWS", 1)
    server.seeker.gate.clear()
    server.seeker.gated_rows = 2
    lines = ("Email", "ana@a.test", "ben@b.test")
    large = [asyncio.create_task(server.imported(acme.bob, *lines)) for _ in range(3)]
    await server.seeker.arrived.wait()
    job = await server.imported(acme.bob, "Email", "cleo@c.test")
    assert job.quote.rows == 1
    assert not any(task.done() for task in large)
    server.seeker.gate.set()
    await asyncio.gather(*large)


async def test_who_waits_for_a_large_turn_keeps_the_claim(
    acme: Acme, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.usecases.jobs.SMALL_ROWS", 1)
    monkeypatch.setattr("server.usecases.jobs.KEEP_CLAIM_S", 0.01)
    people = await acme.house.contacts(2)
    job = await server.export(acme.bob, people)
    server.seeker.gate.clear()
    server.seeker.gated_rows = 2
    large = asyncio.create_task(server.export(acme.jane, people))
    await server.seeker.arrived.wait()
    start = asyncio.create_task(server.start(acme.bob, job))
    await eventually(lambda: _claimed_until(acme.bob, job))
    first = await _claimed_until(acme.bob, job)
    acme.house.clock.move(seconds=20)
    await eventually(lambda: _kept_longer(acme.bob, job, first))
    server.seeker.gate.set()
    assert (await start).status == "running"
    await large


async def _claimed_until(member: Member, job: Job) -> AtUs:
    """0 while nobody has a claim on the job."""
    record = await record_of(member, job)
    return record.lease_us if record.worker else AtUs(0)


async def _kept_longer(member: Member, job: Job, until: AtUs) -> bool:
    return await _claimed_until(member, job) > until


async def test_the_owner_is_told_of_a_new_quote(acme: Acme, server: Server) -> None:
    job = await server.export(acme.bob, await acme.house.contacts(1))
    assert server.told == [(acme.bob.id, job)]


async def test_r25_an_import_is_quoted_with_its_problems(acme: Acme, server: Server) -> None:
    job = await server.imported(
        acme.bob, "Name,E-mail", "Ana,ana@a.test", "Ben,ben at a.test", "Ana again,ANA@a.test "
    )
    assert counts(job.quote) == (1, 0, 1, 0)
    assert [(one.line, job.problem_count) for one in job.problems] == [(3, 1)]
    assert (job.action, job.label, job.columns["email"]) == ("import", "leads.csv", "E-mail")
    assert job.file is not None
    assert job.file.columns == ["Name", "E-mail"]
    assert job.progress.total == 3
    assert await quoted_of(acme.bob, job) == ["net_new", "problem", "duplicate"]


async def test_r25_a_file_that_cannot_be_read_to_its_end_leaves_nothing(
    acme: Acme, server: Server
) -> None:
    server.seeker.broken_after = 1
    with pytest.raises(RuntimeError):
        await server.imported(acme.bob, "E-mail", *[f"{n}@a.test" for n in range(600)])
    assert await nothing_is_left(acme.house)


async def test_r25_a_file_without_people_is_refused(acme: Acme, server: Server) -> None:
    with pytest.raises(errors.BatteryError):
        await server.imported(acme.bob, "Name,E-mail")
    assert await nothing_is_left(acme.house)
