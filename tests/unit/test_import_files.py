"""An uploaded file is opened by what is in it, whatever it is called, or refused with a reason."""

import contextlib
import io
import tracemalloc
from collections.abc import Iterator

import openpyxl
import pytest

from server.domain.errors import BadRequest, UnreadableFile
from server.domain.job_rows import JobRow
from server.usecases.import_files import ROWS_MAX, Upload, read_upload

ENDLESS = b"x" * 50_000_000


async def opened(content: bytes | str, *, rows_max: int = ROWS_MAX) -> Upload:
    raw = content.encode() if isinstance(content, str) else content
    return await read_upload(io.BytesIO(raw), "people.csv", rows_max=rows_max)


async def rows(content: bytes | str, *, rows_max: int = ROWS_MAX) -> list[JobRow]:
    return list((await opened(content, rows_max=rows_max)).rows)


async def refusal(content: bytes) -> str:
    """What somebody who sends this file is told."""
    with pytest.raises(UnreadableFile) as raised:
        await rows(content)
    return raised.value.detail


async def test_r25_a_file_tells_its_columns_what_they_are_and_its_rows_by_line() -> None:
    upload = await opened("Name;E-mail;Note\nAna;ana@x.example;\n\n;;\nBob;bob@x.example;x\n")
    assert upload.file.name == "people.csv"
    assert upload.file.columns == ["Name", "E-mail", "Note"]
    assert upload.mapping == {"email": "E-mail", "name": "Name"}
    assert list(upload.rows) == [
        JobRow(0, line=2, cells=("Ana", "ana@x.example", "")),
        JobRow(1, line=5, cells=("Bob", "bob@x.example", "x")),
    ]


async def test_the_bytes_decide_what_the_file_is_and_not_its_name() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append(["Email", "Phone"])
    book.active.append(["ana@x.example", 491511234567])
    book.save(out)
    upload = await opened(out.getvalue())
    assert upload.mapping == {"email": "Email", "phone": "Phone"}
    assert list(upload.rows) == [JobRow(0, line=2, cells=("ana@x.example", 491511234567))]


async def test_every_row_has_a_cell_for_each_column_and_beyond_only_what_says_it_is_wider() -> None:
    [short, long, torn] = await rows(
        "Email,Name\na@x.example\nb@x.example,B,,\nc@x.example,C,,?" + ",!" * 5_000 + "\n"
    )
    assert short.cells == ("a@x.example", None)
    assert long.cells == ("b@x.example", "B")
    assert torn.cells == ("c@x.example", "C", "?")


async def test_an_unreadable_record_is_a_problem_with_its_line() -> None:
    [good, bad] = await rows(b"Email\nana@x.example\nb\0b@x.example\n")
    assert good.problem is None
    assert bad == JobRow(1, line=3, problem="the line holds a NUL character")


async def test_a_file_without_a_header_loses_nobody() -> None:
    upload = await opened("ana@x.example,Ana\nbob@x.example,Bob\n")
    assert upload.mapping == {"email": "Column 1"}
    assert [row.line for row in upload.rows] == [1, 2]


async def test_a_file_whose_columns_say_nothing_is_opened_to_be_mapped() -> None:
    upload = await opened("Eins,Zwei\nana@x.example,Ana\n")
    assert upload.mapping == {}
    assert len(list(upload.rows)) == 1


async def test_only_a_header_is_a_file_of_nobody() -> None:
    upload = await opened("Email,Name\n")
    assert list(upload.rows) == []


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , ,\n", b"\xef\xbb\xbf", b"\xff\xfe"])
async def test_a_file_of_nothing_is_refused(content: bytes) -> None:
    assert "empty" in await refusal(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "before 2007"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + b"\0" * (2**20 - 20)
            + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"PK\x05\x06" + b"\0" * 18, "empty zip"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xef\xbb\xbf  <HTML><table>", "web page"),
        (b"<?xml version='1.0'?><Workbook/>", "XML"),
        (b"Em\0ail\nana@x.example", "header cannot be read"),
    ],
)
async def test_other_files_are_refused_by_what_they_are(content: bytes, said: str) -> None:
    assert said in await refusal(content)


@contextlib.contextmanager
def little_memory() -> Iterator[None]:
    """Less than a fifth of the endless line."""
    tracemalloc.start()
    try:
        yield
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < len(ENDLESS) // 5


async def test_a_file_of_one_endless_line_is_refused_in_little_memory() -> None:
    with little_memory():
        told = await refusal(ENDLESS)
    assert "longer than" in told


async def test_an_endless_line_below_a_header_is_one_problem_in_little_memory() -> None:
    stream = io.BytesIO(b"Email,Name\nana@x.example,Ana\n" + ENDLESS)
    with little_memory():
        good, bad = list((await read_upload(stream, "people.csv")).rows)
    assert good.problem is None
    assert bad.problem is not None
    assert "longer than" in bad.problem


async def test_100_000_bad_rows_are_100_000_problems() -> None:
    found = await rows("Email,Name\n" + "a\0b\n" * ROWS_MAX)
    assert len(found) == ROWS_MAX
    assert all(row.problem for row in found)


async def test_more_rows_than_a_job_takes_are_refused_with_the_limit() -> None:
    content = "Email\n" + "ana@x.example\n" * 4
    assert len(await rows(content, rows_max=4)) == 4
    with pytest.raises(BadRequest, match="more than 3 rows"):
        await rows(content, rows_max=3)


async def test_the_stream_stays_open_for_its_owner_to_close() -> None:
    stream = io.BytesIO(b"Email\nana@x.example\n")
    upload = await read_upload(stream, "people.csv")
    assert len(list(upload.rows)) == 1
    assert not stream.closed
