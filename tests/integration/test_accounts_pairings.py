"""Pairing the extension with a user."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest

from server.domain import errors
from server.domain.ids import UserId
from server.store.users import set_active
from server.usecases.housekeeping import forget
from server.usecases.pairings import CODE_ALPHABET, canonical_code
from tests.integration.accounts_app import (
    ACME,
    BOB,
    JANE,
    PASSWORD,
    SESSION_DAYS,
    WEB,
    Accounts,
    accounts_on,
    told,
)

VERIFIER = "what only this browser knows"
VERIFIER_HASH = hashlib.sha256(VERIFIER.encode()).hexdigest()
CLIENT = "Chromium on Linux"


@pytest.fixture
async def accounts(sqlite_url: str) -> AsyncIterator[Accounts]:
    async with accounts_on(sqlite_url) as accounts:
        yield accounts


async def _start(device: httpx.AsyncClient) -> str:
    answer = await device.post(
        "/api/v1/pairings", json={"verifier_hash": VERIFIER_HASH, "client": CLIENT}
    )
    assert answer.status_code == 201
    return str(answer.json()["code"])


async def _ask(device: httpx.AsyncClient, code: str, verifier: str = VERIFIER) -> httpx.Response:
    return await device.post(f"/api/v1/pairings/{code}/token", json={"verifier": verifier})


async def _paired(accounts: Accounts, user: UserId) -> str:
    """A device token of the user."""
    async with accounts.client() as device, await accounts.signed_in(user) as web:
        code = await _start(device)
        assert (await web.post(f"/api/v1/pairings/{code}/approve")).status_code == 204
        return str((await _ask(device, code)).json()["token"])


async def test_a_device_is_paired_by_comparing_a_code(accounts: Accounts) -> None:
    async with accounts.client() as device, await accounts.signed_in(BOB) as web:
        started = await device.post(
            "/api/v1/pairings", json={"verifier_hash": VERIFIER_HASH, "client": CLIENT}
        )
        code = started.json()["code"]
        assert started.json() == {
            "code": code,
            "verification_url": f"{WEB}/pair?code={code}",
            "poll_every_s": 1,
            "expires_at": "2027-01-15T08:10:00Z",
        }
        waiting = await _ask(device, code)
        assert (waiting.status_code, waiting.json()) == (202, {})
        seen = await web.get(f"/api/v1/pairings/{code.lower().replace('-', '')}")
        assert seen.json() == {
            "code": code,
            "client": CLIENT,
            "expires_at": "2027-01-15T08:10:00Z",
        }
        assert (await web.post(f"/api/v1/pairings/{code}/approve")).status_code == 204
        assert (await web.post(f"/api/v1/pairings/{code}/approve")).status_code == 204
        given = await _ask(device, code)
        assert given.status_code == 201
        assert given.json()["user"]["id"] == BOB
        assert told(await _ask(device, code)) == (410, "expired")
        assert told(await web.get(f"/api/v1/pairings/{code}")) == (410, "expired")
        assert told(await web.post(f"/api/v1/pairings/{code}/approve")) == (410, "expired")
    async with accounts.client(given.json()["token"]) as extension:
        assert (await extension.get("/api/v1/me")).json()["user"]["id"] == BOB


def test_a_code_is_short_and_read_only_one_way() -> None:
    assert not set("01OIL") & set(CODE_ALPHABET)
    assert canonical_code(" kfwq 7m3d") == "KFWQ-7M3D"


async def test_the_token_is_given_exactly_once(database_url: str) -> None:
    async with accounts_on(database_url) as accounts:
        async with accounts.client() as device, await accounts.signed_in(BOB) as web:
            code = await _start(device)
            await web.post(f"/api/v1/pairings/{code}/approve")
            answers = await asyncio.gather(*(_ask(device, code) for _ in range(8)))
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [201] + [410] * 7


async def test_two_users_cannot_approve_one_code(database_url: str) -> None:
    async with accounts_on(database_url) as accounts:
        async with accounts.client() as device:
            code = await _start(device)
            async with await accounts.signed_in(BOB) as bob, await accounts.signed_in(JANE) as jane:
                answers = await asyncio.gather(
                    *(web.post(f"/api/v1/pairings/{code}/approve") for web in (bob, jane))
                )
            statuses = [answer.status_code for answer in answers]
            assert sorted(statuses) == [204, 410]
            owner = (await _ask(device, code)).json()["user"]["id"]
            assert owner == (BOB, JANE)[statuses.index(204)]


async def test_a_wrong_verifier_looks_like_an_unknown_code_and_is_counted(
    accounts: Accounts,
) -> None:
    async with accounts.client() as device, accounts.client(address="192.0.2.9") as thief:
        code = await _start(device)
        stolen = await _ask(thief, code, "a guess")
        unknown = await _ask(thief, "AAAA-AAAA")
        assert told(stolen) == told(unknown) == (404, "not_found")
        assert stolen.json() == unknown.json()
        for _ in range(8):
            await _ask(thief, code, "a guess")
        assert told(await _ask(thief, "BBBB-BBBB")) == (429, "rate_limited")


async def test_a_code_ends_after_ten_minutes(accounts: Accounts) -> None:
    async with accounts.client() as device, await accounts.signed_in(BOB) as web:
        code = await _start(device)
        accounts.clock.forward(599)
        assert (await _ask(device, code)).status_code == 202
        accounts.clock.forward(1)
        assert told(await _ask(device, code)) == (410, "expired")
        assert told(await web.post(f"/api/v1/pairings/{code}/approve")) == (410, "expired")


async def test_approving_takes_a_signed_in_user_at_our_own_page(accounts: Accounts) -> None:
    async with accounts.client() as device:
        code = await _start(device)
        path = f"/api/v1/pairings/{code}/approve"
        assert told(await device.post(path)) == (401, "unauthenticated")
        signed_in = {"email": "bob@acme.example", "password": "battery-demo", "cookie": True}
        async with accounts.client() as web:
            await web.post("/api/v1/sessions", json=signed_in)
            assert told(await web.post(path)) == (403, "forbidden")
            assert (await web.post(path, headers={"Origin": WEB})).status_code == 204


async def test_a_device_cannot_let_another_in(accounts: Accounts) -> None:
    async with accounts.client(await _paired(accounts, BOB)) as extension:
        code = await _start(extension)
        refused = await extension.post(f"/api/v1/pairings/{code}/approve")
    assert told(refused) == (403, "forbidden")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"verifier_hash": "abc"}, "`verifier_hash`"),
        ({"verifier_hash": VERIFIER_HASH.upper()}, "`verifier_hash`"),
        ({"client": ""}, "`client`"),
        ({"client": "x" * 101}, "`client`"),
        ({"client": "line\nbreak"}, "`client`"),
    ],
)
async def test_a_pairing_starts_with_a_hash_and_a_name(
    accounts: Accounts, wrong: dict[str, str], named: str
) -> None:
    async with accounts.client() as device:
        refused = await device.post(
            "/api/v1/pairings", json={"verifier_hash": VERIFIER_HASH, "client": CLIENT, **wrong}
        )
    assert told(refused) == (400, "bad_request")
    assert named in refused.json()["detail"]


async def test_a_user_sees_and_ends_only_own_devices(accounts: Accounts) -> None:
    bobs, janes = await _paired(accounts, BOB), await _paired(accounts, JANE)
    async with accounts.client(bobs) as bob, await accounts.signed_in(JANE) as jane:
        [device] = (await bob.get("/api/v1/devices")).json()["devices"]
        assert device == {
            "id": device["id"],
            "client": CLIENT,
            "created_at": "2027-01-15T08:00:00Z",
            "last_seen_at": "2027-01-15T08:00:00Z",
            "current": True,
        }
        [hers] = (await jane.get("/api/v1/devices")).json()["devices"]
        assert (hers["id"] != device["id"], hers["current"]) == (True, False)
        foreign = await jane.delete(f"/api/v1/devices/{device['id']}")
        assert told(foreign) == (404, "not_found")
        assert (await bob.get("/api/v1/me")).status_code == 200
        assert (await bob.delete(f"/api/v1/devices/{device['id']}")).status_code == 204
        assert told(await bob.get("/api/v1/me")) == (401, "unauthenticated")
    assert accounts.closed == [device["id"]]
    assert (await accounts.sessions.authenticate(janes)).user == JANE


async def test_a_session_that_is_no_device_is_not_ended_as_one(accounts: Accounts) -> None:
    token = await accounts.token(BOB)
    member = await accounts.sessions.authenticate(token)
    async with accounts.client(token) as bob:
        refused = await bob.delete(f"/api/v1/devices/{member.session}")
    assert told(refused) == (404, "not_found")
    assert (await accounts.sessions.authenticate(token)).session == member.session


async def test_a_device_in_use_is_not_signed_out_by_time(accounts: Accounts) -> None:
    token = await _paired(accounts, BOB)
    for _ in range(3):
        accounts.clock.forward((SESSION_DAYS - 1) * 86_400)
        await accounts.sessions.authenticate(token)
        await accounts.sessions.write_seen()
    accounts.clock.forward(SESSION_DAYS * 86_400)
    with pytest.raises(errors.Unauthenticated):
        await accounts.sessions.authenticate(token)


async def test_r15_who_was_deactivated_meanwhile_gets_no_device(accounts: Accounts) -> None:
    async with accounts.client() as device, await accounts.signed_in(BOB) as web:
        code = await _start(device)
        await web.post(f"/api/v1/pairings/{code}/approve")
        async with accounts.database.write() as connection:
            await set_active(connection, ACME, BOB, False)
        assert told(await _ask(device, code)) == (401, "unauthenticated")


async def _approved(accounts: Accounts, device: httpx.AsyncClient) -> tuple[str, str]:
    """A code that Bob approved, and the token he did it with."""
    code, token = await _start(device), await accounts.token(BOB)
    async with accounts.client(token) as web:
        assert (await web.post(f"/api/v1/pairings/{code}/approve")).status_code == 204
    return code, token


async def test_a_new_password_voids_what_was_approved_before(database_url: str) -> None:
    async with accounts_on(database_url) as accounts, accounts.client() as device:
        code, token = await _approved(accounts, device)
        async with accounts.client(token) as bob:
            passwords = {"old": PASSWORD, "new": "another battery"}
            assert (await bob.post("/api/v1/me/password", json=passwords)).status_code == 204
            assert (await bob.get("/api/v1/devices")).json() == {"devices": []}
        assert told(await _ask(device, code)) == (410, "expired")


async def test_a_password_that_was_reset_voids_what_was_approved_before(accounts: Accounts) -> None:
    async with accounts.client() as device:
        code, _ = await _approved(accounts, device)
        async with accounts.database.write() as connection:
            invitation = await accounts.invitations.invite(connection, BOB, base_url=WEB)
        await accounts.invitations.accept(invitation.url.partition("code=")[2], "another battery")
        assert told(await _ask(device, code)) == (410, "expired")


async def test_an_ended_session_approves_nothing_however_fresh_its_memory(
    accounts: Accounts,
) -> None:
    token = await accounts.token(BOB)
    remembered = await accounts.sessions.authenticate(token)
    await accounts.sessions.sign_out(remembered)
    async with accounts.client() as device:
        code = await _start(device)
        with pytest.raises(errors.Unauthenticated):
            await accounts.pairings.approve(code, remembered)
        assert (await _ask(device, code)).status_code == 202


async def test_a_password_changed_while_a_device_fetches_its_token_leaves_none_behind(
    database_url: str,
) -> None:
    async with accounts_on(database_url) as accounts, accounts.client() as device:
        code, token = await _approved(accounts, device)
        bob = await accounts.sessions.authenticate(token)
        fetched, _ = await asyncio.gather(
            _ask(device, code), accounts.sessions.change_password(bob, PASSWORD, "another battery")
        )
        assert fetched.status_code in (201, 410)
        assert await accounts.sessions.devices(bob) == ()


async def test_starting_pairings_is_limited_per_address(accounts: Accounts) -> None:
    async with accounts.client() as device:
        body = {"verifier_hash": VERIFIER_HASH, "client": ""}
        statuses = [
            (await device.post("/api/v1/pairings", json=body)).status_code for _ in range(22)
        ]
        assert statuses == [400] * 20 + [429] * 2
        refused = await device.post("/api/v1/pairings", json=body)
        assert refused.json()["limit"] == "pairing"
        assert "20 pairing calls at once or 20 a minute" in refused.json()["detail"]
        async with accounts.client(address="192.0.2.9") as other:
            assert (await other.post("/api/v1/pairings", json=body)).status_code == 400
        accounts.clock.forward(3)
        assert (await device.post("/api/v1/pairings", json=body)).status_code == 400


async def test_a_pairing_is_forgotten_an_hour_after_its_end(accounts: Accounts) -> None:
    async with accounts.client() as device:
        code = await _start(device)
        accounts.clock.forward(600 + 3_600)
        await _forget(accounts)
        assert told(await _ask(device, code)) == (410, "expired")
        accounts.clock.forward(1)
        await _forget(accounts)
        assert told(await _ask(device, code)) == (404, "not_found")


async def _forget(accounts: Accounts) -> None:
    async with accounts.database.write() as connection:
        await forget(connection, accounts.clock())
