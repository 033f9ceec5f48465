"""A program that charges in a loop until it is killed, as a server's worst day.

`python -m tests.faults.charging URL ORG USER SUBJECT...` reveals the email of one subject after the
other, several at a time, and grants one credit with a key in between. It prints a numbered line
after each answer: `12 revealed SUBJECT SEQ`, `13 granted KEY SEQ`, `14 refused CODE`.

With `--file-bytes N` no file may grow above N, as on a full disk, until a first refusal; then the
disk has room again.
"""

import argparse
import asyncio
import resource
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from server.clock import now_us
from server.domain import errors
from server.domain.commands import Grant, Idempotency, Reveal
from server.domain.ids import OrgId, SubjectId, UserId
from server.settings import Settings
from server.store.engine import Database
from server.usecases.charge import Charger
from tests.acme import ODA, SECRET

AT_ONCE = 4
GRANT_EVERY = 5


_numbers = count(1)


def tell(what: str) -> None:
    """As one write: the reader sees a whole line or none."""
    sys.stdout.write(f"{next(_numbers)} {what}\n")
    sys.stdout.flush()


class Loop:
    def __init__(self, charger: Charger, org: OrgId, user: UserId, is_disk_full: bool) -> None:
        self._charger = charger
        self._org = org
        self._user = user
        self._is_disk_full = is_disk_full

    async def charge(self, subjects: Iterator[tuple[int, SubjectId]]) -> None:
        """Take subjects until there are none."""
        for number, subject in subjects:
            try:
                await self._one(number, subject)
            except errors.BatteryError as refusal:
                tell(f"refused {refusal.code}")
                self._make_room()

    async def _one(self, number: int, subject: SubjectId) -> None:
        answer = await self._charger.reveal(self._org, Reveal(self._user, ((subject, "email"),)))
        [result] = answer.results
        tell(f"revealed {subject} {result.seq}")
        if number % GRANT_EVERY == 0:
            key = Idempotency(f"grant-{number}", b"1")
            [seq] = await self._charger.change(self._org, Grant(ODA, 1, "bought", key))
            tell(f"granted {key.key} {seq}")

    def _make_room(self) -> None:
        if self._is_disk_full:
            _limit_files(resource.RLIM_INFINITY)
            self._is_disk_full = False
            tell("made room")


def _limit_files(size: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("org", type=OrgId)
    parser.add_argument("user", type=UserId)
    parser.add_argument("subjects", nargs="+", type=SubjectId)
    parser.add_argument("--file-bytes", type=int)
    given = parser.parse_args()
    settings = Settings(data=Path("unused"), database_url=given.url, secret=SECRET)
    database = Database(given.url)
    charger = Charger(database, settings, now_us, lambda _: None)
    if given.file_bytes is not None:
        _limit_files(given.file_bytes)
    loop = Loop(charger, given.org, given.user, given.file_bytes is not None)
    subjects = enumerate(given.subjects)
    await asyncio.gather(*(loop.charge(subjects) for _ in range(AT_ONCE)))
    tell("done")
    await charger.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
