"""What a signed-in user is told about the user and the deployment (api.md, Signing in)."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from server.domain.callers import Member
from server.domain.credit_month import calendar_month_start
from server.domain.ids import AtUs
from server.settings import Settings
from server.store.engine import AsyncConnection, Database
from server.store.ledger import reversed_by_admins
from server.store.users import OrgRow, org_by_id
from server.wire.accounts import AdminReversals, ImportLimits, MeAnswer, Org, User


class AboutMe:
    """Answers `GET /api/v1/me`."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], AtUs]) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    async def told(self, member: Member) -> MeAnswer:
        """User, org, and what the deployment says and allows."""
        async with self._database.read() as connection:
            org = await org_by_id(connection, member.org)
            assert org is not None, "a user's org exists"
            left = await self._left(connection, org) if member.role == "admin" else None
        return MeAnswer(
            user=User(id=member.user, name=member.name, email=member.email, role=member.role),
            org=Org(id=org.id, name=org.name, time_zone=org.time_zone),
            contact=self._settings.contact,
            admin_reversals=AdminReversals(
                days=self._settings.admin_reversal_days,
                credits=self._settings.admin_reversal_credits,
                credits_left=left,
            ),
            import_limits=ImportLimits(
                file_bytes=self._settings.limits.import_file_bytes,
                rows=self._settings.limits.job_rows,
            ),
            demo=bool(self._settings.demo),
        )

    async def _left(self, connection: AsyncConnection, org: OrgRow) -> int:
        """Of the credits that the org's admins may reverse in this calendar month (R27)."""
        since = calendar_month_start(self._clock(), ZoneInfo(org.time_zone))
        taken = await connection.run_sync(reversed_by_admins, org.id, since)
        return max(0, self._settings.admin_reversal_credits - taken)
