"""The directory file: good rows come through typed, bad ones are named by line and reason."""

import contextlib
import io
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.csv_records import LINE_CHARS_MAX, RECORD_LINES_MAX, text_lines
from server.domain.directory_file import (
    COLUMNS,
    DirectoryFile,
    DirectoryFileError,
    Problem,
    read_directory_file,
)
from server.domain.directory_rows import COLUMN_CHARS_MAX, SKILLS_MAX, DirectoryRow, Disc

ANA = "https://www.linkedin.com/in/ana"
BOB = "https://www.linkedin.com/in/bob"


def opened(content: bytes | str) -> DirectoryFile:
    raw = content.encode() if isinstance(content, str) else content
    return read_directory_file(text_lines(io.BytesIO(raw)))


def read(content: bytes | str) -> list[DirectoryRow | Problem]:
    return list(opened(content).rows)


def one_row(**cells: str) -> DirectoryRow | Problem:
    """What becomes of a single row with these cells, on line 2."""
    whole = {"url": ANA, "name": "Ana"} | cells
    quoted = (f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in whole.values())
    (row,) = read(f"{','.join(whole)}\n{','.join(quoted)}\n")
    return row


def test_every_column_comes_through_typed_and_canonical() -> None:
    row = one_row(
        type="contact",
        url="http://uk.linkedin.com/in/Ana/?trk=x",
        name="Ana  Concei\u0063\u0327a\u0303o ",
        first_name="Ana",
        last_name="Conceição",
        headline="VP Revenue\nOperations",
        company="Kestrel Logistics",
        company_url="linkedin.com/company/Kestrel/about",
        location="Lisbon",
        email=" Ana@Kestrel.example ",
        mobile="+1 (202) 555-0143",
        direct="+442079460000",
        disc_d="0",
        disc_i="72",
        disc_s="100",
        disc_c="9",
        disc_style="Warm",
        disc_summary="Likes people.",
        seniority="VP",
        function="Operations",
        tenure_years="3.5",
        skills="CRM; ;Forecasting;CRM",
    )
    assert row == DirectoryRow(
        line=2,
        type="contact",
        url=ANA,
        name="Ana Conceição",
        first_name="Ana",
        last_name="Conceição",
        headline="VP Revenue Operations",
        company="Kestrel Logistics",
        company_url="https://www.linkedin.com/company/kestrel",
        location="Lisbon",
        email="Ana@Kestrel.example",
        mobile="+12025550143",
        direct="+442079460000",
        disc=Disc(d=0, i=72, s=100, c=9, style="Warm", summary="Likes people."),
        seniority="VP",
        function="Operations",
        tenure_years=3.5,
        skills=("CRM", "Forecasting"),
    )


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_of_any_spreadsheet_is_read(bom: str, delimiter: str, end: str) -> None:
    lines = [f"Name{delimiter}URL", f"Ana{delimiter}{ANA}", "", delimiter, f"Bob{delimiter}{BOB}"]
    file = opened(bom + end.join(lines))
    assert file.ignored_columns == ()
    assert list(file.rows) == [
        DirectoryRow(line=2, type="contact", url=ANA, name="Ana"),
        DirectoryRow(line=5, type="contact", url=BOB, name="Bob"),
    ]


def test_columns_come_in_any_order_and_unknown_ones_are_named_and_ignored() -> None:
    file = opened(f"CRM id,First Name,,last-name,url\n7,Ana,x,Reis,{ANA}\n")
    assert file.ignored_columns == ("CRM id", "column 3")
    assert list(file.rows) == [
        DirectoryRow(
            line=2, type="contact", url=ANA, name="Ana Reis", first_name="Ana", last_name="Reis"
        )
    ]


def test_the_url_tells_the_type_where_the_column_is_empty() -> None:
    row = one_row(url="linkedin.com/company/kestrel", type="")
    assert isinstance(row, DirectoryRow)
    assert row.type == "account"


def test_a_company_web_site_in_company_url_does_not_sink_the_person() -> None:
    row = one_row(company_url="https://kestrel.example")
    assert row == DirectoryRow(line=2, type="contact", url=ANA, name="Ana")


