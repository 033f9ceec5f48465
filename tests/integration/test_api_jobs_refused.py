"""Exports and imports that make no sense: each is refused with a sentence, and leaves nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from server.settings import Limits
from tests.integration.job_calls import ask_export, ask_import, quoted_export, quoted_import
from tests.integration.whole import API, Whole, open_whole, problem, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS_MAX = 1_000
OPEN_MAX = 3
FILE_BYTES_MAX = 200_000
LIMITS = Limits(job_rows=ROWS_MAX, open_jobs=OPEN_MAX, import_file_bytes=FILE_BYTES_MAX)
"""Small, so that what is above them is not large."""
EMAILS = "email\nana.beck@initech.example\nnew.person@hooli.example\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path_factory.mktemp("whole"), limits=LIMITS) as whole:
        yield whole


@pytest_asyncio.fixture(loop_scope="module")
async def whole(app: Whole) -> AsyncIterator[Whole]:
    """With customers of this test alone, who have no more jobs at its end than it made itself."""
    await app.found()
    yield app


async def nothing_is_left(whole: Whole) -> None:
    """No job, no draft in the way of further ones, and no credit held."""
    assert (await whole.get("/jobs", whole.people.alice))["jobs"] == []
    license = (await whole.get("/battery", whole.people.bob))["license"]
    assert (license["used"], license["held"]) == (0, 0)


ANA = ["con_ana"]
CHOSEN: dict[str, Any] = {"select": {"subjects": ANA}, "kinds": ["email"]}
ASKS: list[tuple[Any, str]] = [
    ({}, "`select` is missing"),
    ({"select": {"subjects": ANA}}, "`kinds` is missing"),
    ({**CHOSEN, "kinds": []}, "kinds"),
    ({**CHOSEN, "kinds": ["fax"]}, "`kinds[0]`"),
    ({**CHOSEN, "kinds": "email"}, "`kinds`"),
    ({**CHOSEN, "select": {}}, "select"),
    ({**CHOSEN, "select": {"subjects": []}}, "select.subjects"),
    ({**CHOSEN, "select": {"subjects": ANA * (ROWS_MAX + 1)}}, "at most 1,000 rows"),
    ({**CHOSEN, "select": {"subjects": [1]}}, "`select.subjects[0]`"),
    ({**CHOSEN, "select": {"subjects": ["con_\0"]}}, "`select.subjects[0]` holds a NUL"),
    ({**CHOSEN, "select": {"subjects": ANA, "people": {"pages": [1, 1]}}}, "select"),
    ({**CHOSEN, "select": {"urls": ["x"]}}, "Unknown field `select.urls`"),
    ({**CHOSEN, "select": {"people": {}}}, "`select.people.pages` is missing"),
    ({**CHOSEN, "select": {"people": {"pages": [1]}}}, "`select.people.pages`"),
    ({**CHOSEN, "select": {"people": {"pages": [0, 1]}}}, "select.people.pages"),
    ({**CHOSEN, "select": {"people": {"pages": [3, 2]}}}, "select.people.pages"),
    ({**CHOSEN, "select": {"people": {"pages": [1, 51]}}}, "at most 1,000 rows"),
    ({**CHOSEN, "select": {"people": {"pages": [2**52, 2**52]}}}, ""),
    ({**CHOSEN, "select": {"accounts": {"pages": ["1", 2]}}}, "`select.accounts.pages[0]`"),
    ({**CHOSEN, "select": {"people": {"pages": [1, 1], "q": "x" * 2_049}}}, "q: "),
    ({**CHOSEN, "select": {"people": {"pages": [9, 9], "q": "zzzz"}}}, ""),
    ({**CHOSEN, "max_credits": -1}, "max_credits"),
    ({**CHOSEN, "max_credits": 1_000_000_001}, "max_credits"),
    ({**CHOSEN, "max_credits": "5"}, "`max_credits`"),
    ({**CHOSEN, "label": 5}, "`label`"),
    ({**CHOSEN, "label": "x" * 300}, "label"),
    ({**CHOSEN, "label": "a\nb"}, "label"),
    ({**CHOSEN, "format": "csv"}, "Unknown field `format`"),
]


@pytest.mark.parametrize(("body", "named"), ASKS)
async def test_an_export_that_makes_no_sense_is_refused_by_field(
    whole: Whole, body: Any, named: str
) -> None:
    answer = await whole.call("POST", "/exports", whole.people.bob, body)
    status, code, detail = refusal(answer)
    assert (status, code) == (400, "bad_request")
    assert named in detail
    await nothing_is_left(whole)


async def test_an_unknown_subject_fails_the_whole_export(whole: Whole) -> None:
    bob, zoe = whole.people.bob, whole.people.zoe
    for who, subjects in ((bob, ["ana", "con_unknown"]), (zoe, ["ana", "hidden"])):
        answer = await ask_export(whole, who, subjects)
        assert problem(answer) == (404, "not_found")
        assert answer.json()["subject"] == whole.ids.get(subjects[1], subjects[1])
    await nothing_is_left(whole)


FILES: list[tuple[bytes, str, dict[str, str], tuple[int, str], str]] = [
    (b"", "people.csv", {}, (422, "unreadable_file"), ""),
    (b"PK\x03\x04 a broken workbook", "people.xlsx", {}, (422, "unreadable_file"), ""),
    (b"\x89PNG\r\n\x1a\n" * 50, "people.csv", {}, (422, "unreadable_file"), "a picture"),
    (EMAILS.encode(), "people.csv", {"kinds": ""}, (400, "bad_request"), "`kinds`"),
    (EMAILS.encode(), "people.csv", {"kinds": "fax"}, (400, "bad_request"), "`kinds`"),
    (EMAILS.encode(), "people.csv", {"kinds": "email;phone"}, (400, "bad_request"), "`kinds`"),
    (EMAILS.encode(), "people.csv", {"max_credits": "-1"}, (400, "bad_request"), "`max_credits`"),
    (EMAILS.encode(), "people.csv", {"max_credits": "few"}, (400, "bad_request"), "`max_credits`"),
    (EMAILS.encode(), "people.csv", {"label": "x" * 300}, (400, "bad_request"), "label"),
    (EMAILS.encode(), "people.csv", {"colour": "red"}, (400, "bad_request"), "Unknown part"),
    (
        b"email\n" + b"a@b.example\n" * (ROWS_MAX + 1),
        "people.csv",
        {},
        (400, "bad_request"),
        "1,000 rows",
    ),
    (b"x" * (FILE_BYTES_MAX + 1), "people.csv", {}, (413, "too_large"), "200,000 bytes"),
]


@pytest.mark.parametrize(("file", "name", "texts", "refused", "named"), FILES)
async def test_r25_a_file_that_is_none_is_refused_whole(
    whole: Whole,
    file: bytes,
    name: str,
    texts: dict[str, str],
    refused: tuple[int, str],
    named: str,
) -> None:
    answer = await ask_import(whole, whole.people.bob, file, name=name, **texts)
    status, code, detail = refusal(answer)
    assert (status, code) == refused
    assert named in detail
    await nothing_is_left(whole)


async def test_an_import_must_be_a_form(whole: Whole) -> None:
    bob = whole.people.bob
    as_json = await whole.call("POST", "/imports", bob, {"kinds": "email"})
    assert problem(as_json) == (415, "unsupported_media_type")
    heads = {"Content-Type": "text/csv"}
    as_csv = await whole.call("POST", "/imports", bob, content=EMAILS.encode(), heads=heads)
    assert problem(as_csv) == (415, "unsupported_media_type")
    heads = {"Authorization": f"Bearer {bob.token}"}
    without = await whole.client.post(
        f"{API}/imports", files={"kinds": (None, "email")}, headers=heads
    )
    assert refusal(without)[:2] == (400, "bad_request")
    assert "`file` is missing" in without.json()["detail"]


async def test_r11_a_refused_creation_leaves_its_key_free(whole: Whole) -> None:
    bob = whole.people.bob
    unknown = await ask_export(whole, bob, ["con_unknown"], key="again")
    assert problem(unknown) == (404, "not_found")
    assert (await ask_export(whole, bob, ["ana"], key="again")).status_code == 201
    unreadable = await ask_import(whole, bob, b"", key="imported")
    assert problem(unreadable) == (422, "unreadable_file")
    assert (await ask_import(whole, bob, EMAILS, key="imported")).status_code == 201


async def test_more_open_jobs_than_the_limit_are_refused_until_one_ends(whole: Whole) -> None:
    bob = whole.people.bob
    jobs = [await quoted_export(whole, bob, ["ana"]) for _ in range(OPEN_MAX)]
    for refused in (await ask_export(whole, bob, ["ana"]), await ask_import(whole, bob, EMAILS)):
        assert problem(refused) == (429, "busy")
        assert int(refused.headers["Retry-After"]) > 0
    await whole.call("POST", f"/jobs/{jobs[0]['id']}/stop", bob)
    assert (await ask_export(whole, bob, ["ana"])).status_code == 201
    await quoted_export(whole, whole.people.jane, ["ana"])


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/jobs?limit=0", "`limit`"),
        ("/jobs?limit=101", "`limit`"),
        ("/jobs?limit=ten", "`limit`"),
        ("/jobs?before=%00", "`before` holds a NUL"),
        ("/jobs?status=unheard", "`status`"),
        ("/jobs/{id}/file", "`format` is missing"),
        ("/jobs/{id}/file?format=pdf", "`format`"),
        ("/jobs/{id}/file?format=csv&format=xlsx", "`format`"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused_by_parameter(
    whole: Whole, path: str, named: str
) -> None:
    bob = whole.people.bob
    job = await quoted_export(whole, bob, ["ana"])
    status, code, detail = refusal(await whole.call("GET", path.replace("{id}", job["id"]), bob))
    assert (status, code) == (400, "bad_request")
    assert named in detail


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"e-mail": "email"}, "Unknown field `e-mail`"),
        ({"email": 1}, "`email`"),
        ({"email": "colour"}, "email: the file has no column of this name"),
        ({"email": "email", "phone": "email"}, "email"),
        ([], "The body"),
    ],
)
async def test_a_mapping_that_makes_no_sense_is_refused(
    whole: Whole, body: Any, named: str
) -> None:
    bob = whole.people.bob
    job = await quoted_import(whole, bob, EMAILS)
    answer = await whole.call("PUT", f"/jobs/{job['id']}/mapping", bob, body)
    status, code, detail = refusal(answer)
    assert (status, code) == (400, "bad_request")
    assert named in detail
    assert await whole.get(f"/jobs/{job['id']}", bob) == job


async def test_a_list_goes_on_only_after_a_job_there_is(whole: Whole) -> None:
    answer = await whole.call("GET", "/jobs?before=job_unknown", whole.people.bob)
    assert problem(answer) in ((400, "bad_request"), (404, "not_found"))
