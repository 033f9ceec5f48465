"""A program that makes, starts and works on one export or import, and kills itself at a step of it.

`python -m tests.faults.working URL ORG USER STEP ACTION WHOM...`; STEP is one of `STEPS`. WHOM: the
subjects of an export, the addresses of an import. SIGKILL, as the system's own for want of memory:
nothing is said, closed or given back.
"""

import argparse
import asyncio
import os
import signal
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import get_args

from server.domain.commands import BeginSettling, CompleteJob, SettleRows
from server.domain.ids import OrgId, SubjectId, UserId
from server.settings import Settings
from server.store.engine import Database
from server.usecases.import_files import read_upload
from server.usecases.seeking import Seeker
from server.wire.jobs import Job
from server.wire.words import JobAction
from tests.acme import SECRET, Clock, House, Member, Org
from tests.job_stage import Process, caller
from tests.job_steps import Asked, Nth, Step, SteppedLedger, SteppedSeeker

BEFORE: dict[str, type[Asked]] = {
    "before the mark": BeginSettling,
    "before the end": CompleteJob,
}
AFTER: dict[str, type[Asked]] = {
    "after the mark": BeginSettling,
    "between two chunks": SettleRows,
    "after the end": CompleteJob,
}
STEPS = ("after the quote", "after the hold", "during the lookups", *BEFORE, *AFTER)


async def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def never() -> None:
    """The step is another."""


def process_dying_at(step: str, house: House) -> Process:
    once: Step = Nth(1, die)
    ledger = SteppedLedger(
        house.charger,
        before={BEFORE[step]: once} if step in BEFORE else {},
        after={AFTER[step]: once} if step in AFTER else {},
    )
    looked_up = Nth(2, die) if step == "during the lookups" else never
    seeker = SteppedSeeker(Seeker(SECRET), looked_up)
    return Process(house, charger=ledger, seeker=seeker)


async def quoted(process: Process, bob: Member, action: JobAction, whom: list[str]) -> Job:
    if action == "export":
        return await process.quoted(bob, [SubjectId(one) for one in whom])
    upload = await read_upload(BytesIO("\n".join(("E-mail", *whom)).encode()), "people.csv")
    return await process.jobs.create_import(caller(bob), upload, ["email"])


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("org", type=OrgId)
    parser.add_argument("user", type=UserId)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("action", choices=get_args(JobAction))
    parser.add_argument("whom", nargs="+")
    given = parser.parse_args()
    settings = Settings(data=Path("unused"), database_url=given.url, secret=SECRET)
    house = House(Database(given.url), Clock(datetime.now(UTC)), settings)
    process = process_dying_at(given.step, house)
    bob = Member(Org(house, given.org), given.user, "Bob Reyes")
    job = await quoted(process, bob, given.action, given.whom)
    if given.step == "after the quote":
        await die()
    await process.start(bob, job)
    if given.step == "after the hold":
        await die()
    await process.work()


if __name__ == "__main__":
    asyncio.run(main())
