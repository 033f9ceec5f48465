"""The lock files are what a newcomer installs: they must be what pyproject.toml asks for."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
RUN = ROOT / "scripts" / "requirements.lock"
TEST = ROOT / "scripts" / "requirements-dev.lock"


def _asked() -> tuple[list[str], list[str]]:
    """What pyproject.toml wants for running, and what more for testing."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project["dependencies"], project["optional-dependencies"]["dev"]


def _pinned(lock: Path) -> dict[str, str]:
    """Name to its one version."""
    versions: dict[str, str] = {}
    for line in lock.read_text().splitlines():
        if not line.startswith("#"):
            pin = Requirement(line)
            (exactly,) = pin.specifier
            assert exactly.operator == "=="
            versions[canonicalize_name(pin.name)] = exactly.version
    return versions


def _is_met(asked: Requirement, pinned: dict[str, str]) -> bool:
    version = pinned.get(canonicalize_name(asked.name))
    return version is not None and asked.specifier.contains(version)


@pytest.mark.parametrize(
    ("lock", "asked"), [(RUN, _asked()[0]), (TEST, _asked()[0] + _asked()[1])], ids=["run", "test"]
)
def test_the_lock_pins_all_that_is_asked_for_within_its_range(lock: Path, asked: list[str]) -> None:
    pinned = _pinned(lock)
    unmet = [text for text in asked if not _is_met(Requirement(text), pinned)]
    assert unmet == []


def test_tests_run_with_the_versions_that_users_run() -> None:
    run, test = _pinned(RUN), _pinned(TEST)
    assert {name: test.get(name) for name in run} == run
