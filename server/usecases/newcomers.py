"""How people come into an org: sold a license by an operator, or invited by an admin."""

from collections.abc import Callable
from datetime import date

from msgspec import UNSET

from server.domain import errors
from server.domain.commands import By, SetLicense
from server.domain.ids import AtUs, OrgId, UserId
from server.domain.pieces import canonical_email
from server.domain.texts import checked_name
from server.store import users as store
from server.store.admin import member as member_row
from server.store.engine import AsyncConnection, Database
from server.store.users import UserRow
from server.usecases.charge import Charger
from server.usecases.customers import checked_allotment
from server.usecases.invitations import Invitation, Invitations
from server.usecases.members import checked_cap
from server.usecases.names import new_id
from server.usecases.passwords import Passwords, checked_password
from server.wire.admin import InvitationAnswer, InvitationRequest
from server.wire.operator import License, NewUser, NewUserAnswer

ANCHOR_YEAR_MIN, ANCHOR_YEAR_MAX = 2000, 2100
"""An anchor outside is a slip of the hand; months are counted from it either way (R12)."""


class Newcomers:
    """New members, and new passwords for known ones.

    A person can sign in only with the password or the link that comes with the answer, so nobody
    meets a user whose license is written and whose cap is not yet.
    """

    def __init__(
        self,
        database: Database,
        charger: Charger,
        invitations: Invitations,
        passwords: Passwords,
        clock: Callable[[], AtUs],
    ) -> None:
        self._database = database
        self._charger = charger
        self._invitations = invitations
        self._passwords = passwords
        self._clock = clock

    async def add(self, org: OrgId, by: By, new: NewUser, base_url: str) -> NewUserAnswer:
        """A user with a license; without a password, with an invitation under `base_url`.

        Raises BadRequest, NotFound, and AlreadyExists for an address that somebody signs in with.
        """
        password = None if new.password is None else checked_password(new.password, "password")
        row = UserRow(
            id=UserId(new_id("usr")),
            org=org,
            email=_checked_email(new.email),
            name=checked_name("name", new.name),
            role=new.role,
            password_hash=None if password is None else await self._passwords.hash(password),
            created_us=self._clock(),
        )
        invitation = await self._settle(row, by, new.license, new.extra_cap, base_url)
        async with self._database.read() as connection:
            member = await member_row(connection, row.id)
        assert member is not None, "users are never deleted"
        return NewUserAnswer(
            id=row.id,
            name=row.name,
            email=row.email,
            role=row.role,
            license=License(allotment=member.allotment, anchor=member.anchor),
            invitation_url=None if invitation is None else invitation.url,
        )

    async def invite(
        self, org: OrgId, by: By, asked: InvitationRequest, base_url: str
    ) -> InvitationAnswer:
        """A link for a new user, whose license has no credits until an operator sells some; or, for
        an address of the org's, a link to a new password, with name, role and cap left as they are.

        Raises BadRequest, Forbidden for a deactivated user, and AlreadyExists when the address is
        another org's.
        """
        email = _checked_email(asked.email)
        async with self._database.write() as connection:
            known = await store.user_by_email(connection, email)
            if known is not None and known.org == org:
                invitation = await self._renewed(connection, known, base_url)
                return _told(invitation, known)
        row = UserRow(
            id=UserId(new_id("usr")),
            org=org,
            email=email,
            name=_name_or_address(asked),
            role=asked.role,
            created_us=self._clock(),
        )
        license = License(allotment=0)
        made = await self._settle(row, by, license, asked.extra_cap, base_url)
        assert made is not None, "without a password there is an invitation"
        return _told(made, row)

    async def _renewed(
        self, connection: AsyncConnection, user: UserRow, base_url: str
    ) -> Invitation:
        if not user.active:
            raise errors.Forbidden("This user is deactivated; activate the user first.")
        return await self._invitations.invite(connection, user.id, base_url=base_url)

    async def _settle(
        self, row: UserRow, by: By, license: License, cap: int | None, base_url: str
    ) -> Invitation | None:
        """User, license and invitation in one transaction, then the cap, which is another entry."""
        made: list[Invitation] = []

        async def enter(connection: AsyncConnection) -> None:
            await store.create_user(connection, row)
            if row.password_hash is None:
                made.append(await self._invitations.invite(connection, row.id, base_url=base_url))

        checked_cap(cap)
        allotment, anchor = checked_allotment(license.allotment), _checked_anchor(license.anchor)
        first = SetLicense(by, row.id, allotment, anchor, UNSET if cap is None else cap)
        await self._charger.change(row.org, first, also=enter)
        return made[-1] if made else None


def _told(invitation: Invitation, user: UserRow) -> InvitationAnswer:
    return InvitationAnswer(url=invitation.url, expires_at=invitation.expires_at, user_id=user.id)


def _checked_email(written: str) -> str:
    try:
        return canonical_email(written)
    except ValueError as error:
        raise errors.BadRequest(f"email: {error}.") from None


def _checked_anchor(anchor: date | None) -> date | None:
    if anchor is not None and not ANCHOR_YEAR_MIN <= anchor.year <= ANCHOR_YEAR_MAX:
        raise errors.BadRequest(
            f"license.anchor: give a day from {ANCHOR_YEAR_MIN} to {ANCHOR_YEAR_MAX}."
        )
    return anchor


def _name_or_address(asked: InvitationRequest) -> str:
    """Until the person is named otherwise, the part before the @ has to do."""
    if asked.name is UNSET or not asked.name.strip():
        return checked_name("email", asked.email.strip().partition("@")[0])
    return checked_name("name", asked.name)
