"""The worked examples of credit-rules.md, on both databases; those with jobs over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from server.domain import errors
from tests.acme import Acme, House
from tests.conftest import StartServer
from tests.integration.halting_server import HaltingServer, halt
from tests.integration.job_calls import (
    completed,
    ended,
    file_of,
    history,
    quoted_export,
    started,
    upload_people,
    verified,
)
from tests.integration.whole import API, SECRET, Person, Whole, open_whole
from tests.services import BatteryServer, eventually

NEW_YORK = ZoneInfo("America/New_York")
PICKED_UP_WITHIN_S = 15.0
"""R23; what is left of such a short job takes no time beside it."""


@pytest.fixture
async def whole(database_url: str, tmp_path: Path) -> AsyncIterator[Whole]:
    """The whole server; Bob and Jane have 2,000 credits a month."""
    async with open_whole(tmp_path, database_url=database_url) as whole:
        for who in (whole.people.bob, whole.people.jane):
            await whole.license(who, 2_000)
        yield whole
        await verified(whole, whole.people.alice)


def people(
    company: str, numbers: Iterable[int], *, without_email: int = 0
) -> list[tuple[str, str]]:
    """Names and addresses; the first ones have none."""
    domain = f"{company.lower()}.example"
    return [
        (f"{company} {n:03}", "" if place < without_email else f"p{n}@{domain}")
        for place, n in enumerate(numbers)
    ]


async def ids_of(whole: Whole, company: str, number: int) -> list[str]:
    """The subjects of the first people of a company, by their names."""
    found: list[str] = []
    for page in range(1, -(-number // 20) + 1):
        listed = await whole.get(f"/people?q={company}&page={page}", whole.people.bob)
        found += [subject["id"] for subject in listed["results"]]
    return found[:number]


async def license_of(whole: Whole, who: Person) -> tuple[int, int, int]:
    """Used, held, remaining."""
    license = (await whole.get("/battery", who))["license"]
    return license["used"], license["held"], license["remaining"]


async def test_example_1_200_contacts_of_ten_pages_with_190_emails_cost_190(whole: Whole) -> None:
    bob, alice = whole.people.bob, whole.people.alice
    await upload_people(whole, "Wavecrest", people("Wavecrest", range(200), without_email=10))
    job = await quoted_export(whole, bob, {"people": {"q": "wavecrest", "pages": [1, 10]}})
    assert {name: job["quote"][name] for name in ("rows", "found", "not_found", "duplicates")} == {
        "rows": 200,
        "found": 190,
        "not_found": 10,
        "duplicates": 0,
    }
    assert (job["quote"]["net_new"], job["quote"]["credits"]) == (190, 190)
    assert (job["quote"]["from_license"], job["quote"]["license_after"]) == (190, 1_810)
    assert await license_of(whole, bob) == (0, 0, 2_000)

    done = await completed(whole, bob, job)
    assert done["progress"] == {"done": 200, "total": 200}
    settled = done["settlement"]
    assert (settled["charged"], settled["not_found"], settled["credits"]) == (190, 10, 190)
    assert done["account"] == []
    assert await license_of(whole, bob) == (190, 0, 1_810)
    assert {entry["job"] for entry in await history(whole, alice, "export")} == {job["id"]}

    rows = await file_of(whole, alice, done)
    assert len(rows) == 200
    outcomes = [row["Email outcome"] for row in rows]
    assert (outcomes.count("charged"), outcomes.count("not found")) == (190, 10)
    assert sum(row["Email"].endswith("@wavecrest.example") for row in rows) == 190


async def test_example_2_next_month_80_of_janes_200_are_bobs_and_120_are_charged(
    whole: Whole,
) -> None:
    bob, jane = whole.people.bob, whole.people.jane
    await upload_people(whole, "Wavecrest", people("Wavecrest", range(200), without_email=10))
    await upload_people(whole, "Newfound", people("Newfound", range(120)))
    first = await quoted_export(whole, bob, {"people": {"q": "wavecrest", "pages": [1, 10]}})
    await completed(whole, bob, first)
    whole.clock.move(days=25)
    before = await whole.get("/battery", bob)
    assert before["license"]["used"] == 0

    bobs = (await ids_of(whole, "wavecrest", 90))[10:]
    new = await ids_of(whole, "newfound", 120)
    job = await quoted_export(whole, jane, [*bobs, *new])
    assert (job["quote"]["found"], job["quote"]["already_owned"]) == (200, 80)
    assert (job["quote"]["net_new"], job["quote"]["credits"]) == (120, 120)
    settled = (await completed(whole, jane, job))["settlement"]
    assert (settled["charged"], settled["already_owned"], settled["credits"]) == (120, 80, 120)
    assert await license_of(whole, jane) == (120, 0, 1_880)
    after = await whole.get("/battery", bob)
    assert {**before, "seq": after["seq"]} == after


async def test_example_8_20_of_120_that_a_colleague_reveals_meanwhile_are_released(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, jane = whole.people.bob, whole.people.jane
    await upload_people(whole, "Wavecrest", people("Wavecrest", range(120)))
    subjects = await ids_of(whole, "wavecrest", 120)
    halted = halt(whole.house.charger, monkeypatch)
    job = await quoted_export(whole, bob, subjects)
    await started(whole, bob, job)
    assert await license_of(whole, bob) == (0, 120, 1_880)
    async with asyncio.timeout(PICKED_UP_WITHIN_S):
        await halted.looked_up.wait()
    for subject in subjects[40:60]:
        await whole.revealed(jane, (subject, "email"))
    assert await license_of(whole, bob) == (0, 120, 1_880)
    halted.go_on.set()

    done = await ended(whole, bob, job)
    settled = done["settlement"]
    assert (settled["charged"], settled["already_owned"], settled["credits"]) == (100, 20, 100)
    assert await license_of(whole, bob) == (100, 0, 1_900)
    [line] = done["account"]
    assert (line["why"], line["count"], line["credits"]) == ("already_owned", 20, -20)
    assert (line["by"], line["action"]) == ("Jane Okafor", "reveal")
    assert len(await history(whole, whole.people.alice, "export")) == 100


async def test_example_9_killed_between_lookups_and_settlement_it_completes_charged_once(
    database_url: str, tmp_path: Path, start_server: StartServer
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    async with open_whole(data, database_url=database_url, now=datetime.now(UTC)) as whole:
        bob, alice = whole.people.bob, whole.people.alice
        await upload_people(whole, "Wavecrest", people("Wavecrest", range(60)))
    env = {"BATTERY_DATA": str(data), "BATTERY_DATABASE_URL": database_url, "BATTERY_PORT": "0"}
    env["BATTERY_SECRET"] = SECRET.decode()
    halting = await asyncio.to_thread(HaltingServer, env)
    try:
        async with signed_in(halting.url, bob) as client:
            select = {"people": {"q": "wavecrest", "pages": [1, 3]}}
            asked = {"select": select, "kinds": ["email"]}
            made = await client.post("/exports", json=asked)
            path = f"/jobs/{made.json()['id']}"
            assert (await client.post(f"{path}/start")).status_code == 202
            await asyncio.to_thread(halting.halted)
    finally:
        halting.kill()
    server = await asyncio.to_thread(start_server, env)
    await check_charged_once(server, bob, alice, path)


async def check_charged_once(server: BatteryServer, bob: Person, alice: Person, path: str) -> None:
    async with signed_in(server.url, bob) as client, signed_in(server.url, alice) as admin:

        async def is_over() -> Any:
            job = (await client.get(path)).json()
            return job if job["status"] not in ("running", "settling") else None

        job = await eventually(is_over, timeout_s=2 * PICKED_UP_WITHIN_S)
        assert job["status"] == "completed"
        assert (job["settlement"]["charged"], job["settlement"]["credits"]) == (60, 60)
        license = (await client.get("/battery")).json()["license"]
        assert (license["used"], license["held"]) == (60, 0)
        entries = (await admin.get("/history?action=export&limit=200")).json()["entries"]
        assert len(entries) == len({entry["subject"]["id"] for entry in entries}) == 60
        assert (await admin.get("/admin/verify")).json()["broken"] == []


def signed_in(url: str, who: Person) -> httpx.AsyncClient:
    """A client of a running server."""
    heads = {"Authorization": f"Bearer {who.token}"}
    return httpx.AsyncClient(base_url=f"{url}{API}", headers=heads, timeout=30)


async def test_example_3_a_phone_takes_3_from_the_license_and_7_from_extra(house: House) -> None:
    org = await house.org("Acme")
    bob = await org.member("Bob Reyes", allotment=3)
    await org.grant(50)
    ana = await house.contact(mobile="+14155550101", direct="+14155550102")
    answer = await bob.reveal((ana, "phone"))
    assert (answer.credits, answer.from_license, answer.from_extra) == (10, 3, 7)
    [charge] = await org.charges()
    assert (charge.from_license, charge.from_extra) == (3, 7)
    assert (charge.license_left, charge.extra_left) == (0, 43)


async def test_example_4_50_members_reveal_one_email_at_once_and_1_is_charged(
    house: House,
) -> None:
    org = await house.org("Acme")
    members = [await org.member(f"Member {n}", allotment=5) for n in range(50)]
    ana = await house.contact(email="ana@example.com")
    answers = await asyncio.gather(*(member.reveal((ana, "email")) for member in members))
    outcomes = [answer.results[0].outcome for answer in answers]
    assert (outcomes.count("charged"), outcomes.count("already_owned")) == (1, 49)
    assert sum(answer.credits for answer in answers) == 1
    assert len(await org.charges()) == 1
    assert sum([(await member.battery()).license.used for member in members]) == 1


async def test_example_5_three_spellings_of_an_address_are_one_piece(acme: Acme) -> None:
    spellings = ("Ana@Example.com", "ana@example.com ", "ANA@EXAMPLE.COM")
    subjects = [await acme.house.contact(email=spelling) for spelling in spellings]
    answer = await acme.bob.reveal(*((subject, "email") for subject in subjects))
    assert [result.outcome for result in answer.results] == [
        "charged",
        "already_owned",
        "already_owned",
    ]
    assert answer.credits == 1
    assert {result.seq for result in answer.results} == {answer.seq}


async def test_example_6_99_do_not_pay_a_personality_and_one_more_does(house: House) -> None:
    org = await house.org("Acme")
    jane = await org.member("Jane Okafor", allotment=90)
    await org.grant(9)
    ana = await house.contact(personality=True)
    before, entries = await jane.battery(), await org.entries()
    with pytest.raises(errors.InsufficientCredits) as refused:
        await jane.reveal((ana, "personality"))
    assert refused.value.fields == {
        "need": 100,
        "license_remaining": 90,
        "extra_available": 9,
        "short_by": 1,
        "items": [{"subject": ana, "kind": "personality", "credits": 100}],
    }
    assert (await jane.battery(), await org.entries()) == (before, entries)
    await org.grant(1)
    answer = await jane.reveal((ana, "personality"))
    assert (answer.from_license, answer.from_extra, answer.battery.available) == (90, 10, 0)


async def test_example_7_the_second_month_of_31_january_runs_28_february_to_31_march(
    house: House,
) -> None:
    org = await house.org("Acme", zone="America/New_York")
    bob = await org.member("Bob Reyes", anchor=date(2026, 1, 31))
    ana = await house.contact(email="ana@example.com")
    house.clock.now = datetime(2026, 3, 31, 0, 0, tzinfo=NEW_YORK)
    third = (await bob.battery()).license
    house.clock.now = datetime(2026, 3, 30, 23, 59, 59, tzinfo=NEW_YORK)
    second = (await bob.reveal((ana, "email"))).battery.license
    assert (second.starts_on, second.last_day) == (date(2026, 2, 28), date(2026, 3, 30))
    assert second.resets_at == datetime(2026, 3, 31, tzinfo=NEW_YORK)
    assert (third.starts_on, third.used) == (date(2026, 3, 31), 0)


async def test_example_10_another_org_pays_for_itself_and_sees_nothing_of_the_first(
    acme: Acme,
) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    await acme.bob.reveal((ana, "email"))
    before = await acme.org.entries()
    answer = await acme.zoe.reveal((ana, "email"))
    [result] = answer.results
    assert (result.outcome, answer.credits) == ("charged", 1)
    told = msgspec.json.encode(answer).decode()
    assert "Bob" not in told
    assert acme.bob.id not in told
    assert await acme.org.entries() == before
    assert {commit.org for commit in acme.house.commits[-1:]} == {acme.globex.id}
    ours, theirs = await acme.org.charges(), await acme.globex.charges()
    assert ours[0].piece_key != theirs[0].piece_key
