"""The file of a finished export: what happened to each row, and the values the org owns (R24)."""

from datetime import datetime

import pytest

from server.domain.ids import SubjectId
from server.usecases.erasure import UrlHasher, erase
from tests.acme import SECRET, Acme, House
from tests.integration.job_files_stage import (
    SENIOR,
    Ask,
    begun,
    csv_bytes,
    csv_rows,
    exported,
    finished,
    settled,
    table_of,
    xlsx_rows,
)

MOBILE, DIRECT = "+14155550101", "+14155550102"
AT = "Revealed at (America/New_York)"
NOON_IN_SPRING = "2026-03-10 08:00:00"


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house, allotment=2_000)


def column(rows: list[dict[str, str]], title: str) -> list[str]:
    return [row[title] for row in rows]


async def test_r24_an_export_says_of_each_row_what_happened(acme: Acme) -> None:
    house = acme.house
    ana, ben, twin = [
        await house.contact(email=f"{name}@example.com") for name in ("ana", "ben", "ANA")
    ]
    silent = await house.contact(mobile=MOBILE)
    await acme.jane.reveal((ben, "email"))
    house.clock.move(hours=1)
    job = await finished(acme.bob, Ask(exported(ana, ben, twin, silent, None), label="VPs"))
    rows = await csv_rows(acme.bob, job)
    assert column(rows, "Email outcome") == [
        "charged",
        "already owned",
        "duplicate",
        "not found",
        "not found",
    ]
    assert column(rows, "Email") == [
        "ana@example.com",
        "ben@example.com",
        "ANA@example.com",
        "",
        "",
    ]
    assert column(rows, "Credits") == ["1", "0", "0", "0", "0"]
    assert column(rows, "Revealed by") == ["Bob Reyes", "Jane Okafor", "Bob Reyes", "", ""]
    assert column(rows, AT) == [
        "2026-03-10 09:00:00",
        NOON_IN_SPRING,
        "2026-03-10 09:00:00",
        "",
        "",
    ]
    charge, theirs = [line.seq for line in await acme.org.entries() if line.credits]
    assert column(rows, "Ledger entry") == [str(theirs), str(charge), str(theirs), "", ""]


