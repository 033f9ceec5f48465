"""One server on one SQLite file: a second would announce nothing of what the first commits."""

import fcntl
import os
from pathlib import Path
from typing import IO

from server.domain import errors


class OnlyServer:
    """A lock beside the SQLite file, held while a server runs; the system drops it with the
    process.

    The command line does not take it: its changes are found by comparing positions (push.md).
    """

    def __init__(self, database_file: Path) -> None:
        self._path = database_file.with_name(database_file.name + ".server")
        self._held: IO[str] | None = None

    def take(self) -> None:
        """Raises Unavailable naming the process that holds the file."""
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise errors.Unavailable(
                f"Another server (process {holder}) already runs on {self._path.stem}. "
                "Stop it, set another BATTERY_DATA, or use PostgreSQL for several servers."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._held = file

    def release(self) -> None:
        """Let another server start."""
        if self._held is not None:
            self._held.close()
            self._held = None
