"""Users and operators in the database."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.domain import errors
from server.domain.ids import AtUs, OperatorId, UserId
from server.store.users import (
    UserRow,
    create_user,
    member_of,
    org_by_id,
    set_active,
    set_role,
    users_of,
)
from server.usecases.operator_tokens import is_operator_token
from tests.integration.accounts_app import (
    ACME,
    ALICE,
    BOB,
    GLOBEX,
    JANE,
    ZOE,
    Accounts,
    accounts_on,
)


@pytest.fixture
async def accounts(database_url: str) -> AsyncIterator[Accounts]:
    async with accounts_on(database_url) as accounts:
        yield accounts


def _kim(email: str) -> UserRow:
    return UserRow(
        id=UserId("usr_kim"), org=GLOBEX, email=email, name="Kim", role="rep", created_us=AtUs(0)
    )


async def test_an_address_signs_in_one_user_of_all_orgs_and_a_refusal_leaves_the_rest(
    accounts: Accounts,
) -> None:
    async with accounts.database.write() as connection:
        with pytest.raises(errors.AlreadyExists):
            await create_user(connection, _kim("bob@acme.example"))
        await create_user(connection, _kim("kim@globex.example"))
    async with accounts.database.read() as connection:
        names = [user.name for user in await users_of(connection, GLOBEX)]
    assert names == ["Kim", "Zoe Lindqvist"]


async def test_another_orgs_users_are_unknown(accounts: Accounts) -> None:
    async with accounts.database.write() as connection:
        for attempt in (
            member_of(connection, ACME, ZOE),
            set_role(connection, ACME, ZOE, "rep"),
            set_active(connection, ACME, ZOE, False),
        ):
            with pytest.raises(errors.NotFound):
                await attempt
        assert await org_by_id(connection, ACME) is not None


async def test_r15_the_last_admin_cannot_be_removed(accounts: Accounts) -> None:
    async with accounts.database.write() as connection:
        with pytest.raises(errors.Forbidden):
            await set_role(connection, ACME, ALICE, "rep")
        with pytest.raises(errors.Forbidden):
            await set_active(connection, ACME, ALICE, False)
        await set_role(connection, ACME, ALICE, "admin")
        await set_role(connection, ACME, JANE, "admin")
        await set_role(connection, ACME, ALICE, "rep")
        with pytest.raises(errors.Forbidden):
            await set_active(connection, ACME, JANE, False)


async def test_r15_a_deactivated_admin_does_not_count_as_one(accounts: Accounts) -> None:
    async with accounts.database.write() as connection:
        await set_role(connection, ACME, BOB, "admin")
        await set_active(connection, ACME, BOB, False)
        with pytest.raises(errors.Forbidden):
            await set_active(connection, ACME, ALICE, False)
        await set_role(connection, ACME, BOB, "rep")


async def test_r15_two_admins_who_remove_each_other_at_once_leave_one(accounts: Accounts) -> None:
    async with accounts.database.write() as connection:
        await set_role(connection, ACME, JANE, "admin")

    async def demote(user: UserId) -> None:
        async with accounts.database.write() as connection:
            await set_role(connection, ACME, user, "rep")

    outcomes = await asyncio.gather(demote(ALICE), demote(JANE), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [errors.Forbidden]
    async with accounts.database.read() as connection:
        roles = [user.role for user in await users_of(connection, ACME)]
    assert roles.count("admin") == 1


async def test_an_operator_token_is_recognized_and_belongs_to_one_operator(
    accounts: Accounts,
) -> None:
    olga, token = await accounts.operators.create("Olga", days=1)
    assert is_operator_token(token)
    assert await accounts.operators.authenticate(token) == olga
    with pytest.raises(errors.Unauthenticated):
        await accounts.operators.authenticate(f"{token}x")
    accounts.clock.forward(86_400)
    with pytest.raises(errors.Unauthenticated):
        await accounts.operators.authenticate(token)


async def test_a_revoked_operator_token_opens_nothing_at_once(accounts: Accounts) -> None:
    olga, token = await accounts.operators.create("Olga", days=10)
    vera, hers = await accounts.operators.create("Vera", days=1)
    accounts.clock.forward(60)
    assert await accounts.operators.revoke(olga.id) == "Olga"
    with pytest.raises(errors.Unauthenticated):
        await accounts.operators.authenticate(token)
    assert await accounts.operators.authenticate(hers) == vera
    revoked_at = accounts.clock.now_us
    accounts.clock.forward(60)
    await accounts.operators.revoke(olga.id)
    ends = {row.id: row.expires_us for row in await accounts.operators.listed()}
    assert ends == {olga.id: revoked_at, vera.id: revoked_at + (86_400 - 60) * 1_000_000}
    with pytest.raises(errors.NotFound):
        await accounts.operators.revoke(OperatorId("opr_nobody"))


@pytest.mark.parametrize(("name", "days"), [("", 1), ("Olga\n", 0), ("Olga", 0)])
async def test_an_operator_has_a_name_and_some_days(
    accounts: Accounts, name: str, days: int
) -> None:
    with pytest.raises(errors.BadRequest):
        await accounts.operators.create(name, days=days)
