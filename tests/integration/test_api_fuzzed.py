"""Schemathesis asks the running server all that its own OpenAPI document allows, and what it does
not, as a rep, an admin and an operator: no answer breaks the document and none is a bug."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.integration.job_calls import completed, quoted_export, quoted_import
from tests.integration.whole import SECRET, SUBJECTS, People, Whole, open_whole
from tests.processes import ChildProcess
from tests.services import BatteryServer

ROOT = Path(__file__).parents[2]
MAX_EXAMPLES = 12
TIMEOUT_S = 300.0
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
ENDS_THE_SESSION = "delete_sessions_current"
JOB_PATHS = ("", "/mapping", "/start", "/stop", "/file")
ORG_PATHS = ("", "/prices", "/users", "/grants", "/reversals")
UNLIMITED = {
    "BATTERY_LIMIT_LOOKUP_BURST": "1000000",
    "BATTERY_LIMIT_PAIRINGS_PER_MINUTE": "1000000",
    "BATTERY_LIMIT_SPENDING_BURST": "1000000",
    "BATTERY_LIMIT_SIGN_IN_FAILURES": "1000000",
    "BATTERY_LIMIT_OPEN_JOBS": "1000000",
}
"""One client asks thousands of times; that this is refused is tested elsewhere."""


class Running:
    """A server process with the whole directory and both customers."""

    def __init__(self, folder: Path) -> None:
        self.whole, self.jobs = asyncio.run(_filled(folder))
        self.people: People = self.whole.people
        self.server = BatteryServer.start(
            {
                "BATTERY_PORT": "0",
                "BATTERY_DATA": str(folder),
                "BATTERY_SECRET": SECRET.decode(),
                **UNLIMITED,
            }
        )

    def known_ids(self) -> dict[str, list[str]]:
        """For `fuzzed_values.py`. Nobody whom a test calls as is among those it may deactivate."""
        people, subjects = self.people, [str(id_) for id_ in self.whole.ids.values()]
        urls = [*SUBJECTS.values(), "http://127.0.0.1:8000/demo/in/ana"]
        org = "/api/v1/operator/orgs/{org}"
        return {
            "subject": subjects,
            "users": [people.jane.id],
            "urls": urls,
            "/api/v1/subjects/{id} id": subjects,
            **{f"/api/v1/jobs/{{id}}{path} id": self.jobs for path in JOB_PATHS},
            "/api/v1/admin/users/{id} id": [people.jane.id],
            "/api/v1/admin/users/{id}/battery id": [people.jane.id, people.bob.id],
            "/api/v1/operator/users/{id}/license id": [people.gus.id, people.jane.id],
            **{f"{org}{path} org": [people.zoe.org] for path in ORG_PATHS},
        }


async def _filled(folder: Path) -> tuple[Whole, list[str]]:
    """With jobs of Bob's: completed, quoted, and an import whose columns can be mapped."""
    async with open_whole(folder, now=datetime.now(UTC)) as whole:
        bob = whole.people.bob
        await whole.license(bob, 1_000_000)
        done = await completed(whole, bob, await quoted_export(whole, bob, ["ana", "ben"]))
        quoted = [await quoted_export(whole, bob, ["dora", "cleo"]) for _ in range(3)]
        imports = [await quoted_import(whole, bob, "Email\nx@hooli.example\n") for _ in range(3)]
        return whole, [job["id"] for job in (done, *quoted, *imports)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("fuzzed"))
    try:
        yield running
    finally:
        running.server.stop()


def fuzz(running: Running, folder: Path, token: str, only: str) -> None:
    """Every call whose path matches `only`, with this bearer token."""
    config = folder / "schemathesis.toml"
    config.write_text(f'[cache]\nenabled = false\n[reports]\ndirectory = "{folder}"\n')
    program = ChildProcess(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", f"{running.server.url}/openapi.json", "--no-color"),
            *("--header", f"Authorization: Bearer {token}"),
            *("--include-path-regex", only),
            *("--exclude-operation-id", ENDS_THE_SESSION),
            *("--phases", "examples,coverage,fuzzing"),
            *("--max-examples", str(MAX_EXAMPLES), "--seed", "2026"),
            *("--checks", ",".join(CHECKS)),
        ],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "tests.integration.fuzzed_values",
            "PYTHONPATH": str(ROOT),
            "FUZZED_IDS": json.dumps(running.known_ids()),
        },
    )
    assert program.wait(timeout_s=TIMEOUT_S) == 0, program.log
    assert re.search(r"\b[1-9][0-9]+ generated", program.log), program.log
    verify_all(running)


def verify_all(running: Running) -> None:
    """Whatever was asked, every ledger adds up (R32)."""
    for who in (running.people.alice, running.people.zoe):
        heads = {"Authorization": f"Bearer {who.token}"}
        answer = httpx.get(f"{running.server.url}/api/v1/admin/verify", headers=heads)
        assert answer.json()["broken"] == []


def test_as_a_rep(running: Running, tmp_path: Path) -> None:
    fuzz(running, tmp_path, running.people.bob.token, "^/api/v1/(?!admin|operator)")


def test_as_an_admin(running: Running, tmp_path: Path) -> None:
    fuzz(running, tmp_path, running.people.alice.token, "^/api/v1/(admin|credit-requests)")


def test_as_an_operator(running: Running, tmp_path: Path) -> None:
    fuzz(running, tmp_path, running.people.vera, "^/api/v1/operator")
