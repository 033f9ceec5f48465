"""Signing in and out, and what becomes of tokens."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Literal

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from server.domain import errors
from server.domain.ids import SessionId, UserId
from server.settings import Limits
from server.store.admin import set_standing
from server.store.schema import session, users
from server.store.users import set_role
from server.usecases.passwords import Passwords
from server.usecases.sessions import Deactivated, Sessions
from server.usecases.token_cache import FRESH_S, TokenCache
from tests.integration.accounts_app import (
    ACME,
    ALICE,
    BOB,
    JANE,
    PASSWORD,
    SESSION_DAYS,
    WEB,
    Accounts,
    accounts_on,
    told,
)

NEW_PASSWORD = "a longer battery"
BOB_SIGNS_IN = {"email": "bob@acme.example", "password": PASSWORD}


class CountingHasher(PasswordHasher):
    """Knows how often it was asked."""

    checked = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.checked += 1
        return super().verify(hash, password)


async def _close(whose: SessionId | UserId) -> None:
    """Nobody has a socket open here."""


@pytest.fixture
async def accounts(sqlite_url: str) -> AsyncIterator[Accounts]:
    async with accounts_on(sqlite_url) as accounts:
        yield accounts


async def _session_of(accounts: Accounts, token: str) -> SessionId:
    return (await accounts.sessions.authenticate(token)).session


async def test_bob_signs_in_and_is_told_who_he_is(accounts: Accounts) -> None:
    async with accounts.client() as client:
        answer = await client.post(
            "/api/v1/sessions", json={**BOB_SIGNS_IN, "email": " Bob@ACME.example"}
        )
        assert answer.status_code == 201
        bob = {"id": BOB, "name": "Bob Reyes", "email": "bob@acme.example", "role": "rep"}
        assert answer.json()["user"] == bob
        assert answer.json()["expires_at"] == "2027-02-14T08:00:00Z"
        assert "set-cookie" not in answer.headers
        token = {"Authorization": f"Bearer {answer.json()['token']}"}
        me = await client.get("/api/v1/me", headers=token)
    assert me.json() == {
        "user": bob,
        "org": {"id": ACME, "name": "Acme", "time_zone": "America/New_York"},
        "contact": "Ask Vera.",
        "admin_reversals": {"days": 7, "credits": 50, "credits_left": None},
        "import_limits": {"file_bytes": 50_000_000, "rows": 100_000},
        "demo": False,
    }


async def test_tokens_and_passwords_are_stored_as_hashes(accounts: Accounts) -> None:
    token = await accounts.token(BOB)
    async with accounts.database.read() as connection:
        [row] = (await connection.execute(select(session))).all()
        hashes = set((await connection.execute(select(users.c.password_hash))).scalars())
    assert row.token_hash == hashlib.sha256(token.encode()).digest()
    assert token not in str(row)
    assert all(stored.startswith("$argon2id$") for stored in hashes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong password"},
        {"password": ""},
        {"password": "x" * 100_000},
        {"email": "nobody@acme.example"},
        {"email": "no address"},
        {"email": ""},
    ],
)
async def test_a_wrong_password_and_an_unknown_address_look_the_same(
    accounts: Accounts, wrong: dict[str, str]
) -> None:
    async with accounts.client() as client:
        refused = await client.post("/api/v1/sessions", json={**BOB_SIGNS_IN, **wrong})
    assert told(refused) == (401, "unauthenticated")
    assert refused.json()["detail"] == "The email address or the password is wrong."


async def test_an_unknown_address_costs_a_password_check_too(accounts: Accounts) -> None:
    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(hasher)
    assert not await passwords.verify(None, PASSWORD)
    assert hasher.checked == 1
    sessions = Sessions(
        accounts.database,
        passwords,
        accounts.clock,
        session_days=SESSION_DAYS,
        close_session=_close,
        close_user=_close,
    )
    with pytest.raises(errors.Unauthenticated):
        await sessions.sign_in("nobody@acme.example", PASSWORD, kind="bearer", client="test")
    assert hasher.checked == 2


async def test_the_web_app_gets_a_cookie_that_scripts_cannot_read_and_no_token(
    accounts: Accounts,
) -> None:
    async with accounts.client() as web:
        answer = await web.post(
            "/api/v1/sessions", json={**BOB_SIGNS_IN, "cookie": True}, headers={"Origin": WEB}
        )
        assert answer.status_code == 201
        assert "token" not in answer.json()
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("battery_session=")
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert parts == {
            "httponly",
            "samesite=lax",
            "path=/",
            f"max-age={SESSION_DAYS * 86_400}",
        }
        assert (await web.get("/api/v1/me")).json()["user"]["id"] == BOB
        left = await web.delete("/api/v1/sessions/current", headers={"Origin": WEB})
        assert "max-age=0" in left.headers["set-cookie"].lower()
        assert told(await web.get("/api/v1/me")) == (401, "unauthenticated")


async def test_the_session_whose_cookie_gives_way_ends(accounts: Accounts) -> None:
    cookie = {**BOB_SIGNS_IN, "cookie": True}
    async with accounts.client() as browser:
        await browser.post("/api/v1/sessions", json=cookie, headers={"Origin": WEB})
        first = browser.cookies["battery_session"]
        again = await browser.post("/api/v1/sessions", json=cookie, headers={"Origin": WEB})
        assert again.status_code == 201
        assert (await browser.get("/api/v1/me")).status_code == 200
    async with accounts.client(first) as left_over:
        assert told(await left_over.get("/api/v1/me")) == (401, "unauthenticated")


async def test_over_https_the_cookie_is_secure(sqlite_url: str) -> None:
    public_url = "https://battery.example"
    async with accounts_on(sqlite_url, public_url=public_url) as accounts:
        async with accounts.client() as web:
            answer = await web.post(
                "/api/v1/sessions",
                json={**BOB_SIGNS_IN, "cookie": True},
                headers={"Origin": public_url},
            )
    assert "; Secure" in answer.headers["set-cookie"]


async def test_another_site_cannot_sign_its_visitor_in(accounts: Accounts) -> None:
    async with accounts.client() as web:
        refused = await web.post(
            "/api/v1/sessions",
            json={**BOB_SIGNS_IN, "cookie": True},
            headers={"Origin": "http://evil.example"},
        )
    assert told(refused) == (403, "forbidden")
    assert "set-cookie" not in refused.headers


async def test_signing_out_ends_the_token_at_once_and_closes_its_sockets(
    accounts: Accounts,
) -> None:
    other = await accounts.token(BOB)
    token = await accounts.token(BOB)
    ended = await _session_of(accounts, token)
    async with accounts.client(token) as bob:
        assert (await bob.get("/api/v1/me")).status_code == 200
        assert (await bob.delete("/api/v1/sessions/current")).status_code == 204
        assert told(await bob.get("/api/v1/me")) == (401, "unauthenticated")
    assert accounts.closed == [ended]
    await accounts.sessions.authenticate(other)


async def test_a_token_expires(accounts: Accounts) -> None:
    async with await accounts.signed_in(BOB) as bob:
        accounts.clock.forward(SESSION_DAYS * 86_400 - 1)
        assert (await bob.get("/api/v1/me")).status_code == 200
        accounts.clock.forward(1)
        assert told(await bob.get("/api/v1/me")) == (401, "unauthenticated")


async def test_what_another_process_ended_opens_nothing_after_two_seconds(
    sqlite_url: str,
) -> None:
    async with accounts_on(sqlite_url) as here:
        token = await here.token(BOB)
        member = await here.sessions.authenticate(token)
        async with here.database.write() as connection:
            await connection.execute(session.delete())
        assert await here.sessions.authenticate(token) == member
        here.clock.forward(FRESH_S)
        with pytest.raises(errors.Unauthenticated):
            await here.sessions.authenticate(token)


async def test_what_was_read_before_a_sign_out_is_not_remembered_after_it(
    accounts: Accounts,
) -> None:
    member = await accounts.sessions.authenticate(await accounts.token(BOB))
    cache = TokenCache(accounts.clock.monotonic)
    read_at = cache.generation
    cache.forget_session(member.session)
    cache.put(b"hash", member, 60.0, read_at)
    assert cache.get(b"hash") is None
    cache.put(b"hash", member, 60.0, cache.generation)
    assert cache.get(b"hash") == member


async def test_a_change_of_role_counts_from_the_next_call(accounts: Accounts) -> None:
    token = await accounts.token(BOB)
    assert (await accounts.sessions.authenticate(token)).role == "rep"
    async with accounts.database.write() as connection:
        await set_role(connection, ACME, BOB, "admin")
    accounts.sessions.user_changed(BOB)
    assert (await accounts.sessions.authenticate(token)).role == "admin"


async def test_r15_the_deactivated_are_told_apart_by_every_node_and_sign_in_anew(
    accounts: Accounts,
) -> None:
    token = await accounts.token(BOB)
    session_id = await _session_of(accounts, token)
    async with accounts.database.write() as connection:
        await set_standing(connection, ACME, BOB, active=False)
    await accounts.sessions.user_deactivated(BOB)
    assert accounts.closed == [BOB]
    with pytest.raises(Deactivated):
        await accounts.sessions.authenticate(token)
    with pytest.raises(Deactivated):
        await accounts.token(BOB)
    standing = await accounts.sessions.still_valid([session_id])
    assert not standing.valid
    assert standing.deactivated == {session_id}
    async with accounts.database.write() as connection:
        await set_standing(connection, ACME, BOB, active=True)
    with pytest.raises(errors.Unauthenticated) as refused:
        await accounts.sessions.authenticate(token)
    assert not isinstance(refused.value, Deactivated)
    assert (await accounts.sessions.still_valid([session_id])).deactivated == frozenset()
    assert (await accounts.sessions.authenticate(await accounts.token(BOB))).user == BOB


async def test_r15_activating_the_active_signs_nobody_out(accounts: Accounts) -> None:
    token = await accounts.token(BOB)
    async with accounts.database.write() as connection:
        await set_standing(connection, ACME, BOB, active=True)
    assert (await accounts.sessions.authenticate(token)).user == BOB


async def test_of_many_sessions_those_that_still_stand_are_told(accounts: Accounts) -> None:
    tokens = [await accounts.token(user) for user in (ALICE, BOB, JANE)]
    sessions = [await _session_of(accounts, token) for token in tokens]
    await accounts.sessions.sign_out(await accounts.sessions.authenticate(tokens[1]))
    standing = await accounts.sessions.still_valid([*sessions, SessionId("ses_unknown")])
    assert standing.valid == {sessions[0], sessions[2]}
    assert standing.deactivated == frozenset()
    assert (await accounts.sessions.still_valid([])).valid == frozenset()
    accounts.clock.forward(SESSION_DAYS * 86_400)
    assert (await accounts.sessions.still_valid(sessions)).valid == frozenset()


async def _change(bob: httpx.AsyncClient, old: str, new: str) -> httpx.Response:
    return await bob.post("/api/v1/me/password", json={"old": old, "new": new})


async def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    accounts: Accounts,
) -> None:
    other = await accounts.token(BOB)
    others = await _session_of(accounts, other)
    janes = await accounts.token(JANE)
    async with await accounts.signed_in(BOB) as bob:
        assert (await _change(bob, PASSWORD, NEW_PASSWORD)).status_code == 204
        assert (await bob.get("/api/v1/me")).status_code == 200
    assert accounts.closed == [others]
    with pytest.raises(errors.Unauthenticated):
        await accounts.sessions.authenticate(other)
    await accounts.sessions.authenticate(janes)
    with pytest.raises(errors.Unauthenticated):
        await accounts.token(BOB)
    await accounts.sessions.sign_in("bob@acme.example", NEW_PASSWORD, kind="bearer", client="t")


async def test_a_wrong_old_password_changes_nothing_and_does_not_sign_out(
    accounts: Accounts,
) -> None:
    async with await accounts.signed_in(BOB) as bob:
        assert told(await _change(bob, "wrong password", NEW_PASSWORD)) == (403, "forbidden")
        assert (await bob.get("/api/v1/me")).status_code == 200
    await accounts.token(BOB)


@pytest.mark.parametrize("new", ["", "nine char", "x" * 201])
async def test_a_password_has_10_to_200_characters(accounts: Accounts, new: str) -> None:
    async with await accounts.signed_in(BOB) as bob:
        refused = await _change(bob, PASSWORD, new)
    assert told(refused) == (400, "bad_request")
    assert "`new`" in refused.json()["detail"]


async def test_two_changes_of_one_password_at_once_are_one(database_url: str) -> None:
    async with accounts_on(database_url) as accounts:
        async with await accounts.signed_in(BOB) as one, await accounts.signed_in(BOB) as other:
            answers = await asyncio.gather(
                _change(one, PASSWORD, NEW_PASSWORD), _change(other, PASSWORD, "another battery")
            )
    assert sum(answer.status_code == 204 for answer in answers) == 1


async def test_a_password_is_the_same_however_a_keyboard_sends_it(accounts: Accounts) -> None:
    async with await accounts.signed_in(BOB) as bob:
        assert (await _change(bob, PASSWORD, "cafe\u0301 batterie")).status_code == 204
    await accounts.sessions.sign_in(
        "bob@acme.example", "caf\u00e9 batterie", kind="bearer", client="t"
    )


async def test_ten_failures_close_the_account_even_to_the_right_password(
    accounts: Accounts,
) -> None:
    for number in range(10):
        async with accounts.client(address=f"192.0.2.{number}") as client:
            wrong = {**BOB_SIGNS_IN, "password": "wrong password"}
            assert (await client.post("/api/v1/sessions", json=wrong)).status_code == 401
    async with accounts.client(address="192.0.2.99") as client:
        refused = await client.post("/api/v1/sessions", json=BOB_SIGNS_IN)
        assert told(refused) == (429, "rate_limited")
        assert refused.json()["limit"] == "failures_per_account"
        assert refused.headers["retry-after"] == "900"
        accounts.clock.forward(900)
        assert (await client.post("/api/v1/sessions", json=BOB_SIGNS_IN)).status_code == 201


async def test_failures_of_one_address_close_it_and_no_other(sqlite_url: str) -> None:
    limits, proxies = Limits(sign_in_failures=2), ("192.0.2.1",)
    async with accounts_on(sqlite_url, limits=limits, proxies=proxies) as accounts:
        async with accounts.client(address="192.0.2.1") as client:

            async def tried(email: str, forwarded_for: str) -> int:
                answer = await client.post(
                    "/api/v1/sessions",
                    json={"email": email, "password": PASSWORD},
                    headers={"X-Forwarded-For": forwarded_for},
                )
                return answer.status_code

            assert await tried("a@x.example", "198.51.100.1") == 401
            assert await tried("b@x.example", "198.51.100.1") == 401
            assert await tried("bob@acme.example", "198.51.100.1") == 429
            assert await tried("bob@acme.example", "198.51.100.2") == 201


async def test_sessions_in_use_are_marked_once_in_a_while(accounts: Accounts) -> None:
    token = await accounts.token(BOB)
    accounts.clock.forward(3_600)
    await accounts.sessions.authenticate(token)
    await accounts.sessions.write_seen()
    async with accounts.database.read() as connection:
        [row] = (await connection.execute(select(session))).all()
    assert row.seen_us == accounts.clock()
    assert row.expires_us == row.created_us + SESSION_DAYS * 86_400_000_000
