"""Commands on the people of a customer: users, licenses, invitations."""

from datetime import datetime
from typing import Annotated

import typer

from server.cli.customers import Org
from server.cli.desk import at_desk, base_url
from server.cli.shown import credits_text, show, show_table, table_of
from server.domain.commands import DEPLOYMENT
from server.house import House
from server.wire.admin import InvitationRequest
from server.wire.operator import License, NewUser, OperatorUser
from server.wire.words import Role

User = Annotated[str, typer.Argument(metavar="USER", help="Email address of the user, or the id.")]
RoleOption = Annotated[Role, typer.Option(help="What the user may do.")]
Allotment = Annotated[int, typer.Option(min=0, help="Credits per credit month.")]
Anchor = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="Day from which credit months are counted; today if left out.",
        show_default=False,
    ),
]


def users(org: Org) -> None:
    """List the users of a customer with their credits."""

    async def work(house: House) -> None:
        row = await house.customers.found(org)
        table = table_of("id", "name", "email", "role", "license", "used", "extra cap", "state")
        for user in await house.members.with_licenses(row.id):
            battery = user.battery.license
            cap = "none" if user.extra_cap is None else f"{user.extra_cap:,}"
            left = f"{battery.used:,} of {battery.allotment:,}"
            sold = f"{user.license.allotment:,} from {user.license.anchor}"
            table.add_row(user.id, user.name, user.email, user.role, sold, left, cap, _state(user))
        show_table(table)

    at_desk(work)


def add_user(
    org: Org,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="What the user signs in with.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the user is called.")],
    allotment: Allotment,
    anchor: Anchor = None,
    role: RoleOption = "rep",
    extra_cap: Annotated[
        int | None, typer.Option(min=0, help="Extra credits per month at most.")
    ] = None,
) -> None:
    """Add a user with a license; prints the link with which the person sets a password."""

    async def work(house: House) -> None:
        row = await house.customers.found(org)
        license = License(allotment=allotment, anchor=anchor.date() if anchor else None)
        new = NewUser(email=email, name=name, role=role, license=license, extra_cap=extra_cap)
        answer = await house.newcomers.add(row.id, DEPLOYMENT, new, base_url(house))
        show(f"{answer.id}  {answer.name} of {row.name}, {credits_text(allotment)} a month")
        show(f"Hand over this link, it is shown once: {answer.invitation_url}")

    at_desk(work)


def set_license(
    user: User,
    allotment: Annotated[
        int, typer.Argument(metavar="CREDITS", min=0, help="Credits per credit month.")
    ],
) -> None:
    """Set a user's monthly credits: more at once, fewer from the next credit month."""

    async def work(house: House) -> None:
        row = await house.members.found(user)
        await house.customers.set_license(DEPLOYMENT, row.id, License(allotment=allotment))
        [told] = await house.members.with_licenses(row.org, [row.id])
        now = told.battery.license.allotment
        show(f"{told.name}: {credits_text(allotment)} a month, {now:,} in this one.")

    at_desk(work)


def invite(
    org: Org,
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="A new user's address, or a member's.")
    ],
    name: Annotated[str | None, typer.Option(help="What a new user is called.")] = None,
    role: RoleOption = "rep",
) -> None:
    """Print a link with which a new user, or a member who forgot it, sets a password."""

    async def work(house: House) -> None:
        row = await house.customers.found(org)
        asked = InvitationRequest(email=email, name=name or "", role=role)
        answer = await house.newcomers.invite(row.id, DEPLOYMENT, asked, base_url(house))
        show(f"Hand over this link, it is shown once: {answer.url}")

    at_desk(work)


def _state(user: OperatorUser) -> str:
    if not user.active:
        return "deactivated"
    return "invited" if user.invited else "active"
