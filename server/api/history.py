"""Credit use history, its files and its sums (api.md, History)."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from server.api.downloads import CSV_TYPE, XLSX_TYPE, csv_download, while_connected, xlsx_download
from server.api.endpoint import Call, Endpoint
from server.api.word_lists import Actions, Kinds, words
from server.domain import errors
from server.domain.ids import Seq, UserId
from server.domain.usage_buckets import BucketSize
from server.store.engine import Database
from server.store.sums import Group
from server.usecases.history import History
from server.usecases.history_files import history_table
from server.usecases.history_scope import HistoryAsk, Viewer, viewer_of
from server.usecases.usage import UsageAsk, usage
from server.wire.base import Request
from server.wire.history import HistoryAnswer, UsageAnswer
from server.wire.words import Action, Kind, Source

PATH = "/api/v1/history"
ENTRIES_MAX = 200
"""Of one page (api.md)."""
ENTRIES_DEFAULT = 50
TEXT_CHARS_MAX = 200
"""Names have no more."""
TOP_MAX = 50
"""Each is a few sums of its own."""


class HistoryFilter(Request, frozen=True, kw_only=True):
    """`from` and `to`: days in the org's zone, both included.

    `kind` and `action` may be lists with commas. `q` is looked for in names, reasons and notes.
    """

    first: date | None = msgspec.field(default=None, name="from")
    last: date | None = msgspec.field(default=None, name="to")
    user: str | None = None
    kind: Kinds | None = None
    action: Actions | None = None
    source: Source | None = None
    q: Annotated[str, msgspec.Meta(max_length=TEXT_CHARS_MAX)] = ""

    def ask(self) -> HistoryAsk:
        """The filter in the words of the use case."""
        return HistoryAsk(
            first=self.first,
            last=self.last,
            user=UserId(self.user) if self.user else None,
            kinds=msgspec.convert(words(self.kind), type=tuple[Kind, ...]),
            actions=msgspec.convert(words(self.action), type=tuple[Action, ...]),
            source=self.source,
            text=self.q,
        )


class HistoryQuery(HistoryFilter, frozen=True, kw_only=True):
    """`before`: the `next_before` of the page before."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=ENTRIES_MAX)] = ENTRIES_DEFAULT
    before: Annotated[int, msgspec.Meta(ge=1)] | None = None


class HistoryFileQuery(HistoryFilter, frozen=True, kw_only=True):
    format: Literal["csv", "xlsx"]


class UsageQuery(HistoryFilter, frozen=True, kw_only=True):
    """Charges and reversals only. `top`: so many users by themselves, the rest as `others`."""

    bucket: BucketSize
    group: Group
    top: Annotated[int, msgspec.Meta(ge=1, le=TOP_MAX)] | None = None


class HistoryApi:
    """The calls under `/api/v1/history`."""

    def __init__(self, database: Database, history: History) -> None:
        self._database = database
        self._history = history

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="GET",
                path=PATH,
                handler=self.page,
                summary="Credit use history, newest first, with the sums of what is filtered",
                query=HistoryQuery,
                answer=HistoryAnswer,
                errors=(errors.NotFound,),
            ),
            Endpoint(
                method="GET",
                path=f"{PATH}/file",
                handler=self.file,
                summary="Exactly the filtered entries as a file",
                query=HistoryFileQuery,
                file_types=(CSV_TYPE, XLSX_TYPE),
                errors=(errors.NotFound,),
                rate="lookup",
            ),
            Endpoint(
                method="GET",
                path=f"{PATH}/usage",
                handler=self.usage,
                summary="Sums of what was spent per day, week or month",
                query=UsageQuery,
                answer=UsageAnswer,
                errors=(errors.NotFound,),
                rate="lookup",
            ),
        ]

    async def page(self, call: Call) -> HistoryAnswer:
        return await history_page(self._history, viewer_of(call.member), call.query)

    async def file(self, call: Call) -> Response:
        query: HistoryFileQuery = call.query
        table = await history_table(self._history, viewer_of(call.member), query.ask())
        if query.format == "csv":
            return csv_download(table.csv(), table.name)
        book = await while_connected(call.request.receive, table.xlsx())
        return xlsx_download(book, table.name)

    async def usage(self, call: Call) -> UsageAnswer:
        query: UsageQuery = call.query
        return await usage(
            self._database,
            viewer_of(call.member),
            UsageAsk(size=query.bucket, group=query.group, top=query.top, which=query.ask()),
        )


async def history_page(history: History, viewer: Viewer, query: HistoryQuery) -> HistoryAnswer:
    """The page a query asks for. Raises as `History.page` does."""
    return await history.page(
        viewer,
        query.ask(),
        limit=query.limit,
        before=None if query.before is None else Seq(query.before),
    )
