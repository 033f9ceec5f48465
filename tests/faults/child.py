"""Starting the program that charges in a loop, and reading what it was answered."""

import os
import re
import sys
from pathlib import Path

from server.domain.ids import SubjectId
from tests.acme import Member
from tests.processes import ChildProcess

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 60.0


def charging(bob: Member, subjects: list[SubjectId], *options: str) -> ChildProcess:
    """The program of tests/faults/charging.py."""
    url = bob.org.house.database.url
    arguments = [*options, url, bob.org.id, bob.id, *subjects]
    return ChildProcess(
        [sys.executable, "-m", "tests.faults.charging", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def answered(log: str, verb: str) -> dict[str, int]:
    """What was told of each subject or key: the seq of its entry."""
    return {name: int(seq) for name, seq in re.findall(rf"^\d+ {verb} (\S+) (\d+)$", log, re.M)}
