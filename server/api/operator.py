"""What vendor staff may do, with an operator token (api.md, Operator)."""

import io
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from server.api.directory_lines import DirectoryLine, ImportDirectory, directory_lines
from server.api.door import idempotency_of
from server.api.endpoint import LINES, Call, Endpoint
from server.api.history import HistoryQuery, history_page
from server.api.origins import Origins
from server.domain import errors
from server.domain.battery import Pool
from server.domain.commands import By
from server.domain.credit_month import from_us
from server.domain.ids import OrgId, UserId
from server.settings import Limits
from server.store.orgs import OrgFigures, OrgRow
from server.usecases.customers import Customers
from server.usecases.history import History
from server.usecases.history_scope import Viewer
from server.usecases.members import Members, pool_told
from server.usecases.newcomers import Newcomers
from server.usecases.verify import Verifier
from server.wire.admin import InvitationAnswer, InvitationRequest
from server.wire.history import Entry, HistoryAnswer, VerifyAnswer
from server.wire.operator import (
    DirectoryAnswer,
    ErasureAnswer,
    ErasureRequest,
    GrantRequest,
    License,
    NewOrg,
    NewUser,
    NewUserAnswer,
    OperatorAnswer,
    OperatorReversal,
    OperatorUser,
    OperatorUsersAnswer,
    OrgAnswer,
    OrgPatch,
    OrgsAnswer,
    OrgSummary,
    PricesRequest,
)

PATH = "/api/v1/operator"
ORG = f"{PATH}/orgs/{{org}}"
DIRECTORY = f"{PATH}/directory"
CSV_TYPES = ("text/csv", "application/csv", "text/plain", "application/octet-stream")
"""What browsers, scripts and Windows call a CSV file."""


