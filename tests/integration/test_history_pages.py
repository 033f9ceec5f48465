"""Credit use history through the API: what it tells, who sees what, filters, sums, pages (R30)."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, update

from server.domain import errors
from server.domain.ids import Seq
from server.store.schema import entry as entry_table
from server.store.schema import operator, org, subject
from server.wire.battery import DEFAULT_PRICES
from tests.integration.history_app import Office, Query, office_on
from tests.ledger_rows import at

MORNING = at("2026-11-03 14:00")
EVENING = at("2026-11-03 23:00")
LATER = at("2026-11-10 14:00")
NOTHING = {"entries": 0, "credits": 0, "from_license": 0, "from_extra": 0}


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with office_on(database_url) as office:
        yield office


@pytest.fixture
async def busy(office: Office) -> Office:
    """Entries 1–3 are licenses; then one of each kind, told by their names below."""
    acme = office.acme
    assert acme.grant(50, MORNING, note="Invoice 7, paid") == GRANT
    assert acme.charge("usr_bob", "con_ana", MORNING) == ANA_EMAIL
    assert acme.charge("usr_bob", "con_ana", MORNING, kind="phone") == ANA_PHONE
    assert acme.charge("usr_bob", "con_ben", EVENING, kind="phone") == BEN_PHONE
    assert acme.charge("usr_jane", "acc_tyrell", EVENING, action="export") == TYRELL
    assert acme.set_cap("usr_jane", 9, EVENING) == CAP
    assert acme.reverse(ANA_EMAIL, LATER, by="usr_alice", reason="wrong_number") == REVERSAL
    await office.open()
    return office


LICENSES = [Seq(3), Seq(2), Seq(1)]
GRANT, ANA_EMAIL, ANA_PHONE, BEN_PHONE, TYRELL, CAP, REVERSAL = (Seq(n) for n in range(4, 11))


async def test_r30_an_entry_tells_when_who_what_whom_and_what_is_left(busy: Office) -> None:
    page = await busy.page(busy.bob, {"kind": "phone", "limit": 1})
    assert page["entries"] == [
        {
            "seq": BEN_PHONE,
            "at": "2026-11-03T23:00:00Z",
            "user": {"id": "usr_bob", "name": "Bob Reyes"},
            "by": {"type": "user", "id": "usr_bob", "name": "Bob Reyes"},
            "action": "reveal",
            "subject": {"id": "con_ben", "type": "contact", "name": "Ben 100% Adler"},
            "kind": "phone",
            "credits": 10,
            "from_license": 9,
            "from_extra": 1,
            "license_left": 0,
            "extra_left": 49,
            "job": None,
            "job_label": None,
            "ref_seq": None,
            "reversed_by": None,
            "reason": None,
            "granted": None,
            "note": None,
            "data": None,
        }
    ]


async def test_r30_a_grant_names_the_operator_and_the_amount(busy: Office) -> None:
    [entry] = (await busy.page(busy.alice, {"action": "grant"}))["entries"]
    assert entry["by"] == {"type": "operator", "id": "opr_sam", "name": "Sam Ortiz"}
    assert (entry["user"], entry["credits"], entry["granted"]) == (None, 0, 50)
    assert entry["note"] == "Invoice 7, paid"


async def test_r27_a_reversal_names_who_acted_and_whose_license_it_concerns(
    busy: Office,
) -> None:
    [entry] = (await busy.page(busy.alice, {"action": "reversal"}))["entries"]
    assert entry["by"]["name"] == "Alice Nakamura"
    assert entry["user"]["name"] == "Bob Reyes"
    assert (entry["credits"], entry["ref_seq"]) == (-1, ANA_EMAIL)
    assert entry["reason"] == "wrong_number"


async def test_r27_a_charge_names_the_reversal_that_took_it_back(busy: Office) -> None:
    charges = (await busy.page(busy.bob, {"action": "reveal"}))["entries"]
    assert {entry["seq"]: entry["reversed_by"] for entry in charges} == {
        BEN_PHONE: None,
        ANA_PHONE: None,
        ANA_EMAIL: REVERSAL,
    }


async def test_the_deployment_is_named_when_no_operator_acted(office: Office) -> None:
    office.acme.set_prices(DEFAULT_PRICES, MORNING)
    await office.open()
    async with office.database.write() as connection:
        await connection.execute(delete(operator))
    [entry] = (await office.page(office.alice, {"action": "prices"}))["entries"]
    assert entry["by"]["name"] == "Deployment"
    assert entry["data"]["own"] is True


async def test_r04_an_erased_person_stays_an_erased_contact(busy: Office) -> None:
    async with busy.database.write() as connection:
        await connection.execute(delete(subject).where(subject.c.id == "con_ana"))
    [entry] = (await busy.page(busy.bob, {"kind": "email", "action": "reveal"}))["entries"]
    assert entry["subject"] == {"id": "con_ana", "type": "contact", "name": "erased contact"}


async def test_r30_history_is_newest_first_without_the_quiet_actions(busy: Office) -> None:
    assert await busy.seqs(busy.alice) == [
        REVERSAL,
        TYRELL,
        BEN_PHONE,
        ANA_PHONE,
        ANA_EMAIL,
        GRANT,
    ]


async def test_r30_quiet_actions_are_shown_when_asked_for(busy: Office) -> None:
    assert await busy.seqs(busy.alice, {"action": "license"}) == LICENSES
    assert await busy.seqs(busy.alice, {"action": "cap,grant"}) == [CAP, GRANT]


async def test_r30_a_rep_sees_the_own_entries_and_an_admin_everyones(busy: Office) -> None:
    own = [REVERSAL, BEN_PHONE, ANA_PHONE, ANA_EMAIL]
    assert await busy.seqs(busy.bob) == own
    assert await busy.seqs(busy.bob, {"user": "usr_bob"}) == own
    assert await busy.seqs(busy.alice, {"user": "usr_bob"}) == own
    assert await busy.seqs(busy.jane) == [TYRELL]


ASKS_OF: dict[str, Query] = {
    "": {},
    "/file": {"format": "xlsx"},
    "/usage": {"bucket": "day", "group": "user"},
}


async def test_r30_a_rep_is_refused_the_history_of_others(busy: Office) -> None:
    for user in ("usr_jane", "usr_zoe", "usr_nobody"):
        for path, query in ASKS_OF.items():
            refusal = await busy.refusal(busy.bob, {**query, "user": user}, path)
            assert refusal == (403, "forbidden"), (user, path)


async def test_another_orgs_user_looks_like_an_unknown_one(busy: Office) -> None:
    for user in ("usr_zoe", "usr_nobody"):
        for path, query in ASKS_OF.items():
            refusal = await busy.refusal(busy.alice, {**query, "user": user}, path)
            assert refusal == (404, "not_found"), (user, path)


async def test_one_orgs_history_is_not_anothers(office: Office) -> None:
    office.zenith.charge("usr_zoe", "con_ana", MORNING)
    await office.open()
    assert await office.seqs(office.alice) == []
    assert await office.seqs(office.zoe) == [2]


FILTERS: list[tuple[Query, list[Seq]]] = [
    ({"kind": "phone"}, [BEN_PHONE, ANA_PHONE]),
    ({"kind": "email,phone", "action": "export"}, [TYRELL]),
    ({"action": "reveal"}, [BEN_PHONE, ANA_PHONE, ANA_EMAIL]),
    ({"source": "extra"}, [BEN_PHONE]),
    ({"source": "license"}, [REVERSAL, TYRELL, BEN_PHONE, ANA_PHONE, ANA_EMAIL]),
    ({"q": "adler"}, [BEN_PHONE]),
    ({"q": "ŠIMŮNKOVÁ"}, [REVERSAL, ANA_PHONE, ANA_EMAIL]),
    ({"q": "šimůnková"}, [REVERSAL, ANA_PHONE, ANA_EMAIL]),
    ({"q": "Okafor"}, [TYRELL]),
    ({"q": "alice"}, [REVERSAL]),
    ({"q": "wrong number"}, [REVERSAL]),
    ({"q": "invoice 7"}, [GRANT]),
    ({"q": "sam o"}, [GRANT]),
    ({"q": "0% a"}, [BEN_PHONE]),
    ({"q": "_"}, [REVERSAL]),
    ({"q": "%%"}, []),
    ({"q": "  "}, [REVERSAL, TYRELL, BEN_PHONE, ANA_PHONE, ANA_EMAIL, GRANT]),
    ({"q": "adler", "kind": "email"}, []),
    ({"q": "Lindqvist"}, []),
    ({"from": "2026-11-04"}, [REVERSAL]),
    ({"to": "2026-11-03"}, [TYRELL, BEN_PHONE, ANA_PHONE, ANA_EMAIL, GRANT]),
    ({"from": "2026-11-04", "to": "2026-11-09"}, []),
    ({"from": "2026-11-10", "to": "2026-11-03"}, []),
    ({"from": "0001-01-01", "to": "9999-12-31", "kind": "phone"}, [BEN_PHONE, ANA_PHONE]),
]


async def test_r30_filters_and_sums_agree(busy: Office) -> None:
    for query, expected in FILTERS:
        page = await busy.page(busy.alice, query)
        assert [entry["seq"] for entry in page["entries"]] == expected, query
        assert page["totals"] == {
            "entries": len(expected),
            **{
                part: sum(entry[part] for entry in page["entries"])
                for part in ("credits", "from_license", "from_extra")
            },
        }, query


async def test_r30_days_are_the_orgs_and_both_are_included(office: Office) -> None:
    first = office.acme.charge("usr_bob", "con_ana", at("2026-11-02 05:00"))
    last = office.acme.charge("usr_bob", "con_ben", at("2026-11-03 04:59"))
    office.acme.charge("usr_jane", "acc_tyrell", at("2026-11-03 05:00"))
    await office.open()
    assert await office.seqs(office.alice, {"from": "2026-11-02", "to": "2026-11-02"}) == [
        last,
        first,
    ]


async def test_r30_pages_follow_each_other_without_gap_or_overlap(office: Office) -> None:
    for number in range(7):
        office.acme.charge("usr_jane", f"con_{number}", MORNING)
    await office.open()
    seen: list[Seq] = []
    query: Query = {}
    sizes = []
    while True:
        page = await office.page(office.jane, {"limit": 3, **query})
        seen += [entry["seq"] for entry in page["entries"]]
        sizes.append(len(page["entries"]))
        assert page["totals"]["entries"] == 7
        if page["next_before"] is None:
            break
        query = {"before": page["next_before"]}
    assert seen == list(range(10, 3, -1))
    assert sizes == [3, 3, 1]


async def test_r30_a_last_page_that_is_full_says_so(office: Office) -> None:
    for number in range(4):
        office.acme.charge("usr_jane", f"con_{number}", MORNING)
    await office.open()
    page = await office.page(office.jane, {"limit": 4})
    assert page["next_before"] is None


async def test_an_empty_history_is_empty(office: Office) -> None:
    await office.open()
    page = await office.page(office.bob)
    assert page == {"entries": [], "next_before": None, "totals": NOTHING}


async def test_r29_sums_grow_with_the_entries_that_came_since(office: Office) -> None:
    acme = office.acme
    acme.charge("usr_jane", "con_ana", MORNING)
    await office.open()
    asks: tuple[Query, ...] = (
        {},
        {"user": "usr_jane"},
        {"to": "2026-11-03"},
        {"from": "2026-11-04"},
        {"q": "jane"},
    )
    first = [(await office.page(office.alice, ask))["totals"]["credits"] for ask in asks]
    assert first == [1, 1, 1, 0, 1]
    known = len(acme.lines)
    acme.charge("usr_jane", "con_ana", EVENING, kind="phone")
    acme.charge("usr_bob", "con_ben", LATER)
    await acme.append(office.database, known)
    after = [(await office.page(office.alice, ask))["totals"]["credits"] for ask in asks]
    assert after == [12, 11, 11, 1, 11]


async def test_r29_known_sums_are_not_added_up_again(office: Office) -> None:
    for number in range(5):
        office.acme.charge("usr_jane", f"con_{number}", MORNING)
    await office.open()
    await office.page(office.alice)
    async with office.database.write() as connection:
        await connection.execute(update(entry_table).values(credits=1_000))
    assert (await office.page(office.alice))["totals"]["credits"] == 5


async def test_sums_follow_the_orgs_zone_when_it_changes(office: Office) -> None:
    office.acme.charge("usr_jane", "con_ana", at("2026-11-04 02:00"))
    await office.open()
    assert await office.seqs(office.jane, {"to": "2026-11-03"}) == [4]
    async with office.database.write() as connection:
        await connection.execute(update(org).values(time_zone="Asia/Tokyo"))
    page = await office.page(office.jane, {"to": "2026-11-03"})
    assert (page["entries"], page["totals"]) == ([], NOTHING)


SENSELESS: list[Query] = [
    {"limit": 0},
    {"limit": 201},
    {"limit": "many"},
    {"before": 0},
    {"before": 2**63},
    {"from": "3 May"},
    {"to": "2026-02-30"},
    {"kind": "fax"},
    {"kind": "email,"},
    {"action": "unlock"},
    {"source": "wallet"},
    {"q": "x" * 201},
    {"q": "a\0b"},
    {"page": 2},
]


async def test_a_filter_that_makes_no_sense_is_a_bad_request(busy: Office) -> None:
    for query in SENSELESS:
        assert await busy.refusal(busy.alice, query) == (400, "bad_request"), query


async def test_one_entry_can_be_read_by_its_number_within_its_org(busy: Office) -> None:
    entry = await busy.history.entry(busy.acme.org, CAP)
    assert entry.action == "cap"
    assert entry.data == {"cap": 9}
    with pytest.raises(errors.NotFound):
        await busy.history.entry(busy.zenith.org, CAP)
