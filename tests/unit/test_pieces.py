"""What makes two values one piece (R3) and what a piece key tells (R4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.ids import OrgId
from server.domain.pieces import (
    PIECE_KEY_BYTES,
    PieceHasher,
    canonical_email,
    canonical_phone,
)
from server.wire.words import KINDS, Kind


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("Ana@Example.com", "ana@example.com"),
        ("  ana@example.com\n", "ana@example.com"),
        ("ANA@EXAMPLE.COM", "ana@example.com"),
        ("ana@example.com.", "ana@example.com"),
        ("Ana.Maria+Sales@Gmail.com", "ana.maria+sales@gmail.com"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("JOS\u00c9@example.com", "jos\u00e9@example.com"),
        ("info@B\u00dcCHER.example", "info@xn--bcher-kva.example"),
        ("info@bu\u0308cher.example", "info@xn--bcher-kva.example"),
        ("info@XN--BCHER-KVA.example", "info@xn--bcher-kva.example"),
        ("o'neil@example.ie", "o'neil@example.ie"),
    ],
)
def test_r03_spellings_of_one_address_are_one_piece(written: str, canonical: str) -> None:
    assert canonical_email(written) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("strau\u00df@example.com", "strauss@example.com"),
        ("info@strau\u00df.example", "info@strauss.example"),
        ("ana.maria@gmail.com", "anamaria@gmail.com"),
        ("ana+news@gmail.com", "ana@gmail.com"),
        ("ana@gmail.com", "ana@googlemail.com"),
    ],
)
def test_r03_addresses_that_may_reach_two_people_are_two_pieces(one: str, other: str) -> None:
    assert canonical_email(one) != canonical_email(other)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "ana",
        "ana@",
        "@example.com",
        "ana@localhost",
        "ana maria@example.com",
        "ana@exa mple.com",
        "ana@@example.com",
        "ana@b@example.com",
        "ana\x00@example.com",
        "ana\u200b@example.com",
        ".ana@example.com",
        "ana.@example.com",
        "an..a@example.com",
        "ana@-example.com",
        "ana@exa_mple..com",
        "Ana <ana@example.com>",
        "ana@example.com, bo@example.com",
        "a" * 65 + "@example.com",
        "ana@" + "a" * 64 + ".com",
        "ana@" + ".".join(["a" * 60] * 5) + ".com",
    ],
)
def test_r03_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="email address|before the @"):
        canonical_email(written)


addresses = st.emails() | st.builds(
    "{}@{}.example".format,
    st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=12),
    st.text("abcDEF\u00fc\u00df\u00e9\u4e2d", min_size=1, max_size=12),
)


@given(addresses)
def test_r03_the_canonical_address_is_its_own_canonical_form(written: str) -> None:
    try:
        canonical = canonical_email(written)
    except ValueError:
        return
    assert canonical_email(canonical) == canonical


@given(addresses)
def test_r03_case_and_surrounding_space_never_make_a_new_piece(written: str) -> None:
    try:
        canonical = canonical_email(written)
    except ValueError:
        return
    assert canonical_email(f" {written}\t") == canonical


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("+1 (415) 555-2671", "+14155552671"),
        ("+14155552671", "+14155552671"),
        ("+49 (0) 30 901820", "+4930901820"),
        ("+44 20 7946 0958", "+442079460958"),
        ("tel:+1-415-555-2671", "+14155552671"),
    ],
)
def test_r03_a_number_is_its_e164_form(written: str, canonical: str) -> None:
    assert canonical_phone(written) == canonical


@pytest.mark.parametrize("written", ["", "12", "030 901820", "+1", "+999 123 4567890123456", "abc"])
def test_r03_what_is_no_international_number_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="number"):
        canonical_phone(written)


orgs = st.sampled_from([OrgId("org_acme"), OrgId("org_globex")])
bought = st.tuples(orgs, st.sampled_from(KINDS), st.sampled_from(["ana@x.test", "+1415"]))


@given(bought, bought)
def test_r04_two_keys_are_equal_only_for_the_same_org_kind_and_value(
    one: tuple[OrgId, Kind, str], other: tuple[OrgId, Kind, str]
) -> None:
    hasher = PieceHasher(b"secret")
    assert (hasher.key(*one) == hasher.key(*other)) == (one == other)


def test_r04_a_key_depends_on_the_deployments_secret_and_shows_no_value() -> None:
    ours = PieceHasher(b"secret").key(OrgId("org_acme"), "email", "ana@example.com")
    theirs = PieceHasher(b"another").key(OrgId("org_acme"), "email", "ana@example.com")
    assert ours != theirs
    assert len(ours) == PIECE_KEY_BYTES
    assert ours.find(b"ana") == -1


def test_r04_a_key_is_the_same_in_every_process() -> None:
    keys = {
        PieceHasher(b"secret").key(OrgId("org_acme"), "phone", "+14155552671") for _ in range(3)
    }
    assert len(keys) == 1
