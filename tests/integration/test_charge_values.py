"""Where the values an org owns are kept, and where they are not (R4, R5, R28)."""

import msgspec
from sqlalchemy import select

from server.store import schema
from server.wire.reveals import PhoneResult
from tests.acme import Acme, key

MOBILE, DIRECT = "+14155550101", "+14155550102"


async def owned_on(acme: Acme) -> set[str]:
    """The subjects on which Acme keeps a value."""
    async with acme.house.database.read() as connection:
        rows = schema.owned_value
        found = select(rows.c.subject_id).where(rows.c.org_id == acme.org.id)
        return set(await connection.scalars(found))


async def everything_but_owned_values(acme: Acme) -> str:
    """All rows of the tables that charging writes."""
    tables = (
        schema.org_head,
        schema.entry,
        schema.piece,
        schema.allotment,
        schema.saving,
        schema.idempotency,
    )
    async with acme.house.database.read() as connection:
        return repr([(await connection.execute(select(table))).all() for table in tables])


async def test_r28_the_values_of_a_reversed_piece_are_gone_from_every_subject(
    acme: Acme,
) -> None:
    ana = await acme.house.contact(mobile=MOBILE, direct=DIRECT)
    twin = await acme.house.contact(mobile=MOBILE)
    charge = (await acme.bob.reveal((ana, "phone"))).seq
    await acme.jane.reveal((twin, "phone"))
    assert await owned_on(acme) == {ana, twin}
    await acme.org.reverse(charge)
    assert await owned_on(acme) == set()


async def test_r28_paid_again_elsewhere_a_subject_shows_one_number_not_what_it_had(
    acme: Acme,
) -> None:
    ana = await acme.house.contact(mobile=MOBILE, direct=DIRECT)
    twin = await acme.house.contact(mobile=MOBILE)
    await acme.org.reverse((await acme.bob.reveal((ana, "phone"))).seq)
    await acme.jane.reveal((twin, "phone"))
    [result] = (await acme.bob.reveal((ana, "phone"))).results
    assert isinstance(result, PhoneResult)
    assert result.value
    assert [phone.number for phone in result.value.phones] == [MOBILE]


async def test_r06_a_value_that_came_along_free_outlives_the_directory(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    twin = await acme.house.contact(email="ANA@example.com")
    await acme.bob.reveal((ana, "email"))
    await acme.jane.reveal((twin, "email"))
    await acme.house.rewrite(twin, email=None)
    answer = await acme.bob.reveal((twin, "email"))
    assert (answer.results[0].outcome, answer.credits) == ("already_owned", 0)
    assert "ANA@example.com" in msgspec.json.encode(answer).decode()


async def test_r04_only_owned_values_hold_what_was_revealed(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com", mobile=MOBILE, direct=DIRECT)
    await acme.bob.reveal((ana, "email"), (ana, "phone"), key=key("k"))
    await acme.jane.reveal((ana, "email"))
    await acme.org.reverse(acme.house.commits[-2].to_seq)
    rows = await everything_but_owned_values(acme)
    assert ana in rows
    for value in ("ana@example.com", "example.com", MOBILE, DIRECT):
        assert value not in rows


async def test_r05_a_colleague_sees_the_value_and_who_revealed_it(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    await acme.jane.reveal((ana, "email"))
    [result] = (await acme.bob.reveal((ana, "email"))).results
    assert result.revealed_by == "Jane Okafor"
    assert "ana@example.com" in msgspec.json.encode(result).decode()
