"""One frozen struct, read once from `BATTERY_*` variables (README, Settings).

Every limit has a name with its unit and the reason for its default beside it. A variable that is
not known, or whose value does not fit, ends the start with a plain sentence.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from server.wire.battery import Prices

SHAPE = TypeVar("SHAPE", bound=msgspec.Struct)

PREFIX = "BATTERY_"
EXTENSION_ID = "afllnndnablgmjiafodnhnijlfncdpff"
"""What Chromium calls the bundled extension: it follows from `key` in extension/manifest.json."""


class SettingsError(Exception):
    """A variable that cannot be used; the message names it and says what fits."""


class Limits(msgspec.Struct, frozen=True):
    """Sizes, counts and rates (api.md, Limits). A rate refused is 429, a size 413, a count 400."""

    json_body_bytes: int = 1_000_000
    export_body_bytes: int = 4_000_000
    """A list of 100,000 subject ids is about 3 MB."""
    directory_body_bytes: int = 50_000_000
    reveal_items: int = 500
    lookup_urls: int = 100
    sockets_per_session: int = 50
    """Tabs do not open sockets, the extension's one background does; 50 leaves room for scripts."""
    hellos_pending_per_address: int = 200
    sign_in_failures: int = 10
    sign_in_window_s: int = 900
    """10 failures in 15 minutes, per account and per address."""
    spending_burst: int = 5_000
    spending_per_s: int = 50
    lookup_burst: int = 300
    lookup_per_s: int = 20
    batch_queue: int = 10_000
    """Requests waiting for one org's writer; above it 429 `busy`."""
    batch_items: int = 2_000
    """Pieces planned in one commit: keeps a commit in the order of 100 ms."""


class Settings(msgspec.Struct, frozen=True):
    """How one deployment runs. Read with `read_settings`."""

    data: Path
    """Folder of the SQLite file and the secret, where those are not given."""
    database_url: str
    secret: bytes
    """Keys the piece hashes (R4): losing it means paying for every piece again."""
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8000
    """0: any free one, printed at start."""
    redis_url: str | None = None
    public_url: str | None = None
    """Where users reach the web app; absent: what the request was sent to."""
    extension_ids: tuple[str, ...] = (EXTENSION_ID,)
    """Chromium extension ids whose origin may call and connect."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses whose `X-Forwarded-For` and `-Proto` are believed."""
    prices: Prices = Prices()
    admin_reversal_days: int = 0
    """Days within which an org admin may reverse a charge; 0: never (R27)."""
    admin_reversal_credits: int = 0
    """Credits an org's admins may reverse per calendar month (R27)."""
    session_days: int = 30
    demo: Literal["", "fresh", "history"] = ""
    """`fresh` or `history`: what `demo` fills a new database with."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    limits: Limits = Limits()


def read_settings(env: Mapping[str, str]) -> Settings:
    """Settings from `BATTERY_*` variables; limits are `BATTERY_LIMIT_*`.

    Makes the data folder and, on the first start, its secret. Raises SettingsError.
    """
    given = {
        name.removeprefix(PREFIX).lower(): text
        for name, text in env.items()
        if name.startswith(PREFIX)
    }
    limits = {
        name.removeprefix("limit_"): given.pop(name)
        for name in list(given)
        if name.startswith("limit_")
    }
    data = Path(given.pop("data", ".data")).absolute()
    data.mkdir(parents=True, exist_ok=True)
    values: dict[str, Any] = {
        name: _listed(name, text) for name, text in given.items() if name != "secret"
    }
    values.setdefault("database_url", f"sqlite+aiosqlite:///{data / 'battery.db'}")
    values["database_url"] = async_url(str(values["database_url"]))
    values["secret"] = _secret(data, given.get("secret"))
    values |= {"data": data, "limits": _converted(Limits, limits)}
    return _converted(Settings, values)


def async_url(url: str) -> str:
    """The URL with the async driver named: `postgresql://` and `sqlite://` are enough to write."""
    scheme, separator, rest = url.partition("://")
    driver = {
        "postgres": "postgresql+asyncpg",
        "postgresql": "postgresql+asyncpg",
        "sqlite": "sqlite+aiosqlite",
    }.get(scheme, scheme)
    if separator == "" or driver not in ("postgresql+asyncpg", "sqlite+aiosqlite"):
        raise SettingsError(
            "BATTERY_DATABASE_URL: use sqlite:///FILE or postgresql://USER@HOST:PORT/NAME"
        )
    return f"{driver}://{rest}"


def _listed(name: str, text: str) -> Any:
    if name in ("extension_ids", "trusted_proxies"):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if name == "prices":
        try:
            return msgspec.json.decode(text, type=Prices)
        except msgspec.DecodeError as error:
            raise SettingsError(
                f'BATTERY_PRICES: {error}; write {{"email": 1, "phone": 10, "personality": 100}}'
            ) from None
    return text


def _converted(shape: type[SHAPE], values: dict[str, Any]) -> SHAPE:
    known = {field.name for field in msgspec.structs.fields(shape)}
    prefix = PREFIX + ("LIMIT_" if issubclass(shape, Limits) else "")
    for name in values:
        if name not in known:
            raise SettingsError(f"{prefix}{name.upper()} is not a setting; see README, Settings")
    try:
        return msgspec.convert(values, type=shape, strict=False, dec_hook=_keep)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{prefix}…: {error}; see README, Settings") from None


def _keep(shape: type[Any], value: Any) -> Any:
    return shape(value)


def _secret(data: Path, given: str | None) -> bytes:
    if given is not None:
        if len(given) < 32:
            raise SettingsError("BATTERY_SECRET: give at least 32 characters")
        return given.encode()
    file = data / "secret"
    try:
        with open(file, "x", opener=_owner_only) as new:
            new.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return file.read_text().strip().encode()


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
