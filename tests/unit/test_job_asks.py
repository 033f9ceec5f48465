"""What a job may be asked for, and what it is called (R18, R26)."""

import pytest

from server.domain import errors
from server.domain.ids import SubjectId
from server.domain.job_asks import (
    Choice,
    Listed,
    Pages,
    checked_kinds,
    checked_label,
    checked_max_credits,
    choice_of,
    file_label,
)
from server.domain.texts import NAME_CHARS_MAX
from server.wire.jobs import PageRange, Select
from server.wire.words import CREDITS_MAX


def chosen(select: Select, rows_max: int = 100_000) -> Choice:
    return choice_of(select, rows_max=rows_max, per_page=20)


def people(q: str, first: int, last: int) -> Select:
    return Select(people=PageRange(q=q, pages=(first, last)))


@pytest.mark.parametrize(
    ("select", "told"),
    [
        (Select(), "none"),
        (Select(subjects=["con_1"], people=PageRange(pages=(1, 1))), "subjects and people"),
    ],
)
def test_exactly_one_thing_is_selected(select: Select, told: str) -> None:
    with pytest.raises(errors.BadRequest, match=told):
        chosen(select)


@pytest.mark.parametrize("pages", [(0, 1), (2, 1), (-1, -1)])
def test_pages_go_from_a_first_to_a_last(pages: tuple[int, int]) -> None:
    with pytest.raises(errors.BadRequest, match=r"select\.accounts\.pages"):
        chosen(Select(accounts=PageRange(pages=pages)))


def test_a_job_has_at_most_so_many_rows() -> None:
    assert chosen(people("", 1, 5_000)) == Pages("contact", "", 1, 5_000, 100_000)
    for too_many in (people("", 1, 5_001), Select(subjects=["con_1"] * 100_001)):
        with pytest.raises(errors.BadRequest, match="100,000 rows .job_rows.") as refused:
            chosen(too_many)
        assert refused.value.fields == {"limit": "job_rows"}


def test_a_list_of_nobody_is_refused() -> None:
    with pytest.raises(errors.BadRequest, match=r"select\.subjects"):
        chosen(Select(subjects=[]))


def test_a_search_that_cannot_be_made_is_refused_at_once() -> None:
    with pytest.raises(errors.BadRequest, match="words"):
        chosen(people(" ".join(map(str, range(50))), 1, 1))


def test_somebody_named_twice_is_two_rows() -> None:
    choice = chosen(Select(subjects=["con_1", "con_2", "con_1"]))
    assert choice == Listed((SubjectId("con_1"), SubjectId("con_2"), SubjectId("con_1")))


def test_kinds_come_once_and_in_their_order() -> None:
    assert checked_kinds(["phone", "email", "phone"]) == ("email", "phone")
    with pytest.raises(errors.BadRequest, match="kinds"):
        checked_kinds([])


def test_r26_max_credits_is_a_number_of_credits() -> None:
    assert [checked_max_credits(given) for given in (None, 0, CREDITS_MAX)] == [
        None, 0, CREDITS_MAX,
    ]  # fmt: skip
    for wrong in (-1, CREDITS_MAX + 1):
        with pytest.raises(errors.BadRequest, match="max_credits"):
            checked_max_credits(wrong)


@pytest.mark.parametrize(
    ("select", "label"),
    [
        (people("vp  sales\n", 1, 10), "People matching “vp sales”, pages 1–10"),
        (people("", 1, 1), "All people, page 1"),
        (Select(accounts=PageRange(q="acme", pages=(3, 3))), "Accounts matching “acme”, page 3"),
        (Select(subjects=["con_1"] * 200), "200 selected people"),
        (Select(subjects=["con_1"]), "1 selected person"),
        (Select(subjects=["acc_1", "acc_2"]), "2 selected accounts"),
        (Select(subjects=["acc_1", "con_2"]), "2 selected people and accounts"),
    ],
)
def test_a_job_is_called_after_what_was_chosen(select: Select, label: str) -> None:
    assert chosen(select).label == label


def test_a_long_search_is_cut_and_the_pages_are_not() -> None:
    label = chosen(people("x" * 1_000, 1, 1_000)).label
    assert len(label) == NAME_CHARS_MAX
    assert label.endswith("x…”, pages 1–1,000")


def test_the_users_own_name_for_a_job_goes_first() -> None:
    assert checked_label(" West coast VPs ", "otherwise") == "West coast VPs"
    assert checked_label("  ", "otherwise") == "otherwise"
    assert checked_label(None, "otherwise") == "otherwise"
    with pytest.raises(errors.BadRequest, match="label"):
        checked_label("x" * (NAME_CHARS_MAX + 1), "otherwise")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("leads.csv", "leads.csv"),
        ("le\x00ads\ud800.csv", "le ads .csv"),
        ("\n", "Import"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_an_import_is_called_after_its_file(name: str, label: str) -> None:
    assert file_label(name) == label
