"""The servers that are measured: started on a free port, on given cores, and stopped by their
id."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.processes import ChildProcess
from tests.services import READY_TIMEOUT_S, free_port

PORT_VARIABLE = "BENCH_PORT"
READY = "bench: listening"
"""What a server of the bench prints once it takes connections."""
UVICORN_READY = "Uvicorn running"
_TASKSET = shutil.which("taskset")

ALL_CORES = tuple(sorted(os.sched_getaffinity(0)))
SERVER_CORES = ALL_CORES[:1]
"""For a server that has one busy thread; the load comes from the other cores."""
LOAD_CORES = ALL_CORES[1:] or ALL_CORES


class Memory(NamedTuple):
    """In bytes. `mapped`: pages of files that the kernel caches anyway and takes back when it needs
    them, counted once for each mapping; the database is one of these files."""

    own: int
    mapped: int


class Server:
    """One server process."""

    def __init__(self, process: ChildProcess, port: int) -> None:
        self._process = process
        self.port = port

    @property
    def cpu_ns(self) -> int:
        """What all its threads have computed so far."""
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)

    @property
    def resident_bytes(self) -> int:
        """Its memory as the kernel counts it."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def memory(self) -> Memory:
        """With that of the processes it has started, however far down."""
        process = psutil.Process(self._process.pid)
        own = mapped = 0
        for one in (process, *process.children(recursive=True)):
            # A child may end between being listed and being asked.
            with suppress(psutil.NoSuchProcess):
                told = one.memory_info()
                own += told.rss - told.shared
                mapped += told.shared
        return Memory(own, mapped)


@contextmanager
def serving(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cores: Sequence[int] = ALL_CORES,
    ready: str = READY,
) -> Iterator[Server]:
    """A running server; `BENCH_PORT` and `BATTERY_PORT` in its environment say where."""
    port = free_port()
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("BATTERY_")}
    ports = {PORT_VARIABLE: str(port), "BATTERY_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    pinned = [_TASKSET, "-c", ",".join(map(str, cores))] if _TASKSET else []
    process = ChildProcess([*pinned, *command], env={**inherited, **ports, **env})
    try:
        process.wait_for_line(ready, timeout_s=READY_TIMEOUT_S)
        yield Server(process, port)
    finally:
        process.kill()


def module(name: str) -> list[str]:
    """The command of a module of this package, or of the product."""
    return [sys.executable, "-m", name]


@contextmanager
def load_cores() -> Iterator[None]:
    """This process on the cores that the measured server leaves free."""
    os.sched_setaffinity(0, LOAD_CORES)
    try:
        yield
    finally:
        os.sched_setaffinity(0, ALL_CORES)