@pytest.mark.parametrize(
    ("column", "written", "reason"),
    [
        ("url", "", "url is missing"),
        (
            "url",
            "https://ana.example/",
            "url is neither a person's page (/in/…) nor a company's (/company/…)",
        ),
        ("type", "lead", "type is neither contact nor account"),
        ("type", "account", "type is account, but url is the page of a person"),
        ("name", "", "name, first_name and last_name are all empty"),
        ("name", "x" * 201, "name is longer than 200 characters"),
        ("disc_d", "50", "the personality is only partly there: disc_d, disc_i, disc_s, disc_c"),
        (
            "disc_style",
            "Warm",
            "the personality is only partly there: disc_d, disc_i, disc_s, disc_c",
        ),
        ("tenure_years", "2019", "tenure_years: not a number from 0 to 80"),
        ("tenure_years", "nan", "tenure_years: not a number from 0 to 80"),
        ("skills", ";".join(map(str, range(SKILLS_MAX + 1))), f"skills are more than {SKILLS_MAX}"),
    ],
)
def test_a_bad_cell_is_a_problem_that_names_its_column(
    column: str, written: str, reason: str
) -> None:
    assert one_row(**{column: written}) == Problem(2, reason)


@pytest.mark.parametrize("column", ["email", "mobile", "direct"])
@pytest.mark.parametrize("written", ["zq", "a b@c.example", "+1", "555-0143", "☎"])
def test_a_malformed_value_is_a_problem_that_does_not_repeat_it(column: str, written: str) -> None:
    problem = one_row(**{column: written})
    assert isinstance(problem, Problem)
    assert problem.reason.startswith(f"{column}: ")
    assert written not in problem.reason


@pytest.mark.parametrize("domain", ["exa_mple☺", "-ana-.example", "x" * 64 + ".example", "xn--zz"])
def test_the_reason_a_domain_is_malformed_does_not_repeat_it(domain: str) -> None:
    problem = one_row(email=f"ana@{domain}")
    assert problem == Problem(2, "email: the domain of the email address is malformed")


@pytest.mark.parametrize("column", ["disc_d", "disc_i", "disc_s", "disc_c"])
@pytest.mark.parametrize("written", ["101", "-1", "5.5", "high", "٣"])
def test_a_score_is_a_whole_number_up_to_100(column: str, written: str) -> None:
    scores = dict.fromkeys(["disc_d", "disc_i", "disc_s", "disc_c"], "50") | {column: written}
    assert one_row(**scores) == Problem(2, f"{column}: not a whole number from 0 to 100")


def test_an_account_has_no_personality() -> None:
    scores = dict.fromkeys(["disc_d", "disc_i", "disc_s", "disc_c"], "50")
    problem = one_row(url="linkedin.com/company/kestrel", **scores)
    assert problem == Problem(2, "an account has no personality (disc_d, disc_i, disc_s, disc_c)")


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_has_a_longest_text(column: str) -> None:
    longest = COLUMN_CHARS_MAX[column]
    assert one_row(**{column: "x" * (longest + 1)}) == Problem(
        2, f"{column} is longer than {longest:,} characters"
    )


def test_a_bad_line_is_skipped_alone_and_lines_are_physical_ones() -> None:
    content = (
        b"url,name,headline\n"
        b'linkedin.com/in/a,A,"two\nlines"\n'
        b"linkedin.com/in/b,B\n"
        b"linkedin.com/in/c,C,x,y\n"
        b"linkedin.com/in/d,D\xff,\n"
        b"linkedin.com/in/e,E\x00,\n"
        b"\n"
        b"linkedin.com/in/f,F,\xc3\xa9\n"
    )
    assert read(content) == [
        DirectoryRow(
            line=2,
            type="contact",
            url="https://www.linkedin.com/in/a",
            name="A",
            headline="two lines",
        ),
        Problem(4, "has 2 cells where the header has 3"),
        Problem(5, "has 4 cells where the header has 3"),
        Problem(6, "the line is not UTF-8 text"),
        Problem(7, "the line holds a NUL character"),
        DirectoryRow(
            line=9, type="contact", url="https://www.linkedin.com/in/f", name="F", headline="é"
        ),
    ]


