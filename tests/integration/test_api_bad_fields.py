"""Bad input call by call: each is refused with a sentence that names the field."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest
import pytest_asyncio

from server.settings import Limits
from tests.integration.whole import Whole, open_whole, problem, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNLIMITED = Limits(lookup_burst=100_000, pairings_per_minute=100_000, sign_in_failures=100_000)
"""Refusals of bad input are counted as calls, and some as failures."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Nothing here is let through, so one app with one set of customers serves all."""
    async with open_whole(tmp_path_factory.mktemp("whole"), limits=UNLIMITED) as whole:
        yield whole


ANA = {"subject": "con_ana", "kinds": ["email"]}

REVEALS: list[tuple[Any, str]] = [
    ({}, "`items` is missing"),
    ({"items": []}, "`items` must hold 1 to 500 items"),
    ({"items": [ANA] * 501}, "`items` must hold 1 to 500 items, not 501"),
    ({"items": {}}, "`items`"),
    ({"items": ["con_ana"]}, "`items[0]`"),
    ({"items": [{"kinds": ["email"]}]}, "`items[0].subject` is missing"),
    ({"items": [{"subject": "con_ana"}]}, "`items[0].kinds` is missing"),
    ({"items": [ANA, {"subject": "con_ana", "kinds": []}]}, "`items[1].kinds` is empty"),
    ({"items": [{"subject": "con_ana", "kinds": "email"}]}, "`items[0].kinds`"),
    ({"items": [{"subject": "con_ana", "kinds": ["fax"]}]}, "`items[0].kinds[0]`"),
    ({"items": [{"subject": "con_ana", "kinds": ["Email"]}]}, "`items[0].kinds[0]`"),
    ({"items": [{"subject": "con_ana", "kinds": ["email", None]}]}, "`items[0].kinds[1]`"),
    ({"items": [{"subject": 7, "kinds": ["email"]}]}, "`items[0].subject`"),
    ({"items": [{"subject": None, "kinds": ["email"]}]}, "`items[0].subject`"),
    ({"items": [{"subject": "con_\0", "kinds": ["email"]}]}, "`items[0].subject` holds a NUL"),
    ({"items": [{**ANA, "price": 0}]}, "Unknown field `items[0].price`"),
    ({"items": [ANA], "max_credit": 1}, "Unknown field `max_credit`"),
    ({"items": [ANA], "allow_partial": "yes"}, "`allow_partial`"),
    ({"items": [ANA], "allow_partial": 1}, "`allow_partial`"),
    ({"items": [ANA], "allow_partial": None}, "`allow_partial`"),
    ({"items": [ANA], "max_credits": "11"}, "`max_credits`"),
    ({"items": [ANA], "max_credits": 1.5}, "`max_credits`"),
    ({"items": [ANA], "max_credits": True}, "`max_credits`"),
    ({"items": [ANA], "max_credits": -1}, "`max_credits`"),
    ({"items": [ANA], "max_credits": 1_000_000_001}, "`max_credits`"),
    ({"items": [ANA], "max_credits": 2**53}, "`max_credits`"),
]


@pytest.mark.parametrize(("body", "named"), REVEALS)
async def test_a_reveal_that_makes_no_sense_is_refused_by_field(
    whole: Whole, body: Any, named: str
) -> None:
    bob = whole.people.bob
    before = await whole.get("/battery", bob)
    status, code, detail = refusal(await whole.call("POST", "/reveals", bob, body))
    assert (status, code) == (400, "bad_request")
    assert named in detail
    assert await whole.get("/battery", bob) == before


async def test_an_unknown_subject_fails_the_whole_request(whole: Whole) -> None:
    bob = whole.people.bob
    before = await whole.get("/battery", bob)
    answer = await whole.reveal(bob, ("ben", "email"), ("con_unknown", "email"))
    assert problem(answer) == (404, "not_found")
    assert answer.json()["subject"] == "con_unknown"
    assert await whole.get("/battery", bob) == before


async def test_r02_500_times_the_same_item_is_one_charge(whole: Whole) -> None:
    wanted = [("dora", "email,email")] * 500
    answer = await whole.revealed(whole.people.gus, *wanted)
    outcomes = [told["outcome"] for told in answer["results"]]
    assert outcomes == ["charged"] + ["already_owned"] * 499
    assert (answer["credits"], answer["saved"]) == (1, 0)


