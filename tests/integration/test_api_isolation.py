"""One org learns nothing of another, and nobody learns a value that the own org does not own."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZipFile

import httpx
import pytest
import pytest_asyncio

from server.wire.words import KINDS
from tests.integration.every_call import operations
from tests.integration.job_calls import completed, quoted_export, quoted_import
from tests.integration.whole import API, SUBJECTS, VALUES, Person, Whole, open_whole, problem

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path_factory.mktemp("whole")) as whole:
        yield whole


@pytest_asyncio.fixture(loop_scope="module")
async def whole(app: Whole) -> Whole:
    """With customers of this test alone."""
    await app.found()
    return app


class Ask(NamedTuple):
    """A call by Zoe that names `{id}`: once of Acme, once of nobody."""

    method: str
    path: str
    body: Any
    ours: str
    """Which of Acme's ids: a key of `acmes_ids`."""

    def with_id(self, id_: str | int) -> tuple[str, str, Any]:
        """Method, path and body with the id in it."""
        return self.method, self.path.replace("{id}", str(id_)), _filled(self.body, id_)


def _filled(body: Any, id_: str | int) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, id_) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, id_) for value in body]
    return id_ if body == "{id}" else body


ITEM = {"subject": "{id}", "kinds": ["email"]}
ASKS = [
    Ask("GET", "/subjects/{id}", None, "con"),
    Ask("POST", "/reveals", {"items": [ITEM]}, "con"),
    Ask("POST", "/reveals", {"items": [ITEM], "allow_partial": True, "max_credits": 0}, "con"),
    Ask("GET", "/history?user={id}", None, "usr"),
    Ask("GET", "/history/file?format=csv&user={id}", None, "usr"),
    Ask("GET", "/history/file?format=xlsx&user={id}", None, "usr"),
    Ask("GET", "/history/usage?bucket=day&group=user&user={id}", None, "usr"),
    Ask("GET", "/admin/users/{id}/battery", None, "usr"),
    Ask("PATCH", "/admin/users/{id}", {"extra_cap": 5}, "usr"),
    Ask("PATCH", "/admin/users/{id}", {"active": False, "role": "rep"}, "usr"),
    Ask("PATCH", "/admin/users/{id}", {}, "usr"),
    Ask("PATCH", "/admin/users", {"users": ["{id}"], "extra_cap": 5}, "usr"),
    Ask("POST", "/admin/reversals", {"seq": "{id}", "reason": "mistake"}, "seq"),
    Ask("POST", "/credit-requests/{id}/answer", {"outcome": "declined"}, "req"),
    Ask("POST", "/credit-requests/{id}/answer", {"outcome": "cap_raised", "extra_cap": 9}, "req"),
    Ask("DELETE", "/devices/{id}", None, "ses"),
    Ask("POST", "/exports", {"select": {"subjects": ["{id}"]}, "kinds": ["email"]}, "con"),
    Ask("GET", "/jobs?before={id}", None, "job"),
    *(
        Ask(method, f"/jobs/{{id}}{below}", body, which)
        for which in ("job", "quoted")
        for method, below, body in (
            ("GET", "", None),
            ("GET", "/file?format=csv", None),
            ("GET", "/file?format=xlsx", None),
            ("PUT", "/mapping", {"email": "Email"}),
            ("POST", "/start", None),
            ("POST", "/stop", None),
        )
    ),
]
NOBODYS: dict[str, str | int] = {
    "con": "con_0123456789abcdef01234567",
    "usr": "usr_0123456789abcdef01234567",
    "req": "req_0123456789abcdef01234567",
    "ses": "ses_0123456789abcdef01234567",
    "job": "job_0123456789abcdef01234567",
    "quoted": "job_0123456789abcdef01234567",
    "seq": 999,
}


