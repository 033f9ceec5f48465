"""kill -9 while charging: what was answered is there, nothing is half done, nothing twice (R32)."""

from collections.abc import AsyncIterator

import pytest

from server.clock import now_us
from server.domain.commands import Grant, Idempotency
from server.domain.credit_month import from_us
from tests.acme import ODA, House, Member, opened
from tests.faults.child import START_TIMEOUT_S, answered, charging

SUBJECTS = 1_500
"""More than a child gets through before it is killed."""
ANSWERS_BEFORE_KILLS = (1, 40, 7, 120)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url, now=from_us(now_us())) as house:
        yield house


@pytest.fixture
async def bob(house: House) -> Member:
    org = await house.org("Acme")
    return await org.member("Bob Reyes", allotment=1_000_000)


async def check_kept(bob: Member, revealed: dict[str, int], granted: dict[str, int]) -> None:
    """Every answer of the ledger's past is in the ledger, and the ledger adds up."""
    await bob.org.house.check()
    lines = {int(line.seq): line for line in await bob.org.entries()}
    assert {seq: lines[seq].subject_id for seq in revealed.values()} == {
        seq: subject for subject, seq in revealed.items()
    }
    assert {lines[seq].action for seq in granted.values()} <= {"grant"}


async def test_r32_killed_again_and_again_nothing_answered_is_lost(bob: Member) -> None:
    house = bob.org.house
    subjects = await house.contacts(SUBJECTS)
    revealed: dict[str, int] = {}
    granted: dict[str, int] = {}
    for answers in ANSWERS_BEFORE_KILLS:
        left = [subject for subject in subjects if subject not in revealed]
        child = charging(bob, left)
        child.wait_for_line(rf"^{answers} ", timeout_s=START_TIMEOUT_S)
        child.kill()
        revealed |= answered(child.log, "revealed")
        granted |= answered(child.log, "granted")
        assert "refused" not in child.log
        await check_kept(bob, revealed, granted)
    charges = await bob.org.charges()
    assert len({line.subject_id for line in charges}) == len(charges) >= len(revealed)


async def test_r11_a_grant_sent_again_after_a_kill_has_one_effect(bob: Member) -> None:
    house = bob.org.house
    child = charging(bob, await house.contacts(SUBJECTS))
    child.wait_for_line(r"granted grant-30 ", timeout_s=START_TIMEOUT_S)
    child.kill()
    granted = answered(child.log, "granted")
    keys = {f"grant-{number}" for number in range(0, 200, 5)}
    for name in sorted(keys):
        key = Idempotency(name, b"1")
        [seq] = await house.charger.change(bob.org.id, Grant(ODA, 1, "bought", key))
        assert granted.get(name, seq) == seq
    extra = (await bob.battery()).extra
    assert extra is not None
    assert extra.granted == len(keys | granted.keys())
    await house.check()
