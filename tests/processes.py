"""Real programs beside the tests: started, listened to, stopped, and never left behind."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

STOP_TIMEOUT_S = 20.0
"""What a program may take to end by itself: a server gives its sockets time to say goodbye."""

# The kernel ends a program started here when the thread that started it ends, also when pytest is
# killed. A test's own threads end earlier than that, so one thread that lives as long as pytest
# starts them all.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")
_SETPRIV = shutil.which("setpriv")
_TIED_TO_US = (_SETPRIV, "--pdeathsig", "KILL", "--") if _SETPRIV else ()


class ProgramFailedError(Exception):
    """A program ended, or stayed silent too long; the message ends with all that it printed."""


class ChildProcess:
    """A running program whose output, of both streams, is kept line by line.

    Every method may be called from any thread and blocks; an async test whose own loop the program
    talks to calls them through `asyncio.to_thread`.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        """Starts `command`; as `user`, without root's groups, where one is named."""
        self.command = tuple(command)
        self._lines: list[str] = []
        self._is_silent = False
        self._heard = threading.Condition()
        self._process = _SPAWNER.submit(_start, (*_TIED_TO_US, *command), env, user).result()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        """All that was printed so far."""
        with self._heard:
            return "".join(self._lines)

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_for_line(self, pattern: str, *, timeout_s: float) -> re.Match[str]:
        """The first match of `pattern` in a printed line, also in one printed before the call.

        Raises ProgramFailedError when the program ends without it or `timeout_s` pass.
        """
        deadline = time.monotonic() + timeout_s
        checked = 0
        with self._heard:
            while True:
                for line in self._lines[checked:]:
                    if match := re.search(pattern, line):
                        return match
                checked = len(self._lines)
                left_s = deadline - time.monotonic()
                if self._is_silent or left_s <= 0:
                    raise ProgramFailedError(self._explain(f"never printed {pattern!r}"))
                self._heard.wait(left_s)

    def send(self, number: signal.Signals) -> None:
        """Does nothing when the program has ended."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, as a power cut for the program; returns when it is gone."""
        self._process.kill()
        self.wait(timeout_s=STOP_TIMEOUT_S)

    def stop(self, *, timeout_s: float = STOP_TIMEOUT_S) -> int:
        """SIGTERM; the exit code, -15 where the program left it to the signal."""
        self._process.terminate()
        return self.wait(timeout_s=timeout_s)

    def wait(self, *, timeout_s: float) -> int:
        """The exit code, negative for a signal.

        Raises ProgramFailedError after `timeout_s`, with the program killed.
        """
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise ProgramFailedError(self._explain(f"did not end in {timeout_s} s")) from None
        self._listener.join(STOP_TIMEOUT_S)
        return code

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                with self._heard:
                    self._lines.append(line)
                    self._heard.notify_all()
        with self._heard:
            self._is_silent = True
            self._heard.notify_all()

    def _explain(self, what: str) -> str:
        with self._heard:
            return f"{' '.join(self.command)} {what}. It printed:\n{''.join(self._lines)}"


def _start(
    command: Sequence[str], env: Mapping[str, str] | None, user: str | None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env=env,
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=None if user is None else os.sep,
    )
