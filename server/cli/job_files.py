"""The file of a completed job on this machine: whole or not at all, and never over another's."""

import os
import secrets
from collections.abc import Iterator
from email.message import Message
from itertools import count
from pathlib import Path
from typing import Literal

import httpx
import msgspec

from server.cli.calls import Calls
from server.wire.jobs import Job

Format = Literal["csv", "xlsx"]


class Place(msgspec.Struct, frozen=True):
    """Where a file goes. `out` None: the server's name in the current folder, numbered if taken."""

    out: Path | None
    form: Format
    may_replace: bool

    def check(self) -> None:
        """Raises FileExistsError, FileNotFoundError: before anything is paid for."""
        if self.out is None:
            return
        if not self.out.absolute().parent.is_dir():
            raise FileNotFoundError(f"There is no folder {self.out.absolute().parent}.")
        if self.out.exists() and not self.may_replace:
            raise FileExistsError(f"{self.out} is there already; --force replaces it.")


def fetch(calls: Calls, job: Job, place: Place) -> Path:
    """Downloads the file and says where it is. Raises CallFailed, OSError."""

    def keep(answer: httpx.Response) -> Path:
        wanted = place.out or Path(_named(answer, f"{job.id}.{place.form}"))
        draft = wanted.with_name(f".{wanted.name}.{secrets.token_hex(4)}")
        try:
            with draft.open("xb") as file:
                for part in answer.iter_bytes():
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            return _settled(draft, wanted, place)
        finally:
            draft.unlink(missing_ok=True)

    return calls.download(job.id, place.form, keep)


def _settled(draft: Path, wanted: Path, place: Place) -> Path:
    """The whole file under its name."""
    if place.may_replace:
        return draft.replace(wanted)
    for name in [wanted] if place.out is not None else _numbered(wanted):
        try:
            # Made first, so that of two commands at once neither writes over the other's file.
            name.open("x").close()
        except FileExistsError:
            continue
        return draft.replace(name)
    raise FileExistsError(f"{wanted} is there already; --force replaces it.")


def _numbered(wanted: Path) -> Iterator[Path]:
    """`a.csv`, `a (2).csv`, `a (3).csv` …"""
    yield wanted
    for number in count(2):
        yield wanted.with_stem(f"{wanted.stem} ({number})")


def _named(answer: httpx.Response, otherwise: str) -> str:
    """The server's name for the file, without a folder: it decides no place on this machine."""
    head = Message()
    head["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
    name = Path((head.get_filename() or "").replace("\\", "/")).name.lstrip(".")
    return name or otherwise
