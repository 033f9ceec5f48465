"""Exports and imports of the whole app, called as their users call them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx

from tests.integration.whole import API, SITE, Person, Whole
from tests.services import eventually

UNFINISHED = ("quoted", "running", "settling")
ENDS_WITHIN_S = 30.0
"""A job of some hundred rows takes a fraction of a second on a quiet machine."""


async def ask_export(
    whole: Whole,
    who: Person,
    select: Mapping[str, Any] | Sequence[str],
    *,
    kinds: Sequence[str] = ("email",),
    key: str | None = None,
    **more: Any,
) -> httpx.Response:
    """`select`: as it stands in the body, or names of the directory (or any ids)."""
    if not isinstance(select, Mapping):
        select = {"subjects": [whole.ids.get(name, name) for name in select]}
    body = {"select": select, "kinds": list(kinds), **more}
    return await whole.call("POST", "/exports", who, body, key=key)


async def ask_import(
    whole: Whole,
    who: Person,
    file: str | bytes,
    *,
    name: str = "people.csv",
    kinds: str = "email",
    key: str | None = None,
    **texts: str,
) -> httpx.Response:
    """A multipart upload as a browser sends it; `texts`: further parts."""
    heads = {"Authorization": f"Bearer {who.token}"}
    if key is not None:
        heads["Idempotency-Key"] = key
    content = file.encode() if isinstance(file, str) else file
    return await whole.client.post(
        f"{API}/imports",
        data={"kinds": kinds, **texts},
        files={"file": (name, content)},
        headers=heads,
    )


async def quoted_export(
    whole: Whole, who: Person, select: Mapping[str, Any] | Sequence[str], **more: Any
) -> Any:
    """The job, which must have been made."""
    return _made(await ask_export(whole, who, select, **more))


async def quoted_import(whole: Whole, who: Person, file: str | bytes, **more: Any) -> Any:
    """The job, which must have been made."""
    return _made(await ask_import(whole, who, file, **more))


async def started(whole: Whole, who: Person, job: Any, *, key: str | None = None) -> Any:
    """The job, which must be running or on its way."""
    answer = await whole.call("POST", f"/jobs/{job['id']}/start", who, key=key)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def ended(whole: Whole, who: Person, job: Any) -> Any:
    """The job as it is after its end."""

    async def over() -> Any:
        now = await whole.get(f"/jobs/{job['id']}", who)
        return now if now["status"] not in UNFINISHED else None

    return await eventually(over, timeout_s=ENDS_WITHIN_S, what=f"{job['id']} ends")


async def completed(whole: Whole, who: Person, job: Any) -> Any:
    """Started, worked on and settled."""
    await started(whole, who, job)
    done = await ended(whole, who, job)
    assert done["status"] == "completed", done["error"]
    return done


async def file_of(whole: Whole, who: Person, job: Any) -> list[dict[str, str]]:
    """The rows of the CSV file by its header."""
    answer = await whole.call("GET", f"/jobs/{job['id']}/file?format=csv", who)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def upload_people(whole: Whole, company: str, people: Iterable[tuple[str, str]]) -> None:
    """New people of a company in the directory, each with a name and an address or none."""
    rows = [
        f"{SITE}/in/{name.lower().replace(' ', '-')},{name},{company},{email}\n"
        for name, email in people
    ]
    await whole.upload("url,name,company,email\n" + "".join(rows))


async def verified(whole: Whole, *admins: Person) -> None:
    """Every ledger adds up (R32)."""
    for admin in admins:
        assert (await whole.get("/admin/verify", admin))["broken"] == []


async def history(whole: Whole, admin: Person, action: str) -> list[dict[str, Any]]:
    """The newest 200 entries of an action."""
    entries = (await whole.get(f"/history?limit=200&action={action}", admin))["entries"]
    return list(entries)


def _made(answer: httpx.Response) -> Any:
    assert answer.status_code == 201, answer.text
    job = answer.json()
    assert job["status"] == "quoted"
    return job
