"""The tables of exports and imports (server/store/schema.py has all others)."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, text

from server.store.columns import count_column, key_column, metadata, number_column, text_column

hold = Table(
    "hold",
    metadata,
    key_column("org_id"),
    key_column("job_id"),
    text_column("user_id"),
    Column("month_no", Integer, nullable=False),
    number_column("from_license"),
    number_column("from_extra"),
    count_column("captured_license"),
    count_column("captured_extra"),
    number_column("placed_seq"),
    number_column("ended_seq", nullable=True),
    CheckConstraint(
        "captured_license <= from_license AND captured_extra <= from_extra", name="captured"
    ),
)
"""Credits set aside for a job, pinned to its month (R22). Ends once."""

job = Table(
    "job",
    metadata,
    key_column("org_id"),
    key_column("id"),
    text_column("user_id"),
    text_column("action"),
    text_column("status"),
    text_column("kinds"),
    number_column("max_credits", nullable=True),
    text_column("label"),
    text_column("chosen", nullable=True),
    text_column("file", nullable=True),
    text_column("mapping", nullable=True),
    count_column("rows"),
    count_column("problem_count"),
    count_column("looked_up"),
    count_column("settled"),
    text_column("quote", nullable=True),
    text_column("prices", nullable=True),
    text_column("settlement", nullable=True),
    text_column("account", nullable=True),
    text_column("error", nullable=True),
    text_column("worker", nullable=True),
    count_column("lease_us"),
    count_column("failures"),
    number_column("created_us"),
    number_column("started_us", nullable=True),
    number_column("finished_us", nullable=True),
    number_column("expires_us"),
    Index("ix_job_list", "org_id", "created_us", "id"),
    Index("ix_job_of_user", "org_id", "user_id", "created_us", "id"),
    Index("ix_job_status", "status", "lease_us"),
)
"""One export or import. `status` is the wire's, or `drafting` while its rows are being written.

`kinds`: with commas. JSON: `chosen` (an export's select), `file` and `mapping` (an import's),
`quote`, `prices` (those of the start), `settlement`, `account`. `looked_up` and `settled` count the
rows that are through either phase, in row order: a worker goes on there (R23). `worker` has the job
until `lease_us`. `expires_us`: of the quote (R18), and once started of the running time (R23)."""

MOVED = (
    "status",
    "settled",
    "worker",
    "lease_us",
    "expires_us",
    "started_us",
    "finished_us",
    "prices",
    "error",
    "settlement",
    "account",
)
"""The columns of `job` that the ledger's writer reads and writes, under the org's lock."""

job_row = Table(
    "job_row",
    metadata,
    key_column("org_id"),
    key_column("job_id"),
    Column("row_no", Integer, primary_key=True),
    Column("line", Integer, nullable=True),
    text_column("subject_id", nullable=True),
    text_column("cells", nullable=True),
    text_column("problem", nullable=True),
    text_column("told", nullable=True),
    text_column("items", nullable=True),
    Column("person", LargeBinary, nullable=True),
    Index(
        "ix_job_row_person",
        "person",
        sqlite_where=text("person IS NOT NULL"),
        postgresql_where=text("person IS NOT NULL"),
    ),
    Index(
        "ix_job_row_problem",
        "org_id",
        "job_id",
        "row_no",
        sqlite_where=text("problem IS NOT NULL"),
        postgresql_where=text("problem IS NOT NULL"),
    ),
    Index(
        "ix_job_row_subject",
        "subject_id",
        sqlite_where=text("subject_id IS NOT NULL"),
        postgresql_where=text("subject_id IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)
"""A row of a job, in the order of its file, from 0. `line` and `cells` (JSON): of an imported file.

`told`: JSON of what everybody may read of the subject, as it was looked up, so that files stay as
they are (R24); of what is paid for it holds the analysis, which files show only where the email is
owned. `items`: JSON of what each kind was quoted as and came to. `person`: keyed hash of the URL of
a profile in the cells, by which an erasure finds rows that lead to no subject (R4)."""
