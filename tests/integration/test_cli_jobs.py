"""Exports and imports from the command line against the real server: the numbers, files and codes.

Acme: Bob the rep has 100 credits a month. Initech's directory: Ana, Ben and Cara have an email, Dan
has none.
"""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner, Result

from server.__main__ import command_line
from server.clock import now_us
from server.settings import read_settings
from server.store.engine import Database
from server.usecases.operator_tokens import OperatorTokens
from tests.processes import ChildProcess
from tests.services import READY_TIMEOUT_S, BatteryServer, free_port, run_apart

SITE = "https://www.linkedin.com/in"
DONE, REFUSED, STOPPED, UNAFFORDABLE, UNREACHABLE = 0, 1, 3, 4, 5
PASSWORD = "a password of the test"
DIRECTORY = f"""url,name,company,email
{SITE}/ana-b,Ana Beck,Initech,ana.beck@initech.example
{SITE}/ben-c,Ben Cole,Initech,ben.cole@initech.example
{SITE}/cara-d,Cara Diaz,Initech,cara.diaz@initech.example
{SITE}/dan-e,Dan Essen,Initech,
"""
Cli = Callable[..., Result]


class Site:
    """A running server with the directory, and its operator."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.server = BatteryServer.start(env)
        self._vera = _operator_token(env)
        self._numbers = count(1)
        self._call("POST", "/operator/directory", content=DIRECTORY, type_="text/csv")

    @property
    def url(self) -> str:
        return self.server.url

    def bob(self) -> tuple[str, str]:
        """A new customer's rep: his address and a token."""
        number = next(self._numbers)
        org = self._call("POST", "/operator/orgs", {"name": f"Acme {number}", "time_zone": "UTC"})
        email = f"bob-{number}@acme.example"
        new = {"email": email, "name": "Bob Reyes", "role": "admin", "password": PASSWORD}
        self._call(
            "POST", f"/operator/orgs/{org['id']}/users", {**new, "license": {"allotment": 100}}
        )
        answer = httpx.post(
            f"{self.url}/api/v1/sessions", json={"email": email, "password": PASSWORD}
        )
        return email, str(answer.json()["token"])

    def restart(self) -> None:
        """As after `kill -9`, on the same port."""
        self.server.kill()
        self.server = BatteryServer.start(self.env)

    def _call(
        self, method: str, path: str, body: Any = None, *, content: str = "", type_: str = ""
    ) -> Any:
        answer = httpx.request(
            method,
            f"{self.url}/api/v1{path}",
            content=content.encode() or msgspec.json.encode(body),
            headers={
                "Authorization": f"Bearer {self._vera}",
                "Content-Type": type_ or "application/json",
            },
        )
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    site = Site({"BATTERY_DATA": str(folder), "BATTERY_PORT": str(free_port())})
    yield site
    site.server.stop()


@pytest.fixture
def bob(site: Site) -> tuple[str, str]:
    return site.bob()