def test_a_quote_left_open_costs_one_row() -> None:
    rows = [f"linkedin.com/in/p{n},P{n}" for n in range(200)]
    rows[10] = 'linkedin.com/in/p10,"P10'
    rows[150] = 'linkedin.com/in/p150,"P150"x'
    rows[199] = 'linkedin.com/in/p199,"P199'
    found = read("url,name\n" + "\n".join(rows))
    assert [row for row in found if isinstance(row, Problem)] == [
        Problem(12, f"a quote is still open after {RECORD_LINES_MAX} lines"),
        Problem(152, "not readable as CSV: ',' expected after '\"'"),
        Problem(201, "not readable as CSV: unexpected end of data"),
    ]
    assert [row.line for row in found] == list(range(2, 202))


def test_a_line_without_end_is_cut_and_costs_one_row() -> None:
    content = f"url,name\n{ANA},{'x' * 3 * LINE_CHARS_MAX}\n{BOB},Bob\n"
    assert read(content) == [
        Problem(2, "the line is longer than 100,000 characters"),
        DirectoryRow(line=3, type="contact", url=BOB, name="Bob"),
    ]


def test_a_url_said_twice_counts_once_the_first_good_row_wins() -> None:
    content = (
        "url,name,email\n"
        f"{ANA},Ana,broken\n"
        f"{ANA},Ana,ana@a.example\n"
        "http://uk.linkedin.com/in/ANA/,Ana B,ana@b.example\n"
    )
    broken, first, second = read(content)
    assert isinstance(broken, Problem)
    assert isinstance(first, DirectoryRow)
    assert first.email == "ana@a.example"
    assert second == Problem(4, "url is already on line 3")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty. It needs a header line with a url column."),
        (b"\n\n", "The file is empty. It needs a header line with a url column."),
        (b"name,email\nAna,a@b.example\n", "The header has no url column."),
        (b"url,name,URL\n", "The header has url twice. Keep one column of each."),
        (b"PK\x03\x04\x14\x00", "This is an Excel or zip file."),
        ("url,name\n".encode("utf-16"), "This file is UTF-16 text."),
        (b"\x89PNG\r\n\x1a\n\x00", "The header cannot be read: the line is not UTF-8 text."),
        (b"url,\x00\n", "The header cannot be read: the line holds a NUL character."),
        (b"x" * 2 * LINE_CHARS_MAX, "The header cannot be read: the line is longer than"),
    ],
)
def test_what_is_no_directory_file_is_refused_with_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(DirectoryFileError) as refused:
        opened(content)
    assert refused.value.detail.startswith(said)
    assert refused.value.code == "unreadable_file"


def test_rows_come_while_the_file_is_still_being_read() -> None:
    given_lines = 0

    def endless() -> Iterator[str]:
        nonlocal given_lines
        yield "url,name\n"
        for given_lines in itertools.count(1):
            yield f"linkedin.com/in/p{given_lines},P\n"

    first = list(itertools.islice(read_directory_file(endless()).rows, 3))
    assert [row.line for row in first] == [2, 3, 4]
    assert given_lines == 3


def test_the_stream_stays_open_for_its_owner() -> None:
    stream = io.BytesIO(f"url,name\n{ANA},Ana\n".encode())
    assert len(list(read_directory_file(text_lines(stream)).rows)) == 1
    assert not stream.closed


@given(st.binary())
def test_no_bytes_below_a_header_raise_anything(content: bytes) -> None:
    assert all(row.line >= 2 for row in read(b"url,name,email\n" + content))


@given(st.binary())
def test_no_bytes_at_all_raise_anything_but_a_file_error(content: bytes) -> None:
    with contextlib.suppress(DirectoryFileError):
        assert all(row.line >= 2 for row in read(content))
