"""An uploaded file of people, opened for an import (R25)."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from server.domain.job_rows import JobRow
from server.wire.jobs import JobFile

ROWS_MAX = 100_000
"""Of one import (api.md, Limits)."""


class Upload(msgspec.Struct, frozen=True):
    """A file whose header has been read. `mapping`: field to column, as far as recognised.

    `rows` are read from the file as they are iterated, once, which blocks: iterate in a thread, and
    leave the stream open until then. They carry `row_no`, `line`, `cells` and, where the record
    cannot be read, `problem`; iterating may raise BadRequest (too many rows) and UnreadableFile.
    """

    file: JobFile
    mapping: dict[str, str]
    rows: Iterator[JobRow]


async def read_upload(stream: BinaryIO, name: str, *, rows_max: int = ROWS_MAX) -> Upload:
    """Reads what kind of file it is and its header. `stream` must be seekable, `name` is shown.

    Raises UnreadableFile and BadRequest.
    """
    raise NotImplementedError