@pytest.fixture
def cli(site: Site, bob: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command as Bob in an empty folder, without a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BATTERY_URL", site.url)
    monkeypatch.setenv("BATTERY_TOKEN", bob[1])
    runner = CliRunner()

    def run(*arguments: str, **more: Any) -> Result:
        return runner.invoke(command_line(), arguments, **more)

    return run


def battery(site: Site, token: str) -> Any:
    answer = httpx.get(f"{site.url}/api/v1/battery", headers={"Authorization": f"Bearer {token}"})
    return answer.json()


def jobs(site: Site, token: str) -> Any:
    """The newest first."""
    answer = httpx.get(f"{site.url}/api/v1/jobs", headers={"Authorization": f"Bearer {token}"})
    return answer.json()["jobs"]


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_r18_r20_an_export_of_a_search_costs_what_its_quote_said(
    cli: Cli, site: Site, bob: tuple[str, str], tmp_path: Path
) -> None:
    done = cli("export", "--people", "initech", "--yes", "--out", "people.csv")
    assert done.exit_code == DONE, done.output
    assert "3 credits (3 from the license, 0 from extra)" in done.stdout
    assert "Charged 3 credits" in done.stdout
    emails = [row["Email"] for row in rows_of(tmp_path / "people.csv")]
    assert emails == [
        "ana.beck@initech.example",
        "ben.cole@initech.example",
        "cara.diaz@initech.example",
        "",
    ]
    assert battery(site, bob[1])["license"]["used"] == 3


def test_r02_a_second_export_is_free_and_says_so(cli: Cli) -> None:
    assert cli("export", "--people", "initech", "--yes").exit_code == DONE
    again = json.loads(cli("export", "--people", "initech", "--yes", "--json").stdout)
    assert again["quote"]["already_owned"] == 3
    assert (again["settlement"]["credits"], again["settlement"]["already_owned"]) == (0, 3)


def test_r10_a_quote_alone_charges_nothing_and_can_be_started_later(
    cli: Cli, site: Site, bob: tuple[str, str], tmp_path: Path
) -> None:
    quoted = cli("export", "--people", "initech", "--quote-only", "--json")
    assert quoted.exit_code == DONE
    job = json.loads(quoted.stdout)
    assert (job["status"], job["quote"]["credits"]) == ("quoted", 3)
    assert battery(site, bob[1])["license"]["used"] == 0
    done = cli("job", job["id"], "--yes", "--out", "later.xlsx")
    assert done.exit_code == DONE, done.output
    assert (tmp_path / "later.xlsx").read_bytes().startswith(b"PK")
    assert cli("job", job["id"], "--out", "again.csv").exit_code == DONE
    assert battery(site, bob[1])["license"]["used"] == 3


def test_ids_and_urls_of_a_file_are_exported_in_its_order(
    cli: Cli, site: Site, bob: tuple[str, str], tmp_path: Path
) -> None:
    found = httpx.post(
        f"{site.url}/api/v1/lookups",
        json={"urls": [f"{SITE}/ben-c"]},
        headers={"Authorization": f"Bearer {bob[1]}"},
    )
    ben = found.json()["results"][0]["id"]
    (tmp_path / "who.txt").write_text(f"{SITE}/cara-d\n{SITE}/nobody-knows\n\n{ben}\n")
    done = cli("export", "--subjects", "who.txt", "--yes", "--out", "people.csv")
    assert done.exit_code == DONE, done.output
    assert f"left out: {SITE}/nobody-knows" in done.stderr
    assert [row["Name"] for row in rows_of(tmp_path / "people.csv")] == ["Cara Diaz", "Ben Cole"]


def test_a_file_of_urls_that_nobody_knows_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "who.txt").write_text("\n".join(f"{SITE}/nobody-{n}" for n in range(101)))
    refused = cli("export", "--subjects", "who.txt", "--yes")
    assert refused.exit_code == REFUSED
    assert "and 91 more" in refused.stderr


def test_r26_more_than_the_most_is_not_started(cli: Cli) -> None:
    refused = cli("export", "--people", "initech", "--yes", "--max-credits", "2")
    assert refused.exit_code == UNAFFORDABLE
    assert "2 credits is the most you agreed to" in refused.stderr


