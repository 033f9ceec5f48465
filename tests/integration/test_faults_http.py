"""What callers and load balancers see when the database, Redis or the time to wait is gone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from server.domain import errors
from server.domain.ids import OrgId
from server.settings import Limits
from server.store import schema
from server.store.engine import Database
from tests.integration.whole import Whole, open_whole, problem
from tests.services import Postgres, Redis, eventually

MOST_S = 30.0
"""For what takes a moment on a quiet machine."""


@pytest.fixture
async def on_postgres(postgres_url: str, tmp_path: Path) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path, database_url=postgres_url) as whole:
        yield whole


@asynccontextmanager
async def locked(database: Database, org: OrgId) -> AsyncIterator[None]:
    """Holds the org's row as another process's batch would, until the end or the database's."""
    try:
        async with database.write() as connection:
            head = schema.org_head
            await connection.execute(
                select(head.c.org_id).where(head.c.org_id == org).with_for_update()
            )
            yield
    except errors.Unavailable:
        pass
    finally:
        await database.close()


def waiting_for_a_lock(postgres: Postgres) -> bool:
    """Whether some statement waits for another's transaction."""
    sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return postgres.psql(sql) != "0"


async def ready(whole: Whole) -> bool:
    return (await whole.client.get("/readyz")).status_code == 200


async def test_a_database_that_dies_during_a_reveal_is_503_and_nothing_is_half_done(
    on_postgres: Whole, postgres: Postgres
) -> None:
    bob = on_postgres.people.bob
    before = await on_postgres.get("/battery", bob)
    async with locked(Database(on_postgres.house.settings.database_url), bob.org):
        call = asyncio.create_task(on_postgres.reveal(bob, ("ana", "email,phone"), key="k-1"))
        await eventually(lambda: asyncio.to_thread(waiting_for_a_lock, postgres), timeout_s=MOST_S)
        await asyncio.to_thread(postgres.kill)
        refused = await call
    assert problem(refused) == (503, "unavailable")
    assert int(refused.headers["retry-after"]) >= 1

    for method, path in (("GET", "/battery"), ("GET", "/people"), ("POST", "/sessions")):
        body = {"email": bob.email, "password": "x"} if method == "POST" else None
        answer = await on_postgres.call(method, path, bob, body)
        assert problem(answer) == (503, "unavailable"), path
    not_ready = await on_postgres.client.get("/readyz")
    assert problem(not_ready) == (503, "unavailable")
    assert "retry-after" in not_ready.headers
    assert (await on_postgres.client.get("/healthz")).json() == {"ok": True}

    await asyncio.to_thread(postgres.start)
    await eventually(lambda: ready(on_postgres), timeout_s=MOST_S)
    assert await on_postgres.get("/battery", bob) == before
    answer = await on_postgres.revealed(bob, ("ana", "email,phone"), key="k-1")
    assert [told["outcome"] for told in answer["results"]] == ["charged", "charged"]
    assert answer["battery"]["license"]["used"] == 11
    assert (await on_postgres.get("/admin/verify", on_postgres.people.alice))["broken"] == []


async def sent_until_answered(whole: Whole, number: int) -> Sequence[httpx.Response]:
    """The answers to one reveal with one key, sent again until it is carried out."""
    answers: list[httpx.Response] = []

    async def once() -> bool:
        wanted = (("ana", "email"), ("ben", "email"), ("cleo", "phone"), ("dora", "email"))
        subject, kind = wanted[number % len(wanted)]
        who = (whole.people.bob, whole.people.jane)[number % 2]
        answers.append(await whole.reveal(who, (subject, kind), key=f"key-{number}"))
        return answers[-1].status_code == 200

    await eventually(once, timeout_s=MOST_S)
    return answers


async def test_r11_clients_that_repeat_through_a_restart_are_charged_once(
    on_postgres: Whole, postgres: Postgres
) -> None:
    calls = [asyncio.create_task(sent_until_answered(on_postgres, n)) for n in range(40)]
    await asyncio.to_thread(postgres.restart)
    answers = await asyncio.gather(*calls)
    for refused in (answer for sent in answers for answer in sent[:-1]):
        assert problem(refused) == (503, "unavailable")
        assert "retry-after" in refused.headers
    alice = on_postgres.people.alice
    totals = (await on_postgres.get("/history", alice))["totals"]
    assert (totals["entries"], totals["credits"]) == (4, 13)
    assert (await on_postgres.get("/admin/verify", alice))["broken"] == []


async def test_the_app_stops_quietly_while_the_database_is_away(
    postgres_url: str, postgres: Postgres, tmp_path: Path
) -> None:
    async with open_whole(tmp_path, database_url=postgres_url) as whole:
        await whole.get("/battery", whole.people.bob)
        await asyncio.to_thread(postgres.kill)


async def test_a_full_queue_is_429_busy_and_charges_nothing(tmp_path: Path) -> None:
    async with open_whole(tmp_path, limits=Limits(batch_queue=1)) as whole:
        bob, ana = whole.people.bob, [("ana", "email"), ("ben", "email"), ("cleo", "phone")]
        async with whole.house.database.write():
            calls = [asyncio.create_task(whole.reveal(bob, ana[n % 3])) for n in range(20)]
            # One may be in the batch under way and one in the queue.
            await eventually(lambda: sum(call.done() for call in calls) >= 18, timeout_s=MOST_S)
            refused = [call.result() for call in calls if call.done()]
        answers = await asyncio.gather(*calls)
        for answer in refused:
            assert problem(answer) == (429, "busy")
            assert answer.headers["retry-after"] == "1"
        carried_out = [answer.json() for answer in answers if answer.status_code == 200]
        assert len(carried_out) == len(calls) - len(refused)
        used = (await whole.get("/battery", bob))["license"]["used"]
        assert used == sum(answer["credits"] for answer in carried_out)


async def test_without_redis_configured_only_the_database_decides(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as whole:
        answer = await whole.client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"ok": True})


async def test_redis_away_is_not_ready_and_charges_go_on(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    async with open_whole(tmp_path, redis_url=redis_url) as whole:
        await eventually(lambda: ready(whole), timeout_s=MOST_S)
        await asyncio.to_thread(redis.kill)
        answer = await whole.client.get("/readyz")
        assert problem(answer) == (503, "unavailable")
        assert (await whole.revealed(whole.people.bob, ("ana", "email")))["credits"] == 1
        await asyncio.to_thread(redis.start)
        await eventually(lambda: ready(whole), timeout_s=MOST_S)


def figures(metrics: httpx.Response) -> dict[str, float]:
    """The samples without labels, as Prometheus reads them."""
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(metrics.text)
        for sample in family.samples
        if not sample.labels
    }


async def test_metrics_are_read_by_prometheus_and_count_what_happened(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as whole:
        bob = whole.people.bob
        before = figures(await whole.client.get("/metrics"))
        await whole.revealed(bob, ("ana", "email"))
        assert (await whole.reveal(bob, ("dora", "personality,email"))).status_code == 402
        metrics = await whole.client.get("/metrics")
        after = figures(metrics)
        assert metrics.headers["content-type"].startswith("text/plain; version=")
        names = ("commands", "batches", "refused")
        moved = [after[f"battery_{name}_total"] - before[f"battery_{name}_total"] for name in names]
        assert moved == [2, 2, 1]
        assert after["battery_batch_seconds_total"] > before["battery_batch_seconds_total"]
        assert (after["battery_queued_commands"], after["battery_sockets"]) == (0, 0)
        assert after["battery_jobs_stuck"] == 0
        assert "Acme" not in metrics.text
        assert bob.org not in metrics.text
