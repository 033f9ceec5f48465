"""What is left of jobs that came to nothing: drafts of dead servers, rows of ended jobs."""

from server.domain.ids import AtUs, JobId, OrgId
from server.store.engine import Database


async def sweep_drafts(database: Database, lapsed_us: AtUs) -> int:
    """Deletes the drafts whose lease ended before `lapsed_us`, with their rows and keys (R11):
    their server died. Answers how many."""
    raise NotImplementedError


async def sweep_rows(database: Database) -> int:
    """Deletes the rows of stopped, failed and expired jobs (R25). Answers of how many jobs."""
    raise NotImplementedError


async def forget_rows(database: Database, org: OrgId, job: JobId) -> None:
    """Deletes all rows of a job that ended without completion, some thousands at a time."""
    raise NotImplementedError
