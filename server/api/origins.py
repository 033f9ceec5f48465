"""Where a call comes from, and what it was sent to: origin, address, scheme, public address."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import Scope

from server.domain import errors
from server.settings import SettingsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

CHROME_SCHEME = "chrome-extension://"
MOZ_ORIGIN = re.compile(r"moz-extension://[A-Za-z0-9-]{1,64}")
"""Firefox gives each installation a random id, so any is allowed, with a bearer token only."""
HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
DEFAULT_PORTS = {"http": 80, "https": 443}
UNKNOWN_ADDRESS = "local"
"""A Unix socket has no address: all its clients are one."""
MAPPED_BITS = 96
"""What stands before the IPv4 address in `::ffff:192.0.2.1`."""
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
        self._public_origin = _public_origin(public_url) if public_url else None
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
        scheme, host = self.scheme(scope), _header(scope, b"host")
        return f"{scheme}://{host}" if _is_host(host) else f"{scheme}://localhost"

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
        if address is None:
            return UNKNOWN_ADDRESS
        if self._is_proxy(address):
            for told in reversed(_header(scope, b"x-forwarded-for", joined=True).split(",")):
                hop = _parsed(told.strip())
                if hop is None:
                    break
                address = hop
                if not self._is_proxy(address):
                    break
        return _home(address)

    def _is_proxy(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._proxies)


def _peer(scope: Scope) -> Address | None:
    """None behind a Unix socket."""
    client = scope.get("client")
    return _parsed(str(client[0])) if client else None


def _parsed(text: str) -> Address | None:
    """None for what is no address.

    A socket that listens on `::` tells an IPv4 client's address as `::ffff:192.0.2.1`: it is that
    client, and not one of the home that would hold all of them.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address
    return address


def _home(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    # By number, which leaves out the zone of a link-local address (`fe80::1%eth0`).
    return str(ipaddress.IPv6Network((int(address), IPV6_HOME_BITS), strict=False))


def _network(text: str) -> Network:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise SettingsError(
            f"BATTERY_TRUSTED_PROXIES: {error}; give addresses or networks such as 10.0.0.0/8"
        ) from None
    first = _parsed(str(network.network_address))
    if first is None or first.version == network.version or network.prefixlen < MAPPED_BITS:
        return network
    return ipaddress.IPv4Network((int(first), network.prefixlen - MAPPED_BITS))


def _public_origin(url: str) -> str:
    try:
        return _origin_of(url)
    except ValueError as error:
        raise SettingsError(f"BATTERY_PUBLIC_URL: {url} is no http(s) address: {error}") from None


def _is_host(text: str) -> bool:
    """Whether a `Host` header can stand in an address: anybody may send anything in it."""
    if HOST.fullmatch(text) is None:
        return False
    try:
        _origin_of(f"http://{text}")
    except ValueError:
        return False
    return True


def _origin_of(url: str) -> str:
    """As a browser writes it: lower-case, without the scheme's own port. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("write http://HOST or https://HOST, with :PORT where it has one")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port in (None, DEFAULT_PORTS[parts.scheme]):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{parts.port}"


def _header(scope: Scope, name: bytes, *, joined: bool = False) -> str:
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    if joined:
        return ",".join(values)
    return values[0] if values else ""
