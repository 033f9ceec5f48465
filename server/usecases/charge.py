"""The one spending path: per org a permanent writer whose batch is whatever arrived during its
last commit.

A batch locks the org once, plans its commands in arrival order, writes set-based statements,
commits once and answers all (ledger.md). A client that goes away does not cancel its batch, and
when a batch fails on something unforeseen its commands are carried out one by one, so that one bad
request does not fail its neighbours.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

import msgspec
import structlog

from server.domain import errors
from server.domain.commands import Change, Command, MoveJob, Reveal, SettleRows
from server.domain.commits import Commit
from server.domain.ids import AtUs, OrgId, Seq
from server.domain.job_rows import RowOutcome
from server.domain.ledger import Ledger
from server.domain.pieces import PieceHasher
from server.domain.planning import plan
from server.domain.reversing import AdminReversals
from server.domain.state import JobState
from server.settings import Settings
from server.store import ledger as ledger_store
from server.store import planned, seats
from server.store.engine import AsyncConnection, Connection, Database
from server.store.ledger import UnknownOrg
from server.usecases.erasure import UrlHasher
from server.wire.reveals import RevealAnswer

BUSY_RETRY_AFTER_S = 1
STOPPING = "The server is stopping; nothing was charged. Try again."

Also = Callable[[AsyncConnection], Awaitable[None]]
"""Further writes in the transaction of a command; a BatteryError from it refuses the command
whole."""

Done = tuple[Ledger, list[Any]]
"""A planned batch and its answers."""
Work = Callable[[Connection], Done]

log = structlog.get_logger()


class Waiting(msgspec.Struct):
    """A command on its way to the writer."""

    command: Command
    also: Also | None
    answer: asyncio.Future[Any]


class ChargeCounters(msgspec.Struct):
    """Plain numbers since the start of the process, for /metrics."""

    queued: Callable[[], int]
    batches: int = 0
    commands: int = 0
    refused: int = 0
    seconds: float = 0.0


class Charger:
    """Carries out commands on any org. `announce` is called after each commit, never before."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], AtUs],
        announce: Callable[[Commit], None],
    ) -> None:
        self._database = database
        self._limits = settings.limits
        self._hasher = PieceHasher(settings.secret)
        self._urls = UrlHasher(settings.secret)
        self._allowed = AdminReversals(
            settings.admin_reversal_days, settings.admin_reversal_credits
        )
        self._clock = clock
        self._announce = announce
        self._writers: dict[OrgId, _Writer] = {}
        self.counters = ChargeCounters(
            lambda: sum(writer.length for writer in self._writers.values())
        )

    async def reveal(self, org: OrgId, command: Reveal) -> RevealAnswer:
        """R1–R9. Raises what server/domain/revealing.py refuses, Busy and Unavailable."""
        return cast(RevealAnswer, await self._submit(org, command, None))

    async def change(
        self, org: OrgId, command: Change, also: Also | None = None
    ) -> tuple[Seq, ...]:
        """Grants, reversals, licenses, caps, prices: the seqs of the entries written."""
        return cast(tuple[Seq, ...], await self._submit(org, command, also))

    async def move_job(self, org: OrgId, command: MoveJob) -> JobState:
        """The job as it is after `command` (R19–R22). Raises what server/domain/holding.py and
        settling.py refuse, Busy and Unavailable."""
        return cast(JobState, await self._submit(org, command, None))

    async def settle(self, org: OrgId, command: SettleRows) -> tuple[RowOutcome, ...]:
        """What the next rows of a job came to, in their order (R20). Raises NotTheWorker."""
        return cast(tuple[RowOutcome, ...], await self._submit(org, command, None))

    async def close(self) -> None:
        """Finish the batches under way; what still waits is refused."""
        await asyncio.gather(*(writer.close() for writer in list(self._writers.values())))

    def forget(self, org: OrgId) -> None:
        """There is no such org: nobody's writer stays for it."""
        self._writers.pop(org, None)

    async def _submit(self, org: OrgId, command: Command, also: Also | None) -> Any:
        writer = self._writers.get(org)
        if writer is None:
            writer = self._writers[org] = _Writer(self, org, self._limits.batch_items)
        if writer.length >= self._limits.batch_queue:
            raise errors.Busy(
                "This organization has too many requests waiting; nothing was charged. "
                f"Try again in {BUSY_RETRY_AFTER_S} s.",
                retry_after_s=BUSY_RETRY_AFTER_S,
            )
        # The writer answers through a future of its own: a caller that is cancelled (its client
        # went away) gives up waiting and no more.
        return await writer.put(Waiting(command, also, asyncio.get_running_loop().create_future()))

    async def carry_out(self, org: OrgId, batch: list[Waiting]) -> list[Any]:
        """One transaction. Answers, or the BatteryError of each refused command, in order."""
        started = time.perf_counter()
        work = partial(self._work, org, [waiting.command for waiting in batch])
        also = batch[0].also
        if also is None:
            ledger, answers = await self._database.carry_out(work)
        else:
            ledger, answers = await self._carry_out_with(work, also)
        self._tell_watchers(ledger.plan.commit())
        self._count(answers, time.perf_counter() - started)
        return answers

    async def _carry_out_with(self, work: Work, also: Also) -> Done:
        """A command that goes alone, with the writes that may refuse it."""
        async with self._database.write() as connection:
            ledger, [answer] = await connection.run_sync(work)
            if not isinstance(answer, errors.BatteryError):
                await also(connection)
        return ledger, [answer]

    def _work(self, org: OrgId, commands: list[Command], connection: Connection) -> Done:
        """Read, plan, write. On SQLite this runs in the writer's thread."""
        now = self._clock()
        state = ledger_store.load(connection, org, commands, self._hasher, self._urls.hash, now)
        ledger = Ledger(state, now)
        answers = [self._planned(ledger, command) for command in commands]
        if ledger.drained:
            ledger.announce_drained(seats.on_the_pool(connection, org))
        if not ledger.plan.is_empty:
            planned.write(connection, ledger.plan)
        return ledger, answers

    def _count(self, answers: list[Any], seconds: float) -> None:
        counters = self.counters
        counters.batches += 1
        counters.commands += len(answers)
        counters.refused += sum(isinstance(answer, errors.BatteryError) for answer in answers)
        counters.seconds += seconds

    def _tell_watchers(self, commit: Commit | None) -> None:
        """What is committed stays so: the push floor finds a lost announcement in the ledger."""
        try:
            if commit is not None:
                self._announce(commit)
        except Exception:
            log.exception("a commit could not be announced", commit=commit)

    def _planned(self, ledger: Ledger, command: Command) -> Any:
        try:
            return plan(ledger, command, self._allowed)
        except errors.BatteryError as refusal:
            return refusal


