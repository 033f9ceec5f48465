"""A full disk, a client that leaves and a reversal in the middle of a job's file (R24, R28)."""

import asyncio
import gc
import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.domain import errors
from server.store.engine import READERS
from server.store.jobs import JobRecord
from tests.acme import Acme, House, opened
from tests.integration.job_files_stage import (
    Ask,
    csv_bytes,
    exported,
    finished,
    parsed,
    table_of,
    xlsx_rows,
)

ROWS = 600
"""More than two chunks."""
WHERE_IT_FILLS_UP = (0, 1_000, 100_000)
"""Bytes that any file may grow to: none, less than the first rows, less than all of them."""


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as house:
        yield house
        # A test's file or connection that nobody closed is told of here.
        gc.collect()
        await house.check()


@pytest.fixture
async def acme(house: House) -> Acme:
    return await Acme.founded(house, allotment=2_000)


@pytest.fixture
async def job(acme: Acme) -> JobRecord:
    people = await acme.house.contacts(ROWS)
    return await finished(acme.bob, Ask(exported(*people)))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@contextmanager
def full_disk(largest: int) -> Iterator[None]:
    """No file grows above so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("largest", WHERE_IT_FILLS_UP)
async def test_a_full_disk_is_told_and_leaves_no_file(
    acme: Acme, job: JobRecord, temporary: Path, largest: int
) -> None:
    table = await table_of(acme.bob, job)
    with full_disk(largest), pytest.raises(errors.Unavailable) as refused:
        await table.xlsx()
    assert refused.value.retry_after_s > 0
    assert os.listdir(temporary) == []
    assert len(await xlsx_rows(acme.bob, job)) == ROWS


async def test_clients_that_stop_reading_hold_no_connection_of_the_database(
    acme: Acme, job: JobRecord
) -> None:
    table = await table_of(acme.bob, job)
    whole = await csv_bytes(acme.bob, job)
    stalled = [table.csv() for _ in range(READERS + 1)]
    for parts in stalled:
        head, first = await anext(parts), await anext(parts)
        assert whole.startswith(head + first)
        assert len(head + first) < len(whole)
    assert await csv_bytes(acme.bob, job) == whole
    for parts in stalled:
        await parts.aclose()
    assert await csv_bytes(acme.bob, job) == whole


async def test_a_workbook_that_is_given_up_leaves_no_file(
    acme: Acme, job: JobRecord, temporary: Path
) -> None:
    table = await table_of(acme.bob, job)
    for steps in range(0, 60, 7):
        making = asyncio.create_task(table.xlsx())
        for _ in range(steps):
            await asyncio.sleep(0)
        making.cancel()
        [outcome] = await asyncio.gather(making, return_exceptions=True)
        assert isinstance(outcome, asyncio.CancelledError)
        assert os.listdir(temporary) == []
    assert len(await xlsx_rows(acme.bob, job)) == ROWS


async def test_r28_a_reversal_during_a_download_is_in_the_rest_of_it(
    acme: Acme, job: JobRecord
) -> None:
    last = max(line.seq for line in await acme.org.entries() if line.credits)
    parts = (await table_of(acme.bob, job)).csv()
    got = [await anext(parts), await anext(parts)]
    await acme.org.reverse(last)
    rows = parsed(b"".join([*got, *[part async for part in parts]]))
    assert [row["Email outcome"] for row in rows] == ["charged"] * (ROWS - 1) + ["reversed"]
    assert rows[-1]["Email"] == ""
