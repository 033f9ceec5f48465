"""The product, and one call that announces made-up commits to its hub.

Nothing of them is in the ledger: what is measured is the way from an announced commit to the
sockets, not the charge before it. The one who spends has no socket open, so no battery follows.
"""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scripts.benches.events import EVENTS_PATH, ORG_VARIABLE, item
from scripts.benches.served import serve
from server.app import create_app
from server.domain.commits import Commit
from server.domain.ids import OrgId, Seq, UserId
from server.house import House
from server.settings import read_settings

SPENDER = UserId("usr_000000000000000000000000")


class Announcer:
    """Announces to one org; numbers are seqs, and follow on what its ledger holds."""

    def __init__(self, house: House, org: OrgId) -> None:
        self._hub = house.hub
        self._org = org

    async def announce(self, request: Request) -> Response:
        """`?first=&count=`: so many commits in a row, of one piece each."""
        first, count = (int(request.query_params[name]) for name in ("first", "count"))
        for number in range(first, first + count):
            seq = Seq(number)
            self._hub.announce(
                Commit(self._org, seq, seq, items=(item(seq),), users=frozenset({SPENDER}))
            )
        return Response(status_code=204)


def with_announcements(house: House, org: OrgId) -> Starlette:
    """The product's app with the call."""
    app = create_app(house)
    announcer = Announcer(house, org)
    app.router.routes.insert(0, Route(EVENTS_PATH, announcer.announce, methods=["POST"]))
    return app


def main() -> None:
    house = House(read_settings(os.environ))
    serve(with_announcements(house, OrgId(os.environ[ORG_VARIABLE])), house.settings)


if __name__ == "__main__":
    main()
