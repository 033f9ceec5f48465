"""Starting the programs that are killed, and reading what they were answered."""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from server.domain.ids import SubjectId
from server.wire.words import JobAction
from tests.acme import Member
from tests.processes import ChildProcess

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 60.0


def charging(bob: Member, subjects: list[SubjectId], *options: str) -> ChildProcess:
    """The program of tests/faults/charging.py."""
    return _started("charging", *options, bob.org.house.database.url, bob.org.id, bob.id, *subjects)


def working(bob: Member, step: str, action: JobAction, whom: Sequence[str]) -> ChildProcess:
    """The program of tests/faults/working.py."""
    url = bob.org.house.database.url
    return _started("working", url, bob.org.id, bob.id, step, action, *whom)


def answered(log: str, verb: str) -> dict[str, int]:
    """What was told of each subject or key: the seq of its entry."""
    return {name: int(seq) for name, seq in re.findall(rf"^\d+ {verb} (\S+) (\d+)$", log, re.M)}


def _started(name: str, *arguments: str) -> ChildProcess:
    return ChildProcess(
        [sys.executable, "-m", f"tests.faults.{name}", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