def test_r07_what_cannot_be_paid_is_not_started(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    file.write_text("email\n" + "".join(f"person-{n}@hooli.example\n" for n in range(101)))
    refused = cli("import", str(file), "--yes")
    assert refused.exit_code == UNAFFORDABLE
    assert "1 credit short" in refused.stderr


def test_r25_an_import_shows_its_columns_and_problems_and_adds_what_it_found(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "crm.csv"
    file.write_text(
        "Work email,Notes,Profile\n"
        "Ana.Beck@initech.example,met,\n"
        "no address,,\n"
        f",called,{SITE}/ben-c\n"
    )
    done = cli("import", str(file), "--yes", "--out", "found.csv")
    assert done.exit_code == DONE, done.output
    assert "email is the column “Work email”" in done.stdout
    assert "carried along unread: Notes" in done.stdout
    assert "line 3: " in done.stdout
    assert [row["Notes"] for row in rows_of(tmp_path / "found.csv")] == ["met", "", "called"]
    assert "ben.cole@initech.example" in (tmp_path / "found.csv").read_text("utf-8-sig")


def test_r25_a_column_can_be_said_to_be_another(
    cli: Cli, site: Site, bob: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "crm.csv"
    file.write_text("Email,Real one\nold@hooli.example,new@hooli.example\n")
    asked = ("import", str(file), "--map", "email=Real one", "--quote-only", "--json")
    job = json.loads(cli(*asked).stdout)
    assert job["columns"] == {"email": "Real one"}
    refused = cli("import", str(file), "--map", "email=No such column", "--yes")
    assert refused.exit_code == REFUSED
    assert "its columns are Email, Real one" in refused.stderr
    # The upload of a command that came to nothing does not stay.
    assert [job["status"] for job in jobs(site, bob[1])] == ["stopped", "quoted"]


def test_a_file_that_is_no_list_is_refused_in_the_servers_words(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    refused = cli("import", "picture.csv", "--yes")
    assert refused.exit_code == REFUSED
    assert "picture" in refused.stderr


def test_r11_the_same_key_goes_on_with_the_same_job(cli: Cli, tmp_path: Path) -> None:
    asked = ("export", "--people", "initech", "--yes", "--json", "--key", "monday-4711")
    first, again = (json.loads(cli(*asked).stdout) for _ in range(2))
    assert (first["id"], first["status"]) == (again["id"], "completed")
    other = cli("export", "--people", "ben", "--yes", "--key", "monday-4711")
    assert other.exit_code == REFUSED


def test_a_password_signs_in_for_the_command_only(
    cli: Cli, site: Site, bob: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BATTERY_TOKEN")
    monkeypatch.setenv("BATTERY_PASSWORD", PASSWORD)
    assert cli("export", "--people", "initech", "--quote-only", "--email", bob[0]).exit_code == DONE
    monkeypatch.setenv("BATTERY_PASSWORD", "another")
    refused = cli("export", "--people", "initech", "--quote-only", "--email", bob[0])
    assert refused.exit_code == REFUSED


def test_a_token_that_was_revoked_is_refused(cli: Cli, site: Site, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("no-such-token\n")
    refused = cli("export", "--people", "initech", "--yes", "--token-file", "token")
    assert refused.exit_code == REFUSED
    assert "Traceback" not in refused.output


def test_nobody_elses_job_is_found(cli: Cli, site: Site) -> None:
    refused = cli("job", "job_of-another-org")
    assert refused.exit_code == REFUSED


def test_r23_a_job_is_followed_over_the_death_of_the_server(
    site: Site, bob: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\n" + "".join(f"p-{n % 90}@hooli.example\n" for n in range(3_000)))
    environment = {**os.environ, "BATTERY_URL": site.url, "BATTERY_TOKEN": bob[1]}
    command = ChildProcess(
        [
            *(sys.executable, "-m", "server", "import", str(file)),
            *("--yes", "--out", str(tmp_path / "found.csv")),
        ],
        env=environment,
    )
    command.wait_for_line("Started", timeout_s=READY_TIMEOUT_S)
    site.restart()
    assert command.wait(timeout_s=READY_TIMEOUT_S) == DONE, command.log
    assert len(rows_of(tmp_path / "found.csv")) == 3_000
    assert battery(site, bob[1])["license"]["used"] == 90


def _operator_token(env: dict[str, str]) -> str:
    """Made as `python -m server operator-token` makes one."""
    tokens: list[str] = []

    async def make() -> None:
        database = Database(read_settings(env).database_url)
        _, token = await OperatorTokens(database, now_us).create("Vera")
        tokens.append(token)
        await database.close()

    run_apart(make())
    return tokens[0]
