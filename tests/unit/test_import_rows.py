"""A row of an imported file becomes a person, or a problem that says why."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.ids import OrgId
from server.domain.import_rows import Person, cell_text, company_key, person_of
from server.domain.job_rows import Cell, DateCell
from server.domain.own_contacts import UNNAMED, ContactIds, own_contact

ACME, GLOBEX = OrgId("org_acme"), OrgId("org_globex")
IDS = ContactIds(b"a secret of thirty-two characters and more")
ANA = "https://www.linkedin.com/in/ana"


def person(**cells: Cell) -> Person:
    """Of a row whose columns are called like the fields."""
    return person_of(tuple(cells.values()), len(cells), {name: at for at, name in enumerate(cells)})


def reason(**cells: Cell) -> str:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 (the text is what is looked at)
        person(**cells)
    return str(raised.value)


@pytest.mark.parametrize(
    "cell",
    [
        "Ana@X.example",
        "  Ana@X.example ",
        "\u200bAna@X.example\ufeff",
        "Ana@X.example;",
        "mailto:Ana@X.example",
        "MAILTO:Ana@X.example?subject=Hello there",
        "Ana Lopez <Ana@X.example>",
        '"Lopez, Ana" < Ana@X.example >;',
        "<Ana@X.example>",
    ],
)
def test_r25_an_address_is_taken_out_of_what_programs_put_around_it(cell: str) -> None:
    found = person(email=cell)
    assert found.email == "Ana@X.example"
    assert found.canonical == "ana@x.example"


@pytest.mark.parametrize(
    "cell",
    [
        "a@x.example; b@y.example",
        "a@x.example,b@y.example",
        "a@x.example b@y.example",
        "a@x.example / b@y.example",
        "a@x.example\nb@y.example",
    ],
)
def test_several_addresses_in_a_cell_are_a_problem(cell: str) -> None:
    assert reason(email=cell) == "email: the cell holds more than one address"


@pytest.mark.parametrize(
    "cell",
    ["ana", "ana@", "@x.example", "ana@x", "ana lopez@x.example", "a..b@x.example", 42, True]
    + ["ana@-x-.example", "ana@@x.example", "@" * 500, "<" * 900, "a" * 5_000],
)
def test_r25_a_malformed_address_is_a_problem_that_never_repeats_it(cell: Cell) -> None:
    said = reason(email=cell, name="Ana Lopez", company="Acme", url=ANA)
    assert said.startswith("email: ")
    assert cell_text(cell).lower() not in said.lower()


@pytest.mark.parametrize("cell", ["", None, "n/a", "N/A", "-", "none", "NULL", "#N/A", " – "])
def test_what_stands_for_nothing_is_nothing(cell: Cell) -> None:
    found = person(email=cell, url=cell, name="Ana Lopez", company="Acme")
    assert found == Person(name="Ana Lopez", company="Acme")


def test_families_called_null_and_na_keep_their_names() -> None:
    assert person(first_name="Mi", last_name="Na", company="Acme").name == "Mi Na"
    assert person(name="Null", company="Acme").name == "Null"


def test_a_name_is_put_together_of_its_parts() -> None:
    rest: dict[str, Cell] = {"company": "Acme"}
    assert person(first_name="Ana", last_name="Lopez", **rest).name == "Ana Lopez"
    assert person(name="Ana Lopez", first_name="Ana", last_name="Lopez", **rest).name == "Ana Lopez"
    assert person(name=" Ana \n Lopez ", **rest).name == "Ana Lopez"


def test_a_name_beside_a_first_name_that_is_not_in_it_is_the_familys() -> None:
    assert person(first_name="Jürgen", name="Müller", company="Acme").name == "Jürgen Müller"


def test_a_person_is_looked_for_by_the_page_in_any_form() -> None:
    assert person(url="http://uk.linkedin.com/in/Ana/?trk=x").url == ANA


def test_a_page_that_is_no_persons_is_left_aside_where_there_is_more_to_go_by() -> None:
    company_page = "linkedin.com/company/acme"
    found = person(url=company_page, email="ana@x.example")
    assert (found.url, found.canonical) == (None, "ana@x.example")
    assert "url: " in reason(url=company_page)
    assert "url: " in reason(url="https://acme.example", name="Ana Lopez")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"email": "", "name": "Ana", "company": ""}, "no company"),
        ({"email": "", "name": "", "company": "Acme"}, "nobody's name"),
        ({"email": "", "name": "", "company": ""}, "no address"),
    ],
)
def test_a_row_with_nothing_to_go_by_is_a_problem(cells: dict[str, Cell], said: str) -> None:
    assert said in reason(**cells)


def test_without_a_mapped_column_every_row_says_so() -> None:
    with pytest.raises(ValueError, match="no column is mapped"):
        person_of(("ana@x.example", "Ana"), 2, {})
    with pytest.raises(ValueError, match="no column is mapped"):
        person_of(("Ana", "x"), 2, {"name": 0, "phone": 1})


def test_a_row_that_is_longer_than_the_header_is_a_problem() -> None:
    with pytest.raises(ValueError, match="has more cells than the 2 of the header"):
        person_of(("ana@x.example", "Ana", "?"), 2, {"email": 0})


def test_long_texts_are_cut_and_an_address_never() -> None:
    found = person(email="ana@x.example", name="A" * 900, title="T" * 900, company="C" * 900)
    assert found.name is not None
    assert len(found.name) == 200
    assert "too long" in reason(email=f"{'a' * 65}@x.example")


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_texts_are_a_person_or_a_problem(email: str, url: str, name: str) -> None:
    with contextlib.suppress(ValueError):
        found = person(email=email, url=url, name=name, company="Acme")
        assert found.canonical or found.url or found.name


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "TRUE"),
        (False, "FALSE"),
        (4915112345678, "4915112345678"),
        (4915112345678.0, "4915112345678"),
        (1.5, "1.5"),
        (DateCell("2026-03-10", True), "2026-03-10"),
        ("x", "x"),
    ],
)
def test_a_cell_reads_as_one_would_read_it(cell: Cell, text: str) -> None:
    assert cell_text(cell) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kestrel Logistics, Inc.", "kestrel logistics"),
        ("Müller GmbH & Co. KG", "Muller"),
        ("Ferretería López S.A. de C.V.", "Ferreteria Lopez"),
        ("Acme B.V.", "ACME"),
        ("The Widget Co", "Widget Company"),
        ("Smith & Sons Ltd", "Smith and Sons"),
        ("O'Brien plc", "OBrien"),
    ],
)
def test_companies_are_compared_without_legal_form(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


def test_a_company_that_is_called_like_a_legal_form_keeps_its_name() -> None:
    assert company_key("SE") == "se"
    assert company_key("Acme") != company_key("Acme Logistics")


def test_r25_the_id_of_an_own_contact_is_the_same_everywhere_and_another_in_another_org() -> None:
    ana = person(email="Ana@x.example")
    again = ContactIds(b"a secret of thirty-two characters and more")
    assert IDS.of(ACME, ana) == again.of(ACME, person(email="ana@X.example"))
    assert IDS.of(ACME, ana) != IDS.of(GLOBEX, ana)
    assert IDS.of(ACME, ana) != ContactIds(b"another secret").of(ACME, ana)


def test_r25_who_has_a_page_is_known_by_it() -> None:
    one = person(email="ana@x.example", url=ANA)
    other = person(email="ana@y.example", url=ANA)
    assert IDS.of(ACME, one) == IDS.of(ACME, other) == IDS.of_url(ACME, ANA)


def test_r25_an_own_contact_is_named_by_the_file_and_never_by_its_address() -> None:
    ana = person(email="ana.lopez@x.example", phone="+491511234567")
    id_ = IDS.of(ACME, ana)
    kept = own_contact(id_, ana)
    assert kept.record.name == UNNAMED
    assert kept.record.url == f"urn:battery:{id_}"
    assert "lopez" not in kept.search + kept.sort
    assert (kept.record.mobile, kept.record.direct) == (None, None)
