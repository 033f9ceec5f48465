"""Columns of an imported file are recognised by their usual names, and mapped as the user wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import BadRequest
from server.domain.import_columns import (
    COLUMNS_MAX,
    FIELDS,
    NAMES,
    checked_mapping,
    distinct,
    field_of,
    header_of,
    positions_of,
)
from server.wire.jobs import MappingRequest


def mapping(*cells: str) -> dict[str, str]:
    return header_of(cells).mapping


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("email", "E-mail"),
        ("email", " EMAIL ADDRESS "),
        ("email", "work_email"),
        ("email", "Business Email"),
        ("email", "E-mail 1 - Value"),
        ("email", "Contact email"),
        ("email", "Adresse e-mail"),
        ("email", "Correo electrónico"),
        ("name", "Full Name"),
        ("name", "NAME"),
        ("name", "contactName"),
        ("first_name", "First name"),
        ("first_name", "Given-Name"),
        ("first_name", "Prénom"),
        ("last_name", "Surname"),
        ("last_name", "Nachname"),
        ("company", "Organisation"),
        ("company", "Account Name"),
        ("company", "Employer"),
        ("company", "Société"),
        ("title", "Job Title"),
        ("title", "Position"),
        ("url", "LinkedIn"),
        ("url", "LinkedIn Profile URL"),
        ("url", "Person Linkedin Url"),
        ("url", "Profile URL"),
        ("phone", "Mobile Phone"),
        ("phone", "Direct"),
        ("phone", "Telephone"),
    ],
)
def test_r25_usual_names_are_recognised_whatever_their_case_and_punctuation(
    field: str, cell: str
) -> None:
    assert mapping("Notes", cell, "Region") == {field: cell.strip()}


@pytest.mark.parametrize(
    "cell",
    ["Email status", "Email verified", "Username", "Company LinkedIn URL", "Website", "Notes", ""],
)
def test_a_column_about_something_else_is_nobodys(cell: str) -> None:
    assert field_of(cell) is None


def test_every_known_name_means_one_field_only() -> None:
    spellings = [spelling for names in NAMES.values() for spelling in names]
    assert len(spellings) == len(set(spellings))


def test_of_two_columns_for_a_field_the_better_name_wins_and_then_the_leftmost() -> None:
    assert mapping("Personal email", "Work email")["email"] == "Work email"
    assert mapping("Work email", "Email")["email"] == "Email"
    assert mapping("Contact email", "Personal email")["email"] == "Personal email"
    assert mapping("E-mail", "Email")["email"] == "E-mail"


def test_the_order_of_the_columns_does_not_matter() -> None:
    names = ("Phone", "LinkedIn", "Title", "Company", "Last name", "First name", "Email")
    assert set(mapping(*names)) == set(FIELDS) - {"name"}
    assert mapping(*names) == mapping(*reversed(names))


def test_empty_and_repeated_names_are_told_apart() -> None:
    assert distinct(["Email", "", "Email", "Email", " Phone\n no "]) == [
        "Email",
        "Column 2",
        "Email (2)",
        "Email (3)",
        "Phone no",
    ]


def test_a_made_up_name_never_takes_that_of_another_column() -> None:
    assert distinct(["Email", "Email", "Email (2)"]) == ["Email", "Email (3)", "Email (2)"]
    assert distinct(["", "Column 1"]) == ["Column 1 (2)", "Column 1"]


@given(st.lists(st.sampled_from(["", "a", "a (2)", "Column 1", "Column 2", "Column 1 (2)"])))
def test_names_are_always_distinct(cells: list[str]) -> None:
    names = distinct(cells)
    assert len(names) == len(cells)
    assert len(set(names)) == len(names)


def test_the_first_of_two_equal_names_is_mapped() -> None:
    assert mapping("Email", "Email") == {"email": "Email"}


def test_a_file_without_a_header_is_read_by_what_its_first_row_holds() -> None:
    header = header_of(["Ana Lopez", "linkedin.com/in/ana", "ana@x.example"])
    assert header.is_data
    assert header.columns == ["Column 1", "Column 2", "Column 3"]
    assert header.mapping == {"email": "Column 3", "url": "Column 2"}


def test_a_file_with_too_many_columns_is_refused_with_the_limit() -> None:
    assert len(header_of(["x"] * COLUMNS_MAX).columns) == COLUMNS_MAX
    with pytest.raises(BadRequest, match=str(COLUMNS_MAX)):
        header_of(["x"] * (COLUMNS_MAX + 1))


def test_the_user_maps_columns_that_no_name_gave_away() -> None:
    asked = MappingRequest(email="Elektropost", name="Wer")
    assert checked_mapping(asked, ["Wer", "Elektropost"]) == {"email": "Elektropost", "name": "Wer"}


def test_a_mapping_to_a_column_the_file_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(BadRequest, match="email: .*Wer, Was"):
        checked_mapping(MappingRequest(email="Wo"), ["Wer", "Was"])


def test_a_column_is_mapped_to_one_field_only() -> None:
    with pytest.raises(BadRequest, match="given for two fields"):
        checked_mapping(MappingRequest(first_name="Wer", last_name="Wer"), ["Wer"])


def test_fields_are_those_of_the_request_and_each_finds_its_place() -> None:
    assert set(FIELDS) == set(MappingRequest.__struct_fields__)
    assert positions_of({"email": "b"}, ["a", "b"]) == {"email": 1}