@pytest.mark.parametrize("key", ["", " ", "a b", "\u00e9", "x" * 256])
async def test_r11_a_key_that_is_none_is_refused(whole: Whole, key: str) -> None:
    heads = httpx.Headers([(b"idempotency-key", key.encode())])
    body = {"items": [{"subject": whole.ids["cleo"], "kinds": ["email"]}]}
    answer = await whole.call("POST", "/reveals", whole.people.bob, body, heads=heads)
    status, code, detail = refusal(answer)
    assert (status, code) == (400, "bad_request")
    assert "`Idempotency-Key`" in detail


LOOKUPS: list[tuple[Any, str]] = [
    ({}, "`urls` is missing"),
    ({"urls": "https://www.linkedin.com/in/ana"}, "`urls`"),
    ({"urls": [1]}, "`urls[0]`"),
    ({"urls": ["x"] * 101}, "urls"),
    ({"urls": ["https://www.linkedin.com/in/a\0"]}, "`urls[0]` holds a NUL"),
    ({"url": "x"}, "`url`"),
]


@pytest.mark.parametrize(("body", "named"), LOOKUPS)
async def test_a_lookup_that_makes_no_sense_is_refused_by_field(
    whole: Whole, body: Any, named: str
) -> None:
    status, code, detail = refusal(await whole.call("POST", "/lookups", whole.people.bob, body))
    assert (status, code) == (400, "bad_request")
    assert named in detail


async def test_what_is_no_profiles_url_is_nobody(whole: Whole) -> None:
    urls = [
        "",
        " ",
        "ana",
        "javascript:alert(1)",
        "https://",
        "x" * 5_000,
        "https://\ud7ff.example/in/a",
    ]
    answer = await whole.call("POST", "/lookups", whole.people.bob, {"urls": urls})
    assert answer.json() == {"results": [None] * len(urls)}
    empty = await whole.call("POST", "/lookups", whole.people.bob, {"urls": []})
    assert empty.json() == {"results": []}


QUERIES = [
    ("/people?page=0", "`page`"),
    ("/people?page=-1", "`page`"),
    ("/people?page=two", "`page`"),
    ("/people?page=1.5", "`page`"),
    ("/people?page=99999999999999999999", "`page`"),
    ("/people?q=%00", "`q` holds a NUL"),
    ("/people?q=%C3", "UTF-8"),
    ("/people?q=" + "x" * 2_049, "q: "),
    ("/people?q=" + "+".join(f"w{number}" for number in range(21)), "q: "),
    ("/people?limit=100", "`limit`"),
    ("/people?q=a&q=b", "`q`"),
    ("/accounts?page=0", "`page`"),
    ("/history?limit=0", "`limit`"),
    ("/history?limit=201", "`limit`"),
    ("/history?before=0", "`before`"),
    ("/history?from=2026-02-30", "`from`"),
    ("/history?to=yesterday", "`to`"),
    ("/history?from=null", "`from`"),
    ("/history?before=NULL", "`before`"),
    ("/history?kind=fax", "`kind`"),
    ("/history?kind=email,fax", "`kind`"),
    ("/history?action=steal", "`action`"),
    ("/history?source=gift", "`source`"),
    ("/history?user=usr_%00", "`user` holds a NUL"),
    ("/history?q=" + "x" * 201, "`q`"),
    ("/history/file", "`format`"),
    ("/history/file?format=pdf", "`format`"),
    ("/history/usage?bucket=day", "`group`"),
    ("/history/usage?bucket=year&group=kind", "`bucket`"),
    ("/history/usage?bucket=day&group=org", "`group`"),
]


@pytest.mark.parametrize(("path", "named"), QUERIES, ids=[path[:40] for path, _ in QUERIES])
async def test_a_query_that_makes_no_sense_is_refused_by_parameter(
    whole: Whole, path: str, named: str
) -> None:
    status, code, detail = refusal(await whole.call("GET", path, whole.people.alice))
    assert (status, code) == (400, "bad_request")
    assert named in detail


@pytest.mark.parametrize("page", [2, 1_000_000, 2**53 - 1])
async def test_a_page_past_the_end_is_empty(whole: Whole, page: int) -> None:
    found = await whole.get(f"/people?page={page}", whole.people.bob)
    assert (found["results"], found["page"], found["pages"]) == ([], page, 1)


