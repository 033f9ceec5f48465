"""The whole app as `serve` runs it, with its lifespan, and two customers with a small directory.

A module's tests share one app; each founds customers of its own (`Whole.found`), who own nothing
yet and count their entries from 1. So what a test does to its customers, no other test sees.

Acme (New York): Alice the admin, Bob and Jane the reps. Globex (Berlin): Zoe the admin, Gus the
rep. Vera is the operator. Everybody has 100 credits a month from the 15th and no extra credits.

    ana      email, two phones, personality, analysis; Jane of Acme and Gus of Globex know her
    ana_too  the same address under another profile, otherwise empty
    ben      email only
    cleo     a direct dial only
    dora     email, phone and personality; she is revealed by nobody unless a test does it
    nobody   nothing at all
    initech  an account with an email and a phone
    hidden   a contact that only Acme knows of (R25)
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
from starlette.applications import Starlette

from server.app import create_app
from server.domain.commands import DEPLOYMENT
from server.domain.credit_month import to_us
from server.domain.ids import AtUs, OrgId, SubjectId, UserId
from server.house import House
from server.settings import Limits, Settings
from server.store import schema, users
from server.usecases.directory import import_insights
from server.wire.operator import License, NewOrg, NewUser
from server.wire.words import Role

NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AT: Final = "2026-11-23T12:00:00Z"
ANCHOR: Final = date(2026, 1, 15)
ALLOTMENT: Final = 100
SECRET: Final = b"the deployment secret of the tests, 32 bytes and more"
WEB: Final = "http://battery.example"
API: Final = "/api/v1"
SITE: Final = "https://www.linkedin.com"
DIRECTORY: Final = f"""\
url,name,headline,company,location,email,mobile,direct
{SITE}/in/ana,Ana Beck,VP of Sales,Initech,Berlin,ana.beck@initech.example,+14155550101,+14155550102
{SITE}/in/ana-too,Ana B.,,,,Ana.Beck@Initech.example,,
{SITE}/in/ben,Ben Cole,Engineer,Initech,Lyon,ben.cole@initech.example,,
{SITE}/in/cleo,Cleo Duarte,Buyer,Hooli,Porto,,,+14155550103
{SITE}/in/dora,Dora Essen,CFO,Hooli,Essen,dora.essen@hooli.example,+14155550104,
{SITE}/in/nobody,Nobody Known,,,,,,
{SITE}/company/initech,Initech,Makes software,,Austin,office@initech.example,+14155550105,
"""
PROFILES: Final = f"""\
url,name,seniority,function,tenure_years,skills,disc_d,disc_i,disc_s,disc_c,disc_style,disc_summary
{SITE}/in/ana,Ana Beck,vp,sales,4.5,negotiation;forecasting,20,30,80,60,Steady,Listens first.
{SITE}/in/dora,Dora Essen,cxo,finance,2,,90,10,10,40,Driven,Decides at once.
"""
SUBJECTS: Final[Mapping[str, str]] = {
    "ana": f"{SITE}/in/ana",
    "ana_too": f"{SITE}/in/ana-too",
    "ben": f"{SITE}/in/ben",
    "cleo": f"{SITE}/in/cleo",
    "dora": f"{SITE}/in/dora",
    "nobody": f"{SITE}/in/nobody",
    "initech": f"{SITE}/company/initech",
}
VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "ana": ("ana.beck@initech.example", "+14155550101", "+14155550102", "Listens first."),
    "ben": ("ben.cole@initech.example",),
    "cleo": ("+14155550103",),
    "dora": ("dora.essen@hooli.example", "+14155550104", "Decides at once."),
    "initech": ("office@initech.example", "+14155550105"),
    "hidden": ("hidden@acme.example", "+14155550106"),
}
"""Everything in the directory that costs something, as it would stand in an answer."""
ANA_EMAIL: Final = {
    "email": "ana.beck@initech.example",
    "analysis": {
        "seniority": "vp",
        "function": "sales",
        "tenure_years": 4.5,
        "skills": ["negotiation", "forecasting"],
    },
    "insights": [
        {
            "colleague": "Jane Okafor",
            "strength": 80,
            "since": "2019",
            "note": "Worked together at Initrode",
        }
    ],
}
ANA_PHONE: Final = {
    "phones": [
        {"type": "mobile", "number": "+14155550101"},
        {"type": "direct", "number": "+14155550102"},
    ]
}
ANA_PERSONALITY: Final = {
    "disc": {"d": 20, "i": 30, "s": 80, "c": 60},
    "style": "Steady",
    "summary": "Listens first.",
}
INSIGHTS: Final = "url,colleague,strength,since,note\n" + SITE + "/in/ana,{email},{known}\n"
JANE_KNOWS_ANA: Final = "80,2019,Worked together at Initrode"
GUS_KNOWS_ANA: Final = "35,2024,Met at a trade fair"


class Clock:
    """Stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.starts_us = self.now_us = to_us(now)

    def __call__(self) -> AtUs:
        return self.now_us

    def move(self, *, days: int = 0, seconds: int = 0) -> None:
        self.now_us = AtUs(self.now_us + (days * 86_400 + seconds) * 1_000_000)


