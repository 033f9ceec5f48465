"""Workbooks for tests: made by hand part by part, and as libraries write them."""

import io
import zipfile
from collections.abc import Iterable

import openpyxl
import xlsxwriter

from server.domain.csv_records import BadRecord
from server.domain.job_rows import Cell
from server.usecases.workbooks import (
    SheetRow,
    read_workbook,
)

TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROOT = (
    f'<Relationships><Relationship Id="r1" Type="{TYPES}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{TYPES}"><sheets>'
    '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'
)
BOOK_RELATIONS = (
    f'<Relationships><Relationship Id="r1" Type="{TYPES}/worksheet" Target="worksheets/a.xml"/>'
    f'<Relationship Id="r2" Type="{TYPES}/sharedStrings" Target="/xl/strings.xml"/></Relationships>'
)
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENTS = (
    f'<Types><Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{KINDS}.styles+xml"/>'
    f'<Override PartName="/xl/strings.xml" ContentType="{KINDS}.sharedStrings+xml"/></Types>'
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    '<cellStyles><cellStyle name="Lost" xfId="7"/></cellStyles></styleSheet>'
)
STRINGS = f'<sst xmlns="{MAIN}"><si><t>Email</t></si><si><t>ana@x.example</t></si></sst>'
SHEET = (
    f'<worksheet xmlns="{MAIN}"><sheetData>'
    '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>'
    "</sheetData></worksheet>"
)


def archive(**parts: str | bytes) -> bytes:
    """A workbook of one sheet, with some of its parts replaced."""
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": parts.get("contents", CONTENTS),
        "_rels/.rels": ROOT,
        "xl/workbook.xml": parts.get("book", BOOK),
        "xl/styles.xml": parts.get("styles", STYLES),
        "xl/_rels/workbook.xml.rels": parts.get("relations", BOOK_RELATIONS),
        "xl/strings.xml": parts.get("strings", STRINGS),
        "xl/worksheets/a.xml": parts.get("sheet", SHEET),
    }
    return zipped(whole.items())


def zipped(parts: Iterable[tuple[str, str | bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in parts:
            file.writestr(name, content)
    return out.getvalue()


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def read(content: bytes) -> list[SheetRow | BadRecord]:
    return list(read_workbook(io.BytesIO(content)))


def cells(content: bytes) -> list[tuple[Cell, ...]]:
    rows = read(content)
    assert all(isinstance(row, SheetRow) for row in rows)
    return [row.cells for row in rows if isinstance(row, SheetRow)]


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def of_openpyxl(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def of_xlsxwriter(*rows: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "dd.mm.yy hh:mm"})
    page = book.add_worksheet()
    for at, row in enumerate(rows):
        page.write_row(at, 0, row)
    book.close()
    return out.getvalue()
