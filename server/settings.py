"""One frozen struct, read once from `BATTERY_*` variables (README, Settings).

Every limit has a name with its unit and the reason for its default beside it. A variable that is
not known, or whose value does not fit, ends the start with a plain sentence.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from server.wire.battery import DEFAULT_PRICES, Prices

AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
SECRET_CHARS_MIN = 32
SQLITE_NAME = "battery.db"
SHAPE = TypeVar("SHAPE", bound=msgspec.Struct)

PREFIX = "BATTERY_"
OUR_OWN = frozenset({"limits"})
"""Fields that no variable of that name sets."""
THE_CLIENTS = frozenset({"url", "token", "password"})
"""Read by the commands that call a running server, in whose shell others may be started too."""
EXTENSION_ID = "afllnndnablgmjiafodnhnijlfncdpff"
"""What Chromium calls the bundled extension: it follows from `key` in extension/manifest.json."""


class SettingsError(Exception):
    """A variable that cannot be used; the message names it and says what fits."""


class Limits(msgspec.Struct, frozen=True):
    """Sizes, counts and rates (api.md, Limits). A rate refused is 429, a size 413, a count 400."""

    json_body_bytes: AtLeastOne = 1_000_000
    directory_body_bytes: AtLeastOne = 50_000_000
    export_body_bytes: AtLeastOne = 4_000_000
    """A list of 100,000 subject ids fits."""
    import_file_bytes: AtLeastOne = 50_000_000
    job_rows: AtLeastOne = 100_000
    open_jobs: AtLeastOne = 100
    """One user's jobs that have not ended: each keeps its rows, and many keep credits on hold."""
    reveal_items: AtLeastOne = 500
    lookup_urls: AtLeastOne = 100
    sockets_per_session: AtLeastOne = 50
    """Tabs do not open sockets, the extension's one background does; 50 leaves room for scripts."""
    hellos_pending_per_address: AtLeastOne = 200
    sign_in_failures: AtLeastOne = 10
    sign_in_window_s: AtLeastOne = 900
    """10 failures in 15 minutes, per account and per address."""
    pairings_per_minute: AtLeastOne = 20
    """Started from one address; each is a row for an hour, and nobody is signed in yet."""
    spending_burst: AtLeastOne = 5_000
    spending_per_s: AtLeastOne = 50
    lookup_burst: AtLeastOne = 300
    lookup_per_s: AtLeastOne = 20
    batch_queue: AtLeastOne = 10_000
    """Requests waiting for one org's writer; above it 429 `busy`."""
    batch_items: Annotated[int, msgspec.Meta(ge=1, le=4_000)] = 2_000
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
    prices: Prices = DEFAULT_PRICES
    admin_reversal_days: NotNegative = 0
    """Days within which an org admin may reverse a charge; 0: never (R27)."""
    admin_reversal_credits: NotNegative = 0
    """Credits an org's admins may reverse per calendar month (R27)."""
    contact: Annotated[str, msgspec.Meta(max_length=500)] = (
        "Ask your admin for more; admins get extra credits from their provider."
    )
    """How to get more credits, as the web app tells it."""
    session_days: Annotated[int, msgspec.Meta(ge=1, le=3_650)] = 30
    quote_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 24
    """How long a job that is not started waits with its uploaded rows (R18, R25)."""
    job_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 24
    """The longest running time, so that a hold cannot park credits (R23)."""
    jobs_at_once: AtLeastOne = 4
    """Jobs one process works on at a time; more would only share its one core."""
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
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() not in THE_CLIENTS
    }
    limits = {
        name.removeprefix("limit_"): given.pop(name)
        for name in list(given)
        if name.startswith("limit_")
    }
    data = _folder(given.pop("data", ".data"))
    values: dict[str, Any] = {
        name: _listed(name, text) for name, text in given.items() if name != "secret"
    }
    values.setdefault("database_url", f"sqlite+aiosqlite:///{data / SQLITE_NAME}")
    values["database_url"] = async_url(str(values["database_url"]))
    values["secret"] = _secret(data, given.get("secret"))
    settings = _converted(Settings, {**values, "data": data})
    return msgspec.structs.replace(settings, limits=_converted(Limits, limits))


def _folder(path: str) -> Path:
    folder = Path(path).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"BATTERY_DATA: cannot make {folder}: {error.strerror}") from None
    return folder


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
    _check_port("BATTERY_DATABASE_URL", url)
    return f"{driver}://{rest}"


def _check_port(variable: str, url: str) -> None:
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise SettingsError(f"{variable}: {error}") from None


def _redis_url(url: str) -> str:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("BATTERY_REDIS_URL: use redis://HOST:PORT/DB, rediss:// or unix://")
    _check_port("BATTERY_REDIS_URL", url)
    return url


def _listed(name: str, text: str) -> Any:
    if name in ("extension_ids", "trusted_proxies"):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if name in ("redis_url", "public_url") and not text:
        return None
    if name == "redis_url":
        return _redis_url(text)
    if name == "prices":
        try:
            return msgspec.json.decode(text, type=Prices)
        except msgspec.DecodeError as error:
            raise SettingsError(
                f'BATTERY_PRICES: {error}; write {{"email": 1, "phone": 10, "personality": 100}}'
            ) from None
    return text


def _converted(shape: type[SHAPE], values: dict[str, Any]) -> SHAPE:
    known = {field.name for field in msgspec.structs.fields(shape)} - OUR_OWN
    prefix = PREFIX + ("LIMIT_" if issubclass(shape, Limits) else "")
    for name in values:
        if name not in known:
            raise SettingsError(f"{prefix}{name.upper()} is not a setting; see README, Settings")
    try:
        return msgspec.convert(values, type=shape, strict=False, dec_hook=_keep)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        name = where.rstrip("`").upper()
        raise SettingsError(f"{prefix}{name}: {what[0].lower()}{what[1:]}") from None


def _keep(shape: type[Any], value: Any) -> Any:
    return shape(value)


def _secret(data: Path, given: str | None) -> bytes:
    if given is not None:
        return _long_enough(given, "BATTERY_SECRET")
    file = data / "secret"
    if not file.exists():
        _write_once(file, secrets.token_hex(SECRET_CHARS_MIN))
    remedy = "; restore it from your backup, or delete what is left of a first start that failed"
    return _long_enough(file.read_text().strip(), f"the file {file}", remedy)


def _long_enough(secret: str, where: str, remedy: str = "") -> bytes:
    """An empty or cut-off secret would key every piece anew: orgs would pay for all again."""
    if len(secret) < SECRET_CHARS_MIN:
        raise SettingsError(
            f"{where}: the secret has {len(secret)} characters and needs {SECRET_CHARS_MIN}{remedy}"
        )
    return secret.encode()


def _write_once(file: Path, text: str) -> None:
    """Whole or not at all, and never over another's: of two first starts one secret stays."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with open(draft, "x", opener=_owner_only) as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
