"""CSV files as spreadsheets of all countries write them read back cell by cell."""

import codecs
import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.csv_records import BadRecord, Record
from server.domain.errors import UnreadableFile
from server.domain.import_text import encoding_of, read_text

HEADER = ["Email", "Prénom", "Société"]
MARKS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}

ANY_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=0, max_size=12
)
WESTERN = st.text(st.sampled_from("abcABC019 ,;\t\"'\n\r@.-éüßñÿ€“”™"), max_size=12)


def rows_of(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str, str]]]:
    """Rows that are never blank, as blank ones are none."""
    return st.lists(st.tuples(st.just("ana@x.example"), cells, cells), max_size=6)


def written(
    rows: Sequence[Sequence[str]],
    delimiter: str,
    line_end: str = "\r\n",
    *,
    quote_all: bool = False,
) -> str:
    out = io.StringIO()
    # The standard writer quotes a line break only where it is in its own line end.
    if quote_all or line_end != "\r\n":
        quoted = csv.writer(
            out, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL
        )
        quoted.writerows([HEADER, *rows])
    else:
        csv.writer(out, delimiter=delimiter).writerows([HEADER, *rows])
    return out.getvalue()


def read(content: bytes) -> list[Record | BadRecord]:
    return list(read_text(io.BytesIO(content)))


def cells(content: bytes) -> list[list[str]]:
    """Of every record; none may be bad."""
    found = read(content)
    assert all(isinstance(record, Record) for record in found), found
    return [record.cells for record in found if isinstance(record, Record)]


@given(
    rows=rows_of(ANY_TEXT),
    codec=st.sampled_from(list(MARKS)),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\r\n", "\n", "\r"]),
    quote_all=st.booleans(),
)
def test_r25_any_table_reads_back_from_any_unicode_encoding_and_dialect(
    rows: list[tuple[str, str, str]], codec: str, delimiter: str, line_end: str, quote_all: bool
) -> None:
    text = written(rows, delimiter, line_end, quote_all=quote_all)
    content = MARKS[codec] + text.encode(codec)
    assert cells(content) == [HEADER, *map(list, rows)]


@given(
    rows=rows_of(WESTERN),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_r25_a_western_table_reads_back_from_windows_1252(
    rows: list[tuple[str, str, str]], delimiter: str, line_end: str
) -> None:
    content = written(rows, delimiter, line_end).encode("cp1252")
    assert cells(content) == [HEADER, *map(list, rows)]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@given(rows=rows_of(WESTERN), delimiter=st.sampled_from(",;\t"))
def test_r25_a_western_table_reads_back_from_utf_16_without_its_mark(
    codec: str, rows: list[tuple[str, str, str]], delimiter: str
) -> None:
    assert cells(written(rows, delimiter).encode(codec)) == [HEADER, *map(list, rows)]


def test_valid_utf8_wins_over_windows_1252_up_to_the_last_byte() -> None:
    start = "Email\n" + "ana@x.example\n" * 200_000
    assert encoding_of(io.BytesIO(f"{start}José".encode())).name == "UTF-8"
    assert encoding_of(io.BytesIO(start.encode() + b"Jos\xe9")).name == "Windows-1252"


def test_text_of_one_script_without_zero_bytes_is_not_taken_for_utf_16() -> None:
    assert encoding_of(io.BytesIO("имя,почта\n".encode("cp1251"))).name == "Windows-1252"


def test_utf_16_that_ends_within_a_character_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="cut off"):
        read(codecs.BOM_UTF16_LE + "Email\nana@x.example".encode("utf-16-le")[:-1])


def test_half_a_character_of_utf_16_spoils_its_line_alone() -> None:
    lone = "Email,Name\nana@x.example,\udc00\nbob@x.example,Bob\n"
    content = codecs.BOM_UTF16_LE + lone.encode("utf-16-le", "surrogatepass")
    _, bad, good = read(content)
    assert bad == BadRecord(2, "the line is not UTF-16 text")
    assert good == Record(3, ["bob@x.example", "Bob"])


def test_a_byte_that_windows_1252_lacks_spoils_its_line_alone() -> None:
    _, bad, good = read(b"Email,Name\nana@x.example,\x81\xe9\nbob@x.example,Bob\n")
    assert bad == BadRecord(2, "the line is not Windows-1252 text")
    assert isinstance(good, Record)


def test_a_nul_spoils_its_line_alone() -> None:
    _, bad, good = read(b"Email,Name\nana@x.example,A\0na\nbob@x.example,Bob\n")
    assert bad == BadRecord(2, "the line holds a NUL character")
    assert isinstance(good, Record)


def test_the_delimiter_is_the_one_that_names_the_most_fields() -> None:
    assert cells(b'"Company, full";E-mail;Notes, old, new\n')[0] == [
        "Company, full",
        "E-mail",
        "Notes, old, new",
    ]


def test_of_unknown_names_the_delimiter_is_the_one_that_makes_the_most_columns() -> None:
    assert cells(b"aa;bb;cc,dd\n1;2;3\n") == [["aa", "bb", "cc,dd"], ["1", "2", "3"]]


def test_a_single_column_needs_no_delimiter() -> None:
    assert cells(b"Email\nana@x.example\n") == [["Email"], ["ana@x.example"]]


@pytest.mark.parametrize("told", [b"sep=;\r\n", b'"sep=;"\n', b"\xef\xbb\xbfSEP=;\n"])
def test_excels_own_line_tells_the_delimiter_and_lines_are_counted_with_it(told: bytes) -> None:
    assert read(told + b"E,mail;b\nx;y\n") == [Record(2, ["E,mail", "b"]), Record(3, ["x", "y"])]


def test_a_stray_quote_spoils_its_line_alone() -> None:
    _, bad, good = read(b'Email,Name\nana@x.example,"Ana\nbob@x.example,Bob\n')
    assert isinstance(bad, BadRecord)
    assert good == Record(3, ["bob@x.example", "Bob"])


def test_a_cell_may_have_lines() -> None:
    assert cells(b'Email,Note\nana@x.example,"one\r\ntwo"\n')[1] == ["ana@x.example", "one\r\ntwo"]