async def test_an_entry_past_the_end_is_before_all_that_is(whole: Whole) -> None:
    alice = whole.people.alice
    all_of_it = await whole.get("/history?action=prices,license", alice)
    assert await whole.get(f"/history?action=prices,license&before={2**53 - 1}", alice) == all_of_it


class Refused(NamedTuple):
    """A body that a call refuses, naming `named`; `who` is a name in `People`, or nobody."""

    who: str
    method: str
    path: str
    body: Any
    named: str


HASH = "0" * 64
LICENSE = {"allotment": 100}
INES = {"email": "ines@acme.example", "name": "Ines Moreau", "license": LICENSE}
CALLS = [
    Refused("", "POST", "/sessions", {"email": "bob@acme.example"}, "`password`"),
    Refused("", "POST", "/sessions", {"email": 7, "password": "x"}, "`email`"),
    Refused("", "POST", "/sessions", {"email": "a\0", "password": "x"}, "`email` holds a NUL"),
    Refused("", "POST", "/pairings", {"verifier_hash": "abc", "client": "x"}, "`verifier_hash`"),
    Refused("", "POST", "/pairings", {"verifier_hash": HASH, "client": ""}, "`client`"),
    Refused("", "POST", "/pairings", {"verifier_hash": HASH, "client": "a\nb"}, "`client`"),
    Refused("", "POST", "/pairings/KFWQ-7M3D/token", {}, "`verifier`"),
    Refused("", "POST", "/invitations/x", {"password": "short"}, "`password`"),
    Refused("bob", "POST", "/me/password", {"old": "x", "new": "short"}, "`new`"),
    Refused("bob", "POST", "/me/password", {"old": "x"}, "`new`"),
    Refused("bob", "POST", "/credit-requests", {"note": " "}, "note"),
    Refused("bob", "POST", "/credit-requests", {"note": "a\0b"}, "`note` holds a NUL"),
    Refused("alice", "PATCH", "/admin/users/{bob}", {"role": "boss"}, "`role`"),
    Refused("alice", "PATCH", "/admin/users/{bob}", {"active": "no"}, "`active`"),
    Refused("alice", "PATCH", "/admin/users/{bob}", {"active": None}, "`active`"),
    Refused("alice", "PATCH", "/admin/users/{bob}", {"extra_cap": -1}, "extra_cap"),
    Refused("alice", "PATCH", "/admin/users/{bob}", {"allotment": 1}, "`allotment`"),
    Refused("alice", "PATCH", "/admin/users", {"users": []}, "`extra_cap`"),
    Refused("alice", "PATCH", "/admin/users", {"users": [], "extra_cap": 1}, "users"),
    Refused("alice", "PATCH", "/admin/users", {"users": [3], "extra_cap": 1}, "`users[0]`"),
    Refused("alice", "POST", "/admin/reversals", {"seq": 1}, "`reason`"),
    Refused("alice", "POST", "/admin/reversals", {"seq": 1, "reason": "bored"}, "`reason`"),
    Refused("alice", "POST", "/admin/reversals", {"seq": "1", "reason": "mistake"}, "`seq`"),
    Refused("alice", "POST", "/admin/reversals", {"seq": 0, "reason": "mistake"}, "seq"),
    Refused("alice", "POST", "/admin/reversals", {"seq": -1, "reason": "mistake"}, "seq"),
    Refused("alice", "POST", "/admin/reversals", {"seq": 2**63, "reason": "mistake"}, "`seq`"),
    Refused("alice", "POST", "/admin/invitations", {"email": "nobody"}, "email"),
    Refused("alice", "POST", "/admin/invitations", {"email": "a@b.example", "role": ""}, "`role`"),
    Refused("vera", "POST", "/operator/orgs", {"name": "", "time_zone": "UTC"}, "name"),
    Refused("vera", "POST", "/operator/orgs", {"name": "X", "time_zone": "Mars"}, "time_zone"),
    Refused("vera", "PUT", "/operator/orgs/{acme}/prices", {"prices": {"email": -1}}, "email"),
    Refused("vera", "PUT", "/operator/orgs/{acme}/prices", {"prices": {"fax": 1}}, "`prices.fax`"),
    Refused("vera", "PUT", "/operator/orgs/{acme}/prices", {}, "`prices`"),
    *(
        Refused(
            "vera",
            "POST",
            "/operator/orgs/{acme}/grants",
            {"credits": credits, "note": "order"},
            "credits",
        )
        for credits in (0, -1, -(2**63), 1_000_000_001, 2**53, 2**64, 10**40, 1.0, "5", None)
    ),
    Refused("vera", "POST", "/operator/orgs/{acme}/grants", {"credits": 5}, "`note`"),
    Refused("vera", "POST", "/operator/orgs/{acme}/grants", {"credits": 5, "note": ""}, "note"),
    Refused(
        "vera", "POST", "/operator/orgs/{acme}/grants", {"credits": 5, "note": "\0"}, "`note` holds"
    ),
    *(
        Refused("vera", "PUT", "/operator/users/{bob}/license", {"allotment": some}, "allotment")
        for some in (-1, 1_000_000_001, 2**64, 1.5, "100", None)
    ),
    *(
        Refused(
            "vera",
            "POST",
            "/operator/orgs/{acme}/users",
            {**INES, "license": {**LICENSE, "anchor": anchor}},
            "anchor",
        )
        for anchor in ("2026-02-30", "31 January", "1999-12-31", "2101-01-01", "", 20260131)
    ),
    Refused("vera", "POST", "/operator/orgs/{acme}/users", {**INES, "email": "ines"}, "email"),
    Refused("vera", "POST", "/operator/orgs/{acme}/users", {**INES, "password": "a"}, "`password`"),
    Refused("vera", "POST", "/operator/orgs/{acme}/users", {**INES, "license": 5}, "`license`"),
    Refused("vera", "POST", "/operator/erasures", {"url": "ana"}, "url"),
    Refused(
        "vera", "POST", "/operator/erasures", {"url": "https://a.example/in/\0"}, "`url` holds"
    ),
]