async def acmes_ids(whole: Whole) -> dict[str, str | int]:
    """An id of each kind that is Acme's alone. `job` is completed, `quoted` an import."""
    bob = whole.people.bob
    done = await completed(whole, bob, await quoted_export(whole, bob, ["ana", "hidden"]))
    quoted = await quoted_import(whole, bob, "Email\nnew.person@hooli.example\n")
    asked = await whole.call("POST", "/credit-requests", bob, {"note": "more, please"})
    # More entries than Globex has, so that the charge's number is unknown there.
    charge = await whole.revealed(bob, ("ana", "email"), ("ben", "email"), ("dora", "email"))
    theirs = await whole.get("/battery", whole.people.zoe)
    assert charge["seq"] > theirs["seq"]
    return {
        "con": whole.ids["hidden"],
        "usr": bob.id,
        "req": asked.json()["id"],
        "ses": await paired_device(whole, bob),
        "seq": charge["seq"],
        "job": done["id"],
        "quoted": quoted["id"],
    }


async def paired_device(whole: Whole, who: Person) -> str:
    """The id of a device that `who` paired."""
    start = {"verifier_hash": sha256(b"secret").hexdigest(), "client": "Chromium"}
    code = (await whole.call("POST", "/pairings", None, start)).json()["code"]
    assert (await whole.call("POST", f"/pairings/{code}/approve", who)).status_code == 204
    given = await whole.call("POST", f"/pairings/{code}/token", None, {"verifier": "secret"})
    assert given.status_code == 201
    [device] = (await whole.get("/devices", who))["devices"]
    return str(device["id"])


def as_seen(answer: httpx.Response, id_: str | int) -> tuple[int, str, list[tuple[str, str]]]:
    """All of an answer, with the id that was asked for left out."""
    body = re.sub(rf"\b{id_}\b", "ID", answer.text)
    heads = [(name, text) for name, text in answer.headers.items() if name != "content-length"]
    return answer.status_code, body, heads


async def test_another_orgs_ids_look_like_unknown_ones_at_every_call(whole: Whole) -> None:
    zoe, ids = whole.people.zoe, await acmes_ids(whole)
    for ask in ASKS:
        ours, nobodys = ids[ask.ours], NOBODYS[ask.ours]
        method, path, body = ask.with_id(ours)
        answer = await whole.call(method, path, zoe, body)
        assert problem(answer) == (404, "not_found"), ask
        method, path, body = ask.with_id(nobodys)
        unknown = await whole.call(method, path, zoe, body)
        assert as_seen(answer, ours) == as_seen(unknown, nobodys), ask


async def test_every_get_is_among_those_that_are_searched_for_values(whole: Whole) -> None:
    read = {
        re.sub(r"(usr|con|org|acc|job)_\w+|KFWQ-7M3D", "ID", path)
        for path in _paths(whole, ["job_unknown"])
    }
    paths = {path.partition("?")[0] for path in read}
    gets = {each.template for each in await operations(whole) if each.method == "GET"}
    assert {API + path for path in paths} == {re.sub(r"{\w+}", "ID", path) for path in gets}


async def test_every_call_that_names_something_of_an_org_was_asked(whole: Whole) -> None:
    named = {
        (each.method, each.template)
        for each in await operations(whole)
        if each.scheme == "bearer" and "{id}" in each.template
    }
    asked = {(ask.method, API + ask.path.partition("?")[0]) for ask in ASKS}
    assert named <= asked


WATCHED = (
    "/admin/users",
    "/credit-requests",
    "/history?action=cap,reveal,reversal,export,hold,release",
    "/jobs",
)


async def test_what_another_org_tried_changed_nothing(whole: Whole) -> None:
    alice, zoe, ids = whole.people.alice, whole.people.zoe, await acmes_ids(whole)
    before = [await whole.get(path, alice) for path in WATCHED]
    for ask in ASKS:
        method, path, body = ask.with_id(ids[ask.ours])
        await whole.call(method, path, zoe, body)
    assert before == [await whole.get(path, alice) for path in WATCHED]
    assert len((await whole.get("/devices", whole.people.bob))["devices"]) == 1


async def test_r25_a_contact_of_one_org_is_found_looked_up_and_counted_by_no_other(
    whole: Whole,
) -> None:
    bob, zoe = whole.people.bob, whole.people.zoe
    hidden = await whole.get(f"/subjects/{whole.ids['hidden']}", bob)
    for q in ("", "hidden", "hidden+person", hidden["url"], "hidden@acme.example"):
        ours = await whole.get(f"/people?q={q}", bob)
        theirs = await whole.get(f"/people?q={q}", zoe)
        found = hidden["id"] in [each["id"] for each in ours["results"]]
        assert theirs["total"] == ours["total"] - found, q
        assert hidden["id"] not in [each["id"] for each in theirs["results"]]
    for who, seen in ((bob, hidden), (zoe, None)):
        looked_up = await whole.call("POST", "/lookups", who, {"urls": [hidden["url"]]})
        assert looked_up.json()["results"] == [seen]


