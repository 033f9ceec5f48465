"""The command line on a database of its own: what it does, prints, refuses and exits with."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.__main__ import COMMANDS, command_line

Cli = Callable[..., Result]
ANA = "https://www.linkedin.com/in/ana-b-1"
PEOPLE = f"""url,name,email,mobile,shoe size
{ANA},Ana Beck,ana@contact.example,+4930123456,38
,Nobody,,,
https://www.linkedin.com/in/bo,Bo Chen,no address,,41
"""


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command with a data folder of this test."""
    monkeypatch.setenv("BATTERY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("BATTERY_PUBLIC_URL", "https://battery.example/")
    runner = CliRunner()

    def run(*arguments: str) -> Result:
        return runner.invoke(command_line(), arguments)

    return run


@pytest.fixture
def acme(cli: Cli) -> str:
    """The id of a customer with Alice, admin, and Bob, rep."""
    made = cli("add-org", "Acme", "--time-zone", "America/New_York")
    assert made.exit_code == 0, made.output
    for email, name, role in (
        ("alice@acme.example", "Alice Nakamura", "admin"),
        ("bob@acme.example", "Bob Reyes", "rep"),
    ):
        added = cli("add-user", "acme", email, name, "--allotment", "2000", "--role", role)
        assert added.exit_code == 0, added.output
    return str(made.stdout.split()[0])


@pytest.fixture
def people(tmp_path: Path) -> str:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    return str(file)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(cli: Cli, command: str) -> None:
    shown = cli(command, "--help")
    assert shown.exit_code == 0
    assert command in shown.stdout


def test_the_command_line_alone_lists_its_commands(cli: Cli) -> None:
    shown = cli("--help")
    assert shown.exit_code == 0
    assert [name for name in COMMANDS if name not in shown.stdout] == []


def test_what_is_no_command_is_a_usage_error(cli: Cli) -> None:
    assert cli("sell-everything").exit_code == 2


def test_orgs_and_users_are_listed(cli: Cli, acme: str) -> None:
    orgs = cli("orgs")
    assert orgs.exit_code == 0
    assert acme in orgs.stdout
    assert "America/New_York" in orgs.stdout
    users = cli("users", acme)
    assert "alice@acme.example" in users.stdout
    assert re.search(r"Bob Reyes .* rep .* 0 of 2,000 .* none .* invited", users.stdout)


def test_a_new_user_comes_with_a_link_of_the_public_address(cli: Cli, acme: str) -> None:
    added = cli("add-user", acme, "jane@acme.example", "Jane Okafor", "--allotment", "5")
    assert "https://battery.example/invite?code=" in added.stdout
    again = cli("invite", acme, "jane@acme.example")
    assert again.exit_code == 0
    assert "https://battery.example/invite?code=" in again.stdout


def test_an_anchor_is_a_day(cli: Cli, acme: str) -> None:
    user = ("add-user", acme, "jane@acme.example", "Jane Okafor", "--allotment", "5", "--anchor")
    assert cli(*user, "31-01-2026").exit_code == 2
    assert cli(*user, "2026-01-31").exit_code == 0
    assert "5 from 2026-01-31" in cli("users", acme).stdout


def test_r16_a_grant_needs_credits_and_a_note(cli: Cli, acme: str) -> None:
    granted = cli("grant", "ACME", "15000", "--note", "Annual plan")
    assert granted.exit_code == 0
    assert "Acme has 15,000 credits extra left" in granted.stdout
    assert cli("grant", acme, "5").exit_code == 2
    assert cli("grant", acme, "0", "--note", "n").exit_code == 2
    assert cli("grant", acme, "many", "--note", "n").exit_code == 2
    huge = cli("grant", acme, "1000000001", "--note", "n")
    assert (huge.exit_code, huge.stdout) == (1, "")
    assert huge.stderr.startswith("Error: credits: grant between 1 and 1,000,000,000")


def test_r15_a_license_is_changed_by_email_or_id(cli: Cli, acme: str) -> None:
    fewer = cli("set-license", "BOB@acme.example", "100")
    assert fewer.stdout == "Bob Reyes: 100 credits a month, 2,000 in this one.\n"
    unknown = cli("set-license", "nobody@acme.example", "100")
    assert (unknown.exit_code, unknown.stderr) == (
        1,
        "Error: There is no user nobody@acme.example.\n",
    )


def test_prices_are_set_by_kind_and_taken_back(cli: Cli, acme: str) -> None:
    own = cli("set-prices", acme, "--phone", "8")
    assert "1 credit for an email, 8 credits for a phone and 100 credits" in own.stdout
    back = cli("set-prices", acme, "--default")
    assert "10 credits for a phone" in back.stdout
    assert cli("set-prices", acme).exit_code == 2
    assert cli("set-prices", acme, "--default", "--email", "2").exit_code == 2
    assert cli("set-prices", acme, "--email", "-2").exit_code == 2


def test_a_reversal_of_what_is_no_charge_is_refused_in_a_sentence(cli: Cli, acme: str) -> None:
    refused = cli("reverse", acme, "1", "--reason", "mistake")
    assert refused.exit_code == 1
    assert "only a charge" in refused.stderr
    assert cli("reverse", acme, "1", "--reason", "because").exit_code == 2


def test_an_org_is_named_by_id_or_unique_name(cli: Cli, acme: str) -> None:
    assert cli("users", "aCMe").exit_code == 0
    assert cli("users", "Initech").stderr == "Error: There is no organization Initech.\n"
    assert cli("users", acme).exit_code == 0


def test_no_two_orgs_are_called_alike(cli: Cli, acme: str) -> None:
    twice = cli("add-org", "ACME")
    assert (twice.exit_code, twice.stderr) == (
        1,
        "Error: There is a customer called ACME already.\n",
    )
    assert cli("users", "acme").exit_code == 0


def test_a_mistyped_folder_is_no_empty_deployment(cli: Cli, tmp_path: Path) -> None:
    lost = cli("orgs")
    assert lost.exit_code == 1
    assert "there is no database" in lost.stderr
    assert not (tmp_path / "data").exists()


def test_an_unknown_zone_is_refused(cli: Cli) -> None:
    refused = cli("add-org", "Acme", "--time-zone", "Mars/Olympus")
    assert refused.exit_code == 1
    assert "IANA time zone" in refused.stderr


def test_an_operators_token_is_printed_once_and_alone(cli: Cli) -> None:
    made = cli("operator-token", "--name", "Vera Vendor", "--days", "3")
    assert re.fullmatch(r"op_[\w-]{43}\n", made.stdout)
    assert cli("operator-token", "--name", "Vera", "--days", "0").exit_code == 2


def test_operators_tokens_are_listed_and_end_when_revoked(cli: Cli) -> None:
    token = cli("operator-token", "--name", "Vera Vendor", "--days", "3").stdout.strip()
    cli("operator-token", "--name", "Otto")
    listed = cli("operator-tokens")
    assert listed.exit_code == 0
    assert token not in listed.stdout
    found = re.search(r"(opr_\S+) +Vera Vendor .* UTC .* UTC +valid", listed.stdout)
    assert found is not None
    revoked = cli("revoke-operator", found[1])
    assert revoked.stdout == "The token of Vera Vendor opens nothing any more.\n"
    assert re.search(rf"{found[1]} +Vera Vendor .* ended", cli("operator-tokens").stdout)
    assert re.search(r"Otto .* valid", cli("operator-tokens").stdout)
    assert cli("revoke-operator", found[1]).exit_code == 0
    unknown = cli("revoke-operator", "opr_nobody")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr.startswith("Error: There is no operator opr_nobody")


def test_r32_verify_tells_of_every_org_or_one(cli: Cli, acme: str) -> None:
    cli("add-org", "Globex")
    for arguments in ((), ("--all",)):
        every = cli("verify", *arguments)
        assert every.exit_code == 0
        assert every.stdout == "ok  Acme: 3 entries\nok  Globex: 1 entries\n"
    assert cli("verify", acme).stdout == "ok  Acme: 3 entries\n"
    assert cli("verify", acme, "--all").exit_code == 2


def test_a_directory_is_imported_with_its_problems_listed(cli: Cli, people: str) -> None:
    first = cli("import-directory", people)
    assert first.exit_code == 0
    lines = first.stdout.splitlines()
    assert "shoe size" in lines[0]
    assert lines[1] == "line 3: url is missing"
    assert lines[2].startswith("line 4: email: ")
    assert lines[3] == "1 added, 0 changed, 0 unchanged, 2 skipped"
    again = cli("import-directory", people)
    assert "0 added, 0 changed, 1 unchanged, 2 skipped" in again.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"name\nAna\n", "url column"), (b"PK\x03\x04", "Excel")],
)
def test_an_unreadable_file_is_refused_in_a_sentence(
    cli: Cli, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    refused = cli("import-directory", str(file))
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "Traceback" not in refused.output


def test_a_file_without_a_good_row_ends_with_1_and_a_missing_one_with_2(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("url,name\n,Nobody\n")
    assert cli("import-directory", str(file)).exit_code == 1
    assert cli("import-directory", str(tmp_path / "none.csv")).exit_code == 2


def test_insights_are_imported_for_one_org(
    cli: Cli, acme: str, people: str, tmp_path: Path
) -> None:
    cli("import-directory", people)
    file = tmp_path / "insights.csv"
    file.write_text(
        "url,colleague,strength,since,note\n"
        f"{ANA},alice@acme.example,80,2021,Worked together\n"
        f"{ANA},zoe@globex.example,50,2020,\n"
    )
    imported = cli("import-insights", acme, str(file))
    assert imported.exit_code == 0
    assert "1 added" in imported.stdout
    assert "line 3: " in imported.stdout


def test_r04_an_erased_person_does_not_come_back(cli: Cli, people: str) -> None:
    cli("import-directory", people)
    erased = cli("erase", f"{ANA}/?trk=x")
    assert (erased.exit_code, "Erased" in erased.stdout) == (0, True)
    again = cli("import-directory", people)
    assert "erased" in again.stdout
    assert "0 added, 0 changed, 0 unchanged, 3 skipped" in again.stdout
    assert "Nobody is known" in cli("erase", ANA).stdout
    assert cli("erase", "ana").exit_code == 1


def test_a_new_epoch_is_another_each_time(cli: Cli) -> None:
    assert cli("migrate").exit_code == 0
    epochs = {cli("new-epoch").stdout for _ in range(2)}
    assert len(epochs) == 2


def test_migrating_twice_is_fine(cli: Cli) -> None:
    assert [cli("migrate").exit_code for _ in range(2)] == [0, 0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("BATTERY_PORTT", "8000", "BATTERY_PORTT"),
        ("BATTERY_PORT", "99999", "BATTERY_PORT"),
        ("BATTERY_PORT", "http", "BATTERY_PORT"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_by_name(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, text: str, said: str
) -> None:
    monkeypatch.setenv(name, text)
    refused = cli("migrate")
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "battery.example"])
def test_the_demo_is_refused_where_others_could_reach_it(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str
) -> None:
    monkeypatch.setenv("BATTERY_HOST", host)
    refused = cli("demo")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Error: BATTERY_HOST: ")
    assert not (tmp_path / "data" / "battery.db").exists()


def test_the_demo_is_refused_on_a_database_with_customers(cli: Cli, acme: str) -> None:
    refused = cli("demo")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "such as Acme" in refused.stderr
    assert "jane@acme.example" not in cli("users", acme).stdout


def test_a_database_that_is_away_is_told_in_a_sentence(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATTERY_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    refused = cli("orgs")
    assert refused.exit_code == 1
    assert "not available" in refused.stderr
    assert "Traceback" not in refused.output