@pytest.mark.parametrize("bad", CALLS)
async def test_a_body_that_makes_no_sense_is_refused_by_field(whole: Whole, bad: Refused) -> None:
    people = whole.people
    path = bad.path.replace("{bob}", people.bob.id).replace("{acme}", people.bob.org)
    who = getattr(people, bad.who) if bad.who else None
    before = await whole.get("/history?action=grant,license,cap,prices", people.alice)
    status, code, detail = refusal(await whole.call(bad.method, path, who, bad.body))
    assert (status, code) == (400, "bad_request")
    assert bad.named in detail
    assert await whole.get("/history?action=grant,license,cap,prices", people.alice) == before


async def test_allotment_0_is_a_license(whole: Whole) -> None:
    ines = await whole.hire(whole.people.zoe.org, "Ines Moreau", "ines@globex.example", allotment=0)
    shown = await whole.get("/battery", ines)
    assert (shown["license"]["allotment"], shown["available"], shown["level"]) == (0, 0, "empty")
    refused = await whole.reveal(ines, ("ben", "email"))
    assert problem(refused) == (402, "insufficient_credits")
    assert refused.json()["short_by"] == 1


CSV = {"Content-Type": "text/csv"}


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (b"", "url"),
        (b"name,email\nAna,a@b.example\n", "url"),
        (b"PK\x03\x04 a workbook", ""),
        (b"\xff\xfeu\x00r\x00l\x00", ""),
        (b"\x00\x00\x00\x00", "NUL"),
    ],
)
async def test_a_file_that_is_no_directory_is_unreadable(
    whole: Whole, file: bytes, told: str
) -> None:
    answer = await whole.call(
        "POST", "/operator/directory", whole.people.vera, content=file, heads=CSV
    )
    status, code, detail = refusal(answer)
    assert (status, code) == (422, "unreadable_file")
    assert told in detail


async def test_bad_rows_of_a_directory_are_listed_and_skipped(whole: Whole) -> None:
    file = b"url,name,email\nnonsense,A,\nhttps://a.example/in/nul,N\x00l,\nhttps://a.example/in/x,X,x@\n"
    answer = await whole.call(
        "POST", "/operator/directory", whole.people.vera, content=file, heads=CSV
    )
    told = answer.json()
    assert (told["added"], told["problem_count"]) == (0, 3)
    assert [each["line"] for each in told["problems"]] == [2, 3, 4]
