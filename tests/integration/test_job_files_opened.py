"""The files of jobs as a spreadsheet opens them: LibreOffice where it is installed."""

import asyncio
import csv
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from server.domain.ids import SubjectId
from server.domain.job_rows import DateCell, JobRow
from server.store.jobs import JobRecord
from server.wire.jobs import JobFile
from tests.acme import Acme, House
from tests.integration.job_files_stage import (
    Ask,
    csv_bytes,
    finished,
    person,
    table_of,
)

OFFICE = shutil.which("soffice")
CONVERSION_S = 120
COMMA, QUOTE, UTF_8, AS_TEXT = 44, 34, 76, 2
COLUMNS = ("Who", "=1+1", "Score", "Ratio", "Met", "Called at")
"""None of Booleans: LibreOffice writes them into workbooks as the formulas TRUE() and FALSE()."""
FOUND = (
    *("Name", "Headline", "Company", "Location", "Profile URL", "Mobile", "Direct dial"),
    *("Phone outcome", "Credits", "Revealed by", "Revealed at (America/New_York)", "Ledger entry"),
)
ODD = 'Zoë "Ace" 李, née\n=Second; line'
MOBILE = "+14155550101"


@pytest.fixture
async def zoe(house: House) -> SubjectId:
    return await house.contact(mobile=MOBILE)


@pytest.fixture
async def job(acme: Acme, zoe: SubjectId) -> JobRecord:
    day, moment = DateCell("2026-02-03", True), DateCell("2026-02-03T04:05:06", False)
    cells = (ODD, "=1+1", 7, 2.5, day, moment)
    rows = [
        JobRow(0, line=2, subject=zoe, cells=cells, told=person(0, zoe)),
        JobRow(1, line=3, cells=("007", "@SUM(A1)", -1), problem="has nothing to go by"),
    ]
    file = JobFile(name="people.xlsx", columns=list(COLUMNS))
    return await finished(acme.bob, Ask(rows, kinds=("phone",), file=file))


def cells_of(file: Path, folder: Path) -> list[list[Any]]:
    """Every cell that the file has; an empty one is ''."""
    read = converted(file, folder, OFFICE) if OFFICE else file
    if read.suffix == ".csv":
        with read.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.reader(lines, strict=True))
    sheet = openpyxl.load_workbook(read).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [["" if cell is None else cell for cell in row] for row in sheet.values]


def converted(file: Path, folder: Path, office: str) -> Path:
    """A workbook that LibreOffice made of the file; of a CSV file every column as text."""
    columns = len(COLUMNS) + len(FOUND)
    as_text = "/".join(f"{column}/{AS_TEXT}" for column in range(1, columns + 1))
    reading = f"--infilter=CSV:{COMMA},{QUOTE},{UTF_8},1,{as_text}"
    command = [
        *(office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"),
        *([reading] if file.suffix == ".csv" else []),
        *("--convert-to", "xlsx", "--outdir", str(folder / "converted"), str(file)),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=CONVERSION_S)
    return folder / "converted" / f"{file.stem}.xlsx"


async def opened_cells(file: Path, content: bytes, folder: Path) -> list[list[Any]]:
    await asyncio.to_thread(file.write_bytes, content)
    return await asyncio.to_thread(cells_of, file, folder)


async def test_r24_a_workbook_opens_with_every_cell_and_its_type(
    acme: Acme, zoe: SubjectId, job: JobRecord, tmp_path: Path
) -> None:
    with await (await table_of(acme.bob, job)).xlsx() as made:
        head, first, second = await opened_cells(tmp_path / "a.xlsx", made.read(), tmp_path)
    assert head == [*COLUMNS, *FOUND]
    day, moment = datetime(2026, 2, 3), datetime(2026, 2, 3, 4, 5, 6)  # noqa: DTZ001  as a cell is
    at = datetime(2026, 3, 10, 8)  # noqa: DTZ001  as a cell is
    assert first[:6] == [ODD, "=1+1", 7, 2.5, day, moment]
    assert first[6:11] == [*told_of(zoe)]
    assert first[11:15] == [MOBILE, "", "charged", 10]
    assert first[15:17] == ["Bob Reyes", at]
    problem = "problem: has nothing to go by"
    assert second == ["007", "@SUM(A1)", -1, *[""] * 10, problem, *[""] * 4]


async def test_r24_a_csv_opens_with_the_same_cells_none_of_them_a_formula(
    acme: Acme, zoe: SubjectId, job: JobRecord, tmp_path: Path
) -> None:
    content = await csv_bytes(acme.bob, job)
    head, first, second = await opened_cells(tmp_path / "a.csv", content, tmp_path)
    assert head == ["Who", "'=1+1", *COLUMNS[2:], *FOUND]
    moments = ["2026-02-03", "2026-02-03 04:05:06"]
    assert first[:6] == [ODD, "'=1+1", "7", "2.5", *moments]
    assert first[6:11] == [*told_of(zoe)]
    assert first[11:15] == [f"'{MOBILE}", "", "charged", "10"]
    assert first[15:17] == ["Bob Reyes", "2026-03-10 08:00:00"]
    problem = "problem: has nothing to go by"
    assert second == ["007", "'@SUM(A1)", "-1", *[""] * 10, problem, *[""] * 4]


def told_of(subject: SubjectId) -> list[str | None]:
    told = person(0, subject)
    return [told.name, told.headline, told.company, told.location, told.url]
