"""A real server whose jobs halt when their lookups are done, before the mark of their settlement;
it says so, and a test can kill it there: `python -m tests.integration.halting_server`."""

import asyncio
import os
import sys

import pytest

from server.app import create_app
from server.domain.commands import BeginSettling, MoveJob
from server.domain.ids import OrgId
from server.domain.state import JobState
from server.house import House
from server.serve import serve
from server.settings import read_settings
from server.usecases.charge import Charger
from tests.processes import ChildProcess
from tests.services import READY_LINE, READY_TIMEOUT_S

LOOKED_UP = r"looked up (job_\S+)"


class HaltingServer(ChildProcess):
    """The program below, once it is ready. `env`: its settings."""

    def __init__(self, env: dict[str, str]) -> None:
        super().__init__(
            [sys.executable, "-m", "tests.integration.halting_server"],
            env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
        )
        self.url: str = self.wait_for_line(READY_LINE, timeout_s=READY_TIMEOUT_S)[1]

    def halted(self) -> str:
        """The id of the job that is between the end of its lookups and its settlement."""
        return self.wait_for_line(LOOKED_UP, timeout_s=READY_TIMEOUT_S)[1]


class Halt:
    """In the place of `Charger.move_job`: no job begins to settle before `go_on` is set."""

    def __init__(self, charger: Charger) -> None:
        self.looked_up = asyncio.Event()
        self.go_on = asyncio.Event()
        self._move_job = charger.move_job

    async def __call__(self, org: OrgId, command: MoveJob) -> JobState:
        if isinstance(command, BeginSettling):
            sys.stdout.write(f"looked up {command.job}\n")
            self.looked_up.set()
            await self.go_on.wait()
        return await self._move_job(org, command)


def halt(charger: Charger, monkeypatch: pytest.MonkeyPatch) -> Halt:
    """Every job that this charger moves halts between its lookups and its settlement."""
    halted = Halt(charger)
    monkeypatch.setattr(charger, "move_job", halted)
    return halted


def main() -> None:
    settings = read_settings(os.environ)
    house = House(settings)
    halt(house.charger, pytest.MonkeyPatch())

    def announce(address: str) -> None:
        sys.stdout.write(f"Credit Battery is ready at {address}\n")

    serve(create_app(house), settings, announce)


if __name__ == "__main__":
    main()
