"""What is measured on: one customer with its users and licenses, and a directory of people."""

import asyncio
from datetime import date
from itertools import islice

import msgspec
from sqlalchemy import Table, insert

from server.clock import now_us
from server.domain.commands import DEPLOYMENT, SetLicense, SetPrices
from server.domain.ids import EVERYONE, AtUs, OrgId, SessionId, SubjectId, UserId
from server.store import schema
from server.store.engine import Database
from server.usecases.charge import Charger
from server.usecases.names import new_id, new_token, token_hash
from server.usecases.verify import verify
from server.wire.base import to_json
from server.wire.battery import DEFAULT_PRICES, Prices
from server.wire.subjects import Analysis

ALLOTMENT = 900_000_000
"""Never used up: a refusal would be measured instead of a charge."""
ANCHOR = date(2026, 1, 1)
SESSION_US = AtUs(86_400_000_000)
ROWS_PER_INSERT = 1_000

_ANALYSIS = to_json(
    Analysis(
        seniority="Director",
        function="Sales",
        tenure_years=4.5,
        skills=("Negotiation", "Forecasting", "Account planning"),
    )
).decode()


class BrokenLedgerError(Exception):
    """What was measured is worth nothing: the ledger does not add up."""


class Customer(msgspec.Struct, frozen=True):
    """An org and its users, each with a session: `tokens` are in the users' order."""

    org: OrgId
    users: tuple[UserId, ...]
    tokens: tuple[str, ...]


async def found(database: Database, charger: Charger, *, users: int) -> Customer:
    """A new org whose `users` have a license that is never used up, and are signed in."""
    org, prices = OrgId(new_id("org")), DEFAULT_PRICES
    names = tuple(UserId(new_id("usr")) for _ in range(users))
    tokens = tuple(new_token() for _ in range(users))
    sessions = [_session(user, token) for user, token in zip(names, tokens, strict=True)]
    await _insert(database, schema.org, [_org(org)])
    await _insert(database, schema.org_head, [_head(org, prices)])
    await _insert(database, schema.users, [_user(org, user) for user in names])
    await _insert(database, schema.session, sessions)
    await charger.change(org, SetPrices(DEPLOYMENT, prices, own=False))
    await asyncio.gather(
        *(charger.change(org, SetLicense(DEPLOYMENT, user, ALLOTMENT, ANCHOR)) for user in names)
    )
    return Customer(org, names, tokens)


async def fill_directory(database: Database, count: int) -> tuple[SubjectId, ...]:
    """`count` people with an email address each, that every org may find."""
    subjects = tuple(SubjectId(new_id("con")) for _ in range(count))
    people = [_person(number, subject) for number, subject in enumerate(subjects)]
    await _insert(database, schema.subject, people)
    return subjects


async def check(database: Database, org: OrgId) -> None:
    """Raises BrokenLedgerError unless the org's ledger holds every invariant of ledger.md."""
    answer = await verify(database, org)
    if not answer.ok:
        raise BrokenLedgerError(str(answer.broken))


def name_of(user: UserId) -> str:
    """How a user made by `found` is called."""
    return f"Bob {user[-6:]}"


async def _insert(database: Database, table: Table, rows: list[dict[str, object]]) -> None:
    waiting = iter(rows)
    async with database.write() as connection:
        while some := list(islice(waiting, ROWS_PER_INSERT)):
            await connection.execute(insert(table), some)


def _org(org: OrgId) -> dict[str, object]:
    return {"id": org, "name": "Acme", "time_zone": "America/New_York", "created_us": now_us()}


def _head(org: OrgId, prices: Prices) -> dict[str, object]:
    return {
        "org_id": org,
        "price_email": prices.email,
        "price_phone": prices.phone,
        "price_personality": prices.personality,
        "own_prices": False,
    }


def _user(org: OrgId, user: UserId) -> dict[str, object]:
    return {
        "id": user,
        "org_id": org,
        "email": f"{user}@acme.example",
        "name": name_of(user),
        "role": "rep",
        "active": True,
        "created_us": now_us(),
    }


def _session(user: UserId, token: str) -> dict[str, object]:
    now = now_us()
    return {
        "token_hash": token_hash(token),
        "id": SessionId(new_id("ses")),
        "user_id": user,
        "kind": "device",
        "client": "bench/1.0",
        "created_us": now,
        "expires_us": now + SESSION_US,
        "seen_us": now,
    }


def _person(number: int, subject: SubjectId) -> dict[str, object]:
    name = f"Ana Person {number}"
    return {
        "id": subject,
        "org_id": EVERYONE,
        "type": "contact",
        "url": f"https://www.linkedin.com/in/{subject}",
        "name": name,
        "headline": "Director of Sales",
        "company": "Northwind",
        "location": "Boston",
        "email": f"ana.person.{number}@northwind.example",
        "analysis": _ANALYSIS,
        "search": name.lower(),
        "sort": name.lower(),
        "fingerprint": b"",
    }
