"""The worked examples of credit-rules.md that need no job, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from server.domain import errors
from tests.acme import Acme, House, opened

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as house:
        yield house
        await house.check()


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house)


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
