"""XLSX files give typed cells."""

from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from server.domain.job_rows import Cell, DateCell
from server.usecases.workbooks import (
    CELL_CHARS_MAX,
    SheetRow,
)
from tests.workbooks import (
    BOOK_RELATIONS,
    MAIN,
    SHEET,
    TYPES,
    archive,
    cells,
    of_openpyxl,
    of_xlsxwriter,
    read,
    saved,
    sheet,
)

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
).filter(lambda text: text.strip() and not text.startswith(("=", "_x")) and "_x" not in text)
VALUES = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
    st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 (no zone)
        lambda moment: moment.replace(microsecond=0)
    ),
    st.dates(date(1901, 1, 1), date(2100, 1, 1)),
)


def as_read(value: object) -> Cell:
    """The cell that a written value becomes."""
    match value:
        case datetime() if value.time() != time():
            return DateCell(value.isoformat(), False)
        case datetime():
            return DateCell(value.date().isoformat(), True)
        case date():
            return DateCell(value.isoformat(), True)
        case float() if value.is_integer():
            return int(value)
        case str() | int() | float() | bool() | None:
            return value
        case _:
            raise AssertionError(value)


@given(st.lists(st.tuples(TEXTS, VALUES, VALUES, TEXTS), min_size=1, max_size=5))
def test_r25_what_openpyxl_writes_reads_back_cell_by_cell(
    rows: list[tuple[object, ...]],
) -> None:
    assert cells(of_openpyxl(*rows)) == [tuple(map(as_read, row)) for row in rows]


def test_what_xlsxwriter_writes_reads_back_cell_by_cell() -> None:
    moment = datetime(2026, 3, 10, 14, 30)  # noqa: DTZ001 (cells have no zone)
    row = ("Łódź & <b>", 4915112345678, 1.5, True, moment, " a ", "x" * 40_000)
    [(*read_back, long)] = cells(of_xlsxwriter(row[:-1] + ("x" * CELL_CHARS_MAX,)))
    expected = ["Łódź & <b>", 4915112345678, 1.5, True, DateCell("2026-03-10T14:30:00", False)]
    assert read_back == [*expected, " a "]
    assert long == "x" * CELL_CHARS_MAX


def test_a_formula_is_what_it_last_came_to() -> None:
    rows = (
        '<row><c t="str"><f>LOWER("A")</f><v>a</v></c><c><f>1+1</f><v>2</v></c>'
        '<c t="e"><f>1/0</f><v>#DIV/0!</v></c><c t="b"><v>0</v></c><c><f>A9</f></c></row>'
    )
    assert cells(archive(sheet=sheet(rows))) == [("a", 2, "#DIV/0!", False)]


def test_rich_and_inline_texts_come_whole_and_without_reading_aids() -> None:
    aid = '<rPh sb="0" eb="2"><t>タナカ</t></rPh>'
    strings = f'<sst xmlns="{MAIN}"><si><r><t>田</t></r><r><t>中</t></r>{aid}</si></sst>'
    inline = '<c t="inlineStr"><is><r><t>An</t></r><r><t>a</t></r></is></c>'
    rows = f'<row><c t="s"><v>0</v></c>{inline}</row>'
    assert cells(archive(strings=strings, sheet=sheet(rows))) == [("田中", "Ana")]


def test_escaped_characters_are_meant_and_those_no_text_holds_left_out() -> None:
    rows = '<row><c t="str"><v>a_x000A_b_x0000__xD800_c_x005F_d</v></c></row>'
    assert cells(archive(sheet=sheet(rows))) == [("a\nbc_d",)]


def test_cells_without_names_follow_one_another_and_named_ones_leave_gaps() -> None:
    rows = '<row r="3"><c t="str"><v>a</v></c><c r="D3"><v>1</v></c><c><v>2</v></c></row>'
    assert read(archive(sheet=sheet(rows))) == [SheetRow(3, ("a", None, None, 1, 2))]


def test_rows_without_anything_are_none_and_lines_are_those_of_the_sheet() -> None:
    content = of_openpyxl(("Email",), (), (None, "  "), ("ana@x.example",))
    assert [row.line for row in read(content)] == [1, 4]


def test_the_first_sheet_with_rows_counts_and_hidden_ones_come_last() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    hidden, people = book.create_sheet("hidden"), book.create_sheet("people")
    hidden.append(["hidden"])
    hidden.sheet_state = "hidden"
    people.append(["Email"])
    assert cells(saved(book)) == [("Email",)]


def test_a_workbook_of_nothing_has_no_rows() -> None:
    assert read(saved(openpyxl.Workbook())) == []


def test_dates_of_the_1904_system_are_the_days_they_show() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    book.active.append([date(2026, 3, 10)])
    assert cells(saved(book)) == [(DateCell("2026-03-10", True),)]


def test_the_strict_edition_and_prefixed_names_read_the_same() -> None:
    strict = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    prefixed = (
        SHEET.replace("<", "<x:")
        .replace("<x:/", "</x:")
        .replace("<x:worksheet xmlns=", "<x:worksheet xmlns:x=")
    )
    content = archive(sheet=prefixed, relations=BOOK_RELATIONS.replace(TYPES, strict))
    assert cells(content) == [("Email",), ("ana@x.example",)]


@pytest.mark.parametrize(
    ("code", "cell"),
    [
        ("yyyy-mm-dd", DateCell("2026-03-10", True)),
        ("[$-407]D. MMMM YYYY;@", DateCell("2026-03-10", True)),
        ("m/d/yy h:mm", DateCell("2026-03-10", True)),
        ("0.00", 46_091),
        ('0 "days"', 46_091),
        ("#,##0.00 [$€-407]", 46_091),
        ("General", 46_091),
        ("@", 46_091),
    ],
)
def test_a_number_is_a_date_where_its_format_shows_one(code: str, cell: Cell) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = 46_091
    book.active["A1"].number_format = code
    assert cells(saved(book)) == [(cell,)]


def test_numbers_are_whole_where_a_spreadsheet_holds_them_exactly() -> None:
    numbers = "".join(f"<c><v>{number}</v></c>" for number in ("4.0", "4e2", "9" * 30, "0.5"))
    assert cells(archive(sheet=sheet(f"<row>{numbers}</row>"))) == [(4, 400, 1e30, 0.5)]


def test_a_time_of_day_is_text_and_a_duration_a_number() -> None:
    [(at_noon, lasting)] = cells(of_openpyxl((time(12, 30), timedelta(hours=36))))
    assert (at_noon, lasting) == ("12:30:00", 1.5)
