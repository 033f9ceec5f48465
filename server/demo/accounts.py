"""The demo's customers and their members (demo.md). Everything about them is invented."""

from datetime import date
from typing import Final

import msgspec

from server.wire.words import Role

DEMO_PASSWORD: Final = "battery-demo"
"""Of every demo user; harmless because the demo server listens on loopback only."""


class DemoUser(msgspec.Struct, frozen=True, kw_only=True):
    """A member; `allotment` in credits per credit month, whose first began on `anchor` (R12)."""

    name: str
    email: str
    role: Role
    allotment: int
    anchor: date


class DemoOrg(msgspec.Struct, frozen=True, kw_only=True):
    """A customer; `time_zone` is its IANA zone, `extra_credits` its one grant, 0 for none."""

    name: str
    time_zone: str
    extra_credits: int
    grant_note: str
    users: tuple[DemoUser, ...]


ACME: Final = DemoOrg(
    name="Acme",
    time_zone="America/New_York",
    extra_credits=15_000,
    grant_note="15,000 extra credits with the annual plan",
    users=(
        DemoUser(
            name="Alice Nakamura",
            email="alice@acme.example",
            role="admin",
            allotment=500,
            anchor=date(2025, 1, 9),
        ),
        DemoUser(
            name="Bob Reyes",
            email="bob@acme.example",
            role="rep",
            allotment=2000,
            anchor=date(2025, 1, 31),
        ),
        DemoUser(
            name="Jane Okafor",
            email="jane@acme.example",
            role="rep",
            allotment=2000,
            anchor=date(2025, 1, 15),
        ),
    ),
)

GLOBEX: Final = DemoOrg(
    name="Globex",
    time_zone="Europe/Berlin",
    extra_credits=0,
    grant_note="",
    users=(
        DemoUser(
            name="Zoe Lindqvist",
            email="zoe@globex.example",
            role="admin",
            allotment=1000,
            anchor=date(2025, 1, 1),
        ),
        DemoUser(
            name="Gus Adeyemi",
            email="gus@globex.example",
            role="rep",
            allotment=1000,
            anchor=date(2025, 1, 1),
        ),
    ),
)

DEMO_ORGS: Final = (ACME, GLOBEX)
