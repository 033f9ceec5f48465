"""Directory rows and insights as the CSV files of demo.md."""

import csv
import io
from collections.abc import Iterable, Iterator

from server.demo.insights import DemoInsight
from server.domain.directory_file import COLUMNS
from server.domain.directory_rows import DirectoryRow

INSIGHT_COLUMNS = ("url", "colleague", "strength", "since", "note")


def directory_csv(rows: Iterable[DirectoryRow]) -> Iterator[str]:
    """The lines, ends included, of a directory file that reads back as `rows`."""
    return _lines(COLUMNS, map(_directory_cells, rows))


def insights_csv(insights: Iterable[DemoInsight]) -> Iterator[str]:
    """The lines, ends included, of a file for `import-insights`."""
    return _lines(INSIGHT_COLUMNS, map(_insight_cells, insights))


def _lines(header: tuple[str, ...], table: Iterable[tuple[str, ...]]) -> Iterator[str]:
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\n")
    for cells in (header, *table):
        writer.writerow(cells)
        yield page.getvalue()
        page.seek(0)
        page.truncate()


def _directory_cells(row: DirectoryRow) -> tuple[str, ...]:
    disc = row.disc
    scores = ("", "", "", "", "", "")
    if disc is not None:
        scores = (str(disc.d), str(disc.i), str(disc.s), str(disc.c), disc.style, disc.summary)
    return (
        row.type,
        row.url,
        row.name,
        row.first_name or "",
        row.last_name or "",
        row.headline or "",
        row.company or "",
        row.company_url or "",
        row.location or "",
        row.email or "",
        row.mobile or "",
        row.direct or "",
        *scores,
        row.seniority or "",
        row.function or "",
        "" if row.tenure_years is None else f"{row.tenure_years:g}",
        ";".join(row.skills),
    )


def _insight_cells(insight: DemoInsight) -> tuple[str, ...]:
    return (
        insight.url,
        insight.colleague,
        str(insight.strength),
        insight.since.isoformat(),
        insight.note,
    )
