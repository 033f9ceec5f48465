"""Lookups by URL and searches: whom they find, how they page, what they refuse."""

import pytest

from tests.integration.directory_stage import COMPANY, PERSON, Stage, company, person, stage_on

ANA = person(
    "ana-b-1",
    "Ana Beatriz Conceição",
    headline="VP Revenue Operations at Kestrel",
    company="Kestrel Logistics",
    location="Łódź, Poland",
    email="ana@kestrel.example",
    mobile="+18575550143",
)
BEN = person("ben", "Ben O'Neill", headline="100% remote_first", company="Harbourline")
JOSE = person("josé", "José Ñúñez", location="Σπάρτη")
KESTREL = company("kestrel", "Kestrel Logistics", location="Boston")
EVERYBODY = (ANA, BEN, JOSE, KESTREL)


@pytest.mark.parametrize(
    "written",
    [
        ANA.url,
        "linkedin.com/in/ana-b-1",
        "https://uk.linkedin.com/in/ANA-B-1/?trk=x#about",
        "http://m.linkedin.com/in/ana-b-1/details/skills/",
        "http://127.0.0.1:8000/demo/in/ana-b-1",
    ],
)
async def test_a_lookup_takes_the_forms_a_url_comes_in(sqlite_url: str, written: str) -> None:
    async with stage_on(sqlite_url, *EVERYBODY) as stage:
        [found] = await stage.look_up(stage.acme.bob, written)
        assert found is not None
        assert (found.name, found.url) == (ANA.name, ANA.url)


async def test_lookups_answer_in_the_order_asked_with_null_for_nobody(database_url: str) -> None:
    async with stage_on(database_url, *EVERYBODY) as stage:
        found = await stage.look_up(
            stage.acme.bob,
            f"{COMPANY}kestrel/about",
            f"{PERSON}nobody",
            "no address at all",
            f"{PERSON}jos%C3%A9",
            f"{COMPANY}kestrel",
        )
        assert [one and one.name for one in found] == [
            "Kestrel Logistics",
            None,
            None,
            "José Ñúñez",
            "Kestrel Logistics",
        ]
        assert await stage.look_up(stage.acme.bob) == []


async def test_101_urls_are_refused_and_100_are_not(sqlite_url: str) -> None:
    async with stage_on(sqlite_url, *EVERYBODY) as stage:
        refused = await stage.post(stage.acme.bob, "lookups", {"urls": [ANA.url] * 101})
        assert refused.status_code == 400
        assert refused.json()["code"] == "bad_request"
        found = await stage.look_up(stage.acme.bob, *[ANA.url] * 100)
        assert {one.name for one in found if one} == {ANA.name}
        assert len(found) == 100


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("conceicao", [ANA.name]),
        ("CONCEIÇÃO ana", [ANA.name]),
        ("lodz", [ANA.name]),
        ("revenue kestrel", [ANA.name]),
        ("harbour", [BEN.name]),
        ("nunez", [JOSE.name]),
        ("σπαρτη", [JOSE.name]),
        ("in/ana-b", [ANA.name]),
        ("https://de.linkedin.com/in/ana-b-1?x=1", [ANA.name]),
        ("https://www.linkedin.com/in/ana", []),
        ("www.linkedin.com/in", [ANA.name, BEN.name, JOSE.name]),
        ("  ", [ANA.name, BEN.name, JOSE.name]),
        ("kestrel harbourline", []),
        ("%", [BEN.name]),
        ("e_f", [BEN.name]),
        ("e_o", []),
        ("100%", [BEN.name]),
        ("/", [ANA.name, BEN.name, JOSE.name]),
        ("'; DROP TABLE subject; --", []),
    ],
)
async def test_a_search_finds_every_word_anywhere_without_case_and_accents(
    sqlite_url: str, q: str, names: list[str]
) -> None:
    async with stage_on(sqlite_url, *EVERYBODY) as stage:
        assert await stage.names(stage.acme.bob, q) == names


async def test_both_databases_search_alike(database_url: str) -> None:
    async with stage_on(database_url, *EVERYBODY) as stage:
        bob = stage.acme.bob
        assert await stage.names(bob, "CONCEIÇÃO kestrel") == [ANA.name]
        assert await stage.names(bob, "e_f") == [BEN.name]
        assert await stage.names(bob, "") == [ANA.name, BEN.name, JOSE.name]
        assert [found.name for found in (await stage.accounts(bob)).results] == [KESTREL.name]
        assert (await stage.accounts(bob, "ana")).total == 0