async def _deal(whole: Whole) -> None:
    """Acme buys and has one piece taken back; Globex buys another. Both have a job whose pieces
    they own, and a quote of what they do not."""
    bob, gus = whole.people.bob, whole.people.gus
    await whole.revealed(bob, ("ana", "email"), ("hidden", "email"), key="bobs")
    cleo = await whole.revealed(bob, ("cleo", "phone"), key="cleos")
    await whole.reverse(bob.org, cleo["seq"], "wrong_number")
    await whole.revealed(gus, ("ben", "email"), ("ana", "phone"))
    await whole.call("POST", "/credit-requests", bob, {"note": "more, please"})
    await whole.grant(gus.org, 5)
    await completed(whole, bob, await quoted_export(whole, bob, ["ana", "hidden", "nobody"]))
    await completed(whole, gus, await quoted_export(whole, gus, ["ana"], kinds=["phone"]))
    for who in (bob, gus):
        await quoted_export(whole, who, ["dora", "cleo", "initech", "ana"], kinds=KINDS)


def _searches() -> Iterator[str]:
    for q in ("", "e", "ana", *(value for values in VALUES.values() for value in values)):
        for kind in ("people", "accounts"):
            yield f"/{kind}?{httpx.QueryParams({'q': q})}"


def _histories() -> Iterator[str]:
    every_action = "action=reveal,reversal,grant,license,cap,prices"
    yield from ("/history", "/history?q=ana", f"/history?{every_action}")
    for format_ in ("csv", "xlsx"):
        yield f"/history/file?format={format_}"
        yield f"/history/file?format={format_}&{every_action}"
    for group in ("user", "kind", "action"):
        yield f"/history/usage?bucket=month&group={group}"


def _paths(whole: Whole, jobs: Iterable[str]) -> Iterator[str]:
    """Every GET of the API, with all that could be asked for."""
    yield from _searches()
    yield from _histories()
    for job in jobs:
        yield f"/jobs/{job}"
        yield from (f"/jobs/{job}/file?format={format_}" for format_ in ("csv", "xlsx"))
    yield from (f"/subjects/{subject}" for subject in whole.ids.values())
    for user in (whole.people.bob, whole.people.gus):
        yield f"/history?user={user.id}"
        yield f"/admin/users/{user.id}/battery"
        yield f"/operator/orgs/{user.org}"
        yield f"/operator/orgs/{user.org}/users"
        yield f"/operator/orgs/{user.org}/history"
        yield f"/operator/orgs/{user.org}/verify"
    for path in ("battery", "prices", "me", "devices", "history", "credit-requests", "jobs"):
        yield f"/{path}"
    for path in ("admin/users", "admin/verify", "pairings/KFWQ-7M3D"):
        yield f"/{path}"
    for path in ("operator/orgs", "operator/me"):
        yield f"/{path}"


async def _everything(whole: Whole, who: Person | str) -> str:
    """All that any call without an effect answers to this caller."""
    people = whole.people
    both = [await whole.get("/jobs", admin) for admin in (people.alice, people.zoe)]
    jobs = [job["id"] for listed in both for job in listed["jobs"]]
    told = [await whole.call("GET", path, who) for path in _paths(whole, jobs)]
    urls = list(SUBJECTS.values())
    told.append(await whole.call("POST", "/lookups", who, {"urls": urls}))
    everything = [{"subject": id_, "kinds": ["email", "phone"]} for id_ in whole.ids.values()]
    for id_ in whole.ids.values():
        item = {"subject": id_, "kinds": ["email", "phone", "personality"]}
        for refused in (
            {"items": [item], "max_credits": 0},
            {"items": [item, *everything, {"subject": "con_unknown", "kinds": ["email"]}]},
            {"items": [item, *everything]},
        ):
            told.append(await whole.call("POST", "/reveals", who, refused))
    return "\n".join(_text(answer) for answer in told)


