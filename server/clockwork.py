"""Work that goes on for as long as its process does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

import structlog

from server.domain import errors

AGAIN_S = 1.0
CANCEL_AGAIN_S = 1.0

log = structlog.get_logger(__name__)


async def for_ever(
    name: str, work: Callable[[], Awaitable[None]], *, again_s: float = AGAIN_S
) -> None:
    """Runs `work`, and again whenever it has ended, until cancelled.

    What breaks it is a bug or a failure nobody foresaw: the log gets everything, and `again_s`
    later it is tried again. A process that lost such a task would go on answering, and be deaf.
    `work` has to wait for something: its rounds follow each other without a pause.
    """
    while True:
        try:
            await work()
        except Exception as error:
            log.error("what must not end broke", work=name, again_s=again_s, exc_info=error)
            await asyncio.sleep(again_s)


class Rounds:
    """Work done in rounds: the next one `every_s` after the last, or as soon as somebody wakes it.

    While the database is away there is nothing to do but to come back.
    """

    def __init__(self, name: str, work: Callable[[], Awaitable[None]], every_s: float) -> None:
        self._name = name
        self._work = work
        self._every_s = every_s
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to do: the next round need not wait for its time."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled, or until a round breaks on something unforeseen."""
        while True:
            self._woken.clear()
            try:
                await self._work()
            except errors.Unavailable as away:
                log.warning("the database is away", work=self._name, reason=away.detail)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._woken.wait()


async def ended(tasks: "Iterable[asyncio.Task[Any]]") -> None:
    """Cancels the tasks until each has ended: a library may swallow a cancellation that meets it
    while it gives up something else, and then one is not enough."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
        await asyncio.gather(*done, return_exceptions=True)
