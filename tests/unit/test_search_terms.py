"""Folding and what becomes of the text in a search box."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import BadRequest
from server.domain.folding import folded, within_bytes
from server.domain.search_terms import WORDS_MAX, Terms, search_terms


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Łódź Straße", "lodz strasse"),
        ("CONCEIÇÃO", "conceicao"),
        ("Søren Þór Æsir", "soren thor aesir"),
        ("Ἀθῆναι", "αθηναι"),
        ("שָׁלוֹם", "שלום"),
        ("İstanbul", "istanbul"),
        ("ＡＢＣ１", "abc1"),
        ("한글", "한글"),
        ("й", "й"),
        ("ガ", "ガ"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_folding_takes_accents_and_case_off_and_keeps_letters(written: str, plain: str) -> None:
    assert folded(written) == plain


@given(st.text())
def test_composed_and_decomposed_text_fold_to_one(text: str) -> None:
    assert folded(unicodedata.normalize("NFC", text)) == folded(unicodedata.normalize("NFD", text))


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_text_is_cut_between_characters(text: str, bytes_max: int) -> None:
    cut = within_bytes(text, bytes_max)
    assert text.startswith(cut)
    assert len(cut.encode()) <= bytes_max
    following = text[len(cut) : len(cut) + 1]
    assert not following or len((cut + following).encode()) > bytes_max


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ("", Terms()),
        (" \t ", Terms()),
        ("Ana  ana KESTREL", Terms(words=("ana", "kestrel"))),
        ("linkedin.com/in/Ana/?x=1", Terms(url="https://www.linkedin.com/in/ana")),
        ("https://www.linkedin.com/search/x", Terms(words=("linkedin.com/search/x",))),
        ("+1 (202) 555-0143", Terms(words=("+1", "(202)", "555-0143"), digits="12025550143")),
        ("٢٠٢٥٥٥٠١٤٣", Terms(words=("٢٠٢٥٥٥٠١٤٣",), digits="2025550143")),
        ("123", Terms(words=("123",))),
        ("a1234", Terms(words=("a1234",))),
        ("ana\x85\x07ben", Terms(words=("ana", "ben"))),
    ],
)
def test_what_is_typed_becomes_words_a_number_or_a_profile(q: str, terms: Terms) -> None:
    assert search_terms(q) == terms


def test_a_pasted_article_is_refused() -> None:
    words = [f"w{number}" for number in range(WORDS_MAX + 1)]
    assert len(search_terms(" ".join(words[:-1])).words) == WORDS_MAX
    with pytest.raises(BadRequest, match="20 words"):
        search_terms(" ".join(words))
    with pytest.raises(BadRequest, match="2,048 characters"):
        search_terms("x" * 2_049)


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_searched_or_refused(q: str) -> None:
    try:
        terms = search_terms(q)
    except BadRequest:
        return
    "".join(terms.words).encode()