class OperatorApi:
    """The calls under `/api/v1/operator`.

    `import_directory` takes the CSV; `erase` a profile's URL (R4).
    """

    def __init__(
        self,
        *,
        customers: Customers,
        members: Members,
        newcomers: Newcomers,
        history: History,
        verifier: Verifier,
        import_directory: ImportDirectory,
        erase: Callable[[str], Awaitable[ErasureAnswer]],
        origins: Origins,
        limits: Limits,
    ) -> None:
        self._customers = customers
        self._members = members
        self._newcomers = newcomers
        self._history = history
        self._verifier = verifier
        self._import_directory = import_directory
        self._erase = erase
        self._origins = origins
        self._limits = limits

    def endpoints(self) -> list[Endpoint]:
        return [
            *self._org_endpoints(),
            *self._user_endpoints(),
            *self._invitation_endpoints(),
            *self._ledger_endpoints(),
            *self._reading_endpoints(),
            *self._directory_endpoints(),
        ]

    def _org_endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path=f"{PATH}/orgs",
                handler=self.add_org,
                summary="A new customer",
                who="operator",
                body=NewOrg,
                answer=OrgAnswer,
                status=201,
            ),
            Endpoint(
                method="GET",
                path=f"{PATH}/orgs",
                handler=self.orgs,
                summary="Every customer",
                who="operator",
                answer=OrgsAnswer,
            ),
            Endpoint(
                method="GET",
                path=ORG,
                handler=self.org,
                summary="One customer",
                who="operator",
                answer=OrgSummary,
                errors=(errors.NotFound,),
            ),
            Endpoint(
                method="GET",
                path=f"{PATH}/me",
                handler=self.me,
                summary="Whose token this is",
                who="operator",
                answer=OperatorAnswer,
            ),
            Endpoint(
                method="PATCH",
                path=ORG,
                handler=self.change_org,
                summary="Another name or time zone; running credit months keep their bounds",
                who="operator",
                body=OrgPatch,
                answer=OrgAnswer,
                errors=(errors.NotFound,),
            ),
            Endpoint(
                method="PUT",
                path=f"{ORG}/prices",
                handler=self.set_prices,
                summary="The org's own prices, or null for the deployment's",
                who="operator",
                body=PricesRequest,
                answer=OrgAnswer,
                errors=(errors.NotFound,),
            ),
        ]

    def _user_endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path=f"{ORG}/users",
                handler=self.add_user,
                summary="A new user with a license; without a password, an invitation is made",
                who="operator",
                body=NewUser,
                answer=NewUserAnswer,
                status=201,
                errors=(errors.NotFound, errors.AlreadyExists),
            ),
            Endpoint(
                method="GET",
                path=f"{ORG}/users",
                handler=self.users,
                summary="The users of a customer with license and battery",
                who="operator",
                answer=OperatorUsersAnswer,
                errors=(errors.NotFound,),
            ),
            Endpoint(
                method="PUT",
                path=f"{PATH}/users/{{id}}/license",
                handler=self.set_license,
                summary="Another allotment: a higher one at once, a lower one from the next month",
                who="operator",
                body=License,
                answer=OperatorUser,
                errors=(errors.NotFound,),
            ),
        ]

    def _invitation_endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path=f"{PATH}/users/{{id}}/invitation",
                handler=self.invite,
                summary="A fresh link with which a user chooses a password; the old one ends",
                who="operator",
                answer=InvitationAnswer,
                status=201,
                errors=(errors.NotFound,),
            ),
        ]

    def _ledger_endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path=f"{ORG}/grants",
                handler=self.grant,
                summary="Extra credits for the org, with a note",
                who="operator",
                body=GrantRequest,
                answer=Entry,
                status=201,
                errors=(errors.NotFound, errors.IdempotencyConflict),
                idempotent=True,
            ),
            Endpoint(
                method="POST",
                path=f"{ORG}/reversals",
                handler=self.reverse,
                summary="Take one charge back",
                who="operator",
                body=OperatorReversal,
                answer=Entry,
                status=201,
                errors=(errors.NotFound, errors.AlreadyReversed, errors.IdempotencyConflict),
                idempotent=True,
            ),
        ]

    def _reading_endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="GET",
                path=f"{ORG}/history",
                handler=self.history,
                summary="The customer's credit use history, as its admins see it",
                who="operator",
                query=HistoryQuery,
                answer=HistoryAnswer,
                errors=(errors.NotFound,),
            ),
            Endpoint(
                method="GET",
                path=f"{ORG}/verify",
                handler=self.verify,
                summary="Replay the customer's ledger and report each broken invariant",
                who="operator",
                answer=VerifyAnswer,
                errors=(errors.NotFound, errors.Busy),
            ),
        ]

    def _directory_endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path=DIRECTORY,
                handler=self.upload_directory,
                summary="Import a CSV of people and companies, upserted by profile URL",
                who="operator",
                answer=DirectoryAnswer,
                lines=DirectoryLine,
                errors=(errors.TooLarge, errors.UnsupportedMediaType, errors.UnreadableFile),
                body_bytes_max=self._limits.directory_body_bytes,
                media_types=CSV_TYPES,
            ),
            Endpoint(
                method="POST",
                path=f"{PATH}/erasures",
                handler=self.erase,
                summary="Erase a person from the directory and from what every org owns",
                who="operator",
                body=ErasureRequest,
                answer=ErasureAnswer,
            ),
        ]

    async def add_org(self, call: Call) -> OrgAnswer:
        return _org(await self._customers.add(_by(call), call.body))

    async def orgs(self, call: Call) -> OrgsAnswer:
        found = await self._customers.summed()
        return OrgsAnswer(
            prices=self._customers.prices, orgs=[_summary(row, size) for row, size in found]
        )

    async def org(self, call: Call) -> OrgSummary:
        [(row, size)] = await self._customers.summed(_org_id(call))
        return _summary(row, size)

    async def me(self, call: Call) -> OperatorAnswer:
        return OperatorAnswer(
            id=call.operator.id,
            name=call.operator.name,
            directory_bytes=self._limits.directory_body_bytes,
        )

    async def change_org(self, call: Call) -> OrgAnswer:
        return _org(await self._customers.change(_org_id(call), call.body))

    async def set_prices(self, call: Call) -> OrgAnswer:
        body: PricesRequest = call.body
        return _org(await self._customers.set_prices(_org_id(call), _by(call), body.prices))

    async def add_user(self, call: Call) -> NewUserAnswer:
        base_url = self._origins.base_url(call.request.scope)
        return await self._newcomers.add(_org_id(call), _by(call), call.body, base_url)

    async def users(self, call: Call) -> OperatorUsersAnswer:
        await self._customers.one(_org_id(call))
        return OperatorUsersAnswer(users=await self._members.with_licenses(_org_id(call)))

    async def set_license(self, call: Call) -> OperatorUser:
        user = UserId(call.path("id"))
        org = await self._customers.set_license(_by(call), user, call.body)
        [told] = await self._members.with_licenses(org, [user])
        return told

    async def invite(self, call: Call) -> InvitationAnswer:
        user = await self._members.found(call.path("id"))
        base_url = self._origins.base_url(call.request.scope)
        asked = InvitationRequest(email=user.email)
        return await self._newcomers.invite(user.org, _by(call), asked, base_url)

    async def grant(self, call: Call) -> Entry:
        body: GrantRequest = call.body
        org, by, key = _org_id(call), _by(call), idempotency_of(call)
        return await self._customers.grant(org, by, body.credits, body.note, key)

    async def reverse(self, call: Call) -> Entry:
        key = idempotency_of(call)
        return await self._customers.reverse(_org_id(call), _by(call), call.body, key)

    async def history(self, call: Call) -> HistoryAnswer:
        org = await self._customers.one(_org_id(call))
        return await history_page(self._history, Viewer(org.id), call.query)

    async def verify(self, call: Call) -> VerifyAnswer:
        return await self._verifier.verify(_org_id(call))

    async def upload_directory(self, call: Call) -> DirectoryAnswer | Response:
        if LINES in call.request.headers.get("accept", ""):
            return await directory_lines(
                self._import_directory, call.raw_body, method="POST", route=DIRECTORY
            )
        return await self._import_directory(io.BytesIO(call.raw_body), None)

    async def erase(self, call: Call) -> ErasureAnswer:
        body: ErasureRequest = call.body
        return await self._erase(body.url)


def _by(call: Call) -> By:
    return By("operator", call.operator.id)


def _org_id(call: Call) -> OrgId:
    return OrgId(call.path("org"))


def _org(row: OrgRow) -> OrgAnswer:
    return OrgAnswer(
        id=row.id,
        name=row.name,
        time_zone=row.time_zone,
        prices=row.prices,
        own_prices=row.own_prices,
    )


def _summary(row: OrgRow, size: OrgFigures) -> OrgSummary:
    pool = Pool(size.extra_granted, size.extra_used, size.extra_held)
    return OrgSummary(
        id=row.id,
        name=row.name,
        time_zone=row.time_zone,
        prices=row.prices,
        own_prices=row.own_prices,
        users=size.users,
        extra=pool_told(pool),
        last_spend_at=None if size.last_spend_us is None else from_us(size.last_spend_us),
    )
