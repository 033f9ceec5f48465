"""What a page shows: subjects, battery and prices over HTTP, in the exact shapes of api.md."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.whole import (
    ANA_EMAIL,
    ANA_PERSONALITY,
    ANA_PHONE,
    AT,
    SITE,
    Whole,
    open_whole,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path_factory.mktemp("whole")) as whole:
        yield whole


@pytest_asyncio.fixture(loop_scope="module")
async def whole(app: Whole) -> AsyncIterator[Whole]:
    """With customers of this test alone, whose ledgers add up at its end (R32)."""
    await app.found()
    yield app
    for who in (app.people.alice, app.people.zoe):
        assert (await app.get("/admin/verify", who))["broken"] == []


async def test_r28_a_reversed_piece_is_masked_and_charges_again(whole: Whole) -> None:
    bob, ana = whole.people.bob, whole.ids["ana"]
    first = await whole.revealed(bob, ("ana", "email"))
    await whole.reverse(bob.org, first["seq"])
    shown = await whole.get(f"/subjects/{ana}", whole.people.jane)
    assert shown["pieces"]["email"] == {"state": "available", "price": 1}
    again = await whole.revealed(bob, ("ana", "email"))
    assert again["results"][0]["outcome"] == "charged"
    assert again["battery"]["license"]["used"] == 1


async def test_an_account_has_an_email_and_a_phone_and_no_personality(whole: Whole) -> None:
    bob, initech = whole.people.bob, whole.ids["initech"]
    answer = await whole.revealed(bob, ("initech", "phone,personality"))
    phone, personality = answer["results"]
    assert phone["value"] == {"phones": [{"type": "mobile", "number": "+14155550105"}]}
    assert personality == {
        "subject": initech,
        "kind": "personality",
        "outcome": "not_found",
        "credits": 0,
    }
    shown = await whole.get(f"/subjects/{initech}", bob)
    assert shown["type"] == "account"
    assert shown["pieces"].keys() == {"email", "phone"}


async def test_r05_a_colleague_sees_each_value_with_who_and_when(whole: Whole) -> None:
    await whole.license(whole.people.bob, 200)
    seq = (await whole.revealed(whole.people.bob, ("ana", "email,phone,personality")))["seq"]
    by_bob = {"state": "owned", "revealed_by": "Bob Reyes", "revealed_at": AT}
    shown = {
        "id": whole.ids["ana"],
        "type": "contact",
        "name": "Ana Beck",
        "headline": "VP of Sales",
        "company": "Initech",
        "location": "Berlin",
        "url": "https://www.linkedin.com/in/ana",
        "pieces": {
            "email": {**by_bob, "value": ANA_EMAIL, "seq": seq - 2},
            "phone": {**by_bob, "value": ANA_PHONE, "seq": seq - 1},
            "personality": {**by_bob, "value": ANA_PERSONALITY, "seq": seq},
        },
    }
    jane = whole.people.jane
    assert await whole.get(f"/subjects/{whole.ids['ana']}", jane) == shown
    looked_up = await whole.call("POST", "/lookups", jane, {"urls": [shown["url"], "nonsense"]})
    assert looked_up.json() == {"results": [shown, None]}
    found = await whole.get("/people?q=ana.beck@initech.example", jane)
    assert found["results"][0] == shown


async def test_what_is_not_owned_is_a_state_and_a_price(whole: Whole) -> None:
    shown = await whole.get(f"/subjects/{whole.ids['cleo']}", whole.people.bob)
    assert shown["pieces"] == {
        "email": {"state": "not_found"},
        "phone": {"state": "available", "price": 10},
        "personality": {"state": "not_found"},
    }


async def test_r06_a_new_address_is_an_update_with_its_price_beside_the_old_one(
    whole: Whole,
) -> None:
    bob, flo = whole.people.bob, f"{SITE}/in/flo"
    await whole.upload(f"url,name,email\n{flo},Flo Grant,flo@initech.example\n")
    found = await whole.call("POST", "/lookups", bob, {"urls": [flo]})
    [subject] = [one["id"] for one in found.json()["results"]]
    old = await whole.revealed(bob, (subject, "email"))
    await whole.upload(f"url,name,email\n{flo},Flo Grant,flo@hooli.example\n")
    shown = await whole.get(f"/subjects/{subject}", whole.people.jane)
    assert shown["pieces"]["email"] == {
        "state": "updated",
        "price": 1,
        "value": {"email": "flo@initech.example", "analysis": None, "insights": []},
        "revealed_by": "Bob Reyes",
        "revealed_at": AT,
        "seq": old["seq"],
    }
    new = await whole.revealed(bob, (subject, "email"))
    assert new["results"][0]["outcome"] == "charged"
    piece = (await whole.get(f"/subjects/{subject}", bob))["pieces"]["email"]
    assert (piece["state"], piece["value"]["email"]) == ("owned", "flo@hooli.example")


async def test_r10_looking_charges_nothing(whole: Whole) -> None:
    bob, url = whole.people.bob, "https://de.linkedin.com/in/ana/?trk=x"
    before = await whole.get("/battery", bob)
    for path in (
        "/people?q=ana&page=1",
        "/accounts",
        f"/subjects/{whole.ids['ana']}",
        f"/subjects/{whole.ids['initech']}",
        "/history",
        "/history/file?format=csv",
        "/prices",
        "/me",
    ):
        answer = await whole.call("GET", path, bob)
        assert answer.status_code == 200, path
    looked_up = await whole.call("POST", "/lookups", bob, {"urls": [url]})
    assert looked_up.json()["results"][0]["id"] == whole.ids["ana"]
    assert await whole.get("/battery", bob) == before


async def test_r16_the_battery_tells_the_orgs_extra_credits_and_what_is_mine(whole: Whole) -> None:
    people = whole.people
    await whole.grant(people.bob.org, 500)
    await whole.revealed(people.bob, ("dora", "personality,phone"))
    assert (await whole.get("/battery", people.bob))["extra"] == {
        "granted": 500,
        "used": 10,
        "held": 0,
        "remaining": 490,
        "cap": None,
        "mine": {"used": 10, "held": 0},
        "available": 490,
    }
    patch = {"extra_cap": 15}
    await whole.call("PATCH", f"/admin/users/{people.bob.id}", people.alice, patch)
    capped = await whole.get("/battery", people.bob)
    assert (capped["extra"]["cap"], capped["extra"]["available"]) == (15, 5)
    assert (capped["available"], capped["level"]) == (5, "critical")
    janes = await whole.get("/battery", people.jane)
    assert janes["extra"]["mine"] == {"used": 0, "held": 0}
    assert (janes["extra"]["available"], janes["available"]) == (490, 590)


async def test_r17_a_cap_of_0_allows_nothing_from_extra(whole: Whole) -> None:
    people = whole.people
    await whole.grant(people.bob.org, 500)
    capped = await whole.call(
        "PATCH", f"/admin/users/{people.bob.id}", people.alice, {"extra_cap": 0}
    )
    assert capped.json()["battery"]["extra"]["available"] == 0
    refused = await whole.reveal(people.bob, ("dora", "personality,email"))
    told = refused.json()
    assert (told["extra_available"], told["short_by"]) == (0, 1)


async def test_r33_an_allotment_of_0_is_empty_and_ok_with_extra_credits(whole: Whole) -> None:
    org = whole.people.bob.org
    ines = await whole.hire(org, "Ines Moreau", "ines@acme.example", allotment=0)
    assert (await whole.get("/battery", ines))["level"] == "empty"
    await whole.grant(org, 10)
    shown = await whole.get("/battery", ines)
    assert (shown["level"], shown["available"]) == ("ok", 10)
    answer = await whole.revealed(ines, ("ana", "phone"))
    assert (answer["from_extra"], answer["battery"]["level"]) == (10, "empty")


async def test_prices_are_the_orgs_own(whole: Whole) -> None:
    people = whole.people
    assert await whole.get("/prices", people.bob) == {"email": 1, "phone": 10, "personality": 100}
    own = {"prices": {"email": 2, "phone": 0, "personality": 7}}
    path = f"/operator/orgs/{people.bob.org}/prices"
    assert (await whole.call("PUT", path, people.vera, own)).status_code == 200
    assert await whole.get("/prices", people.bob) == own["prices"]
    assert (await whole.get("/prices", people.zoe))["email"] == 1
    answer = await whole.revealed(people.bob, ("ana", "email,phone,personality"))
    assert [told["credits"] for told in answer["results"]] == [2, 0, 7]
    again = await whole.revealed(people.jane, ("ana", "phone"))
    assert again["results"][0]["outcome"] == "already_owned"


async def test_a_month_that_turned_is_full_again_without_asking_anybody(whole: Whole) -> None:
    bob = whole.people.bob
    await whole.revealed(bob, ("ana", "email,phone"))
    whole.clock.move(days=22)
    shown = await whole.get("/battery", bob)
    assert (shown["license"]["remaining"], shown["license"]["starts_on"]) == (100, "2026-12-15")
    assert shown["license"]["last_day"] == "2027-01-14"
