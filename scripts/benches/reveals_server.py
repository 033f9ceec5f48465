"""The product, and beside it in the same process two calls that do nothing.

Both decode a reveal's request and encode a reveal's answer through a door of the same make: one
with sign-in and rate limit, one without.
"""

import os
from datetime import UTC, date, datetime

from scripts.benches.served import serve
from server.api.door import Door
from server.api.endpoint import Call, Endpoint
from server.api.limits import CallLimits
from server.api.origins import Origins
from server.app import create_app
from server.house import House
from server.settings import read_settings
from server.wire.battery import Battery, LicenseBattery, Saved
from server.wire.reveals import EmailResult, RevealAnswer, RevealRequest
from server.wire.subjects import Analysis, EmailValue

ECHO = "/bench/echo"
ECHO_FOR_ANYONE = "/bench/echo-for-anyone"

_ANSWER = RevealAnswer(
    seq=10_000,
    credits=1,
    from_license=1,
    from_extra=0,
    saved=0,
    results=[
        EmailResult(
            subject=f"con_{'0' * 24}",
            outcome="charged",
            credits=1,
            seq=10_000,
            value=EmailValue(
                email="ana.person.10000@northwind.example",
                analysis=Analysis(
                    seniority="Director",
                    function="Sales",
                    tenure_years=4.5,
                    skills=("Negotiation", "Forecasting", "Account planning"),
                ),
                insights=(),
            ),
        )
    ],
    battery=Battery(
        seq=10_000,
        license=LicenseBattery(
            allotment=900_000_000,
            used=1_000,
            held=0,
            remaining=899_999_000,
            starts_on=date(2026, 11, 1),
            last_day=date(2026, 11, 30),
            resets_at=datetime(2026, 12, 1, 5, tzinfo=UTC),
        ),
        extra=None,
        available=899_999_000,
        level="ok",
        saved=Saved(month=0, total=0),
    ),
)


async def echo(_call: Call) -> RevealAnswer:
    """Nothing but an answer."""
    return _ANSWER


ENDPOINTS = [
    Endpoint(
        method="POST",
        path=ECHO,
        handler=echo,
        summary="",
        body=RevealRequest,
        answer=RevealAnswer,
        rate="spending",
    ),
    Endpoint(
        method="POST",
        path=ECHO_FOR_ANYONE,
        handler=echo,
        summary="",
        who="anyone",
        body=RevealRequest,
        answer=RevealAnswer,
    ),
]


def _door(house: House) -> Door:
    settings = house.settings
    return Door(
        authenticate=house.sessions.authenticate,
        authenticate_operator=house.operators.authenticate,
        limits=CallLimits(settings.limits),
        origins=Origins(public_url=None, extension_ids=settings.extension_ids),
        body_bytes_max=settings.limits.json_body_bytes,
    )


def main() -> None:
    house = House(read_settings(os.environ))
    app = create_app(house)
    # First, as the product's own measured path is.
    app.router.routes[:0] = _door(house).routes(ENDPOINTS)
    serve(app, house.settings)


if __name__ == "__main__":
    main()