class _Writer:
    """The permanent writer of one org: a queue, an event and a task that never ends by itself."""

    def __init__(self, charger: Charger, org: OrgId, items_max: int) -> None:
        self._charger = charger
        self._org = org
        self._items_max = items_max
        self._queue: deque[Waiting] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run(), name=f"writer {org}")

    @property
    def length(self) -> int:
        return len(self._queue)

    async def put(self, waiting: Waiting) -> Any:
        if self._closing:
            raise errors.Unavailable(STOPPING)
        self._queue.append(waiting)
        self._arrived.set()
        return await waiting.answer

    async def close(self) -> None:
        self._closing = True
        self._arrived.set()
        await self._task

    async def _run(self) -> None:
        while not self._closing:
            await self._arrived.wait()
            self._arrived.clear()
            while self._queue and not self._closing:
                await self._commit(self._next_batch())
        for waiting in self._queue:
            _refuse(waiting, errors.Unavailable(STOPPING))

    def _next_batch(self) -> list[Waiting]:
        """In arrival order; a command with writes of its own goes alone, as these may refuse it."""
        batch = [self._queue.popleft()]
        items = _items(batch[0])
        while self._queue and not batch[0].also and not self._queue[0].also:
            items += _items(self._queue[0])
            if items > self._items_max:
                break
            batch.append(self._queue.popleft())
        return batch

    async def _commit(self, batch: list[Waiting], *, again: bool = False) -> None:
        """Also one command alone is tried again: it may have met a row of another org's writer."""
        try:
            answers = await self._charger.carry_out(self._org, batch)
        except errors.BatteryError as refusal:
            answers = [refusal] * len(batch)
            if isinstance(refusal, UnknownOrg):
                self._closing = True
                self._charger.forget(self._org)
        except Exception as failure:
            if not again:
                log.exception("batch failed; carrying out its commands one by one", org=self._org)
                for waiting in batch:
                    await self._commit([waiting], again=True)
                return
            answers = [failure]
        for waiting, answer in zip(batch, answers, strict=True):
            _tell(waiting, answer)


def _items(waiting: Waiting) -> int:
    match waiting.command:
        case Reveal(items=items):
            return len(items)
        case SettleRows(rows=rows):
            return sum(len(items) for _, items in rows)
        case _:
            return 1


def _tell(waiting: Waiting, answer: Any) -> None:
    if isinstance(answer, Exception):
        _refuse(waiting, answer)
    elif not waiting.answer.done():
        waiting.answer.set_result(answer)


def _refuse(waiting: Waiting, refusal: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(refusal)
