"""Asking the own admin for more credits, and the admin's answer (api.md, Admin)."""

from server.api.endpoint import Call, Endpoint
from server.domain import errors
from server.usecases.credit_requests import CreditRequests
from server.wire.admin import (
    CreditRequest,
    CreditRequestAnswerRequest,
    CreditRequestRequest,
    CreditRequestsAnswer,
)

PATH = "/api/v1/credit-requests"


class CreditRequestsApi:
    """The three calls of `/api/v1/credit-requests`."""

    def __init__(self, requests: CreditRequests) -> None:
        self._requests = requests

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path=PATH,
                handler=self.ask,
                summary="Ask the admins of the organization for more credits",
                body=CreditRequestRequest,
                answer=CreditRequest,
                status=201,
                errors=(errors.RateLimited,),
            ),
            Endpoint(
                method="GET",
                path=PATH,
                handler=self.listed,
                summary="Requests for more credits: an admin's org's, a rep's own",
                answer=CreditRequestsAnswer,
            ),
            Endpoint(
                method="POST",
                path=f"{PATH}/{{id}}/answer",
                handler=self.answer,
                summary="Answer a request; `cap_raised` raises the user's cap with it",
                who="admin",
                body=CreditRequestAnswerRequest,
                answer=CreditRequest,
                errors=(errors.NotFound, errors.AlreadyExists),
            ),
        ]

    async def ask(self, call: Call) -> CreditRequest:
        body: CreditRequestRequest = call.body
        return await self._requests.ask(call.member.org, call.member.user, body.note)

    async def listed(self, call: Call) -> CreditRequestsAnswer:
        asked = await self._requests.listed(call.member.org, call.member.user, call.member.role)
        return CreditRequestsAnswer(requests=asked)

    async def answer(self, call: Call) -> CreditRequest:
        return await self._requests.answer(
            call.member.org, call.member.user, call.path("id"), call.body
        )
