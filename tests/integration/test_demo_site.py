"""The demo site over HTTP: public fields only, under strict headers."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from server.demo.named_people import ANA_URL
from server.demo.people import demo_directory
from server.demo.public_directory import PublicDirectory
from server.demo.site import SITE_FILES, STRICT_HEADERS, demo_routes
from server.domain.directory_rows import DirectoryRow
from server.domain.profile_urls import canonical_profile_url
from tests.memory_directory import MemoryDirectory

ANA = "/demo/in/ana-beatriz-conceicao"
KESTREL = "/demo/company/kestrel-logistics"


@pytest.fixture(scope="module")
def rows() -> tuple[DirectoryRow, ...]:
    return demo_directory().rows


@pytest.fixture(scope="module")
def find(rows: tuple[DirectoryRow, ...]) -> PublicDirectory:
    return MemoryDirectory(rows)


@pytest.fixture
async def client(find: PublicDirectory) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=Starlette(routes=demo_routes(find)))
    async with httpx.AsyncClient(transport=transport, base_url="http://demo.example") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/demo/", 200),
        ("/demo/search/results/people", 200),
        ("/demo/search/results/people/?q=ana&page=2", 200),
        (ANA, 200),
        (f"{ANA}/", 200),
        (f"{ANA}/details/experience/", 200),
        (ANA.upper().replace("/DEMO/IN/", "/demo/in/"), 200),
        (KESTREL, 200),
        (f"{KESTREL}/about/", 200),
        ("/demo/in/nobody-of-this-name", 404),
        ("/demo/company/ana-beatriz-conceicao", 404),
        ("/demo/in/%00", 404),
        ("/demo/in/%ff", 404),
        ("/demo/elsewhere", 404),
        ("/demo/elsewhere/else/where", 404),
        ("/demo/assets/site.js", 200),
        ("/demo/assets/style.css", 200),
        ("/demo/assets/parts.css", 200),
        ("/demo/assets/icon.svg", 200),
        ("/demo/assets/nothing.js", 404),
        ("/demo/assets/%2e%2e/site.py", 404),
        ("/demo/data/people", 200),
        ("/demo/data/in/nobody-of-this-name", 404),
        ("/demo/data/company/nobody-of-this-name/people", 404),
    ],
)
async def test_every_answer_is_what_its_address_says_and_carries_the_strict_headers(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in STRICT_HEADERS} == STRICT_HEADERS


async def test_the_search_has_20_people_a_page_and_all_of_them_once(
    client: httpx.AsyncClient,
) -> None:
    first = (await client.get("/demo/data/people")).json()
    assert (first["page"], first["pages"], first["total"]) == (1, 251, 5_001)
    hrefs = []
    for page in range(1, first["pages"] + 1):
        hrefs += (await client.get(f"/demo/data/people?page={page}")).json()["results"]
    assert len({each["href"] for each in hrefs}) == 5_001
    beyond = (await client.get("/demo/data/people?page=252")).json()
    assert (beyond["results"], beyond["total"]) == ([], 5_001)


@pytest.mark.parametrize("page", ["0", "-1", "", "x", "1.5", "٣", "9" * 400])
async def test_what_is_no_page_number_is_the_first_page(
    client: httpx.AsyncClient, page: str
) -> None:
    answer = await client.get("/demo/data/people", params={"page": page})
    assert answer.json()["page"] == 1


@pytest.mark.parametrize("q", ["\0", "%", "' or 1=1 --", "x" * 5_000, "\u202e", "<script>"])
async def test_any_search_text_is_answered(client: httpx.AsyncClient, q: str) -> None:
    answer = await client.get("/demo/data/people", params={"q": q})
    assert answer.status_code == 200


async def test_only_public_fields_ever_leave(
    client: httpx.AsyncClient, rows: tuple[DirectoryRow, ...]
) -> None:
    fields = {"type", "href", "name", "headline", "company", "companyHref", "location"}
    with_everything = [row for row in rows if row.email and row.mobile and row.disc][:25]
    for row in with_everything:
        answer = await client.get(f"/demo/data/in/{row.url.rpartition('/')[2]}")
        told = answer.json()
        assert set(told) == {"card", "about"}
        assert set(told["card"]) == fields
        for secret in (row.email, row.mobile, row.disc.summary if row.disc else None):
            assert str(secret) not in answer.text
    page = (await client.get("/demo/data/people")).json()
    assert all(set(each) == fields for each in page["results"])


async def test_a_person_is_found_by_a_slug_in_any_script(
    client: httpx.AsyncClient, rows: tuple[DirectoryRow, ...]
) -> None:
    encoded = [row for row in rows if "%" in row.url]
    assert len(encoded) > 20
    for row in encoded[:20]:
        slug = row.url.rpartition("/")[2]
        answer = await client.get(f"/demo/data/in/{slug}")
        assert answer.json()["card"] == {
            "type": "contact",
            "href": f"/demo/in/{slug}",
            "name": row.name,
            "headline": row.headline,
            "company": row.company,
            "companyHref": None
            if row.company_url is None
            else f"/demo/company/{row.company_url.rpartition('/')[2]}",
            "location": row.location,
        }


async def test_a_company_shows_the_people_who_work_there(
    client: httpx.AsyncClient, rows: tuple[DirectoryRow, ...]
) -> None:
    kestrel = canonical_profile_url(f"http://localhost{KESTREL}")
    assert kestrel is not None
    expected = {row.url for row in rows if row.company_url == kestrel.url}
    found = set()
    for page in range(1, -(-len(expected) // 20) + 1):
        answer = await client.get(f"/demo/data/company/kestrel-logistics/people?page={page}")
        for each in answer.json()["results"]:
            person = canonical_profile_url(f"http://localhost{each['href']}")
            assert person is not None
            found.add(person.url)
    assert found == expected


async def test_the_about_text_is_made_of_public_fields_each_in_its_own_direction(
    client: httpx.AsyncClient,
) -> None:
    told = (await client.get("/demo/data/company/alwaha-tech")).json()
    headline, place = told["about"]
    assert headline == f"\u2068{told['card']['headline']}\u2069"
    assert f"\u2068{told['card']['location']}\u2069" in place
    again = (await client.get("/demo/data/company/alwaha-tech")).json()
    assert again["about"] == told["about"]


async def test_a_subject_of_another_host_has_no_page_here(client: httpx.AsyncClient) -> None:
    (found,) = (await client.get("/demo/data/people?q=A. Stranger")).json()["results"]
    assert found["href"] is None
    assert (await client.get("/demo/in/stranger")).status_code == 404


async def test_the_site_knows_nothing_of_the_product(client: httpx.AsyncClient) -> None:
    names = [path.name for path in SITE_FILES.iterdir()]
    pages = [(await client.get(f"/demo/assets/{name}")).text.lower() for name in names]
    assert len(pages) > 5
    for word in ("credit", "battery", "chrome", "extension", "reveal", "/api/"):
        assert [name for name, page in zip(names, pages, strict=True) if word in page] == []


def test_ana_of_the_documents_is_at_the_address_they_name() -> None:
    profile = canonical_profile_url(f"http://127.0.0.1:8000{ANA}")
    assert profile is not None
    assert profile.url == ANA_URL
