"""Where a call comes from, with proxies that are trusted and such that are not."""

from collections.abc import Mapping

import pytest
from starlette.types import Scope

from server.api.origins import Origins
from server.settings import SettingsError
from tests.integration.accounts_app import PASSWORD, accounts_on, told

NO_HOSTS = ["x:99999", "[[[", "a:b", ":80", "", "[::::]", "[zz]", "evil.example/?x=", "a@b", "a:-1"]


def _origins(*proxies: str, public_url: str | None = None) -> Origins:
    return Origins(public_url=public_url, extension_ids=("ours",), trusted_proxies=proxies)


def _scope(headers: Mapping[str, str] | None = None, *, peer: str | None = "192.0.2.1") -> Scope:
    return {
        "type": "http",
        "scheme": "http",
        "client": None if peer is None else (peer, 1),
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in (headers or {}).items()
        ],
    }


def test_without_trusted_proxies_a_forwarded_address_is_a_claim() -> None:
    scope = _scope({"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"})
    assert _origins().address(scope) == "192.0.2.1"
    assert _origins().scheme(scope) == "http"


def test_behind_trusted_proxies_the_first_address_not_ours_counts() -> None:
    origins = _origins("192.0.2.1", "10.0.0.0/8")
    told = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7, 10.1.2.3", "X-Forwarded-Proto": "https"}
    assert origins.address(_scope(told)) == "198.51.100.7"
    assert origins.scheme(_scope(told)) == "https"


def test_what_is_no_address_ends_the_chain() -> None:
    origins = _origins("192.0.2.1")
    assert origins.address(_scope({"X-Forwarded-For": "198.51.100.7, unknown"})) == "192.0.2.1"
    assert origins.address(_scope()) == "192.0.2.1"


def test_an_ipv6_line_is_one_address_however_many_it_has() -> None:
    origins = _origins()
    first = origins.address(_scope(peer="2001:db8:1:2::1"))
    assert first == origins.address(_scope(peer="2001:db8:1:2:ffff::9"))
    assert first != origins.address(_scope(peer="2001:db8:1:3::1"))


def test_ipv4_clients_of_a_socket_for_both_are_told_apart() -> None:
    origins = _origins()
    first, second = (f"::ffff:{address}" for address in ("203.0.113.7", "198.51.100.9"))
    assert origins.address(_scope(peer=first)) == "203.0.113.7"
    assert origins.address(_scope(peer=second)) == "198.51.100.9"


@pytest.mark.parametrize("proxies", ["10.0.0.0/8", "::ffff:10.0.0.1", "::ffff:10.0.0.0/104"])
def test_a_trusted_ipv4_proxy_is_one_in_either_notation(proxies: str) -> None:
    told = {"X-Forwarded-For": "::ffff:198.51.100.7", "X-Forwarded-Proto": "https"}
    for peer in ("10.0.0.1", "::ffff:10.0.0.1"):
        scope = _scope(told, peer=peer)
        assert _origins(proxies).address(scope) == "198.51.100.7"
        assert _origins(proxies).scheme(scope) == "https"


def test_a_link_local_address_counts_without_its_zone() -> None:
    assert _origins().address(_scope(peer="fe80::1%eth0")) == "fe80::/64"
    assert _origins().address(_scope(peer="::1")) == "::/64"


def test_clients_of_a_unix_socket_are_one() -> None:
    assert _origins("10.0.0.0/8").address(_scope(peer=None)) == "local"


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://battery.example", "https://battery.example"),
        ("https://battery.example:443/", "https://battery.example"),
        ("https://Battery.Example/", "https://battery.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_web_app_is_where_the_public_url_says(public_url: str, origin: str) -> None:
    origins = _origins(public_url=public_url)
    assert origins.is_web_app(origin, _scope({"Host": "elsewhere.example"}))
    assert not origins.is_web_app("http://elsewhere.example", _scope())


def test_without_a_public_url_the_web_app_is_what_the_call_was_sent_to() -> None:
    scope = _scope({"Host": "127.0.0.1:8000"})
    assert _origins().base_url(scope) == "http://127.0.0.1:8000"
    assert _origins().is_web_app("http://127.0.0.1:8000", scope)
    assert not _origins().is_web_app("http://localhost:8000", scope)


@pytest.mark.parametrize("host", NO_HOSTS)
def test_a_host_header_that_is_none_is_not_repeated_and_breaks_nothing(host: str) -> None:
    scope = _scope({"Host": host})
    assert _origins().base_url(scope) == "http://localhost"
    assert not _origins().is_web_app(f"http://{host}", scope)


@pytest.mark.parametrize("host", ["battery.example", "battery.example:8000", "[::1]:8000", "[::1]"])
def test_a_host_header_with_or_without_a_port_is_repeated(host: str) -> None:
    assert _origins().base_url(_scope({"Host": host})) == f"http://{host}"
    assert _origins().is_web_app(f"http://{host}", _scope({"Host": host}))


@pytest.mark.parametrize("host", NO_HOSTS)
async def test_signing_in_with_a_host_that_is_none_is_refused_and_no_bug(
    sqlite_url: str, host: str
) -> None:
    async with accounts_on(sqlite_url) as accounts, accounts.client() as client:
        refused = await client.post(
            "/api/v1/sessions",
            json={"email": "bob@acme.example", "password": PASSWORD, "cookie": True},
            headers={"Host": host, "Origin": "http://battery.example"},
        )
    assert told(refused) == (403, "forbidden")


@pytest.mark.parametrize("public_url", ["battery.example", "ftp://battery.example", "https://"])
def test_a_public_url_that_is_none_ends_the_start(public_url: str) -> None:
    with pytest.raises(SettingsError, match="BATTERY_PUBLIC_URL"):
        _origins(public_url=public_url)


def test_a_proxy_that_is_no_address_ends_the_start() -> None:
    with pytest.raises(SettingsError, match="BATTERY_TRUSTED_PROXIES"):
        _origins("the load balancer")
