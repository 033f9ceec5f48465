"""Exports and imports over HTTP: quote, start, watch, stop, fetch the file (api.md, Jobs)."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from server.api.door import idempotency_of
from server.api.downloads import CSV_TYPE, XLSX_TYPE, csv_download, while_connected, xlsx_download
from server.api.endpoint import Call, Endpoint, FormShape
from server.api.word_lists import Kinds, words
from server.domain import errors
from server.domain.ids import JobId, UserId
from server.settings import Limits
from server.store import orgs
from server.store.engine import Database
from server.store.jobs import JobFilter, JobRecord
from server.usecases.import_files import read_upload
from server.usecases.job_files import JobTable, job_table
from server.usecases.jobs import Jobs
from server.wire.base import Request
from server.wire.jobs import ExportRequest, Job, JobList, MappingRequest
from server.wire.words import CREDITS_MAX, JobAction, JobStatus, Kind

PATH = "/api/v1/jobs"
ONE = f"{PATH}/{{id}}"
JOBS_MAX = 100
"""Of one answer: each carries its quote and its bill."""
JOBS_DEFAULT = 20
Credits = Annotated[int, msgspec.Meta(ge=0, le=CREDITS_MAX)]


class ImportTexts(Request, frozen=True, kw_only=True):
    """What stands beside the file of an import. `max_credits`: a quote above it cannot be started
    (R26)."""

    kinds: Kinds
    max_credits: Credits | None = None
    label: str | None = None


class JobsQuery(Request, frozen=True, kw_only=True):
    """`before`: the `next_before` of the answer before. `user`: an id; a rep may name nobody
    else."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=JOBS_MAX)] = JOBS_DEFAULT
    before: str | None = None
    user: str | None = None
    action: JobAction | None = None
    status: JobStatus | None = None


class JobFileQuery(Request, frozen=True, kw_only=True):
    format: Literal["csv", "xlsx"]


class JobsApi:
    """The calls under `/api/v1/jobs`, and the two that create one."""

    def __init__(self, jobs: Jobs, database: Database, limits: Limits) -> None:
        self._jobs = jobs
        self._database = database
        self._limits = limits

    def endpoints(self) -> list[Endpoint]:
        return [*self._creating(), *self._moving(), *self._looking()]

    def _creating(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/api/v1/exports",
                handler=self.create_export,
                summary="Quote an export of chosen or searched contacts or accounts; free",
                body=ExportRequest,
                answer=Job,
                status=201,
                errors=(errors.NotFound, errors.IdempotencyConflict),
                rate="spending",
                body_bytes_max=self._limits.export_body_bytes,
                idempotent=True,
            ),
            Endpoint(
                method="POST",
                path="/api/v1/imports",
                handler=self.create_import,
                summary="Quote an import of a CSV or XLSX file of people; free",
                form=FormShape(
                    texts=ImportTexts,
                    file_bytes_max=self._limits.import_file_bytes,
                    file_types=(CSV_TYPE, XLSX_TYPE),
                ),
                answer=Job,
                status=201,
                errors=(errors.UnreadableFile, errors.IdempotencyConflict),
                rate="spending",
                idempotent=True,
            ),
        ]

    def _moving(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="PUT",
                path=f"{ONE}/mapping",
                handler=self.map_columns,
                summary="Say which column of an import's file is what; a fresh quote",
                body=MappingRequest,
                answer=Job,
                errors=(errors.JobState, errors.Expired),
                rate="spending",
            ),
            Endpoint(
                method="POST",
                path=f"{ONE}/start",
                handler=self.start,
                summary="Hold the quoted credits and begin; they are spent at completion",
                answer=Job,
                status=202,
                errors=(
                    errors.InsufficientCredits,
                    errors.JobState,
                    errors.Expired,
                    errors.QuoteChanged,
                    errors.OverMaxCredits,
                    errors.IdempotencyConflict,
                ),
                rate="spending",
                idempotent=True,
            ),
            Endpoint(
                method="POST",
                path=f"{ONE}/stop",
                handler=self.stop,
                summary="End it without a charge",
                answer=Job,
                errors=(errors.JobState,),
            ),
        ]

    def _looking(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="GET",
                path=PATH,
                handler=self.listed,
                summary="Your exports and imports, newest first; an admin sees everybody's",
                query=JobsQuery,
                answer=JobList,
                errors=(errors.NotFound, errors.Forbidden),
            ),
            Endpoint(
                method="GET",
                path=ONE,
                handler=self.one,
                summary="One export or import",
                answer=Job,
            ),
            Endpoint(
                method="GET",
                path=f"{ONE}/file",
                handler=self.file,
                summary="The file of a completed job, with what happened to each row",
                query=JobFileQuery,
                file_types=(CSV_TYPE, XLSX_TYPE),
                errors=(errors.JobState,),
                rate="lookup",
            ),
        ]

    async def create_export(self, call: Call) -> Job:
        ask: ExportRequest = call.body
        return await self._jobs.create_export(call.member, ask, idempotency_of(call))

    async def create_import(self, call: Call) -> Job:
        """The file is read while its rows are kept; then it is gone."""
        texts: ImportTexts = call.body
        upload = await read_upload(
            call.file.content, call.file.name, rows_max=self._limits.job_rows
        )
        return await self._jobs.create_import(
            call.member,
            upload,
            msgspec.convert(words(texts.kinds), type=list[Kind]),
            max_credits=texts.max_credits,
            label=texts.label,
            key=idempotency_of(call),
        )

    async def map_columns(self, call: Call) -> Job:
        ask: MappingRequest = call.body
        return await self._jobs.map_columns(call.member, _job_id(call), ask)

    async def start(self, call: Call) -> Job:
        return await self._jobs.start(call.member, _job_id(call), idempotency_of(call))

    async def stop(self, call: Call) -> Job:
        return await self._jobs.stop(call.member, _job_id(call))

    async def listed(self, call: Call) -> JobList:
        query: JobsQuery = call.query
        before = JobId(query.before) if query.before else None
        user = UserId(query.user) if query.user else None
        which = JobFilter(user=user, action=query.action, status=query.status)
        return await self._jobs.listed(call.member, query.limit, before, which)

    async def one(self, call: Call) -> Job:
        return await self._jobs.one(call.member, _job_id(call))

    async def file(self, call: Call) -> Response:
        query: JobFileQuery = call.query
        table = await self._table(await self._jobs.record(call.member, _job_id(call)))
        if query.format == "csv":
            return csv_download(table.csv(), table.name)
        book = await while_connected(call.request.receive, table.xlsx())
        return xlsx_download(book, table.name)

    async def _table(self, record: JobRecord) -> JobTable:
        if record.status != "completed":
            raise errors.JobState(
                f"This job is {record.status}; there is a file once it is completed.",
                job_status=record.status,
            )
        async with self._database.read() as connection:
            org = await orgs.one(connection, record.org)
        assert org is not None, "a job belongs to an org"
        return await job_table(self._database, record, ZoneInfo(org.time_zone))


def _job_id(call: Call) -> JobId:
    return JobId(call.path("id"))
