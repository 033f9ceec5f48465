"""Hostile workbooks end before they cost memory, and broken ones with a plain sentence."""

import io
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.csv_records import LINE_CHARS_MAX, BadRecord
from server.domain.errors import UnreadableFile
from server.domain.import_columns import COLUMNS_MAX
from server.domain.job_rows import DateCell
from server.usecases.workbook_archive import (
    DEPTH_MAX,
    PROLOG_BYTES_MAX,
    RECORD_BYTES_MAX,
    WHOLE_BYTES_MAX,
)
from server.usecases.workbook_reader import FORMATS_MAX
from server.usecases.workbooks import (
    CELL_CHARS_MAX,
    CHARS_MAX,
    LINES_MAX,
    SheetRow,
    read_workbook,
)
from tests.workbooks import (
    BOOK,
    BOOK_RELATIONS,
    CONTENTS,
    MAIN,
    ROOT,
    SHEET,
    archive,
    cells,
    of_openpyxl,
    read,
    sheet,
    zipped,
)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"xl/workbook.bin": b""}, "xlsb"),
        ({"content.xml": b""}, "OpenDocument"),
        ({"word/document.xml": b""}, "Word"),
        ({"a.csv": b"Email"}, "no Excel workbook"),
        ({"[Content_Types].xml": "<Types/>"}, "lacks parts"),
        ({"[Content_Types].xml": "no xml"}, "damaged"),
    ],
)
def test_other_zip_files_are_told_apart(parts: dict[str, str | bytes], said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read(zipped(parts.items()))


@pytest.mark.parametrize("part", ["strings", "sheet", "book"])
def test_entities_are_refused_wherever_they_stand(part: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(UnreadableFile, match="damaged"):
        read(archive(**{part: bomb}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    rows = "<row/>" * 10_000_000
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read(archive(sheet=sheet(rows)))


def test_a_list_of_sheets_without_end_is_refused() -> None:
    sheets = "".join(f'<sheet name="{n}" r:id="r{n}"/>' for n in range(20_000))
    book = BOOK.replace("<sheets>", f"<sheets>{sheets}" + " " * WHOLE_BYTES_MAX)
    assert len(book) > WHOLE_BYTES_MAX
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read(archive(book=book))


def test_a_part_never_unpacks_to_more_than_the_directory_says() -> None:
    content = bytearray(archive(sheet=sheet("<row/>" * 2_000_000)))
    entry = content.rindex(b"PK\x01\x02")
    size_at = entry + 24
    assert struct.unpack_from("<I", content, size_at)[0] > 10_000_000
    struct.pack_into("<I", content, size_at, 100)
    with pytest.raises(UnreadableFile, match="damaged"):
        read(bytes(content))


def test_a_directory_of_a_million_parts_is_refused_unread() -> None:
    content = bytearray(zipped([("_rels/.rels", ROOT)]))
    end = content.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", content, end + 16)[0]
    content[start:end] = bytes(content[start:end]) * 30_000
    end = content.rindex(b"PK\x05\x06")
    struct.pack_into("<I", content, end + 12, end - start)
    with pytest.raises(UnreadableFile, match="damaged"):
        read(bytes(content))


def test_an_endless_tag_is_refused() -> None:
    letters = "".join(chr(97 + n % 26) + str(n) for n in range(1_000_000))
    assert len(letters) > 2 * RECORD_BYTES_MAX
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read(archive(sheet=sheet(f'<row a="{letters}"/>')))


def test_a_text_is_cut_at_what_a_cell_holds() -> None:
    rows = f'<row><c t="str"><v>{"xy" * CELL_CHARS_MAX}</v></c></row>'
    [(text,)] = cells(archive(sheet=sheet(rows)))
    assert isinstance(text, str)
    assert len(text) == CELL_CHARS_MAX


def shared(rows: int, cells: int) -> bytes:
    """A workbook whose cells all show one text of 32,767 characters."""
    row = "<row>" + '<c t="s"><v>0</v></c>' * cells + "</row>"
    strings = f'<sst xmlns="{MAIN}"><si><t>{"x" * CELL_CHARS_MAX}</t></si></sst>'
    return archive(sheet=sheet(row * rows), strings=strings)


def test_r25_rows_of_one_long_text_shared_by_all_cells_are_problems_in_little_memory() -> None:
    content = shared(rows=300, cells=COLUMNS_MAX)
    assert len(content) < 30_000
    tracemalloc.start()
    try:
        rows = read(content)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    told = f"the row is longer than {LINE_CHARS_MAX:,} characters"
    assert rows == [BadRecord(line, told) for line in range(1, 301)]
    assert peak_bytes < 5_000_000


def test_all_rows_together_hold_no_more_text_than_an_import_takes() -> None:
    cells = LINE_CHARS_MAX // CELL_CHARS_MAX
    rows = CHARS_MAX // (cells * CELL_CHARS_MAX)
    content = io.BytesIO(shared(rows + 1, cells))
    found = read_workbook(content)
    assert sum(isinstance(next(found), SheetRow) for _ in range(rows)) == rows
    with pytest.raises(UnreadableFile, match="holds more text"):
        next(found)


def test_a_number_that_no_day_has_stays_a_number_and_nobody_is_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    rows = '<row><c s="1"><v>46091</v></c><c s="1"><v>99999999</v></c><c s="9"><v>1</v></c></row>'
    content = archive(sheet=sheet(rows))
    assert cells(content) == [(DateCell("2026-03-10", True), 99_999_999, 1)]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"styles": "<xf/>" * (FORMATS_MAX + 1)}, "unpacks to more"),
        ({"styles": "<xf>" + "<x/>" * RECORD_BYTES_MAX}, "unpacks to more"),
        ({"strings": "<si>" + "<x/>" * RECORD_BYTES_MAX}, "unpacks to more"),
        ({"sheet": " " * PROLOG_BYTES_MAX + SHEET}, "damaged"),
    ],
)
def test_parts_without_end_are_refused(parts: dict[str, str], said: str) -> None:
    around = {"styles": ("styleSheet", "cellXfs"), "strings": ("sst",)}
    for name, inside in parts.items():
        for tag in reversed(around.get(name, ())):
            space = f' xmlns="{MAIN}"' if tag != "cellXfs" else ""
            inside = f"<{tag}{space}>{inside}</{tag}>"
        with pytest.raises(UnreadableFile, match=said):
            read(stored(archive(**{name: inside})))


