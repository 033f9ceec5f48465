"""Credit use history as a table: exactly the filtered entries, a row each (R30)."""

from collections.abc import AsyncGenerator
from typing import IO
from zoneinfo import ZoneInfo

import msgspec

from server.usecases.history import History, Stream
from server.usecases.history_scope import HistoryAsk, Viewer
from server.usecases.sheets import Column, Row, temporary_xlsx, write_csv
from server.wire.base import to_json
from server.wire.history import Entry

SHEET_NAME = "Credit history"


class HistoryTable(msgspec.Struct, frozen=True):
    """`chunks` of rows, read while they are written. `name`: of the file, without its ending."""

    name: str
    columns: tuple[Column, ...]
    chunks: AsyncGenerator[list[Row]]

    def csv(self) -> AsyncGenerator[bytes]:
        """The file, part by part."""
        return write_csv(self.columns, self.chunks)

    async def xlsx(self) -> IO[bytes]:
        """The workbook in a temporary file. Raises Unavailable when the disk does not take it."""
        return await temporary_xlsx(self.columns, self.chunks, sheet=SHEET_NAME)


async def history_table(history: History, viewer: Viewer, ask: HistoryAsk) -> HistoryTable:
    """The table of an ask, times in the org's zone. Raises as `History.page` does."""
    stream = await history.stream(viewer, ask)
    return HistoryTable(_name(ask), _columns(stream.zone), _rows(stream))


def _name(ask: HistoryAsk) -> str:
    first = f"_from_{ask.first}" if ask.first else ""
    last = f"_to_{ask.last}" if ask.last else ""
    return f"credit-history{first}{last}"


def _columns(zone: ZoneInfo) -> tuple[Column, ...]:
    return (
        Column("Entry", "number", 9),
        Column(f"When ({zone.key})", "moment", 20),
        Column("User", width=22),
        Column("By", width=22),
        Column("Action", width=10),
        Column("Contact or company", width=28),
        Column("Type", width=10),
        Column("Kind", width=12),
        Column("Credits", "number", 10),
        Column("From license", "number", 10),
        Column("From extra", "number", 10),
        Column("License left", "number", 10),
        Column("Extra left", "number", 10),
        Column("Extra granted", "number", 10),
        Column("Job", width=20),
        Column("Reverses entry", "number", 10),
        Column("Reason", width=14),
        Column("Note", width=40),
        Column("Setting", width=30),
    )


async def _rows(stream: Stream) -> AsyncGenerator[list[Row]]:
    async for entries in stream.chunks:
        yield [_row(entry, stream.zone) for entry in entries]


def _row(entry: Entry, zone: ZoneInfo) -> Row:
    return (
        entry.seq,
        entry.at.astimezone(zone),
        entry.user.name if entry.user else None,
        entry.by.name,
        entry.action,
        entry.subject.name if entry.subject else None,
        entry.subject.type if entry.subject else None,
        entry.kind,
        entry.credits,
        entry.from_license,
        entry.from_extra,
        entry.license_left,
        entry.extra_left,
        entry.granted,
        entry.job,
        entry.ref_seq,
        entry.reason,
        entry.note,
        to_json(entry.data).decode() if entry.data else None,
    )
