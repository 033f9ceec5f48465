"""Work that goes on for as long as its process does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog

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


async def ended(tasks: "Iterable[asyncio.Task[Any]]") -> None:
    """Cancels the tasks until each has ended: a library may swallow a cancellation that meets it
    while it gives up something else, and then one is not enough."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
        await asyncio.gather(*done, return_exceptions=True)
