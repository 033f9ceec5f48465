"""Where a call comes from, and what it was sent to: origin, address, scheme, public address."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import Scope

from server.domain import errors
from server.settings import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

CHROME_SCHEME = "chrome-extension://"
MOZ_ORIGIN = re.compile(r"moz-extension://[A-Za-z0-9-]{1,64}")
"""Firefox gives each installation a random id, so any is allowed, with a bearer token only."""
HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
DEFAULT_PORTS = {"http": 80, "https": 443}
UNKNOWN_ADDRESS = "local"
"""A Unix socket has no address: all its clients are one."""
IPV6_HOME_BITS = 64
"""One customer's line has at least that many addresses to choose from, so it counts as one."""


class Origins:
    """From a deployment's settings. `trusted_proxies`: addresses or networks (`10.0.0.0/8`)."""

    def __init__(
        self,
        *,
        public_url: str | None,
        extension_ids: Iterable[str],
        trusted_proxies: Iterable[str] = (),
    ) -> None:
        self._public_url = public_url.rstrip("/") if public_url else None
        self._public_origin = _origin_of(public_url) if public_url else None
        self._chrome = frozenset(f"{CHROME_SCHEME}{name}" for name in extension_ids)
        self._proxies = tuple(_network(text) for text in trusted_proxies)

    def is_extension(self, origin: str) -> bool:
        """Whether our extension sent it: one of the configured Chromium ids, or any in Firefox."""
        return origin in self._chrome or MOZ_ORIGIN.fullmatch(origin) is not None

    def is_web_app(self, origin: str, scope: Scope) -> bool:
        """Whether our own pages sent it. Without a public URL: what the request was sent to."""
        ours = self._public_origin or _origin_of(self.base_url(scope))
        return origin == ours

    def require_web_app(self, origin: bytes | None, scope: Scope) -> None:
        """Raises Forbidden unless the `Origin` header names the web app."""
        if origin is None or not self.is_web_app(origin.decode("latin-1"), scope):
            raise errors.Forbidden(
                "With the cookie, a change must come from the web app's own pages at "
                f"{self.base_url(scope)}; use a bearer token elsewhere."
            )

    def base_url(self, scope: Scope) -> str:
        """Where users reach the web app, without a slash at the end."""
        if self._public_url is not None:
            return self._public_url
        host = _header(scope, b"host")
        if HOST.fullmatch(host) is None:
            host = "localhost"
        return f"{self.scheme(scope)}://{host}"

    def is_https(self, scope: Scope) -> bool:
        """Whether the user's browser speaks TLS to us or to the proxy before us."""
        return self.base_url(scope).startswith("https://")

    def scheme(self, scope: Scope) -> str:
        """`http` or `https`, as a trusted proxy says it was."""
        told = _header(scope, b"x-forwarded-proto").strip().lower()
        if told in DEFAULT_PORTS and self._is_proxy(_peer(scope)):
            return told
        return "https" if scope["scheme"] in ("https", "wss") else "http"

    def address(self, scope: Scope) -> str:
        """The client's address for limits: behind trusted proxies the first one not ours."""
        address = _peer(scope)
        if self._is_proxy(address):
            for hop in reversed(_header(scope, b"x-forwarded-for", joined=True).split(",")):
                if not _is_address(hop.strip()):
                    break
                address = hop.strip()
                if not self._is_proxy(address):
                    break
        return _home(address)

    def _is_proxy(self, address: str) -> bool:
        if not self._proxies or not _is_address(address):
            return False
        parsed = ipaddress.ip_address(address)
        return any(parsed in network for network in self._proxies)


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else UNKNOWN_ADDRESS


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _home(address: str) -> str:
    if ":" not in address or not _is_address(address):
        return address
    return str(ipaddress.ip_network(f"{address.partition('%')[0]}/{IPV6_HOME_BITS}", strict=False))


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise SettingsError(
            f"BATTERY_TRUSTED_PROXIES: {error}; give addresses or networks such as 10.0.0.0/8"
        ) from None


def _origin_of(url: str) -> str:
    """As a browser writes it: lower-case, without the scheme's own port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"BATTERY_PUBLIC_URL: {url} is no address: {error}") from None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise SettingsError(f"BATTERY_PUBLIC_URL: {url} is no http(s) address")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port in (None, DEFAULT_PORTS[parts.scheme]):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def _header(scope: Scope, name: bytes, *, joined: bool = False) -> str:
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    if joined:
        return ",".join(values)
    return values[0] if values else ""
