"""The account of a job: its figures, and why they are not those of its quote (R20)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.accounting import Accounting, Party, Witnesses
from server.domain.credit_month import to_us
from server.domain.ids import AtUs, PieceKey, Seq
from server.domain.job_rows import Item
from server.wire.battery import DEFAULT_PRICES, Prices
from server.wire.jobs import AccountLine, Quote, QuotedKind
from server.wire.words import KINDS, Kind, QuotedOutcome, SettledOutcome

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
AS_OF = 41
QUOTED: tuple[QuotedOutcome, ...] = ("net_new", "already_owned", "duplicate", "not_found")
SETTLED: tuple[SettledOutcome, ...] = (
    "charged", "already_owned", "duplicate", "not_found", "over_hold",
)  # fmt: skip
KEY = PieceKey(b"the piece")


def quote_of(rows: Sequence[tuple[Item, ...]], prices: Prices = DEFAULT_PRICES) -> Quote:
    """As these rows were quoted at `prices`, of the kinds that they have."""
    kinds = dict.fromkeys(item.kind for items in rows for item in items)
    by_kind = {kind: _quoted_kind(kind, rows, prices) for kind in kinds}
    credits = sum(one.credits for one in by_kind.values())
    return Quote(
        rows=len(rows), found=0, not_found=0, duplicates=0, already_owned=0, net_new=0,
        credits=credits, from_license=credits, from_extra=0, license_after=0, extra_after=0,
        affordable=True, short_by=0, as_of_seq=AS_OF, by_kind=by_kind,
    )  # fmt: skip


def _quoted_kind(kind: Kind, rows: Sequence[tuple[Item, ...]], prices: Prices) -> QuotedKind:
    here = [item.quoted for items in rows for item in items if item.kind == kind]
    net_new, owned = here.count("net_new"), here.count("already_owned")
    again = here.count("duplicate")
    return QuotedKind(
        rows=len(here), found=net_new + owned + again, not_found=here.count("not_found"),
        duplicates=again, already_owned=owned, net_new=net_new, credits=net_new * prices.of(kind),
    )  # fmt: skip


def accounted(
    rows: Sequence[tuple[Item, ...]],
    *,
    witnesses: Witnesses = Witnesses(),  # noqa: B008  (frozen)
    prices: Prices = DEFAULT_PRICES,
    quoted_at: Prices = DEFAULT_PRICES,
) -> Accounting:
    accounting = Accounting(quote_of(rows, quoted_at), prices)
    for items in rows:
        accounting.add(items, witnesses)
    return accounting


def email(
    quoted: QuotedOutcome, outcome: SettledOutcome | None, seq: int | None = None
) -> tuple[Item, ...]:
    """A row with one kind."""
    credits = 1 if outcome == "charged" else 0
    return (Item("email", quoted, KEY, outcome, credits, None if seq is None else Seq(seq)),)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def us(minutes: int) -> AtUs:
    return to_us(at(minutes))


def test_a_bill_as_quoted_needs_no_account() -> None:
    rows = [
        email("net_new", "charged", 50),
        email("already_owned", "already_owned", 7),
        email("duplicate", "duplicate"),
        email("not_found", "not_found"),
    ]
    accounting = accounted(rows)
    assert accounting.account() == ()
    told = accounting.settlement()
    assert (told.charged, told.already_owned, told.duplicates, told.not_found) == (1, 1, 1, 1)
    assert told.credits == 1


def test_r20_what_is_owned_since_the_quote_is_told_with_who_paid_how_and_when() -> None:
    payers = {Seq(100 + n): Party("usr_jane", "Jane Okafor", us(n), "reveal") for n in range(12)}
    payers |= {
        Seq(200 + n): Party("usr_alice", "Alice Stone", us(60 + n), "import") for n in range(8)
    }
    rows = [email("net_new", "already_owned", seq) for seq in payers]
    accounting = accounted(rows, witnesses=Witnesses(payers=payers))
    jane, alice = accounting.account()
    assert jane == AccountLine(
        why="already_owned", kind="email", count=12, credits=-12, by="Jane Okafor",
        action="reveal", first_at=at(0), last_at=at(11),
    )  # fmt: skip
    assert alice == AccountLine(
        why="already_owned", kind="email", count=8, credits=-8, by="Alice Stone",
        action="import", first_at=at(60), last_at=at(67),
    )  # fmt: skip


def test_only_entries_that_explain_something_are_asked_for() -> None:
    rows = [
        email("net_new", "already_owned", 100),
        email("net_new", "charged", 101),
        email("already_owned", "already_owned", 7),
        email("duplicate", "duplicate", 8),
        email("not_found", "already_owned", 102),
    ]
    accounting = accounted(rows)
    assert accounting.to_ask(item for items in rows for item in items) == [100, 102]


def test_two_people_of_one_name_have_a_line_each() -> None:
    payers = {
        Seq(100): Party("usr_1", "Kim Park", us(0), "reveal"),
        Seq(101): Party("usr_2", "Kim Park", us(1), "reveal"),
    }
    rows = [email("net_new", "already_owned", seq) for seq in payers]
    lines = accounted(rows, witnesses=Witnesses(payers=payers)).account()
    assert [(line.by, line.count) for line in lines] == [("Kim Park", 1), ("Kim Park", 1)]


def test_a_piece_taken_back_since_the_quote_is_charged_again_and_says_who_took_it() -> None:
    taken = Witnesses(reversers={KEY: Party("opr_oda", "Oda", us(3))})
    [line] = accounted([email("already_owned", "charged", 100)], witnesses=taken).account()
    assert line == AccountLine(
        why="reversed", kind="email", count=1, credits=1, by="Oda", first_at=at(3), last_at=at(3)
    )


@pytest.mark.parametrize(
    ("quoted", "outcome", "why", "credits"),
    [
        ("net_new", "not_found", "not_found", -1),
        ("net_new", "duplicate", "duplicate", -1),
        ("net_new", "over_hold", "over_hold", -1),
        ("already_owned", "over_hold", "over_hold", 0),
        ("already_owned", "not_found", "not_found", 0),
        ("already_owned", "duplicate", "duplicate", 0),
        ("duplicate", "charged", "first_of_piece", 1),
        ("duplicate", "not_found", "not_found", 0),
        ("not_found", "charged", "found", 1),
        ("not_found", "duplicate", "found", 0),
        ("not_found", "over_hold", "over_hold", 0),
    ],
)
def test_each_difference_has_its_reason(
    quoted: QuotedOutcome, outcome: SettledOutcome, why: str, credits: int
) -> None:
    [line] = accounted([email(quoted, outcome)]).account()
    assert (line.why, line.credits, line.count) == (why, credits, 1)


@pytest.mark.parametrize(
    ("quoted", "seq", "why"),
    [
        ("net_new", AS_OF + 1, "already_owned"),
        ("net_new", AS_OF, "already_owned"),
        ("not_found", AS_OF + 1, "already_owned"),
        ("not_found", AS_OF, "found"),
        ("duplicate", AS_OF + 1, "already_owned"),
        ("duplicate", AS_OF, "first_of_piece"),
    ],
)
def test_owned_before_the_quote_and_since_are_told_apart(
    quoted: QuotedOutcome, seq: int, why: str
) -> None:
    [line] = accounted([email(quoted, "already_owned", seq)]).account()
    assert line.why == why


def test_a_row_that_became_a_problem_counts_as_not_found() -> None:
    accounting = accounted([email("net_new", None)])
    [line] = accounting.account()
    assert (line.why, line.credits) == ("not_found", -1)
    assert accounting.settlement().not_found == 1


def test_r19_lower_prices_at_the_start_are_a_line_of_their_own() -> None:
    cheaper = Prices(email=1, phone=7, personality=100)
    rows = [(Item("phone", "net_new", KEY, "charged", 7, Seq(50)),)] * 3
    accounting = accounted(rows, prices=cheaper)
    [line] = accounting.account()
    assert (line.why, line.kind, line.count, line.credits) == ("price", "phone", 3, -9)


def test_a_row_counts_by_the_best_its_kinds_came_to() -> None:
    row = (
        Item("email", "already_owned", KEY, "already_owned", 0, Seq(7)),
        Item("phone", "net_new", KEY, "charged", 10, Seq(50)),
        Item("personality", "net_new", KEY, "over_hold"),
    )
    told = accounted([row]).settlement()
    assert (told.charged, told.already_owned, told.over_hold, told.credits) == (1, 0, 0, 10)
    assert {kind: one.credits for kind, one in told.by_kind.items()} == {
        "email": 0, "phone": 10, "personality": 0,
    }  # fmt: skip
    assert told.by_kind["personality"].over_hold == 1


@st.composite
def _settled_rows(draw: st.DrawFn) -> tuple[list[tuple[Item, ...]], Prices, Prices]:
    price = st.integers(0, 200)
    quoted_at, prices = draw(st.tuples(*[st.builds(Prices, price, price, price)] * 2))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, unique=True))
    rows = []
    for _ in range(draw(st.integers(0, 12))):
        items = []
        for kind in kinds:
            outcome = draw(st.sampled_from((*SETTLED, None)))
            credits = prices.of(kind) if outcome == "charged" else 0
            seq = draw(st.none() | st.integers(1, 2 * AS_OF).map(Seq))
            items.append(Item(kind, draw(st.sampled_from(QUOTED)), KEY, outcome, credits, seq))
        rows.append(tuple(items))
    return rows, quoted_at, prices


@given(_settled_rows())
def test_quote_and_account_always_add_up_to_the_bill(
    drawn: tuple[list[tuple[Item, ...]], Prices, Prices],
) -> None:
    rows, quoted_at, prices = drawn
    accounting = accounted(rows, prices=prices, quoted_at=quoted_at)
    told = accounting.settlement()
    explained = sum(line.credits for line in accounting.account())
    assert quote_of(rows, quoted_at).credits + explained == told.credits
    assert told.credits == sum(one.credits for one in told.by_kind.values())
    counted = (
        told.charged, told.already_owned, told.duplicates, told.not_found, told.over_hold,
    )  # fmt: skip
    assert sum(counted) == len(rows)
