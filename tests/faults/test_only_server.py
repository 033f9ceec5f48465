"""Two servers on one SQLite file would not hear of each other's commits: the second is refused."""

import re
import sys
from pathlib import Path

import pytest

from server.domain import errors
from server.store.only_server import OnlyServer
from tests.processes import ChildProcess

START_TIMEOUT_S = 60.0
HOLDS = """
import signal, sys
from pathlib import Path
from server.store.only_server import OnlyServer
held = OnlyServer(Path(sys.argv[1]))
held.take()
print("holding", flush=True)
signal.pause()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "battery.db"


def test_a_second_server_is_refused_and_told_which_process_holds_the_file(file: Path) -> None:
    child = ChildProcess([sys.executable, "-c", HOLDS, str(file)])
    child.wait_for_line("holding", timeout_s=START_TIMEOUT_S)
    try:
        with pytest.raises(errors.Unavailable, match=re.escape(f"process {child.pid}")):
            OnlyServer(file).take()
    finally:
        child.kill()


def test_a_killed_server_leaves_the_file_free(file: Path) -> None:
    child = ChildProcess([sys.executable, "-c", HOLDS, str(file)])
    child.wait_for_line("holding", timeout_s=START_TIMEOUT_S)
    child.kill()
    ours = OnlyServer(file)
    ours.take()
    ours.release()


def test_a_stopped_server_leaves_the_file_free(file: Path) -> None:
    first, second = OnlyServer(file), OnlyServer(file)
    first.take()
    with pytest.raises(errors.Unavailable):
        second.take()
    first.release()
    second.take()
    second.release()


def test_servers_on_two_files_do_not_meet(tmp_path: Path) -> None:
    several = [OnlyServer(tmp_path / name) for name in ("one.db", "two.db")]
    for server in several:
        server.take()
    for server in several:
        server.release()
