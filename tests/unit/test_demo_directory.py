"""The demo directory is always the same, reads back whole, and has the mess demo.md names."""

import hashlib
import os
import subprocess
import sys
import unicodedata
from collections import Counter
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from server.demo.accounts import ACME, DEMO_ORGS, GLOBEX, DemoOrg
from server.demo.directory_csv import directory_csv, insights_csv
from server.demo.insights import demo_insights
from server.demo.latin import plain, unaccented
from server.demo.named_people import ANA_URL, EX_COLLEAGUE_URL
from server.demo.people import DemoDirectory, changed_rows, demo_directory
from server.demo.phone_ranges import RANGES
from server.domain.directory_file import Problem, read_directory_file
from server.domain.directory_rows import DirectoryRow
from server.domain.pieces import canonical_email, canonical_phone
from server.domain.profile_urls import canonical_profile_url


@pytest.fixture(scope="module")
def directory() -> DemoDirectory:
    return demo_directory()


def canonical_addresses(rows: tuple[DirectoryRow, ...]) -> Counter[str]:
    return Counter(canonical_email(row.email) for row in rows if row.email)


def phones(row: DirectoryRow) -> list[str]:
    return [number for number in (row.mobile, row.direct) if number]


def scripts(text: str) -> set[str]:
    """The scripts of a text's letters by their Unicode names: LATIN, CJK, ARABIC …"""
    return {unicodedata.name(char).split()[0] for char in text if char.isalpha()}


def test_it_is_the_same_to_the_byte_whatever_seed_python_hashes_with(
    directory: DemoDirectory,
) -> None:
    program = (
        "import sys; from server.demo.people import demo_directory;"
        "from server.demo.directory_csv import directory_csv;"
        "sys.stdout.buffer.writelines(l.encode() for l in directory_csv(demo_directory().rows))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
    ).stdout
    here = "".join(directory_csv(directory.rows)).encode()
    assert hashlib.sha256(elsewhere).digest() == hashlib.sha256(here).digest()


def test_its_file_reads_back_without_a_problem_and_unchanged(directory: DemoDirectory) -> None:
    file = read_directory_file(directory_csv(directory.rows))
    read = list(file.rows)
    assert file.ignored_columns == ()
    assert [row for row in read if isinstance(row, Problem)] == []
    assert [row.line for row in read] == list(range(2, len(directory.rows) + 2))
    expected = "".join(directory_csv(directory.rows))
    assert "".join(directory_csv(row for row in read if isinstance(row, DirectoryRow))) == expected


def test_it_holds_5000_contacts_and_300_accounts_under_urls_of_their_own(
    directory: DemoDirectory,
) -> None:
    assert len(directory.contacts) == 5_000
    assert len(directory.accounts) == 300
    assert len({row.url for row in directory.rows}) == 5_300
    for row in directory.rows:
        profile = canonical_profile_url(row.url)
        assert profile is not None
        assert (profile.url, profile.type) == (row.url, row.type)


def test_5_percent_lack_an_email_60_a_phone_and_40_a_personality(
    directory: DemoDirectory,
) -> None:
    assert sum(row.email is None for row in directory.contacts) == 250
    assert sum(not phones(row) for row in directory.contacts) == 3_000
    assert sum(row.disc is None for row in directory.contacts) == 2_000


def test_sixty_people_stand_twice_with_one_address_in_different_case(
    directory: DemoDirectory,
) -> None:
    written = {row.email for row in directory.contacts if row.email}
    found = canonical_addresses(directory.contacts)
    assert Counter(found.values()) == {1: 4_630, 2: 60}
    assert len(written) == 4_750


def test_some_share_their_companys_switchboard_number(directory: DemoDirectory) -> None:
    switchboards = {row.direct for row in directory.accounts if row.direct}
    sharing = [row for row in directory.contacts if row.direct in switchboards]
    assert len(sharing) > 100
    assert all(row.mobile is None for row in sharing)
    numbers = Counter(number for row in directory.contacts for number in phones(row))
    assert {number for number, people in numbers.items() if people > 1} <= switchboards


def test_every_number_is_possible_and_from_a_range_reserved_for_fiction(
    directory: DemoDirectory,
) -> None:
    fictional = tuple(each.prefix for ranges in RANGES.values() for each in ranges)
    named = ("+185755501", "+150855501")
    for number in {number for row in directory.rows for number in phones(row)}:
        assert canonical_phone(number) == number
        assert phonenumbers.is_possible_number(phonenumbers.parse(number))
        assert number.startswith((*fictional, *named))


def test_every_domain_ends_in_example(directory: DemoDirectory) -> None:
    assert all(row.email.lower().endswith(".example") for row in directory.rows if row.email)


