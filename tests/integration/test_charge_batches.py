"""The permanent writer of an org: batches, neighbours, callers that leave, a full queue."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from server.domain import errors
from server.domain.commands import Grant, SetCaps
from server.domain.commits import Commit
from server.domain.ids import OrgId, UserId
from server.settings import Limits
from server.store import schema
from server.store.ledger import lock_org
from server.usecases.charge import Charger
from server.wire.words import Kind
from tests.acme import ODA, Acme, House, Org, opened

QUEUE_MAX = 3
ITEMS_MAX = 4
NO_KIND = cast(Kind, "fax")
"""What no door lets in: planning it fails as a bug would."""


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    limits = Limits(batch_queue=QUEUE_MAX, batch_items=ITEMS_MAX)
    async with opened(database_url, limits=limits) as house:
        yield house
        await house.check()


@asynccontextmanager
async def org_busy(org: Org) -> AsyncIterator[None]:
    """Somebody else's transaction holds the org: its writer waits."""
    async with org.house.database.write() as connection:
        await connection.run_sync(lock_org, org.id)
        yield


async def under_way(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """A request that the org's writer has taken, or that waits in its queue."""
    task = asyncio.create_task(work)
    for _ in range(5):
        await asyncio.sleep(0)
    return task


async def test_requests_of_one_moment_are_one_commit_in_their_order(acme: Acme) -> None:
    people = [await acme.house.contact(email=f"{n}@example.com") for n in range(3)]
    acme.house.commits.clear()
    members = (acme.jane, acme.bob, acme.alice)
    await asyncio.gather(
        *(one.reveal((who, "email")) for one, who in zip(members, people, strict=True))
    )
    [commit] = acme.house.commits
    assert [item.by_id for item in commit.items] == [member.id for member in members]


async def test_a_batch_ends_at_its_number_of_items(acme: Acme) -> None:
    people = [await acme.house.contact(email=f"{n}@example.com") for n in range(6)]
    acme.house.commits.clear()
    await asyncio.gather(
        *(
            acme.bob.reveal(*((who, "email") for who in people[at : at + 2]))
            for at in range(0, 6, 2)
        )
    )
    assert [len(commit.items) for commit in acme.house.commits] == [4, 2]


async def test_one_request_above_the_number_of_items_is_still_one_commit(acme: Acme) -> None:
    people = [await acme.house.contact(email=f"{n}@example.com") for n in range(ITEMS_MAX + 3)]
    answer = await acme.bob.reveal(*((who, "email") for who in people))
    assert answer.credits == ITEMS_MAX + 3


async def test_r07_a_refused_request_does_not_touch_its_neighbours(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com", personality=True)
    bo = await acme.house.contact(email="bo@example.com")
    first, refused, last = await asyncio.gather(
        acme.bob.reveal((ana, "email")),
        acme.bob.reveal((ana, "personality"), (bo, "email")),
        acme.jane.reveal((bo, "email")),
        return_exceptions=True,
    )
    assert isinstance(refused, errors.InsufficientCredits)
    assert not isinstance(first, BaseException)
    assert not isinstance(last, BaseException)
    assert (first.credits, last.credits) == (1, 1)


async def test_a_request_that_fails_as_a_bug_does_not_fail_its_neighbours(acme: Acme) -> None:
    people = [await acme.house.contact(email=f"{n}@example.com") for n in range(3)]
    acme.house.commits.clear()
    with capture_logs():
        first, bad, last = await asyncio.gather(
            acme.bob.reveal((people[0], "email")),
            acme.bob.reveal((people[1], "email"), (people[1], NO_KIND)),
            acme.jane.reveal((people[2], "email")),
            return_exceptions=True,
        )
    assert isinstance(bad, KeyError)
    assert not isinstance(first, BaseException)
    assert not isinstance(last, BaseException)
    assert (first.credits, last.credits) == (1, 1)
    assert len(await acme.org.charges()) == 2
    assert len(acme.house.commits) == 2
    assert (await acme.bob.reveal((people[1], "email"))).credits == 1


async def test_a_caller_that_leaves_does_not_cancel_its_batch(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    bo = await acme.house.contact(email="bo@example.com")
    async with org_busy(acme.org):
        leaves = await under_way(acme.bob.reveal((ana, "email")))
        stays = await under_way(acme.jane.reveal((bo, "email")))
        leaves.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaves
    assert (await stays).credits == 1
    assert [line.user_id for line in await acme.org.charges()] == [acme.bob.id, acme.jane.id]
    assert (await acme.jane.reveal((ana, "email"))).credits == 0


async def test_a_full_queue_refuses_and_charges_nothing(acme: Acme) -> None:
    people = [await acme.house.contact(email=f"{n}@example.com") for n in range(QUEUE_MAX + 2)]
    async with org_busy(acme.org):
        waiting = [await under_way(acme.bob.reveal((who, "email"))) for who in people[:-1]]
        with pytest.raises(errors.Busy) as refused:
            await acme.bob.reveal((people[-1], "email"))
        assert refused.value.retry_after_s > 0
    answers = await asyncio.gather(*waiting)
    assert [answer.credits for answer in answers] == [1] * (QUEUE_MAX + 1)
    assert (await acme.bob.reveal((people[-1], "email"))).credits == 1


async def test_one_orgs_full_queue_does_not_stop_another_org(sqlite_url: str) -> None:
    async with opened(sqlite_url, limits=Limits(batch_queue=1)) as house:
        acme = await Acme.founded(house)
        people = [await house.contact(email=f"{n}@example.com") for n in range(3)]
        async with house.database.write():
            waiting = [await under_way(acme.bob.reveal((who, "email"))) for who in people[:2]]
            with pytest.raises(errors.Busy):
                await acme.bob.reveal((people[2], "email"))
            theirs = await under_way(acme.zoe.reveal((people[0], "email")))
        assert (await theirs).credits == 1
        await asyncio.gather(*waiting)


async def test_orgs_do_not_wait_for_each_other(postgres_url: str) -> None:
    async with opened(postgres_url) as house:
        acme = await Acme.founded(house)
        ana = await house.contact(email="ana@example.com")
        async with org_busy(acme.org):
            waits = await under_way(acme.bob.reveal((ana, "email")))
            assert (await acme.zoe.reveal((ana, "email"))).credits == 1
            assert not waits.done()
        assert (await waits).credits == 1


async def test_writes_beside_a_command_commit_with_it(acme: Acme) -> None:
    await acme.house.charger.change(
        acme.org.id, SetCaps(ODA, (acme.bob.id,), 5), also=_rename(acme.bob.id, "Robert")
    )
    assert await _name(acme.house, acme.bob.id) == "Robert"


async def test_a_refusal_of_the_writes_beside_a_command_refuses_it_whole(acme: Acme) -> None:
    before = await acme.org.entries()

    async def refuse(connection: AsyncConnection) -> None:
        await _rename(acme.bob.id, "Robert")(connection)
        raise errors.Forbidden("The last admin stays.")

    bo = await acme.house.contact(email="bo@example.com")
    refused, neighbour = await asyncio.gather(
        acme.house.charger.change(acme.org.id, SetCaps(ODA, (acme.bob.id,), 5), also=refuse),
        acme.jane.reveal((bo, "email")),
        return_exceptions=True,
    )
    assert isinstance(refused, errors.Forbidden)
    assert not isinstance(neighbour, BaseException)
    assert await _name(acme.house, acme.bob.id) == "Bob Reyes"
    assert [line.action for line in await acme.org.entries()][len(before) :] == ["reveal"]


async def test_a_refused_command_does_not_run_the_writes_beside_it(acme: Acme) -> None:
    with pytest.raises(errors.NotFound):
        await acme.house.charger.change(
            acme.org.id, SetCaps(ODA, (acme.zoe.id,), 5), also=_rename(acme.bob.id, "Robert")
        )
    assert await _name(acme.house, acme.bob.id) == "Bob Reyes"


async def test_r10_what_is_refused_or_free_for_all_is_not_announced(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com", personality=True)
    await acme.bob.reveal((ana, "email"))
    acme.house.commits.clear()
    with pytest.raises(errors.PriceChanged):
        await acme.bob.reveal((ana, "personality"), max_credits=5)
    await acme.bob.reveal((ana, "email"))
    assert acme.house.commits == []


async def test_a_watcher_that_fails_does_not_undo_or_repeat_a_charge(database_url: str) -> None:
    def fails(_: Commit) -> None:
        raise RuntimeError("the push floor has a bug")

    async with opened(database_url) as house:
        acme = await Acme.founded(house)
        ana = await house.contact(email="ana@example.com")
        charger = Charger(house.database, house.settings, house.clock, fails)
        with capture_logs() as logs:
            answer, seqs = await asyncio.gather(
                charger.reveal(acme.org.id, acme.bob.asks((ana, "email"))),
                charger.change(acme.org.id, Grant(ODA, 50, "bought")),
            )
        await charger.close()
        assert (answer.credits, len(seqs)) == (1, 1)
        assert [line.action for line in await acme.org.entries()][-2:] == ["reveal", "grant"]
        assert [entry["log_level"] for entry in logs] == ["error"]
        await house.check()


async def test_stopping_finishes_the_batch_under_way_and_refuses_what_waits(
    acme: Acme,
) -> None:
    people = [await acme.house.contact(email=f"{n}@example.com") for n in range(2)]
    async with org_busy(acme.org):
        under = await under_way(acme.bob.reveal((people[0], "email")))
        waits = await under_way(acme.bob.reveal((people[1], "email")))
        closing = await under_way(acme.house.charger.close())
        with pytest.raises(errors.Unavailable):
            await acme.bob.reveal((people[1], "email"))
    await closing
    assert (await under).credits == 1
    with pytest.raises(errors.Unavailable):
        await waits
    assert len(await acme.org.charges()) == 1


async def test_an_unknown_org_is_not_found(house: House) -> None:
    with pytest.raises(errors.NotFound):
        await house.charger.change(OrgId("org_none"), Grant(ODA, 5, "bought"))


async def test_another_orgs_user_is_not_found(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    with pytest.raises(errors.NotFound):
        await acme.house.charger.reveal(acme.org.id, acme.zoe.asks((ana, "email")))
    with pytest.raises(errors.NotFound):
        await acme.org.reverse((await acme.zoe.reveal((ana, "email"))).seq + 50)


def _rename(user: UserId, name: str) -> Any:
    async def also(connection: AsyncConnection) -> None:
        await connection.execute(
            update(schema.users).where(schema.users.c.id == user).values(name=name)
        )

    return also


async def _name(house: House, user: UserId) -> str:
    async with house.database.read() as connection:
        found = select(schema.users.c.name).where(schema.users.c.id == user)
        return str((await connection.execute(found)).scalar_one())
