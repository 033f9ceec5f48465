"""Available, owned, updated or not found: the whole table of R1, R3, R5, R6, R27 and R28."""

from server.domain.ids import AtUs, PieceKey, Seq, UserId
from server.domain.ownership import NOT_FOUND, Standing, standing
from server.domain.state import Offer, Owned, Piece
from server.domain.values import KeptEmail, KeptPhone, shown
from server.wire.subjects import Analysis, EmailValue
from tests.desk import phones_of

OLD, NEW = PieceKey(b"old"), PieceKey(b"new")
OLD_EMAIL, NEW_EMAIL = KeptEmail(email="ana@old.test"), KeptEmail(email="ana@new.test")
TYPED = KeptEmail(email="ana@new.test", typed=True)
MOBILE, DIRECT, THIRD = "+14155550101", "+14155550102", "+14155550103"


def piece(key: PieceKey, seq: int, *, live: bool = True, banned: bool = False) -> Piece:
    """Paid for by Bob in entry `seq`."""
    return Piece(key, 1, live, banned, Seq(seq), UserId("usr_bob"), "Bob Reyes", AtUs(0))


def pieces(*several: Piece) -> dict[PieceKey, Piece]:
    return {one.key: one for one in several}


def phone(*numbers: str) -> KeptPhone:
    return KeptPhone(phones=phones_of(*numbers))


def test_r01_nothing_in_the_directory_is_not_found() -> None:
    assert standing(None, (), {}) == NOT_FOUND


def test_r01_what_the_directory_holds_is_available() -> None:
    offer = Offer(NEW, NEW_EMAIL)
    assert standing(offer, (), {}) == Standing("available", offer=offer)


def test_r05_a_live_piece_is_owned_with_who_paid() -> None:
    bought = piece(NEW, 7)
    now = standing(Offer(NEW, NEW_EMAIL), [Owned(NEW, NEW_EMAIL)], pieces(bought))
    assert now == Standing("owned", kept=NEW_EMAIL, owner=bought)


def test_r03_an_address_owned_through_another_contact_is_owned_here() -> None:
    bought = piece(NEW, 7)
    assert standing(Offer(NEW, NEW_EMAIL), (), pieces(bought)) == Standing(
        "owned", kept=NEW_EMAIL, owner=bought
    )


def test_r03_a_phone_owned_through_another_contact_shows_that_one_number() -> None:
    bought = piece(NEW, 7)
    now = standing(Offer(NEW, phone(MOBILE, DIRECT)), (), pieces(bought))
    assert (now.state, now.kept) == ("owned", phone(MOBILE))


def test_r03_where_a_phone_was_bought_all_its_numbers_stay() -> None:
    here = [Owned(NEW, phone(MOBILE, DIRECT))]
    now = standing(Offer(NEW, phone(MOBILE)), here, pieces(piece(NEW, 7)))
    assert (now.state, now.kept) == ("owned", phone(MOBILE, DIRECT))


def test_r06_a_new_address_is_an_update_and_the_old_one_stays() -> None:
    offer, bought = Offer(NEW, NEW_EMAIL), piece(OLD, 7)
    now = standing(offer, [Owned(OLD, OLD_EMAIL)], pieces(bought))
    assert now == Standing("updated", offer=offer, kept=OLD_EMAIL, owner=bought)


def test_r06_a_value_gone_from_the_directory_stays_owned() -> None:
    bought = piece(OLD, 7)
    now = standing(None, [Owned(OLD, OLD_EMAIL)], pieces(bought))
    assert now == Standing("owned", kept=OLD_EMAIL, owner=bought)


def test_r06_of_two_owned_values_the_one_paid_last_is_shown() -> None:
    here = [Owned(NEW, NEW_EMAIL), Owned(OLD, OLD_EMAIL)]
    now = standing(None, here, pieces(piece(OLD, 7), piece(NEW, 9)))
    assert now.kept == NEW_EMAIL


def test_r06_an_owned_value_that_the_directory_says_again_is_what_is_shown() -> None:
    here = [Owned(OLD, OLD_EMAIL), Owned(NEW, NEW_EMAIL)]
    now = standing(Offer(OLD, OLD_EMAIL), here, pieces(piece(OLD, 7), piece(NEW, 9)))
    assert (now.state, now.kept, now.offer) == ("owned", OLD_EMAIL, None)