def test_names_come_in_many_scripts_with_accents_and_as_one_word(
    directory: DemoDirectory,
) -> None:
    names = [row.name for row in directory.contacts]
    assert {script for name in names for script in scripts(name)} >= {
        "LATIN", "CJK", "HIRAGANA", "HANGUL", "CYRILLIC", "GREEK", "ARABIC", "HEBREW",
    }  # fmt: skip
    assert sum(unaccented(name) != name for name in names) > 500
    assert sum(row.last_name is None and " " not in row.name for row in directory.contacts) > 50
    assert all(unicodedata.is_normalized("NFC", name) for name in names)


def test_headlines_go_up_to_what_a_profile_allows(directory: DemoDirectory) -> None:
    lengths = [len(row.headline or "") for row in directory.contacts]
    assert 200 < max(lengths) <= 220
    assert min(lengths) > 0


def test_people_work_at_companies_of_the_directory(directory: DemoDirectory) -> None:
    names = {row.url: row.name for row in directory.accounts}
    employed = [row for row in directory.contacts if row.company_url]
    assert len(employed) > 4_500
    assert all(names[row.company_url or ""] == row.company for row in employed)
    staff = Counter(row.company_url for row in employed)
    assert min(staff[url] for url in names) >= 1
    assert staff[directory.accounts[0].url] > 20


def test_ana_comes_first_with_a_value_of_every_kind(directory: DemoDirectory) -> None:
    ana = directory.contacts[0]
    assert ana.url == ANA_URL == "https://www.linkedin.com/in/ana-beatriz-conceicao"
    assert ana.name == "Ana Beatriz Conceição"
    assert ana.headline == "VP Revenue Operations at Kestrel Logistics"
    assert ana.email == "ana.conceicao@kestrel.example"
    assert len(phones(ana)) == 2
    assert ana.disc is not None


def test_r06_an_ex_colleague_has_another_address_in_a_later_delivery(
    directory: DemoDirectory,
) -> None:
    (before,) = (row for row in directory.contacts if row.url == EX_COLLEAGUE_URL)
    (after,) = changed_rows(directory)
    assert (after.url, after.name, after.mobile) == (before.url, before.name, before.mobile)
    assert after.email not in (None, before.email)
    assert after.company != before.company
    assert canonical_addresses(directory.contacts)[canonical_email(after.email or "")] == 0


@pytest.mark.parametrize("org", DEMO_ORGS, ids=lambda org: org.name)
def test_insights_name_members_of_the_org_and_people_with_an_email(
    org: DemoOrg, directory: DemoDirectory
) -> None:
    insights = demo_insights(org, directory)
    with_email = {row.url for row in directory.contacts if row.email}
    assert {each.colleague for each in insights} == {user.email for user in org.users}
    assert {each.url for each in insights} <= with_email
    assert len({(each.url, each.colleague) for each in insights}) == len(insights)
    assert all(0 <= each.strength <= 100 for each in insights)
    assert sum(each.url == ANA_URL for each in insights) == 1
    lines = list(insights_csv(insights))
    assert lines[0] == "url,colleague,strength,since,note\n"
    assert len(lines) == len(insights) + 1


def test_the_orgs_know_different_people(directory: DemoDirectory) -> None:
    acme = {each.url for each in demo_insights(ACME, directory)}
    globex = {each.url for each in demo_insights(GLOBEX, directory)}
    assert len(acme & globex) < min(len(acme), len(globex)) / 2


def test_the_accounts_are_those_of_the_table() -> None:
    table = [
        (org.name, org.time_zone, user.name, user.role, user.allotment, user.anchor.day)
        for org in DEMO_ORGS
        for user in org.users
    ]
    assert table == [
        ("Acme", "America/New_York", "Alice Nakamura", "admin", 500, 9),
        ("Acme", "America/New_York", "Bob Reyes", "rep", 2000, 31),
        ("Acme", "America/New_York", "Jane Okafor", "rep", 2000, 15),
        ("Globex", "Europe/Berlin", "Zoe Lindqvist", "admin", 1000, 1),
        ("Globex", "Europe/Berlin", "Gus Adeyemi", "rep", 1000, 1),
    ]
    assert [org.extra_credits for org in DEMO_ORGS] == [15_000, 0]
    assert all(ZoneInfo(org.time_zone) for org in DEMO_ORGS)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("D'Angelo", "d-angelo"),
        ("Großmann", "grossmann"),
        ("Łukasz Żółtowski", "lukasz-zoltowski"),
        ("Müller & Söhne", "mueller-soehne"),
        ("佐藤", ""),
    ],
)
def test_names_are_spelled_plainly_for_addresses(text: str, spelled: str) -> None:
    assert plain(text) == spelled


def test_dropping_accents_leaves_letters_of_other_scripts_alone() -> None:
    assert unaccented("Inès Çelik が 각 Юрій") == "Ines Celik が 각 Юрій"
