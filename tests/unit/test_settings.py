"""Settings: every variable, and a plain sentence that names the variable for every bad value."""

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.app import create_app
from server.house import House
from server.settings import THE_CLIENTS, Limits, Settings, SettingsError, read_settings
from server.wire.battery import Prices

SECRET = "a secret of at least 32 characters"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """What a test adds its variables to."""
    return {"BATTERY_DATA": str(tmp_path / "data"), "HOME": "/root", "PATH": "/bin"}


def test_without_variables_everything_has_a_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert settings.data == tmp_path / ".data"
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path / '.data' / 'battery.db'}"
    defaults = Settings(
        data=settings.data, database_url=settings.database_url, secret=settings.secret
    )
    assert settings == defaults


GIVEN: dict[str, tuple[str, Any]] = {
    "database_url": ("postgresql://u:pw@db/battery", "postgresql+asyncpg://u:pw@db/battery"),
    "secret": (SECRET, SECRET.encode()),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("0", 0),
    "redis_url": ("redis://cache/0", "redis://cache/0"),
    "public_url": ("https://battery.example", "https://battery.example"),
    "extension_ids": (" abc, def ,,", ("abc", "def")),
    "trusted_proxies": ("127.0.0.1,10.0.0.0/8", ("127.0.0.1", "10.0.0.0/8")),
    "prices": ('{"email": 2, "phone": 10, "personality": 0}', Prices(2, 10, 0)),
    "admin_reversal_days": ("7", 7),
    "admin_reversal_credits": ("50", 50),
    "contact": ("Ring Vera.", "Ring Vera."),
    "session_days": ("1", 1),
    "quote_hours": ("1", 1),
    "job_hours": ("720", 720),
    "jobs_at_once": ("1", 1),
    "demo": ("history", "history"),
    "log_level": ("debug", "debug"),
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_variable_sets_its_field_and_no_other(env: dict[str, str], name: str) -> None:
    text, value = GIVEN[name]
    before = read_settings(env)
    settings = read_settings({**env, f"BATTERY_{name.upper()}": text})
    assert settings == msgspec.structs.replace(before, **{name: value})
    assert settings != before


@pytest.mark.parametrize("name", sorted(THE_CLIENTS))
def test_what_a_client_is_told_changes_no_server(env: dict[str, str], name: str) -> None:
    assert read_settings({**env, f"BATTERY_{name.upper()}": "x"}) == read_settings(env)


def test_every_field_has_a_variable() -> None:
    fields = {field.name for field in msgspec.structs.fields(Settings)}
    assert fields - {"data", "limits"} == GIVEN.keys()


@pytest.mark.parametrize("field", msgspec.structs.fields(Limits), ids=lambda field: field.name)
def test_a_limits_variable_sets_it_and_no_other(
    env: dict[str, str], field: msgspec.structs.FieldInfo
) -> None:
    settings = read_settings({**env, f"BATTERY_LIMIT_{field.name.upper()}": "7"})
    assert settings.limits == msgspec.structs.replace(Limits(), **{field.name: 7})


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("postgres://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql://u@h:5/d", "postgresql+asyncpg://u@h:5/d"),
        ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg://u@h/d"),
    ],
)
def test_a_database_url_needs_no_driver(env: dict[str, str], written: str, url: str) -> None:
    assert read_settings({**env, "BATTERY_DATABASE_URL": written}).database_url == url


def test_the_first_start_makes_a_secret_for_its_owner_that_stays(env: dict[str, str]) -> None:
    first = read_settings(env)
    assert len(first.secret) >= 32
    assert read_settings(env).secret == first.secret
    file = first.data / "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in first.data.iterdir()] == ["secret"]


def test_a_given_secret_is_not_written_down(env: dict[str, str]) -> None:
    settings = read_settings({**env, "BATTERY_SECRET": SECRET})
    assert list(settings.data.iterdir()) == []


@pytest.mark.parametrize("kept", ["", "short", "\n"])
def test_a_secret_file_that_was_cut_off_ends_the_start(env: dict[str, str], kept: str) -> None:
    data = read_settings(env).data
    (data / "secret").write_text(kept)
    with pytest.raises(SettingsError, match="secret"):
        read_settings(env)


BAD = [
    ("BATTERY_DATA", "/dev/null/folder"),
    ("BATTERY_DATABASE_URL", ""),
    ("BATTERY_DATABASE_URL", "battery.db"),
    ("BATTERY_DATABASE_URL", "mysql://u@h/d"),
    ("BATTERY_DATABASE_URL", "postgresql://u@h:port/d"),
    ("BATTERY_SECRET", ""),
    ("BATTERY_SECRET", "x" * 31),
    ("BATTERY_PORT", "http"),
    ("BATTERY_PORT", "-1"),
    ("BATTERY_PORT", "65536"),
    ("BATTERY_PORT", "80.5"),
    ("BATTERY_REDIS_URL", "cache:6379"),
    ("BATTERY_REDIS_URL", "http://cache"),
    ("BATTERY_PUBLIC_URL", "battery.example"),
    ("BATTERY_PUBLIC_URL", "https://battery.example:port"),
    ("BATTERY_PUBLIC_URL", "https://[battery"),
    ("BATTERY_TRUSTED_PROXIES", "127.0.0.1,everyone"),
    ("BATTERY_TRUSTED_PROXIES", "10.0.0.0/33"),
    ("BATTERY_QUOTE_HOURS", "0"),
    ("BATTERY_JOB_HOURS", "721"),
    ("BATTERY_JOBS_AT_ONCE", "0"),
    ("BATTERY_PRICES", ""),
    ("BATTERY_PRICES", "1,10,100"),
    ("BATTERY_PRICES", "[1, 10, 100]"),
    ("BATTERY_PRICES", '{"fax": 5}'),
    ("BATTERY_PRICES", '{"email": -1}'),
    ("BATTERY_PRICES", '{"email": 1.5}'),
    ("BATTERY_PRICES", '{"email": 10000000000}'),
    ("BATTERY_ADMIN_REVERSAL_DAYS", "-1"),
    ("BATTERY_ADMIN_REVERSAL_CREDITS", "many"),
    ("BATTERY_SESSION_DAYS", "0"),
    ("BATTERY_SESSION_DAYS", "99999999999"),
    ("BATTERY_DEMO", "yes"),
    ("BATTERY_LOG_LEVEL", "loud"),
    ("BATTERY_LIMITS", "{}"),
    ("BATTERY_LIMIT_REVEAL_ITEMS", "0"),
    ("BATTERY_LIMIT_LOOKUP_URLS", "-5"),
    ("BATTERY_LIMIT_SPENDING_PER_S", "fast"),
    ("BATTERY_LIMIT_REVEAL_ITEM", "5"),
    ("BATTERY_LIMIT_", "5"),
    ("BATTERY_PORTT", "8000"),
    ("BATTERY_", "8000"),
]


def begin(env: Mapping[str, str]) -> None:
    """All that is built before the first database connection."""
    create_app(House(read_settings(env)))


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_value_ends_the_start_with_a_sentence_that_names_the_variable(
    env: dict[str, str], name: str, text: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        begin({**env, name: text})
    assert re.match(rf"{name}(:| is) [\w'`]", str(refused.value)), refused.value


def test_other_programs_variables_are_none_of_ours(env: dict[str, str]) -> None:
    assert read_settings({**env, "XBATTERY_PORT": "x", "PORT": "y"}) == read_settings(env)
