"""Who hears that a member's role, activity or invitation changed: no entry tells it."""

from collections.abc import Callable

from server.domain.ids import OrgId, UserId
from server.store.admin import active_admins
from server.store.engine import Database
from server.wire.socket import UsersMessage

Tell = Callable[[UserId, UsersMessage], None]
"""Sends a message to all sockets of a user, as far as there are any; not replayed (api.md)."""


class StandingNews:
    """Tells the changed user, whose page may show more or less now, and the org's admins."""

    def __init__(self, database: Database, tell: Tell) -> None:
        self._database = database
        self._tell = tell

    async def tell(self, org: OrgId, user: UserId) -> None:
        """After the commit."""
        async with self._database.read() as connection:
            admins = await active_admins(connection, org)
        for each in dict.fromkeys([user, *admins]):
            self._tell(each, UsersMessage(users=[user]))
