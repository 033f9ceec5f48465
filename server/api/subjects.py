"""Finding people and companies (api.md): free, and never a value that is not owned (R10)."""

from server.api.endpoint import Call, Endpoint
from server.domain import errors
from server.domain.ids import SubjectId
from server.settings import Limits
from server.usecases.subjects import Subjects
from server.wire.subjects import (
    LookupsAnswer,
    LookupsRequest,
    Subject,
    SubjectPage,
    SubjectsQuery,
)


class SubjectsApi:
    """Lookups by URL, searches, and one subject."""

    def __init__(self, subjects: Subjects, limits: Limits) -> None:
        self._subjects = subjects
        self._limits = limits

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/api/v1/lookups",
                handler=self.lookups,
                summary="Who or what the profile and company URLs lead to",
                body=LookupsRequest,
                answer=LookupsAnswer,
                rate="lookup",
            ),
            Endpoint(
                method="GET",
                path="/api/v1/people",
                handler=self.people,
                summary="Search contacts, 20 per page; an empty q lists all",
                query=SubjectsQuery,
                answer=SubjectPage,
                rate="lookup",
            ),
            Endpoint(
                method="GET",
                path="/api/v1/accounts",
                handler=self.accounts,
                summary="Search accounts, 20 per page; an empty q lists all",
                query=SubjectsQuery,
                answer=SubjectPage,
                rate="lookup",
            ),
            Endpoint(
                method="GET",
                path="/api/v1/subjects/{id}",
                handler=self.one,
                summary="One contact or account",
                answer=Subject,
                errors=(errors.NotFound,),
                rate="lookup",
            ),
        ]

    async def lookups(self, call: Call) -> LookupsAnswer:
        urls = call.body.urls
        if len(urls) > self._limits.lookup_urls:
            raise errors.BadRequest(
                f"urls: look up at most {self._limits.lookup_urls:,} at once; "
                f"these are {len(urls):,}.",
                limit=self._limits.lookup_urls,
            )
        return LookupsAnswer(results=await self._subjects.lookups(call.member.org, urls))

    async def people(self, call: Call) -> SubjectPage:
        query: SubjectsQuery = call.query
        return await self._subjects.search(call.member.org, "contact", query.q, query.page)

    async def accounts(self, call: Call) -> SubjectPage:
        query: SubjectsQuery = call.query
        return await self._subjects.search(call.member.org, "account", query.q, query.page)

    async def one(self, call: Call) -> Subject:
        return await self._subjects.one(call.member.org, SubjectId(call.path("id")))
