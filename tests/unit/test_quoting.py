"""Counting a job's rows (R18): what adds up, what comes first, what is a duplicate."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.ids import AtUs, PieceKey, Seq, SubjectId, UserId
from server.domain.job_rows import Item, Sought
from server.domain.paying import ITEMS_TOLD_MAX
from server.domain.quoting import Funds, Quoting
from server.domain.state import Offer, Owned, Piece, SubjectState
from server.domain.values import KeptEmail
from server.wire.battery import DEFAULT_PRICES, Prices
from server.wire.jobs import Quote, QuotedKind
from server.wire.words import KINDS, Kind

PLENTY = Funds(license=1_000_000, extra=0, pool=0)


def key(name: str) -> PieceKey:
    return PieceKey(name.encode())


def offer(name: str) -> Offer:
    return Offer(key(name), KeptEmail(email=f"{name}@example.com"))


def bought(name: str, *, live: bool = True, banned: bool = False) -> Piece:
    return Piece(key(name), 1, live, banned, Seq(7), UserId("usr_jane"), "Jane", AtUs(0))


class Directory:
    """Whom rows may be about, and which pieces the org paid for."""

    def __init__(self) -> None:
        self.subjects: dict[SubjectId, SubjectState] = {}
        self.pieces: dict[PieceKey, Piece] = {}

    def person(self, name: str, *, owned: Sequence[str] = (), **offers: str) -> SubjectId:
        """`offers`: the piece of each kind; `owned`: emails that the org keeps of the person."""
        subject = SubjectId(f"con_{name}")
        held: dict[Kind, Offer] = {kind: offer(offers[kind]) for kind in KINDS if kind in offers}
        kept: dict[Kind, list[Owned]] = {}
        if owned:
            kept["email"] = [Owned(key(one), offer(one).kept) for one in owned]
        self.subjects[subject] = SubjectState(subject, "", held, kept)
        return subject

    def owns(self, *names: str) -> None:
        self.pieces |= {key(name): bought(name) for name in names}

    def counted(
        self,
        rows: Sequence[Sought | SubjectId | None],
        kinds: Sequence[Kind] = ("email",),
        funds: Funds = PLENTY,
        prices: Prices = DEFAULT_PRICES,
    ) -> tuple[Quote, list[tuple[Item, ...]]]:
        """The quote of rows in this order, and their items."""
        quoting = Quoting(tuple(kinds), prices)
        items = [
            quoting.row(
                row if isinstance(row, Sought) else Sought(place, row), self.subjects, self.pieces
            )
            for place, row in enumerate(rows)
        ]
        return quoting.quote(funds, Seq(41)), items


@pytest.fixture
def directory() -> Directory:
    return Directory()


def adds_up(counts: QuotedKind) -> bool:
    found = counts.net_new + counts.already_owned + counts.duplicates
    return counts.rows == counts.found + counts.not_found and counts.found == found


def outcomes(items: Sequence[tuple[Item, ...]]) -> list[list[str]]:
    return [[item.quoted for item in row] for row in items]


def test_r18_every_row_is_net_new_owned_a_duplicate_or_not_found(directory: Directory) -> None:
    ana = directory.person("ana", email="ana")
    directory.person("ben", email="ben")
    directory.owns("ben")
    rows = [ana, SubjectId("con_ben"), ana, directory.person("none"), None]
    quote, items = directory.counted(rows)
    assert outcomes(items) == [
        ["net_new"], ["already_owned"], ["duplicate"], ["not_found"], ["not_found"],
    ]  # fmt: skip
    assert (quote.rows, quote.found, quote.not_found) == (5, 3, 2)
    assert (quote.net_new, quote.already_owned, quote.duplicates) == (1, 1, 1)
    assert (quote.credits, quote.as_of_seq) == (1, 41)


def test_r18_the_second_person_with_an_owned_address_is_a_duplicate(directory: Directory) -> None:
    directory.owns("office")
    rows = [directory.person(name, email="office") for name in ("ana", "ben")]
    assert outcomes(directory.counted(rows)[1]) == [["already_owned"], ["duplicate"]]


def test_r06_an_updated_value_is_net_new(directory: Directory) -> None:
    directory.owns("old")
    ana = directory.person("ana", owned=["old"], email="new")
    quote, [[item]] = directory.counted([ana])
    assert (item.quoted, item.key, quote.credits) == ("net_new", key("new"), 1)


def test_r27_a_value_that_bounced_is_not_sold_again(directory: Directory) -> None:
    directory.pieces[key("gone")] = bought("gone", live=False, banned=True)
    quote, items = directory.counted([directory.person("ana", email="gone")])
    assert (outcomes(items), quote.credits) == ([["not_found"]], 0)


def test_r28_a_reversed_piece_is_net_new_again(directory: Directory) -> None:
    directory.pieces[key("ana")] = bought("ana", live=False)
    assert outcomes(directory.counted([directory.person("ana", email="ana")])[1]) == [["net_new"]]


def test_r25_an_address_the_user_typed_goes_before_the_directorys(directory: Directory) -> None:
    ana = directory.person("ana", email="work")
    row = Sought(0, ana, typed=offer("home"))
    _, [[item]] = directory.counted([row])
    assert (item.quoted, item.key) == ("net_new", key("home"))


def test_r18_with_several_kinds_a_row_counts_by_the_best_of_them(directory: Directory) -> None:
    directory.owns("ben")
    rows = [
        directory.person("ana", email="ana", phone="+1"),
        directory.person("ben", email="ben"),
        directory.person("cem", email="ben", phone="+1"),
        directory.person("dora"),
    ]
    quote, _ = directory.counted(rows, ("email", "phone"))
    assert (quote.rows, quote.net_new, quote.already_owned) == (4, 1, 1)
    assert (quote.duplicates, quote.not_found, quote.credits) == (1, 1, 11)
    email, phone = quote.by_kind["email"], quote.by_kind["phone"]
    assert (email.net_new, email.already_owned, email.duplicates, email.not_found) == (1, 1, 1, 1)
    assert (phone.net_new, phone.already_owned, phone.duplicates, phone.not_found) == (1, 0, 1, 2)
    assert (email.credits, phone.credits) == (1, 10)


def test_r18_an_account_has_no_personality(directory: Directory) -> None:
    acme = directory.person("acme", email="info")
    quote, [items] = directory.counted([acme], KINDS)
    assert [item.quoted for item in items] == ["net_new", "not_found", "not_found"]
    assert list(quote.by_kind) == list(KINDS)


def test_r09_the_license_is_drawn_first_then_extra(directory: Directory) -> None:
    rows = [directory.person(str(n), email=str(n)) for n in range(10)]
    quote, _ = directory.counted(rows, funds=Funds(license=3, extra=50, pool=80))
    assert (quote.from_license, quote.from_extra, quote.short_by) == (3, 7, 0)
    assert (quote.license_after, quote.extra_after, quote.affordable) == (0, 73, True)


def test_r07_a_quote_says_what_is_missing(directory: Directory) -> None:
    rows = [directory.person(str(n), email=str(n)) for n in range(10)]
    quote, _ = directory.counted(rows, funds=Funds(license=3, extra=5, pool=80))
    assert (quote.from_license, quote.from_extra, quote.short_by) == (3, 5, 2)
    assert (quote.license_after, quote.extra_after, quote.affordable) == (0, 75, False)


def test_a_quote_of_nothing_costs_nothing(directory: Directory) -> None:
    quote, _ = directory.counted([], funds=Funds(license=0, extra=0, pool=0))
    assert (quote.rows, quote.credits, quote.affordable) == (0, 0, True)


def test_r07_a_refusal_names_the_first_pieces_only(directory: Directory) -> None:
    quoting = Quoting(("email",), DEFAULT_PRICES)
    for n in range(ITEMS_TOLD_MAX + 1):
        row = Sought(n, directory.person(str(n), email=str(n)))
        quoting.row(row, directory.subjects, directory.pieces)
    assert len(quoting.first_new) == ITEMS_TOLD_MAX
    assert quoting.first_new[0] == ("con_0", "email", 1)


NAMES = st.sampled_from(["a", "b", "c"])
PEOPLE = st.lists(
    st.fixed_dictionaries({}, optional={kind: NAMES for kind in KINDS}), min_size=1, max_size=6
)


@given(
    people=PEOPLE,
    order=st.lists(st.integers(0, 7), max_size=20),
    states=st.dictionaries(NAMES, st.sampled_from(["live", "reversed", "banned"])),
    kinds=st.sets(st.sampled_from(KINDS), min_size=1),
    funds=st.tuples(st.integers(0, 200), st.integers(0, 50), st.integers(50, 100)),
)
def test_r18_whatever_the_rows_all_figures_add_up(
    people: list[dict[str, str]],
    order: list[int],
    states: dict[str, str],
    kinds: set[Kind],
    funds: tuple[int, int, int],
) -> None:
    directory = Directory()
    known = [directory.person(str(n), **offers) for n, offers in enumerate(people)]
    for name, state in states.items():
        directory.pieces[key(name)] = bought(name, live=state == "live", banned=state == "banned")
    rows = [known[n] if n < len(known) else None for n in order]
    in_order = [kind for kind in KINDS if kind in kinds]
    quote, items = directory.counted(rows, in_order, Funds(*funds))
    assert adds_up(quote)
    assert all(adds_up(one) and one.rows == len(rows) for one in quote.by_kind.values())
    assert quote.credits == sum(one.credits for one in quote.by_kind.values())
    assert quote.credits == quote.from_license + quote.from_extra + quote.short_by
    net_new = [item.key for row in items for item in row if item.quoted == "net_new"]
    assert len(net_new) == len(set(net_new)), "a piece is paid for once (R2)"
    figures = msgspec.structs.asdict(quote)
    assert all(value >= 0 for value in figures.values() if isinstance(value, int))