def test_a_part_that_is_listed_as_many_sheets_is_read_once() -> None:
    names = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, 9_000))
    book = BOOK.replace("</sheets>", names + "</sheets>")
    content = archive(book=book, sheet=sheet("<row/>" * 20_000))
    assert read(content) == []


def test_shared_texts_cost_little_more_than_their_letters() -> None:
    texts = [f"person number {n} of many" for n in range(50_000)]
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    content = archive(strings=f'<sst xmlns="{MAIN}">{strings}</sst>')
    tracemalloc.start()
    try:
        assert cells(content) == [(texts[0],), (texts[1],)]
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 3 * sum(map(len, texts))


def test_cells_far_to_the_right_are_not_looked_at() -> None:
    rows = '<row><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c><c r="ZZZ1"><v>3</v></c></row>'
    assert cells(archive(sheet=sheet(rows))) == [(1,)]


def test_a_row_wider_than_an_import_shows_that_it_is() -> None:
    [row] = cells(of_openpyxl(tuple(range(COLUMNS_MAX + 5))))
    assert len(row) == COLUMNS_MAX + 1


def test_dimensions_that_lie_hide_no_rows() -> None:
    told = SHEET.replace("<sheetData>", '<dimension ref="A1:A1"/><sheetData>')
    assert len(cells(archive(sheet=told))) == 2


def test_what_follows_the_rows_is_never_read() -> None:
    links = f'<hyperlinks><hyperlink ref="A1"/></hyperlinks>{"<x/>" * 200_000}<broken'
    content = archive(sheet=SHEET.replace("</worksheet>", links))
    assert cells(content) == [("Email",), ("ana@x.example",)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("<row>" + "<c/>" * (RECORD_BYTES_MAX // 4) + "</row>", "unpacks to more"),
        ("<row/>" + "<x>" * (DEPTH_MAX + 1), "damaged"),
        (f"<row><c><v>{'1' * RECORD_BYTES_MAX}</v></c></row>", "unpacks to more"),
        ("<row/>" + " " * 2 * RECORD_BYTES_MAX, "unpacks to more"),
        ("<row/>" * (LINES_MAX + 1), "damaged"),
        (f'<row r="{LINES_MAX + 1}"/>', "damaged"),
        ('<row r="2"/><row r="1"/>', "damaged"),
        ('<row r="one"/>', "damaged"),
        ('<row><c t="s"><v>9</v></c></row>', "damaged"),
        ('<row><c t="d"><v>soon</v></c></row>', "damaged"),
    ],
)
def test_rows_that_cost_more_than_rows_do_or_are_none_are_refused(rows: str, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read(stored(archive(sheet=sheet(rows))))


def stored(content: bytes) -> bytes:
    """A workbook unpacked, in which what is endless is not told by how well it packs."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return zipped([(name, file.read(name)) for name in file.namelist()], zipfile.ZIP_STORED)


@pytest.mark.parametrize(
    ("relations", "contents"),
    [
        (BOOK_RELATIONS, CONTENTS.replace("/xl/strings.xml", "/xl/worksheets/a.xml")),
        (BOOK_RELATIONS, CONTENTS.replace("/xl/workbook.xml", "/xl/worksheets/a.xml")),
    ],
)
def test_a_table_is_never_read_as_a_part_that_is_kept_whole(relations: str, contents: str) -> None:
    rows = sheet("<row><c><v>1</v></c></row>" * 200_000 + " " * WHOLE_BYTES_MAX)
    with pytest.raises(UnreadableFile):
        read(archive(sheet=rows, relations=relations, contents=contents))


def test_a_strict_workbook_is_refused_with_what_to_do() -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    with pytest.raises(UnreadableFile, match=r"strict Open XML. Save .* as .xlsx"):
        read(archive(sheet=SHEET.replace(MAIN, strict)))


def test_other_ways_to_pack_are_refused_unread() -> None:
    with pytest.raises(UnreadableFile, match="damaged"):
        read(zipped([("[Content_Types].xml", CONTENTS)], zipfile.ZIP_LZMA))


@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(archive())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    try:
        read(bytes(content[:cut] if cut % 3 == 0 else content))
    except UnreadableFile as refused:
        told = refused.detail
    else:
        told = "read"
    assert told.isprintable()