async def test_a_search_finds_values_the_org_owns_and_no_others(database_url: str) -> None:
    async with stage_on(database_url, *EVERYBODY) as stage:
        acme = stage.acme
        for q in ("ana@kestrel.example", "+1 (857) 555-0143", "8575550143"):
            assert (await stage.people(acme.bob, q)).total == 0
        await acme.bob.reveal((await stage.id_of(ANA.url), "email"))
        assert await stage.names(acme.jane, "ANA@kestrel.example") == [ANA.name]
        assert await stage.names(acme.jane, "@kestrel lodz") == [ANA.name]
        assert (await stage.people(acme.jane, "8575550143")).total == 0
        await acme.jane.reveal((await stage.id_of(ANA.url), "phone"))
        for q in ("+1 (857) 555-0143", "857 555 0143", "+18575550143"):
            assert await stage.names(acme.bob, q) == [ANA.name]
        for q in ("ana@kestrel.example", "857 555 0143"):
            assert (await stage.people(acme.zoe, q)).total == 0


async def test_r25_a_contact_of_one_org_is_invisible_to_every_other(database_url: str) -> None:
    async with stage_on(database_url, *EVERYBODY) as stage:
        acme = stage.acme
        carla = await stage.private(acme.org, "carla", "Carla Private")
        assert (await stage.see(acme.bob, carla)).name == "Carla Private"
        assert await stage.names(acme.bob, "carla") == ["Carla Private"]
        assert (await stage.people(acme.bob)).total == 4
        [found] = await stage.look_up(acme.bob, f"{PERSON}carla")
        assert found is not None
        assert found.id == carla
        assert (await stage.people(acme.zoe)).total == 3
        assert (await stage.people(acme.zoe, "carla")).total == 0
        assert await stage.look_up(acme.zoe, f"{PERSON}carla") == [None]
        unseen = await stage.get(acme.zoe, f"subjects/{carla}")
        unknown = await stage.get(acme.zoe, "subjects/con_nobody")
        assert unseen.status_code == unknown.status_code == 404
        assert unseen.json() == unknown.json()


async def test_own_and_public_people_stand_in_one_order(database_url: str) -> None:
    async with stage_on(database_url, *EVERYBODY) as stage:
        await stage.private(stage.acme.org, "ann", "Ann")
        await stage.private(stage.acme.org, "zed", "Zed")
        assert await stage.names(stage.acme.bob, "") == [
            ANA.name,
            "Ann",
            BEN.name,
            JOSE.name,
            "Zed",
        ]


async def test_whom_the_directory_knows_too_is_looked_up_there(database_url: str) -> None:
    async with stage_on(database_url, *EVERYBODY) as stage:
        await stage.private(stage.acme.org, "ben", "Ben of ours")
        [found] = await stage.look_up(stage.acme.bob, BEN.url)
        assert found is not None
        assert found.name == BEN.name


async def _pages(stage: Stage, q: str, pages: int) -> list[str]:
    ids: list[str] = []
    for page in range(1, pages + 1):
        ids += [found.id for found in (await stage.people(stage.acme.bob, q, page)).results]
    return ids


async def test_pages_hold_20_in_a_stable_order_and_end(database_url: str) -> None:
    namesakes = [person(f"sam-{number}", "Sam Same") for number in range(45)]
    async with stage_on(database_url, *namesakes, BEN) as stage:
        first = await stage.people(stage.acme.bob, "same")
        assert (len(first.results), first.page, first.pages, first.total) == (20, 1, 3, 45)
        last = await stage.people(stage.acme.bob, "same", 3)
        assert (len(last.results), last.page, last.pages, last.total) == (5, 3, 3, 45)
        past = await stage.people(stage.acme.bob, "same", 4)
        assert (past.results, past.page, past.pages, past.total) == ([], 4, 3, 45)
        far = await stage.people(stage.acme.bob, "same", 2**53 - 1)
        assert (far.results, far.total) == ([], 45)
        ids = await _pages(stage, "same", 3)
        assert len(set(ids)) == 45
        assert ids == await _pages(stage, "same", 3)


@pytest.mark.parametrize(
    "query",
    [
        {"page": 0},
        {"page": -1},
        {"page": "two"},
        {"page": 2**60},
        {"q": "a\x00b"},
        {"q": "x" * 2_049},
        {"q": " ".join(f"w{number}" for number in range(21))},
        {"qq": "ana"},
    ],
)
async def test_what_cannot_be_searched_is_refused(
    sqlite_url: str, query: dict[str, str | int]
) -> None:
    async with stage_on(sqlite_url, ANA) as stage:
        response = await stage.get(stage.acme.bob, "people", **query)
        assert response.status_code == 400
        assert response.json()["code"] == "bad_request"


async def test_nothing_found_is_no_page_at_all(sqlite_url: str) -> None:
    async with stage_on(sqlite_url) as stage:
        empty = await stage.people(stage.acme.bob)
        assert (empty.results, empty.page, empty.pages, empty.total) == ([], 1, 0, 0)
