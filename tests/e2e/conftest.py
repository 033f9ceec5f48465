"""The real server with demo data and real browser profiles with the extension loaded.

Everything lives as long as its module: a module's tests use different people, so that none depends
on what another one spent.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Playwright, sync_playwright

from server.demo.accounts import DEMO_PASSWORD
from server.wire.words import Role
from tests.e2e.reps import Kind, Profile, Rep, open_profile
from tests.services import POLL_EVERY_S, BatteryServer

COMMAND_TIMEOUT_S = 60
LONG_EXPORT_ROWS = 100_000
"""As many as one job may have: half a minute of work."""


class DemoServer:
    """The demo server on one port and one data folder, so that it can be away and come back."""

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data = data
        self._settings = dict(settings or {})
        self._process: BatteryServer | None = None
        self.url = ""

    def start(self) -> None:
        """Returns when it is ready, at the same address every time."""
        port = self.url.rpartition(":")[2] or "0"
        env = {"BATTERY_PORT": port, "BATTERY_DATA": str(self.data), **self._settings}
        self._process = BatteryServer.start(env, arguments=("demo",))
        self.url = self._process.url

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()

    def invite(self, org: str, name: str, email: str, *, allotment: int) -> str:
        """The vendor sells one more license: the address at which the person sets a password."""
        self._command("add-org", org)
        told = self._command("add-user", org, email, name, "--allotment", str(allotment))
        found = re.search(r"/invite\?code=\S+", told)
        assert found, told
        return f"{self.url}{found[0]}"

    def price_emails(self, org: str, credits: int) -> None:
        """The vendor changes what this customer pays for one."""
        self._command("set-prices", org, "--email", str(credits))

    def operator_token(self, name: str) -> str:
        """What somebody of the vendor's signs in with."""
        return self._command("operator-token", "--name", name).strip()

    def revoke_operator(self, name: str) -> None:
        """Ends the tokens of this name."""
        listed = self._command("operator-tokens")
        for line in listed.splitlines():
            found = re.search(r"opr_\S+", line)
            if found and name in line:
                self._command("revoke-operator", found[0])

    def _command(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "server", *arguments],
            env={**os.environ, "BATTERY_DATA": str(self.data)},
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=True,
        )
        return done.stdout


class Caller:
    """A user at the API."""

    def __init__(self, url: str, email: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1")
        answer = self._http.post("/sessions", json={"email": email, "password": DEMO_PASSWORD})
        answer.raise_for_status()
        self.token: str = answer.json()["token"]
        self._http.headers["Authorization"] = f"Bearer {self.token}"

    def quote_export(self, select: Mapping[str, object], label: str, kind: Kind = "email") -> str:
        """Answers the id of the job, which waits to be started."""
        body = {"select": select, "kinds": [kind], "label": label}
        job: str = self._asked("POST", "/exports", json=body)["id"]
        return job

    def start_export(self, select: Mapping[str, object], kind: Kind, label: str) -> str:
        """Answers the id of the job, which is running."""
        job = self.quote_export(select, label, kind)
        self._asked("POST", f"/jobs/{job}/start")
        return job

    def start_long_export(self) -> str:
        """One company, so often that the worker has enough of it for a while; free, for a company
        has no personality. Answers the id of the job, which is running."""
        company = self._asked("GET", "/accounts", params={"q": ""})["results"][0]["id"]
        rows = [company] * LONG_EXPORT_ROWS
        return self.start_export({"subjects": rows}, "personality", "A long one")

    def user_id(self) -> str:
        user: str = self._asked("GET", "/me")["user"]["id"]
        return user

    def available(self) -> int:
        """What the user may spend in all."""
        credits: int = self._asked("GET", "/battery")["available"]
        return credits

    def open_somebodys_email(self) -> None:
        """Spends 1 credit on somebody whose email the org does not own."""
        for page in count(1):
            for person in self._asked("GET", "/people", params={"page": page})["results"]:
                if person["pieces"]["email"]["state"] == "available":
                    items = [{"subject": person["id"], "kinds": ["email"]}]
                    self._asked("POST", "/reveals", json={"items": items})
                    return

    def wait_for(self, job: str) -> None:
        """Returns when it has come to its end."""
        give_up_s = time.monotonic() + COMMAND_TIMEOUT_S
        while self._asked("GET", f"/jobs/{job}")["status"] in ("running", "settling"):
            assert time.monotonic() < give_up_s, f"{job} still runs"
            time.sleep(POLL_EVERY_S)

    def stop(self, job: str) -> None:
        self._asked("POST", f"/jobs/{job}/stop")

    def _asked(self, method: str, path: str, **options: Any) -> Any:
        answer = self._http.request(method, path, timeout=COMMAND_TIMEOUT_S, **options)
        answer.raise_for_status()
        return answer.json()

    def close(self) -> None:
        self._http.close()


class Admin(Caller):
    """Alice at the API."""

    def cap(self, email: str, credits: int | None) -> None:
        """How many extra credits the user may take in a month (R17)."""
        self._asked("PATCH", self._path_of(email), json={"extra_cap": credits})

    def give_role(self, email: str, role: Role) -> None:
        self._asked("PATCH", self._path_of(email), json={"role": role})

    def _path_of(self, email: str) -> str:
        users = self._asked("GET", "/admin/users")["users"]
        [user] = [user["id"] for user in users if user["email"] == email]
        return f"/admin/users/{user}"

    def answer_request(self, outcome: str, note: str) -> None:
        """Answers the one request that waits."""
        requests = self._asked("GET", "/credit-requests")["requests"]
        [waiting] = [request["id"] for request in requests if request["outcome"] is None]
        body = {"outcome": outcome, "note": note}
        self._asked("POST", f"/credit-requests/{waiting}/answer", json=body)

    def reverse_last_charge(self) -> None:
        """Takes back the newest charge of anybody in the org (R27)."""
        history = self._asked("GET", "/history", params={"action": "reveal", "limit": 1})
        body = {"seq": history["entries"][0]["seq"], "reason": "mistake"}
        self._asked("POST", "/admin/reversals", json=body)


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder filled once; every server gets a copy, in which nothing has been charged."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    server = DemoServer(folder)
    server.start()
    server.stop()
    return folder


@pytest.fixture(scope="module")
def server(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The demo, fresh for this module."""
    folder = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(demo_data, folder)
    server = DemoServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def new_profile(
    playwright: Playwright, chromium_path: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Profile]]:
    """Opens one more browser profile with the extension, signed out."""
    with ExitStack() as profiles:

        def new() -> Profile:
            folder = tmp_path_factory.mktemp("profile")
            return profiles.enter_context(open_profile(playwright, chromium_path, folder))

        yield new


@pytest.fixture(scope="module")
def bob(server: DemoServer, new_profile: Callable[[], Profile]) -> Rep:
    """Bob the rep, paired through the real pages."""
    return new_profile().pair(server.url, "bob@acme.example", DEMO_PASSWORD)


@pytest.fixture(scope="module")
def jane(server: DemoServer, new_profile: Callable[[], Profile]) -> Rep:
    """Jane the rep of the same org, in a browser profile of her own."""
    return new_profile().pair(server.url, "jane@acme.example", DEMO_PASSWORD)


@pytest.fixture
def alice(server: DemoServer) -> Iterator[Admin]:
    """Alice the admin."""
    admin = Admin(server.url, "alice@acme.example")
    yield admin
    admin.close()