def _text(answer: httpx.Response) -> str:
    heads = " ".join(answer.headers.values())
    if answer.content.startswith(b"PK"):
        with ZipFile(BytesIO(answer.content)) as workbook:
            parts = [workbook.read(name).decode() for name in workbook.namelist()]
        return " ".join([heads, *parts])
    return f"{heads} {answer.text}"


def _values_in(text: str) -> set[str]:
    folded = text.lower()
    return {value for values in VALUES.values() for value in values if value.lower() in folded}


async def test_a_value_the_org_does_not_own_is_in_no_answer_to_anybody(whole: Whole) -> None:
    people = whole.people
    await _deal(whole)
    # Nobody may buy by accident below: everybody's credits are gone.
    for who in (people.alice, people.bob, people.jane, people.zoe, people.gus):
        await whole.license(who, 0)
    # A lower allotment counts from the next month on (R15).
    whole.clock.move(days=25)
    await whole.call("PATCH", "/admin/users", people.zoe, _no_extra(people.zoe, people.gus))
    entries = {who: await whole.get("/history", who) for who in (people.alice, people.zoe)}
    acme = {"ana.beck@initech.example", "hidden@acme.example"}
    globex = {"ben.cole@initech.example", "+14155550101", "+14155550102"}
    for caller, owned in (
        (people.alice, acme),
        (people.jane, acme),
        (people.zoe, globex),
        (people.gus, globex),
        (people.vera, set()),
    ):
        assert _values_in(await _everything(whole, caller)) == owned
    assert entries == {who: await whole.get("/history", who) for who in entries}


def _no_extra(*who: Person) -> dict[str, Any]:
    return {"users": [each.id for each in who], "extra_cap": 0}


async def test_a_quote_a_refused_start_and_a_stop_tell_no_value(whole: Whole) -> None:
    bob = whole.people.bob
    everybody = [name for name in whole.ids if name != "hidden"]
    job = await quoted_export(whole, bob, everybody, kinds=KINDS, max_credits=0)
    told = [await whole.call("GET", f"/jobs/{job['id']}", bob)]
    for path in ("start", "file?format=csv", "stop"):
        method = "GET" if "file" in path else "POST"
        told.append(await whole.call(method, f"/jobs/{job['id']}/{path}", bob))
    dear = await quoted_export(whole, bob, everybody, kinds=KINDS)
    told.append(await whole.call("POST", f"/jobs/{dear['id']}/start", bob))
    assert [answer.status_code for answer in told] == [200, 409, 409, 200, 402]
    assert _values_in("\n".join(_text(answer) for answer in told)) == set()


async def test_search_finds_a_value_only_where_it_is_owned(whole: Whole) -> None:
    await _deal(whole)
    alice, zoe = whole.people.alice, whole.people.zoe
    for q, alices, zoes in (
        ("hidden@acme.example", ["Hidden Person"], []),
        ("%2B14155550101", [], ["Ana Beck"]),
        ("4155550102", [], ["Ana Beck"]),
        ("ben.cole", [], ["Ben Cole"]),
        ("%2B14155550103", [], []),
        ("dora.essen@hooli.example", [], []),
        ("listens", [], []),
    ):
        for who, names in ((alice, alices), (zoe, zoes)):
            found = await whole.get(f"/people?q={q}", who)
            assert [each["name"] for each in found["results"]] == names, (q, who.name)
            assert found["total"] == len(names)


async def test_insights_and_names_of_one_org_are_in_no_answer_to_another(whole: Whole) -> None:
    people = whole.people
    for who in (people.bob, people.gus):
        await whole.revealed(who, ("ana", "email"))
    acmes = ("Worked together at Initrode", "Jane Okafor", "Bob Reyes", "Alice Nakamura", "Acme")
    globexs = ("Met at a trade fair", "Gus Adeyemi", "Zoe Lindqvist", "Globex")
    ours, theirs = await _everything(whole, people.alice), await _everything(whole, people.zoe)
    assert [name for name in acmes if name not in ours] == []
    assert [name for name in globexs if name not in theirs] == []
    assert [name for name in globexs if name in ours] == []
    assert [name for name in acmes if name in theirs] == []
