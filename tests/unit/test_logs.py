"""What a log line looks like, and what never stands in one."""

import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import structlog

from server.cli.logs import Level, json_lines, plain_lines

ours = structlog.get_logger("server.here")


def break_with(value: str) -> None:
    """`value` is a local variable of the traceback's frame only."""
    raise RuntimeError(f"{len(value)} characters")


def log_a_bug() -> None:
    try:
        break_with("".join(reversed("2retnuh")))
    except RuntimeError:
        ours.exception("broke", org="org_acme")


def test_a_servers_line_is_one_json_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    with json_lines("info"):
        ours.info("began", org="org_acme")
    told, said = capsys.readouterr()
    line = json.loads(told)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "began",
        "level": "info",
        "logger": "server.here",
        "org": "org_acme",
    }
    assert (told.count("\n"), said) == (1, "")


def test_a_librarys_warning_is_such_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    with json_lines("info"):
        logging.getLogger("a.library").warning("took %s s", 3)
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["level"], line["logger"]) == (
        "took 3 s",
        "warning",
        "a.library",
    )


def test_a_commands_line_is_plain_and_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with plain_lines("info"):
        ours.warning("took long", org="org_acme")
        logging.getLogger("asyncio").error("nobody waited")
    told, said = capsys.readouterr()
    assert told == ""
    assert [line.count("\x1b") for line in said.splitlines()] == [0, 0]
    assert "took long" in said
    assert "org=org_acme" in said
    assert "nobody waited" in said


@pytest.mark.parametrize("lines", [json_lines, plain_lines])
def test_a_traceback_names_its_frames_and_not_what_they_hold(
    lines: Callable[[Level], AbstractContextManager[None]], capsys: pytest.CaptureFixture[str]
) -> None:
    with lines("info"):
        log_a_bug()
    written = "".join(capsys.readouterr())
    assert "in break_with" in written
    assert "RuntimeError: 7 characters" in written
    assert "org_acme" in written
    assert "hunter2" not in written


@pytest.mark.parametrize(("level", "seen"), [("debug", "diwe"), ("warning", "we"), ("error", "e")])
def test_the_level_is_ours_and_libraries_tell_warnings_at_most(
    level: Level, seen: str, capsys: pytest.CaptureFixture[str]
) -> None:
    library = logging.getLogger("sqlalchemy.engine")
    with json_lines(level):
        for log in (ours, library):
            log.debug("d")
            log.info("i")
            log.warning("w")
            log.error("e")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = {
        name: "".join(line["event"] for line in lines if line["logger"] == name)
        for name in ("server.here", "sqlalchemy.engine")
    }
    assert told == {"server.here": seen, "sqlalchemy.engine": seen.removeprefix("di")}


def test_afterwards_nothing_is_left_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config(), list(logging.getLogger().handlers)
    with json_lines("error"):
        assert structlog.get_config() != before[0]
    assert (structlog.get_config(), list(logging.getLogger().handlers)) == before
    assert logging.getLogger("server").level == logging.NOTSET
