"""A link that sets a password, once."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from server.domain import errors
from server.domain.ids import UserId
from server.store.users import UserRow, create_user, set_active, user_by_id
from tests.integration.accounts_app import ACME, BOB, PASSWORD, WEB, Accounts, accounts_on, told

KIM = UserId("usr_kim")
NEW_PASSWORD = "a longer battery"


@pytest.fixture
async def accounts(sqlite_url: str) -> AsyncIterator[Accounts]:
    async with accounts_on(sqlite_url) as accounts:
        yield accounts


async def _code(accounts: Accounts, user: UserId) -> str:
    async with accounts.database.write() as connection:
        invitation = await accounts.invitations.invite(connection, user, base_url=WEB)
    address, _, code = invitation.url.partition("?code=")
    assert address == f"{WEB}/invite"
    return code


async def _invite_kim(accounts: Accounts) -> str:
    async with accounts.database.write() as connection:
        kim = UserRow(
            id=KIM,
            org=ACME,
            email="kim@acme.example",
            name="Kim",
            role="rep",
            created_us=accounts.clock(),
        )
        await create_user(connection, kim)
    return await _code(accounts, KIM)


async def _accept(
    client: httpx.AsyncClient, code: str, password: str = NEW_PASSWORD
) -> httpx.Response:
    return await client.post(f"/api/v1/invitations/{code}", json={"password": password})


async def test_a_new_user_sets_a_password_and_is_signed_in(accounts: Accounts) -> None:
    code = await _invite_kim(accounts)
    with pytest.raises(errors.Unauthenticated):
        await accounts.sessions.sign_in("kim@acme.example", "", kind="bearer", client="t")
    async with accounts.client() as client:
        answer = await _accept(client, code)
        assert answer.status_code == 201
        assert answer.json()["user"]["id"] == KIM
        token = {"Authorization": f"Bearer {answer.json()['token']}"}
        assert (await client.get("/api/v1/me", headers=token)).status_code == 200
    await accounts.sessions.sign_in("kim@acme.example", NEW_PASSWORD, kind="bearer", client="t")


async def test_a_forgotten_password_is_set_anew_and_ends_every_session(
    accounts: Accounts,
) -> None:
    old = await accounts.token(BOB)
    ended = (await accounts.sessions.authenticate(old)).session
    code = await _code(accounts, BOB)
    await accounts.token(BOB)
    async with accounts.client() as client:
        assert (await _accept(client, code)).status_code == 201
    assert ended in accounts.closed
    for token_of_old in (accounts.token(BOB), accounts.sessions.authenticate(old)):
        with pytest.raises(errors.Unauthenticated):
            await token_of_old


async def test_an_invitation_is_accepted_exactly_once(database_url: str) -> None:
    async with accounts_on(database_url) as accounts:
        code = await _invite_kim(accounts)
        passwords = [f"a longer battery {number}" for number in range(6)]
        async with accounts.client() as client:
            answers = await asyncio.gather(
                *(_accept(client, code, password) for password in passwords)
            )
        statuses = [answer.status_code for answer in answers]
        assert sorted(statuses) == [201] + [410] * 5
        await accounts.sessions.sign_in(
            "kim@acme.example", passwords[statuses.index(201)], kind="bearer", client="t"
        )


async def test_an_invitation_ends_after_seven_days(accounts: Accounts) -> None:
    code = await _invite_kim(accounts)
    accounts.clock.forward(7 * 86_400)
    async with accounts.client() as client:
        assert told(await _accept(client, code)) == (410, "expired")


async def test_a_second_invitation_voids_the_first(accounts: Accounts) -> None:
    first = await _invite_kim(accounts)
    second = await _code(accounts, KIM)
    async with accounts.client() as client:
        assert told(await _accept(client, first)) == (404, "not_found")
        assert (await _accept(client, second)).status_code == 201


async def test_a_refused_password_does_not_use_the_invitation_up(accounts: Accounts) -> None:
    code = await _invite_kim(accounts)
    async with accounts.client() as client:
        refused = await _accept(client, code, "short")
        assert told(refused) == (400, "bad_request")
        assert "`password`" in refused.json()["detail"]
        assert (await _accept(client, code)).status_code == 201


async def test_r15_the_deactivated_cannot_come_back_by_invitation(accounts: Accounts) -> None:
    code = await _code(accounts, BOB)
    async with accounts.database.write() as connection:
        await set_active(connection, ACME, BOB, False)
    async with accounts.client() as client:
        assert told(await _accept(client, code)) == (401, "unauthenticated")
    async with accounts.database.read() as connection:
        bob = await user_by_id(connection, BOB)
    assert bob is not None
    assert await accounts.passwords.verify(bob.password_hash, PASSWORD)


async def test_guessed_invitations_are_counted(accounts: Accounts) -> None:
    async with accounts.client() as client:
        for number in range(10):
            assert told(await _accept(client, f"guess-{number}")) == (404, "not_found")
        assert told(await _accept(client, "guess-11")) == (429, "rate_limited")
