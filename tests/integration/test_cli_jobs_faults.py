"""The command line's exports when something goes wrong on the way; the server is scripted."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.__main__ import command_line
from tests.integration.scripted_server import CSV, JOB, Script, scripted
from tests.processes import ChildProcess
from tests.services import READY_TIMEOUT_S, free_port

Cli = Callable[..., Result]
ASK = ("export", "--people", "vp sales")
DONE, REFUSED, USAGE, STOPPED, UNAFFORDABLE, UNREACHABLE, LEFT = 0, 1, 2, 3, 4, 5, 130
# A test run in the background of a shell hands down that SIGINT is ignored.
INTERRUPTIBLE = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('server', run_name='__main__', alter_sys=True)"
)


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted() as script:
        yield script


@pytest.fixture
def cli(script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command in an empty folder, as Bob, without a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BATTERY_URL", script.url)
    monkeypatch.setenv("BATTERY_TOKEN", "bobs-token")
    runner = CliRunner()

    def run(*arguments: str) -> Result:
        return runner.invoke(command_line(), arguments)

    return run


def test_an_export_ends_with_its_file(cli: Cli, script: Script, tmp_path: Path) -> None:
    done = cli(*ASK, "--yes")
    assert done.exit_code == DONE, done.output
    assert (tmp_path / "export.csv").read_bytes() == CSV
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]
    assert done.stdout.endswith("export.csv\n")
    assert "Charged 2 credits (2 from the license, 0 from extra); as quoted." in done.stdout


def test_without_a_socket_the_job_is_asked_for(cli: Cli, script: Script) -> None:
    script.has_socket = False
    script.looks = 1
    assert cli(*ASK, "--yes").exit_code == DONE
    assert script.asked.count(f"GET /jobs/{JOB}") == 2


def test_r11_each_repeated_call_has_the_key_of_its_first(cli: Cli, script: Script) -> None:
    for call in ("POST /exports", f"POST /jobs/{JOB}/start"):
        script.refuse(call, 503, "unavailable", "The database is away.")
    assert cli(*ASK, "--yes").exit_code == DONE
    first, again, start, start_again = script.keys
    assert (first, start) == (again, start_again)
    assert first != start


def test_r11_a_key_of_ones_own_is_what_the_server_gets(cli: Cli, script: Script) -> None:
    assert cli(*ASK, "--yes", "--key", "monday").exit_code == DONE
    assert script.keys == ["monday", "monday.start0"]


@pytest.mark.parametrize("has_length", [True, False], ids=["of a known length", "in chunks"])
def test_a_download_that_is_cut_off_begins_again(
    cli: Cli, script: Script, tmp_path: Path, has_length: bool
) -> None:
    script.has_length = has_length
    script.cut_off_after = [5]
    done = cli(*ASK, "--yes", "--out", "people.csv")
    assert done.exit_code == DONE, done.output
    assert script.asked.count(f"GET /jobs/{JOB}/file") == 2
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("people.csv", CSV)]


def test_a_file_that_is_there_is_refused_before_anything_is_asked(
    cli: Cli, script: Script, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text("mine")
    refused = cli(*ASK, "--yes", "--out", "people.csv")
    assert (refused.exit_code, script.asked) == (REFUSED, [])
    assert "--force" in refused.stderr
    assert (tmp_path / "people.csv").read_text() == "mine"


def test_force_replaces_the_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("mine")
    assert cli(*ASK, "--yes", "--out", "people.csv", "--force").exit_code == DONE
    assert (tmp_path / "people.csv").read_bytes() == CSV


def test_the_servers_name_for_the_file_is_numbered_where_it_is_taken(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "export.csv").write_text("mine")
    assert cli(*ASK, "--yes").exit_code == DONE
    assert (tmp_path / "export.csv").read_text() == "mine"
    assert (tmp_path / "export (2).csv").read_bytes() == CSV


def test_a_folder_that_is_not_there_is_refused_before_anything_is_asked(
    cli: Cli, script: Script
) -> None:
    refused = cli(*ASK, "--yes", "--out", "nowhere/people.csv")
    assert (refused.exit_code, script.asked) == (REFUSED, [])
    assert "nowhere" in refused.stderr


def test_a_full_disk_is_told_with_the_way_to_fetch_the_file_again(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    failed = cli(*ASK, "--yes")
    assert failed.exit_code == REFUSED
    assert "No space left on device" in failed.stderr
    assert f"python -m server job {JOB}" in failed.stderr


def test_a_changed_quote_is_shown_and_started_again_where_that_was_agreed(
    cli: Cli, script: Script
) -> None:
    script.refuse(f"POST /jobs/{JOB}/start", 409, "quote_changed", "It would now cost 3 credits.")
    done = cli(*ASK, "--yes")
    assert done.exit_code == DONE
    assert "It would now cost 3 credits." in done.stderr
    assert done.stdout.count("Quote of export") == 2


def test_without_a_terminal_nothing_starts_unasked(cli: Cli, script: Script) -> None:
    refused = cli(*ASK)
    assert refused.exit_code == STOPPED
    assert "2 credits" in refused.stdout
    assert "--yes" in refused.stderr
    assert f"POST /jobs/{JOB}/start" not in script.asked


def test_a_quote_that_cannot_be_paid_is_not_started(cli: Cli, script: Script) -> None:
    script.affordable = False
    refused = cli(*ASK, "--yes")
    assert refused.exit_code == UNAFFORDABLE
    assert "7 credits short" in refused.stderr
    assert f"POST /jobs/{JOB}/start" not in script.asked


def test_r26_a_quote_above_the_most_is_not_started(cli: Cli, script: Script) -> None:
    script.max_credits = 1
    refused = cli(*ASK, "--yes", "--max-credits", "1")
    assert refused.exit_code == UNAFFORDABLE
    assert "1 credit is the most" in refused.stderr
    assert f"POST /jobs/{JOB}/start" not in script.asked


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [
        ("insufficient_credits", 402, UNAFFORDABLE),
        ("over_max_credits", 409, UNAFFORDABLE),
        ("expired", 410, STOPPED),
        ("job_state", 409, REFUSED),
    ],
)
def test_a_refused_start_says_what_the_server_says(
    cli: Cli, script: Script, code: str, status: int, exit_code: int
) -> None:
    script.refuse(f"POST /jobs/{JOB}/start", status, code, "Ask your admin for 7 more.")
    refused = cli(*ASK, "--yes")
    assert refused.exit_code == exit_code
    assert refused.stderr.endswith("Error: Ask your admin for 7 more.\n")


@pytest.mark.parametrize(
    ("ends_as", "exit_code", "told"),
    [
        ("failed", REFUSED, "the disk is full. Nothing was charged."),
        ("stopped", STOPPED, "is stopped; nothing was charged."),
        ("expired", STOPPED, "is expired; nothing was charged."),
    ],
)
def test_a_job_that_ends_otherwise_has_no_file(
    cli: Cli, script: Script, tmp_path: Path, ends_as: str, exit_code: int, told: str
) -> None:
    script.ends_as = ends_as
    ended = cli(*ASK, "--yes")
    assert ended.exit_code == exit_code
    assert told in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_json_is_the_job_and_nothing_else_on_stdout(cli: Cli, script: Script) -> None:
    done = cli(*ASK, "--yes", "--json")
    assert json.loads(done.stdout)["settlement"]["charged"] == 2
    assert done.stderr.endswith("export.csv\n")
    script.status = "quoted"
    script.affordable = False
    refused = cli(*ASK, "--yes", "--json")
    assert (refused.exit_code, json.loads(refused.stdout)["status"]) == (UNAFFORDABLE, "quoted")


def test_a_server_that_is_not_there_is_told_at_once(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("BATTERY_URL", url)
    away = cli(*ASK, "--yes")
    assert away.exit_code == UNREACHABLE
    assert away.stderr.startswith(f"Error: {url} cannot be reached")
    assert "Traceback" not in away.stderr


def test_a_site_that_is_no_battery_server_is_told_by_its_answer(cli: Cli, script: Script) -> None:
    script.refuse("GET /me", 418, "", "")
    script.refusals["GET /me"][0].body = b"<html>"
    script.refusals["GET /me"][0].headers["content-length"] = "6"
    foreign = cli(*ASK, "--yes")
    assert foreign.exit_code == REFUSED
    assert "418" in foreign.stderr
    assert "is it a Credit Battery server?" in foreign.stderr


def test_an_operators_token_holds_no_credits(
    cli: Cli, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATTERY_TOKEN", "op_veras-token")
    refused = cli(*ASK, "--yes")
    assert (refused.exit_code, script.asked) == (USAGE, [])
    assert "operator" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("export",),
        ("export", "--people", "a", "--accounts", "b"),
        ("export", "--people", "a", "--pages", "3-1"),
        ("export", "--people", "a", "--pages", "all"),
        ("export", "--people", "a", "--kinds", "email,fax"),
        ("export", "--people", "a", "--key", "two words"),
        ("export", "--people", "a", "--quote-only", "--yes"),
        ("export", "--people", "a", "--url", "battery.example"),
        ("export", "--people", "a", "--url", "http://battery.example:http"),
        ("import", "no-such-file.csv"),
        ("job", "../me"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    cli: Cli, script: Script, arguments: Sequence[str]
) -> None:
    assert (cli(*arguments).exit_code, script.asked) == (USAGE, [])


def test_ctrl_c_asks_the_server_to_stop(script: Script, tmp_path: Path) -> None:
    command = _following(script, tmp_path)
    command.send(signal.SIGINT)
    assert command.wait(timeout_s=READY_TIMEOUT_S) == STOPPED
    assert f"POST /jobs/{JOB}/stop" in script.asked
    assert "nothing was charged" in command.log
    assert "Traceback" not in command.log


def test_r21_ctrl_c_after_the_settling_mark_waits_for_the_file(
    script: Script, tmp_path: Path
) -> None:
    script.refuse(f"POST /jobs/{JOB}/stop", 409, "job_state", "It is settling by now.")
    command = _following(script, tmp_path)
    script.looks = 1
    command.send(signal.SIGINT)
    assert command.wait(timeout_s=READY_TIMEOUT_S) == DONE
    assert "It is settling by now." in command.log
    assert (tmp_path / "people.csv").read_bytes() == CSV


def test_a_second_ctrl_c_leaves_the_job_running(script: Script, tmp_path: Path) -> None:
    for _ in range(100):
        script.refuse(f"POST /jobs/{JOB}/stop", 503, "unavailable", "The database is away.")
    command = _following(script, tmp_path)
    command.send(signal.SIGINT)
    command.wait_for_line("Ctrl-C again", timeout_s=READY_TIMEOUT_S)
    command.send(signal.SIGINT)
    assert command.wait(timeout_s=READY_TIMEOUT_S) == LEFT
    assert f"python -m server job {JOB}" in command.log
    assert (script.status, list(tmp_path.iterdir())) == ("running", [])


@pytest.mark.parametrize(("answer", "exit_code"), [("y", DONE), ("n", STOPPED)])
def test_on_a_terminal_the_quote_is_asked_about(
    script: Script, tmp_path: Path, answer: str, exit_code: int
) -> None:
    terminal, for_command = pty.openpty()
    with subprocess.Popen(
        _command(script, tmp_path / "people.csv"),
        env=_environment(script),
        stdin=for_command,
        stdout=for_command,
        stderr=for_command,
    ) as command:
        os.close(for_command)
        shown = _read_until(terminal, b"start it?")
        os.write(terminal, f"{answer}\n".encode())
        shown += _read_until(terminal, None)
        assert command.wait(READY_TIMEOUT_S) == exit_code, shown.decode()
    os.close(terminal)
    assert b"Spend 2 credits" in shown
    assert (f"POST /jobs/{JOB}/start" in script.asked) == (answer == "y")
    # A quote that nobody wants is given up at once.
    assert (script.status == "stopped") == (answer == "n")


def _following(script: Script, folder: Path) -> ChildProcess:
    """A command that follows a job which does not end by itself."""
    script.has_socket = False
    script.looks = 10**9
    command = ChildProcess(
        [*_command(script, folder / "people.csv"), "--yes"], env=_environment(script)
    )
    command.wait_for_line("Started", timeout_s=READY_TIMEOUT_S)
    return command


def _command(script: Script, out: Path) -> list[str]:
    return [sys.executable, "-c", INTERRUPTIBLE, *ASK, "--url", script.url, "--out", str(out)]


def _environment(script: Script) -> dict[str, str]:
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("BATTERY_")}
    return {**inherited, "BATTERY_TOKEN": "bobs-token", "PYTHONUNBUFFERED": "1"}


def _read_until(terminal: int, text: bytes | None) -> bytes:
    """What was shown up to `text`; None: until the command has closed its end."""
    shown = b""
    while text is None or text not in shown:
        try:
            part = os.read(terminal, 4_096)
        except OSError:
            return shown
        shown += part
    return shown
