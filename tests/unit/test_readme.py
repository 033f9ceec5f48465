"""The README promises what the code has: settings, commands, files, links."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import typer.main
from typer.core import TyperArgument, TyperGroup

from server.__main__ import command_line
from server.cli import signing_in
from server.cli.serving import DEMO_SETTINGS
from server.settings import Limits, Settings

CLIENT = {"BATTERY_URL": signing_in.DEFAULT_URL, signing_in.TOKEN: None, signing_in.PASSWORD: None}
"""Of the commands that call a running server, with their defaults."""
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SUFFIXES = ("", ".py", ".js")


def settings_rows() -> dict[str, str]:
    """The tables' variables with what stands as their default; several may share a row."""
    rows: dict[str, str] = {}
    for variables, default, _ in re.findall(
        r"^\| (`BATTERY_.*?) \| (.*?) \| (.*) \|$", README, re.M
    ):
        names = re.findall(r"`(\w+)`", variables)
        plain, _, aside = default.partition(" (")
        defaults = [plain] if len(names) == 1 else plain.split(", ")
        for name, each in zip(names, defaults, strict=True):
            assert name not in rows, f"{name} stands there twice"
            rows[name] = f"{each} ({aside}" if aside else each
    return rows


def variables() -> dict[str, object]:
    """Every variable there is with its default; UNSET where it depends on the deployment."""
    settings = {
        f"BATTERY_{field.name.upper()}": field.default
        for field in msgspec.structs.fields(Settings)
        if field.name != "limits"
    }
    limits = {
        f"BATTERY_LIMIT_{field.name.upper()}": field.default
        for field in msgspec.structs.fields(Limits)
    }
    return {**settings, **limits, **CLIENT}


def as_written(value: object) -> str:
    """A default as it would stand in a variable or, for a limit, in the table."""
    if isinstance(value, msgspec.Struct):
        return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()
    return str(value)


def test_the_tables_name_every_variable_and_no_other() -> None:
    assert settings_rows().keys() == variables().keys()


@pytest.mark.parametrize("name", sorted(settings_rows()))
def test_a_default_in_the_tables_is_the_default(name: str) -> None:
    written, default = settings_rows()[name], variables()[name]
    plain = written.partition(" (")[0]
    if name.startswith("BATTERY_LIMIT_"):
        assert plain == f"{default:,}"
    elif plain.startswith("`") and name != "BATTERY_DATA":
        assert plain == f"`{as_written(default)}`"
    else:
        # In words: it is none, or made at the first start.
        assert default in (None, "", (), msgspec.NODEFAULT) or name == "BATTERY_EXTENSION_IDS"


def test_what_the_demo_sets_stands_beside_the_default() -> None:
    asides = {name: written.partition("(")[2] for name, written in settings_rows().items()}
    for name, value in DEMO_SETTINGS.items():
        assert re.search(rf"demo`?: .*\b{value}\b", asides[name]), name


def test_every_variable_the_text_names_exists() -> None:
    named = set(re.findall(r"\bBATTERY_[A-Z_]+[A-Z]\b", README))
    assert named - variables().keys() == set()


def shell_lines() -> Iterator[str]:
    for block in SHELL_BLOCK.findall(README):
        for line in block.splitlines():
            yield line.partition(" #")[0].strip()


def commands() -> list[list[str]]:
    """The words after `python -m server` of every such line and mention."""
    lines = [*shell_lines(), *re.findall(r"`([^`\n]+)`", README)]
    calls = [line.partition("python -m server ")[2] for line in lines]
    return [re.findall(r'"[^"]*"|\S+', call) for call in calls if call]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_the_text_shows_exists_with_its_options(words: list[str]) -> None:
    group = typer.main.get_command(command_line())
    assert isinstance(group, TyperGroup)
    name, *rest = words
    command = group if name == "--help" else group.commands[name]
    options = {option for each in command.params for option in each.opts} | {"--help"}
    assert [word for word in words if word.startswith("--") and word not in options] == []
    needed = [each for each in command.params if isinstance(each, TyperArgument) and each.required]
    assert len(needed) <= len(rest)


def test_every_script_the_text_names_can_be_run() -> None:
    named = set(re.findall(r"\bscripts/\w+", README))
    assert {"scripts/run", "scripts/test", "scripts/lint", "scripts/bench"} <= named
    assert [name for name in named if not os.access(ROOT / name, os.X_OK)] == []


def anchors() -> set[str]:
    """The headings as a forge makes addresses of them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(SHELL_BLOCK, "", README), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("target", sorted(set(LINK.findall(README))))
def test_every_link_and_picture_leads_into_the_repository(target: str) -> None:
    path, _, anchor = target.partition("#")
    assert "://" not in target
    assert (ROOT / path).exists()
    assert path or anchor in anchors()


def test_pictures_are_pictures() -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", README)
    assert len(pictures) >= 3
    for described, path in pictures:
        assert described
        assert (ROOT / path).read_bytes().startswith(b"\x89PNG\r\n")


def rooms() -> Iterator[str]:
    """Every module the table of flows names; `a/{b,c}` are two."""
    for flow in re.findall(r"^\| [^|]+ \| `([^`]+ → [^`]+)` \|$", README, re.MULTILINE):
        for room in re.sub(r"\([^)]*\) ", "", flow).split(" → "):
            stem, _, several = room.partition("{")
            yield from (stem + each for each in several.rstrip("}").split(","))


@pytest.mark.parametrize("room", sorted(set(rooms())))
def test_every_room_of_the_flows_exists(room: str) -> None:
    homes = [ROOT / "server" / room, ROOT / "extension" / room, ROOT / room]
    assert any(home.with_name(home.name + suffix).exists() for home in homes for suffix in SUFFIXES)