def test_r06_numbers_in_another_order_are_no_update() -> None:
    here = [Owned(OLD, phone(MOBILE, DIRECT))]
    now = standing(Offer(NEW, phone(DIRECT, MOBILE)), here, pieces(piece(OLD, 7)))
    assert (now.state, now.kept) == ("owned", phone(MOBILE, DIRECT))


def test_r06_a_lost_mobile_number_makes_the_owned_direct_dial_no_update() -> None:
    here = [Owned(OLD, phone(MOBILE, DIRECT))]
    now = standing(Offer(NEW, phone(DIRECT)), here, pieces(piece(OLD, 7)))
    assert now.state == "owned"


def test_r06_a_number_of_any_phone_owned_here_is_no_update() -> None:
    older, newer = PieceKey(b"older"), PieceKey(b"newer")
    here = [Owned(older, phone(MOBILE, THIRD)), Owned(newer, phone(DIRECT))]
    now = standing(Offer(NEW, phone(THIRD)), here, pieces(piece(older, 7), piece(newer, 9)))
    assert now.state == "owned"


def test_r06_a_first_number_that_is_not_owned_is_an_update() -> None:
    here = [Owned(OLD, phone(MOBILE))]
    now = standing(Offer(NEW, phone(DIRECT, MOBILE)), here, pieces(piece(OLD, 7)))
    assert (now.state, now.kept) == ("updated", phone(MOBILE))


def test_r28_a_reversed_piece_is_available_again() -> None:
    offer = Offer(NEW, NEW_EMAIL)
    now = standing(offer, (), pieces(piece(NEW, 7, live=False)))
    assert now == Standing("available", offer=offer)


def test_r28_a_reversed_piece_is_not_shown_where_it_was_kept() -> None:
    now = standing(None, [Owned(OLD, OLD_EMAIL)], pieces(piece(OLD, 7, live=False)))
    assert now == NOT_FOUND


def test_r28_behind_a_reversed_update_stands_the_older_value() -> None:
    offer = Offer(NEW, NEW_EMAIL)
    here = [Owned(OLD, OLD_EMAIL), Owned(NEW, NEW_EMAIL)]
    now = standing(offer, here, pieces(piece(OLD, 7), piece(NEW, 9, live=False)))
    assert (now.state, now.kept, now.offer) == ("updated", OLD_EMAIL, offer)


def test_r27_a_banned_value_is_not_found() -> None:
    banned = pieces(piece(NEW, 7, live=False, banned=True))
    assert standing(Offer(NEW, NEW_EMAIL), (), banned) == NOT_FOUND


def test_r27_a_banned_value_is_no_update_of_an_owned_one() -> None:
    bought = piece(OLD, 7)
    known = pieces(bought, piece(NEW, 9, live=False, banned=True))
    now = standing(Offer(NEW, NEW_EMAIL), [Owned(OLD, OLD_EMAIL)], known)
    assert now == Standing("owned", kept=OLD_EMAIL, owner=bought)


def test_r25_a_typed_address_gives_way_to_the_same_one_in_the_directory() -> None:
    bought = piece(NEW, 7)
    now = standing(Offer(NEW, NEW_EMAIL), [Owned(NEW, TYPED)], pieces(bought))
    assert now == Standing("owned", kept=NEW_EMAIL, owner=bought)


def test_r25_a_typed_address_leaves_the_directorys_own_for_sale() -> None:
    offer = Offer(OLD, OLD_EMAIL)
    bought = piece(NEW, 7)
    now = standing(offer, [Owned(NEW, TYPED)], pieces(bought))
    assert now == Standing("updated", offer=offer, kept=TYPED, owner=bought)


def test_r25_a_typed_address_opens_itself_and_no_analysis() -> None:
    analysis = Analysis(seniority="Director")
    typed, known = shown(TYPED, analysis, ()), shown(NEW_EMAIL, analysis, ())
    assert (typed, known) == (
        EmailValue(email="ana@new.test", analysis=None, insights=()),
        EmailValue(email="ana@new.test", analysis=analysis, insights=()),
    )
