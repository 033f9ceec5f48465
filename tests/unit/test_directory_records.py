"""What is kept of a directory row, and what an incomplete file leaves as it is."""

from hypothesis import given
from hypothesis import strategies as st

from server.demo.people import demo_directory
from server.domain.directory_file import COLUMNS
from server.domain.directory_records import (
    SEARCH_BYTES_MAX,
    SORT_BYTES_MAX,
    completed,
    filed,
    record_of,
)
from server.domain.directory_rows import DirectoryRow, Disc

ALL = frozenset(COLUMNS)
INDEX_ENTRY_BYTES_MAX = 2_704
"""Of PostgreSQL's B-trees."""
ANA = DirectoryRow(
    type="contact",
    url="https://www.linkedin.com/in/ana-%C5%82",
    name="Ana Łódź",
    headline="VP at Kestrel",
    company="Kestrel",
    location="Boston",
    email="secret@kestrel.example",
    mobile="+18575550143",
    direct="+15085550117",
    disc=Disc(d=1, i=2, s=3, c=4, style="Steady", summary="Listens first."),
    seniority="VP",
    skills=("Pricing",),
)


def test_the_searched_text_is_public_and_folded() -> None:
    one = filed(record_of(ANA))
    assert one.search == "ana lodz\nvp at kestrel\nkestrel\nboston\nlinkedin.com/in/ana-l"
    assert one.sort == "ana lodz"


def test_no_searched_text_of_the_demo_holds_a_charged_value() -> None:
    for row in demo_directory().rows:
        search = filed(record_of(row)).search
        for value in (row.email, row.mobile, row.direct, row.disc and row.disc.summary):
            assert not value or value.lower() not in search


@given(st.text(max_size=200), st.text(max_size=500), st.text(max_size=200), st.text(max_size=200))
def test_every_record_fits_an_index_entry(
    name: str, headline: str, company: str, location: str
) -> None:
    row = DirectoryRow(
        type="contact",
        url="https://www.linkedin.com/in/" + "a" * 2_000,
        name=name,
        headline=headline,
        company=company,
        location=location,
    )
    one = filed(record_of(row))
    assert len(one.search.encode()) <= SEARCH_BYTES_MAX
    assert len(one.sort.encode()) <= SORT_BYTES_MAX


def test_an_index_entry_has_room_for_the_longest() -> None:
    type_and_ids = len("contact") + 2 * len("org_" + "0" * 24)
    headers_and_alignment = 8 + 5 * 8
    longest = SEARCH_BYTES_MAX + SORT_BYTES_MAX + type_and_ids + headers_and_alignment
    assert longest < INDEX_ENTRY_BYTES_MAX


def test_fingerprints_tell_records_apart() -> None:
    records = [record_of(row) for row in demo_directory().rows]
    assert len({filed(record).fingerprint for record in records}) == len(records)
    assert filed(record_of(ANA)).fingerprint == filed(record_of(ANA)).fingerprint


def test_a_complete_file_says_it_all() -> None:
    bare = DirectoryRow(type="contact", url=ANA.url, name="Ana")
    assert completed(record_of(bare), record_of(ANA), ALL) == record_of(bare)


def test_columns_that_are_not_there_leave_what_is_stored() -> None:
    bare = DirectoryRow(type="contact", url=ANA.url, name="Ana", skills=("CRM",))
    stored = record_of(ANA)
    merged = completed(record_of(bare), stored, frozenset({"url", "name", "skills", "mobile"}))
    assert (merged.name, merged.mobile) == ("Ana", None)
    assert (merged.headline, merged.email, merged.direct) == (
        stored.headline,
        stored.email,
        stored.direct,
    )
    assert merged.personality == stored.personality
    assert merged.analysis == '{"seniority":"VP","skills":["CRM"]}'


def test_an_analysis_that_says_nothing_is_none() -> None:
    bare = DirectoryRow(type="contact", url=ANA.url, name="Ana")
    assert record_of(bare).analysis is None
    stored = record_of(DirectoryRow(type="contact", url=ANA.url, name="Ana", seniority="VP"))
    assert completed(record_of(bare), stored, frozenset({"url", "name", "seniority"})).analysis is (
        None
    )