class Person(msgspec.Struct, frozen=True):
    """A member of an org who is signed in."""

    id: UserId
    org: OrgId
    name: str
    email: str
    token: str


class People(msgspec.Struct, frozen=True):
    """Everybody who calls. `vera` is the operator's token."""

    alice: Person
    bob: Person
    jane: Person
    zoe: Person
    gus: Person
    vera: str


class Whole:
    """The running app, a client of it, and who and what is in it."""

    def __init__(self, house: House, app: Starlette, clock: Clock) -> None:
        self.house = house
        self.app = app
        self.clock = clock
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=WEB)
        self.people: People
        self.ids: dict[str, SubjectId] = {}
        """Of the customers founded last, as `SUBJECTS` names them."""
        self._numbers = count(1)

    async def found(self) -> None:
        """Two new customers, when the clock started; the ones before are left alone."""
        self.clock.now_us = self.clock.starts_us
        number = next(self._numbers)
        self.people = await _people(self, number)
        if number == 1:
            await self.upload(DIRECTORY)
            await self.upload(PROFILES)
        await self._know("jane", JANE_KNOWS_ANA)
        await self._know("gus", GUS_KNOWS_ANA)
        hidden = await self._hide(number)
        urls = [*SUBJECTS.values(), hidden]
        found = await self.call("POST", "/lookups", self.people.bob, {"urls": urls})
        for name, subject in zip((*SUBJECTS, "hidden"), found.json()["results"], strict=True):
            self.ids[name] = SubjectId(subject["id"])

    async def call(
        self,
        method: str,
        path: str,
        who: Person | str | None = None,
        body: Any = None,
        *,
        key: str | None = None,
        content: bytes | None = None,
        heads: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """`path` below `/api/v1`; `who`: a member, or any token; `body`: to be JSON."""
        sent = httpx.Headers(heads)
        if who is not None:
            sent["Authorization"] = f"Bearer {who if isinstance(who, str) else who.token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        if body is not None:
            content = msgspec.json.encode(body)
        return await self.client.request(method, API + path, headers=sent, content=content)

    async def get(self, path: str, who: Person | str) -> Any:
        """The decoded answer, which must be one."""
        answer = await self.call("GET", path, who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def reveal(
        self, who: Person, *wanted: tuple[str, str], key: str | None = None, **more: Any
    ) -> httpx.Response:
        """`wanted`: a name of the directory above (or any id) and its kinds with commas between;
        `more`: further fields of the body."""
        items = [
            {"subject": self.ids.get(name, name), "kinds": kinds.split(",")}
            for name, kinds in wanted
        ]
        return await self.call("POST", "/reveals", who, {"items": items, **more}, key=key)

    async def revealed(self, who: Person, *wanted: tuple[str, str], **more: Any) -> Any:
        """The decoded answer of a reveal that must succeed."""
        answer = await self.reveal(who, *wanted, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def grant(self, org: OrgId, credits: int) -> None:
        """Extra credits from Vera."""
        body = {"credits": credits, "note": "for the test"}
        answer = await self.call("POST", f"/operator/orgs/{org}/grants", self.people.vera, body)
        assert answer.status_code == 201, answer.text

    async def reverse(self, org: OrgId, seq: int, reason: str = "goodwill") -> None:
        """Vera takes a charge back."""
        body = {"seq": seq, "reason": reason}
        answer = await self.call("POST", f"/operator/orgs/{org}/reversals", self.people.vera, body)
        assert answer.status_code == 201, answer.text

    async def license(self, who: Person, allotment: int) -> None:
        """Vera sells another allotment."""
        path = f"/operator/users/{who.id}/license"
        answer = await self.call("PUT", path, self.people.vera, {"allotment": allotment})
        assert answer.status_code == 200, answer.text

    async def hire(
        self,
        org: OrgId,
        name: str,
        email: str,
        role: Role = "rep",
        *,
        allotment: int = ALLOTMENT,
    ) -> Person:
        """A new member, signed in; without a password, as hashing one takes long."""
        license = License(allotment=allotment, anchor=ANCHOR)
        new = NewUser(email=email, name=name, role=role, license=license)
        user = UserId((await self.house.newcomers.add(org, DEPLOYMENT, new, WEB)).id)
        return Person(user, org, name, email, await self.session(user))

    async def upload(self, csv: str) -> None:
        """Vera brings rows into the directory; each must be good."""
        heads = {"Content-Type": "text/csv"}
        answer = await self.call(
            "POST", "/operator/directory", self.people.vera, content=csv.encode(), heads=heads
        )
        assert answer.json()["problems"] == []

    async def session(self, user: UserId) -> str:
        """A bearer token of a new session."""
        async with self.house.database.write() as connection:
            row = await users.user_by_id(connection, user)
            assert row is not None
            opened = await self.house.sessions.open(connection, row, kind="bearer", client="test")
        return opened.token

    async def _know(self, name: str, known: str) -> None:
        """This person knows Ana."""
        who: Person = getattr(self.people, name)
        file = BytesIO(INSIGHTS.format(email=who.email, known=known).encode())
        answer = await import_insights(self.house.database, who.org, file)
        assert answer.problems == []

    async def _hide(self, number: int) -> str:
        """What an import of people the directory does not know leaves behind (R25): the URL."""
        email, mobile = VALUES["hidden"]
        url = f"{SITE}/in/hidden-{number}"
        async with self.house.database.write() as connection:
            await connection.execute(
                schema.subject.insert().values(
                    id=f"con_hidden_{number}",
                    org_id=self.people.bob.org,
                    type="contact",
                    url=url,
                    name="Hidden Person",
                    email=email,
                    mobile=mobile,
                    search="hidden person",
                    sort="hidden person",
                    fingerprint=b"",
                )
            )
        return url


@asynccontextmanager
async def open_whole(
    folder: Path,
    *,
    database_url: str | None = None,
    now: datetime = NOW,
    limits: Limits | None = None,
    redis_url: str | None = None,
) -> AsyncIterator[Whole]:
    """The app between start and stop, with the directory and the first customers.

    Its database is a file in `folder` where none is given. Admins may reverse 50 credits within 7
    days (R27).
    """
    settings = Settings(
        data=folder,
        database_url=database_url or f"sqlite+aiosqlite:///{folder / 'battery.db'}",
        secret=SECRET,
        redis_url=redis_url,
        admin_reversal_days=7,
        admin_reversal_credits=50,
        limits=limits or Limits(),
    )
    clock = Clock(now)
    house = House(settings, clock)
    app = create_app(house)
    async with app.router.lifespan_context(app):
        whole = Whole(house, app, clock)
        async with whole.client:
            await whole.found()
            yield whole


async def _people(whole: Whole, number: int) -> People:
    customers = whole.house.customers
    acme = await customers.add(DEPLOYMENT, NewOrg(name="Acme", time_zone="America/New_York"))
    globex = await customers.add(DEPLOYMENT, NewOrg(name="Globex", time_zone="Europe/Berlin"))
    _, vera = await whole.house.operators.create("Vera Vendor")
    at_acme, at_globex = f"{number}@acme.example", f"{number}@globex.example"
    return People(
        alice=await whole.hire(acme.id, "Alice Nakamura", f"alice-{at_acme}", "admin"),
        bob=await whole.hire(acme.id, "Bob Reyes", f"bob-{at_acme}"),
        jane=await whole.hire(acme.id, "Jane Okafor", f"jane-{at_acme}"),
        zoe=await whole.hire(globex.id, "Zoe Lindqvist", f"zoe-{at_globex}", "admin"),
        gus=await whole.hire(globex.id, "Gus Adeyemi", f"gus-{at_globex}"),
        vera=vera,
    )


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which must be a problem document with a sentence."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["type"] == "about:blank"
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["detail"].endswith((".", "?"))
    return answer.status_code, told["code"]


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and the sentence."""
    return (*problem(answer), answer.json()["detail"])
