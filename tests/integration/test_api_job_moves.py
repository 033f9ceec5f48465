"""Exports and imports over HTTP are started, stopped and asked for again: who may, and when."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.halting_server import halt
from tests.integration.job_calls import (
    ask_export,
    ask_import,
    completed,
    ended,
    history,
    quoted_export,
    quoted_import,
    started,
    verified,
)
from tests.integration.whole import Person, Whole, open_whole, problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOKED_UP_WITHIN_S = 15.0
PEOPLE = (
    "Work e-mail,Name\nana.beck@initech.example,Ana Beck\nnew.person@hooli.example,New Person\n"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path_factory.mktemp("whole")) as whole:
        yield whole


@pytest_asyncio.fixture(loop_scope="module")
async def whole(app: Whole) -> AsyncIterator[Whole]:
    """With customers of this test alone, whose ledgers add up at its end (R32)."""
    await app.found()
    yield app
    await verified(app, app.people.alice, app.people.zoe)


async def credits_of(whole: Whole, who: Person) -> tuple[int, int]:
    """Used and held of the license."""
    license = (await whole.get("/battery", who))["license"]
    return license["used"], license["held"]


async def test_r11_the_same_key_answers_the_same_export(whole: Whole) -> None:
    bob = whole.people.bob
    first = await quoted_export(whole, bob, ["ana", "ben"], key="bobs-export")
    again = await ask_export(whole, bob, ["ana", "ben"], key="bobs-export")
    assert (again.status_code, again.json()) == (201, first)
    other = await ask_export(whole, bob, ["ana"], key="bobs-export")
    assert problem(other) == (409, "idempotency_conflict")
    assert len((await whole.get("/jobs", bob))["jobs"]) == 1


async def test_r11_two_exports_at_once_with_one_key_are_one(whole: Whole) -> None:
    bob = whole.people.bob
    both = await asyncio.gather(
        *(ask_export(whole, bob, ["ana", "dora"], key="at-once") for _ in range(2))
    )
    assert both[0].json() == both[1].json()
    assert len((await whole.get("/jobs", bob))["jobs"]) == 1


async def test_r11_an_import_sent_again_under_another_boundary_is_the_same(whole: Whole) -> None:
    bob = whole.people.bob
    first = await quoted_import(whole, bob, PEOPLE, key="bobs-import")
    again = await ask_import(whole, bob, PEOPLE, key="bobs-import")
    assert again.json() == first
    other = await ask_import(whole, bob, PEOPLE + "x@y.example,X\n", key="bobs-import")
    assert problem(other) == (409, "idempotency_conflict")
    labelled = await ask_import(whole, bob, PEOPLE, key="bobs-import", label="Another")
    assert problem(labelled) == (409, "idempotency_conflict")


async def test_r11_a_start_repeated_under_its_key_holds_once(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = whole.people.bob
    halted = halt(whole.house.charger, monkeypatch)
    job = await quoted_export(whole, bob, ["ana", "dora"])
    first = await started(whole, bob, job, key="start")
    again = await started(whole, bob, job, key="start")
    assert (first["id"], first["status"]) == (again["id"], again["status"])
    assert await credits_of(whole, bob) == (0, 2)
    without = await whole.call("POST", f"/jobs/{job['id']}/start", bob)
    assert problem(without) == (409, "job_state")
    halted.go_on.set()
    assert (await ended(whole, bob, job))["status"] == "completed"
    assert (await started(whole, bob, job, key="start"))["id"] == job["id"]


async def test_of_two_starts_at_once_one_holds(whole: Whole) -> None:
    bob = whole.people.bob
    job = await quoted_export(whole, bob, ["ana", "dora"])
    path = f"/jobs/{job['id']}/start"
    answers = await asyncio.gather(*(whole.call("POST", path, bob) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    assert (await ended(whole, bob, job))["settlement"]["credits"] == 2
    assert await credits_of(whole, bob) == (2, 0)


async def test_r21_a_stopped_job_charges_nothing_and_releases_its_hold(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, alice = whole.people.bob, whole.people.alice
    halted = halt(whole.house.charger, monkeypatch)
    job = await quoted_export(whole, bob, ["ana", "dora"])
    await started(whole, bob, job)
    async with asyncio.timeout(LOOKED_UP_WITHIN_S):
        await halted.looked_up.wait()
    assert await credits_of(whole, bob) == (0, 2)
    stopped = await whole.call("POST", f"/jobs/{job['id']}/stop", bob)
    assert (stopped.status_code, stopped.json()["status"]) == (200, "stopped")
    halted.go_on.set()
    assert await credits_of(whole, bob) == (0, 0)
    shown = await whole.get(f"/subjects/{whole.ids['ana']}", bob)
    assert shown["pieces"]["email"]["state"] == "available"
    assert await history(whole, alice, "export") == []
    late = await whole.call("POST", f"/jobs/{job['id']}/start", bob)
    assert problem(late) == (409, "job_state")
    again = await whole.call("POST", f"/jobs/{job['id']}/stop", bob)
    assert (again.status_code, again.json()["status"]) == (200, "stopped")


async def test_a_quote_can_be_stopped_and_a_completed_job_can_not(whole: Whole) -> None:
    bob = whole.people.bob
    quoted = await quoted_export(whole, bob, ["ana"])
    stopped = await whole.call("POST", f"/jobs/{quoted['id']}/stop", bob)
    assert stopped.json()["status"] == "stopped"
    done = await completed(whole, bob, await quoted_export(whole, bob, ["ana"]))
    late = await whole.call("POST", f"/jobs/{done['id']}/stop", bob)
    assert problem(late) == (409, "job_state")


async def test_r19_a_start_without_the_credits_says_what_is_missing(whole: Whole) -> None:
    bob = whole.people.bob
    job = await quoted_export(whole, bob, ["ana"], kinds=["personality", "phone"])
    assert (job["quote"]["affordable"], job["quote"]["short_by"]) == (False, 10)
    refused = await whole.call("POST", f"/jobs/{job['id']}/start", bob)
    assert problem(refused) == (402, "insufficient_credits")
    told = refused.json()
    assert (told["need"], told["license_remaining"], told["short_by"]) == (110, 100, 10)
    await whole.grant(bob.org, 10)
    done = await completed(whole, bob, job)
    assert (done["settlement"]["from_license"], done["settlement"]["from_extra"]) == (100, 10)


async def test_r26_a_quote_above_its_limit_cannot_be_started(whole: Whole) -> None:
    bob = whole.people.bob
    job = await quoted_export(whole, bob, ["ana", "ben"], max_credits=1)
    refused = await whole.call("POST", f"/jobs/{job['id']}/start", bob)
    assert problem(refused) == (409, "over_max_credits")
    assert await credits_of(whole, bob) == (0, 0)


async def test_r19_a_start_that_would_need_more_is_refused_with_a_fresh_quote(whole: Whole) -> None:
    bob, vera = whole.people.bob, whole.people.vera
    job = await quoted_export(whole, bob, ["ana", "ben"])
    dearer = {"prices": {"email": 3, "phone": 10, "personality": 100}}
    await whole.call("PUT", f"/operator/orgs/{bob.org}/prices", vera, dearer)
    refused = await whole.call("POST", f"/jobs/{job['id']}/start", bob)
    assert problem(refused) == (409, "quote_changed")
    assert refused.json()["quote"]["credits"] == 6
    now = await whole.get(f"/jobs/{job['id']}", bob)
    assert now["quote"] == refused.json()["quote"]
    assert (await completed(whole, bob, job))["settlement"]["credits"] == 6


async def test_r18_an_unstarted_quote_expires_after_a_day(whole: Whole) -> None:
    bob = whole.people.bob
    job = await quoted_export(whole, bob, ["ana"])
    whole.clock.move(days=1, seconds=1)
    refused = await whole.call("POST", f"/jobs/{job['id']}/start", bob)
    assert problem(refused) == (410, "expired")
    assert await credits_of(whole, bob) == (0, 0)


async def test_lists_are_newest_first_and_go_on_where_they_ended(whole: Whole) -> None:
    bob, jane, alice = whole.people.bob, whole.people.jane, whole.people.alice
    made: list[Any] = []
    for number, who in enumerate((bob, jane, bob, bob)):
        whole.clock.move(seconds=1)
        made.insert(0, await quoted_export(whole, who, ["ana"], label=f"Number {number}"))
    assert await whole.get("/jobs", alice) == {"jobs": made, "next_before": None}
    bobs = [job for job in made if job["by"]["id"] == bob.id]
    assert await whole.get("/jobs", bob) == {"jobs": bobs, "next_before": None}
    first = await whole.get("/jobs?limit=3", alice)
    assert first == {"jobs": made[:3], "next_before": made[2]["id"]}
    rest = await whole.get(f"/jobs?limit=3&before={first['next_before']}", alice)
    assert rest == {"jobs": made[3:], "next_before": None}


async def test_a_rep_sees_the_own_jobs_only_and_an_admin_may_look_and_stop(whole: Whole) -> None:
    bob, jane, alice = whole.people.bob, whole.people.jane, whole.people.alice
    job = await quoted_import(whole, bob, PEOPLE)
    path = f"/jobs/{job['id']}"
    for method, below, body in (
        ("GET", "", None),
        ("GET", "/file?format=csv", None),
        ("PUT", "/mapping", {"email": "Work e-mail"}),
        ("POST", "/start", None),
        ("POST", "/stop", None),
    ):
        answer = await whole.call(method, path + below, jane, body)
        assert problem(answer) == (404, "not_found"), below
    assert (await whole.get("/jobs", jane))["jobs"] == []
    # The rows of a file are its owner's to see before they are charged.
    assert await whole.get(path, alice) == {**job, "sample": []}
    for method, below, body in (
        ("PUT", "/mapping", {"email": "Work e-mail"}),
        ("POST", "/start", None),
    ):
        answer = await whole.call(method, path + below, alice, body)
        assert problem(answer) == (403, "forbidden"), below
    stopped = await whole.call("POST", f"{path}/stop", alice)
    assert stopped.json()["status"] == "stopped"


async def test_r15_deactivating_a_user_stops_the_jobs(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, alice = whole.people.bob, whole.people.alice
    halted = halt(whole.house.charger, monkeypatch)
    running = await quoted_export(whole, bob, ["ana", "dora"])
    await started(whole, bob, running)
    async with asyncio.timeout(LOOKED_UP_WITHIN_S):
        await halted.looked_up.wait()
    quoted = await quoted_export(whole, bob, ["ben"])
    await whole.call("PATCH", f"/admin/users/{bob.id}", alice, {"active": False})
    halted.go_on.set()
    for job in (running, quoted):
        assert (await ended(whole, alice, job))["status"] == "stopped"
    shown = await whole.get(f"/admin/users/{bob.id}/battery", alice)
    assert (shown["license"]["used"], shown["license"]["held"]) == (0, 0)