async def test_r24_an_xlsx_says_the_same_in_real_numbers_and_dates(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    [row] = await xlsx_rows(acme.bob, await finished(acme.bob, Ask(exported(ana, analysis=SENIOR))))
    [seq] = [line.seq for line in await acme.org.entries() if line.action == "export"]
    assert row == {
        "Name": "Person 0",
        "Headline": "VP Sales",
        "Company": "Initech",
        "Location": "Austin, Texas",
        "Profile URL": f"https://www.linkedin.com/in/{ana}",
        "Type": "contact",
        "Email": "ana@example.com",
        "Email outcome": "charged",
        "Seniority": "Director",
        "Function": "Sales",
        "Tenure years": 3.5,
        "Skills": "Negotiation, Forecasting",
        "Credits": 1,
        "Revealed by": "Bob Reyes",
        AT: datetime(2026, 3, 10, 8),  # noqa: DTZ001  cells have no zone
        "Ledger entry": seq,
    }


async def test_r20_what_was_over_the_hold_has_no_value_also_when_it_is_bought_later(
    acme: Acme,
) -> None:
    people = [await acme.house.contact(email=f"{name}@example.com") for name in ("ana", "ben")]
    job = await finished(acme.bob, Ask(exported(*people, people[1], analysis=SENIOR), hold=1))
    before = await csv_bytes(acme.bob, job)
    await acme.jane.reveal((people[1], "email"))
    rows = await csv_rows(acme.bob, job)
    assert column(rows, "Email outcome") == ["charged", "over hold", "duplicate"]
    assert column(rows, "Email") == ["ana@example.com", "", ""]
    assert column(rows, "Seniority") == ["Director", "", ""]
    assert await csv_bytes(acme.bob, job) == before


async def test_r28_a_reversed_piece_is_left_out_of_files_made_before(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    twin = await acme.house.contact(email="ANA@example.com")
    job = await finished(acme.bob, Ask(exported(ana, twin, analysis=SENIOR)))
    later = await finished(acme.jane, Ask(exported(twin)))
    [charge] = [line.seq for line in await acme.org.entries() if line.credits]
    await acme.org.reverse(charge)
    for user, one in ((acme.bob, job), (acme.jane, later)):
        rows = await csv_rows(user, one)
        assert set(column(rows, "Email outcome")) == {"reversed"}
        assert set(column(rows, "Email")) == set(column(rows, "Revealed by")) == {""}
        assert set(column(rows, "Seniority")) == set(column(rows, AT)) == {""}
        assert set(column(rows, "Ledger entry")) == {str(charge)}
    assert column(await csv_rows(acme.bob, job), "Credits") == ["1", "0"]


async def test_r28_paid_again_elsewhere_it_is_shown_again_of_a_phone_that_one_number(
    acme: Acme,
) -> None:
    ana = await acme.house.contact(email="ana@example.com", mobile=MOBILE, direct=DIRECT)
    twin = await acme.house.contact(email="ana@example.com", mobile=MOBILE)
    job = await finished(acme.bob, Ask(exported(ana), kinds=("email", "phone")))
    for charge in [line.seq for line in await acme.org.entries() if line.credits]:
        await acme.org.reverse(charge)
    again = [(await acme.jane.reveal((twin, kind))).seq for kind in ("email", "phone")]
    [row] = await csv_rows(acme.bob, job)
    assert (row["Email"], row["Mobile"], row["Direct dial"]) == (
        "ana@example.com",
        f"'{MOBILE}",
        "",
    )
    assert (row["Email outcome"], row["Phone outcome"]) == ("charged", "charged")
    assert [row["Email ledger entry"], row["Phone ledger entry"]] == list(map(str, again))
    assert row["Phone revealed by"] == "Jane Okafor"


async def test_r03_an_owned_phone_shows_that_one_number_on_another_contact(acme: Acme) -> None:
    ana = await acme.house.contact(mobile=MOBILE, direct=DIRECT)
    twin = await acme.house.contact(mobile=MOBILE, direct="+14155550199")
    await acme.jane.reveal((ana, "phone"))
    job = await finished(acme.bob, Ask(exported(twin, ana), kinds=("phone",)))
    rows = await xlsx_rows(acme.bob, job)
    assert [row["Phone outcome"] for row in rows] == ["already owned", "duplicate"]
    assert [row["Mobile"] for row in rows] == [MOBILE, MOBILE]
    assert [row["Direct dial"] for row in rows] == [None, DIRECT]


async def test_r24_two_downloads_are_the_same_though_the_directory_and_the_org_move_on(
    acme: Acme,
) -> None:
    ana = await acme.house.contact(email="ana@example.com", mobile=MOBILE, personality=True)
    ben = await acme.house.contact(email="ben@example.com")
    ask = Ask(exported(ana, ben, ana), kinds=("email", "phone", "personality"))
    job = await finished(acme.bob, ask)
    file, cells = await csv_bytes(acme.bob, job), await xlsx_rows(acme.bob, job)
    await acme.house.rewrite(ana, email="new@example.com", mobile=DIRECT, personality=None)
    await acme.house.rewrite(ben, email=None, mobile=DIRECT)
    acme.house.clock.move(days=400)
    await acme.jane.reveal((ana, "email"), (ben, "phone"))
    assert await csv_bytes(acme.bob, job) == file
    assert await xlsx_rows(acme.bob, job) == cells
    assert cells[0]["Email"] == "ana@example.com"


async def test_r06_a_file_has_the_value_the_piece_was_paid_for(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    await acme.jane.reveal((ana, "email"))
    ask = Ask(exported(ana))
    job = await begun(acme.bob, ask)
    await acme.house.rewrite(ana, email="ana@new.example.com")
    job = await settled(acme.bob, ask, job.id)
    [row] = await csv_rows(acme.bob, job)
    assert (row["Email"], row["Email outcome"]) == ("ana@new.example.com", "charged")


async def test_r04_an_erased_person_is_an_erased_contact_without_values(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    twin = await acme.house.contact(email="ana@example.com")
    job = await finished(acme.bob, Ask(exported(ana, twin, analysis=SENIOR)))
    await forgotten(acme, ana)
    erased, other = await csv_rows(acme.bob, job)
    assert {title: cell for title, cell in erased.items() if cell} == {
        "Name": "erased contact",
        "Email outcome": "charged",
        "Credits": "1",
        "Revealed by": "Bob Reyes",
        AT: NOON_IN_SPRING,
        "Ledger entry": other["Ledger entry"],
    }
    assert (other["Name"], other["Email"]) == ("Person 1", "ana@example.com")


async def test_several_kinds_have_their_own_outcome_and_payer(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com", mobile=MOBILE, personality=True)
    await acme.jane.reveal((ana, "phone"))
    ask = Ask(exported(ana), kinds=("email", "phone", "personality"))
    [row] = await xlsx_rows(acme.bob, await finished(acme.bob, ask))
    assert list(row)[6:] == [
        *("Email", "Email outcome", "Seniority", "Function", "Tenure years", "Skills"),
        *("Email revealed by", f"Email revealed at{AT[11:]}", "Email ledger entry"),
        *("Mobile", "Direct dial", "Phone outcome"),
        *("Phone revealed by", f"Phone revealed at{AT[11:]}", "Phone ledger entry"),
        *("D", "I", "S", "C", "Style", "Summary", "Personality outcome", "Personality revealed by"),
        *(f"Personality revealed at{AT[11:]}", "Personality ledger entry", "Credits"),
    ]
    assert (row["D"], row["I"], row["S"], row["C"]) == (20, 30, 80, 60)
    assert (row["Style"], row["Summary"]) == ("Steady", "Listens first.")
    assert row["Credits"] == 101
    assert [row[f"{kind} outcome"] for kind in ("Email", "Phone", "Personality")] == [
        "charged",
        "already owned",
        "charged",
    ]
    assert [row[f"{kind} revealed by"] for kind in ("Email", "Phone")] == [
        "Bob Reyes",
        "Jane Okafor",
    ]


async def test_a_file_of_many_chunks_has_every_row_in_order(acme: Acme) -> None:
    people = await acme.house.contacts(620)
    job = await finished(acme.bob, Ask(exported(*people)))
    rows = await csv_rows(acme.bob, job)
    assert column(rows, "Name") == [f"Person {number}" for number in range(620)]
    assert column(rows, "Email") == [f"{number}@example.com" for number in range(620)]
    assert [row["Email"] for row in await xlsx_rows(acme.bob, job)] == column(rows, "Email")


async def test_r10_no_download_charges_or_writes_an_entry(acme: Acme) -> None:
    ana = await acme.house.contact(email="ana@example.com")
    job = await finished(acme.bob, Ask(exported(ana)))
    before = await acme.org.entries()
    for _ in range(2):
        await csv_bytes(acme.bob, job)
        await xlsx_rows(acme.jane, job)
    assert await acme.org.entries() == before


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("West coast VPs", "west-coast-vps_export"),
        ('../../etc/passwd "\r\nX: y', "etc-passwd-x-y_export"),
        ("Łódź & Größe.xlsx", "lodz-grosse_export"),
        ("CON", "con_export"),
        ("西海岸", "2026-03-10_export"),
        ("x" * 500, f"{'x' * 80}_export"),
    ],
    ids=ascii,
)
async def test_a_file_is_named_by_its_label_in_what_every_system_takes(
    acme: Acme, label: str, name: str
) -> None:
    job = await finished(acme.bob, Ask(exported(None), label=label))
    assert (await table_of(acme.bob, job)).name == name


async def forgotten(acme: Acme, subject: SubjectId) -> None:
    """The person is erased by their profile URL."""
    url = f"https://www.linkedin.com/in/{subject.lower()}"
    await acme.house.rewrite(subject, url=url)
    answer = await erase(acme.house.database, UrlHasher(SECRET), acme.house.clock, url)
    assert answer.erased
