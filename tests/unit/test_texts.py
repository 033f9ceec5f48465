"""Names and notes as they are kept."""

import pytest

from server.domain.errors import BadRequest
from server.domain.texts import checked_name, checked_note, optional_note, shown


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Ana  ", "Ana"),
        ("\u202eAna", "Ana"),
        ("\u200bMaría\u200b", "María"),
        ("دانا", "دانا"),
        ("Jose\u0301", "José"),
    ],
)
def test_a_name_is_kept_as_it_reads(written: str, kept: str) -> None:
    assert checked_name("name", written) == kept


@pytest.mark.parametrize(
    "written", ["", "   ", "\u200b", "\u202e\u200f", "a\x00b", "a\nb", "x" * 201]
)
def test_a_name_that_shows_nothing_or_too_much_is_refused(written: str) -> None:
    with pytest.raises(BadRequest, match="name: "):
        checked_name("name", written)


def test_a_note_has_lines_and_may_be_left_out() -> None:
    assert checked_note("note", "one\ntwo") == "one\ntwo"
    assert optional_note("note", "  ") is None


def test_what_cannot_be_shown_of_a_files_text_is_left_out() -> None:
    assert shown("Ana\u202e \x07Conceição\x1b[31m\u2069") == "Ana Conceição[31m"
    assert shown("ليلى حسن") == "ليلى حسن"
