"""Work that must not end is begun again, and the log tells why."""

import asyncio

import pytest
from structlog.testing import capture_logs

from server.clockwork import Rounds, ended, for_ever
from server.domain import errors

WITHIN_S = 5.0


class Worker:
    """Breaks in the rounds of `breaks`, and is done after the third."""

    def __init__(self, *breaks: int) -> None:
        self.rounds = 0
        self.done = asyncio.Event()
        self._breaks = breaks

    async def work(self) -> None:
        self.rounds += 1
        await asyncio.sleep(0)
        if self.rounds in self._breaks:
            raise RuntimeError(f"round {self.rounds}")
        if self.rounds >= 3:
            self.done.set()


@pytest.mark.parametrize("breaks", [(), (1,), (1, 2)])
async def test_rounds_follow_each_other_whether_they_break_or_not(breaks: tuple[int, ...]) -> None:
    worker = Worker(*breaks)
    with capture_logs() as logged:
        task = asyncio.create_task(for_ever("worker", worker.work, again_s=0))
        async with asyncio.timeout(WITHIN_S):
            await worker.done.wait()
        await end(task)
    assert [(line["work"], str(line["exc_info"])) for line in logged] == [
        ("worker", f"round {number}") for number in breaks
    ]


async def test_only_being_cancelled_ends_it() -> None:
    worker = Worker()
    task = asyncio.create_task(for_ever("worker", worker.work))
    async with asyncio.timeout(WITHIN_S):
        await worker.done.wait()
    assert not task.done()
    await end(task)
    assert task.cancelled()


async def test_a_round_comes_when_it_is_woken_and_an_absent_database_stops_none() -> None:
    begun: asyncio.Queue[int] = asyncio.Queue()
    count = 0

    async def work() -> None:
        nonlocal count
        count += 1
        begun.put_nowait(count)
        if count == 1:
            raise errors.Unavailable("The database is away.")

    rounds = Rounds("worker", work, every_s=3600)
    with capture_logs() as logged:
        task = asyncio.create_task(rounds.run())
        async with asyncio.timeout(WITHIN_S):
            for number in (1, 2, 3):
                assert await begun.get() == number
                rounds.wake()
        await end(task)
    assert [(line["work"], line["reason"]) for line in logged] == [
        ("worker", "The database is away.")
    ]


async def test_what_was_not_foreseen_ends_the_rounds() -> None:
    async def work() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await Rounds("worker", work, every_s=3600).run()


async def end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_cancellation_that_was_swallowed_is_said_again() -> None:
    begun = asyncio.Event()

    async def swallows_one() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    task = asyncio.create_task(swallows_one())
    await begun.wait()
    await ended([task])
    assert task.cancelled()


async def test_nothing_to_end_is_ended_at_once() -> None:
    await ended([])
