"""The tables (ledger.md). `org_id` leads every key of the charging path; integers only, no database
sequence, trigger, cross-org statement or foreign key to a global table in it.

Times are microseconds UTC (`*_us`). Migrations make these same tables; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


NO_CHARGE = "action NOT IN ('reveal', 'export', 'import')"
"""What grants, reversals and the like are found by; a query must say it in these words."""


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


deployment = Table("deployment", metadata, _key("name"), _text("value"))
"""`epoch`: the random id of the socket contract (api.md)."""

org = Table("org", metadata, _key("id"), _text("name"), _text("time_zone"), _number("created_us"))

org_head = Table(
    "org_head",
    metadata,
    _key("org_id"),
    _count("head_seq"),
    _count("at_us"),
    _count("extra_granted"),
    _count("extra_used"),
    _count("extra_held"),
    _count("saved"),
    _number("price_email"),
    _number("price_phone"),
    _number("price_personality"),
    _flag("own_prices"),
    CheckConstraint("extra_used >= 0 AND extra_held >= 0", name="extra_floor"),
    CheckConstraint("extra_used + extra_held <= extra_granted", name="extra_ceiling"),
    sqlite_with_rowid=False,
)
"""Lock, counter and pool: the one row that every charge of the org locks. Its prices are what is
charged."""

users = Table(
    "users",
    metadata,
    _key("id"),
    _text("org_id"),
    _text("email"),
    _text("name"),
    _text("role"),
    _flag("active"),
    _text("password_hash", nullable=True),
    _number("created_us"),
    Index(None, "email", unique=True),
    Index(None, "org_id"),
)
"""`email` is lower-case and unique over the deployment: it is what one signs in with."""

license_ = Table(
    "license",
    metadata,
    _key("org_id"),
    _key("user_id"),
    _number("allotment"),
    _text("anchor"),
    _number("cap", nullable=True),
    _number("last_month_no", nullable=True),
    _count("saved"),
    _number("last_spend_us", nullable=True),
    CheckConstraint("allotment >= 0", name="allotment_floor"),
    sqlite_with_rowid=False,
)
"""Every user has one. `anchor`: ISO date. `last_month_no`: the newest credit month that was
touched."""

allotment = Table(
    "allotment",
    metadata,
    _key("org_id"),
    _key("user_id"),
    Column("month_no", Integer, primary_key=True),
    _number("starts_us"),
    _number("ends_us"),
    _number("granted"),
    _count("used"),
    _count("held"),
    _count("extra_used"),
    _count("extra_held"),
    _count("saved"),
    Column("alerted", SmallInteger, nullable=False, server_default="0"),
    _count("alert_seq"),
    CheckConstraint("used >= 0 AND held >= 0", name="license_floor"),
    CheckConstraint("used + held <= granted", name="license_ceiling"),
    CheckConstraint("extra_used >= 0 AND extra_held >= 0", name="extra_floor"),
    sqlite_with_rowid=False,
)
"""A credit month is a row, inserted when first touched, its bounds frozen (R12). `alerted`: rank
of the lowest level announced in it (R33)."""

entry = Table(
    "entry",
    metadata,
    _key("org_id"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _number("at_us"),
    _text("action"),
    _text("user_id", nullable=True),
    Column("month_no", Integer, nullable=True),
    _text("by_type"),
    _text("by_id"),
    _text("subject_id", nullable=True),
    _text("kind", nullable=True),
    Column("piece_key", LargeBinary, nullable=True),
    _count("credits"),
    _count("from_license"),
    _count("from_extra"),
    _number("license_left", nullable=True),
    _number("extra_left"),
    _text("job_id", nullable=True),
    _number("ref_seq", nullable=True),
    _text("reason", nullable=True),
    _number("granted", nullable=True),
    _text("note", nullable=True),
    _text("data", nullable=True),
    Index("ix_entry_by_user", "org_id", "user_id", "seq"),
    Index("ix_entry_by_time", "org_id", "at_us"),
    Index(
        "ix_entry_no_charge",
        "org_id",
        "action",
        "seq",
        sqlite_where=text(NO_CHARGE),
        postgresql_where=text(NO_CHARGE),
    ),
    Index(
        "uq_entry_reversal",
        "org_id",
        "ref_seq",
        unique=True,
        sqlite_where=text("ref_seq IS NOT NULL"),
        postgresql_where=text("ref_seq IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)
"""Append-only ledger line and the org's event stream (R29, R32). `data`: JSON of what a `license`,
`cap` or `prices` entry set."""

piece = Table(
    "piece",
    metadata,
    _key("org_id"),
    Column("piece_key", LargeBinary, primary_key=True),
    _number("gen"),
    _flag("live"),
    _flag("banned"),
    _number("seq"),
    _text("user_id"),
    _number("at_us"),
    sqlite_with_rowid=False,
)
"""Exactly-once lives in this primary key (R2). `gen` counts how often it was bought; `seq` paid
last, for `user_id` at `at_us`: a copy of that entry's, so that a charge reads no entry."""

owned_value = Table(
    "owned_value",
    metadata,
    _key("org_id"),
    _key("subject_id"),
    Column("piece_key", LargeBinary, primary_key=True),
    _text("kind"),
    _text("value"),
    _text("search"),
    # The key has the org in it. Led by org_id, PostgreSQL would read all that the org owns by it.
    Index("ix_owned_value_piece", "piece_key", "org_id"),
    sqlite_with_rowid=False,
)
"""The only place with personal data an org owns (R4). `value`: JSON of server/domain/values.py."""

saving = Table(
    "saving",
    metadata,
    _key("org_id"),
    _key("user_id"),
    Column("piece_key", LargeBinary, primary_key=True),
    _number("credits"),
    _number("at_us"),
    sqlite_with_rowid=False,
)
"""A piece counts once as saved for a user (R31)."""

hold = Table(
    "hold",
    metadata,
    _key("org_id"),
    _key("job_id"),
    _text("user_id"),
    Column("month_no", Integer, nullable=False),
    _number("from_license"),
    _number("from_extra"),
    _count("captured_license"),
    _count("captured_extra"),
    _number("placed_seq"),
    _number("ended_seq", nullable=True),
    CheckConstraint(
        "captured_license <= from_license AND captured_extra <= from_extra", name="captured"
    ),
)
"""Credits set aside for a job, pinned to its month (R22). Ends once."""

job = Table(
    "job",
    metadata,
    _key("org_id"),
    _key("id"),
    _text("user_id"),
    _text("action"),
    _text("status"),
    _text("kinds"),
    _number("max_credits", nullable=True),
    _text("label"),
    _text("chosen", nullable=True),
    _text("file", nullable=True),
    _text("mapping", nullable=True),
    _count("rows"),
    _count("problem_count"),
    _count("looked_up"),
    _count("settled"),
    _text("quote", nullable=True),
    _text("prices", nullable=True),
    _text("settlement", nullable=True),
    _text("account", nullable=True),
    _text("error", nullable=True),
    _text("worker", nullable=True),
    _count("lease_us"),
    _count("failures"),
    _number("created_us"),
    _number("started_us", nullable=True),
    _number("finished_us", nullable=True),
    _number("expires_us"),
    Index("ix_job_list", "org_id", "created_us", "id"),
    Index("ix_job_of_user", "org_id", "user_id", "created_us", "id"),
    Index("ix_job_status", "status", "lease_us"),
)
"""One export or import. `status` is the wire's, or `drafting` while its rows are being written.

`kinds`: with commas. JSON: `chosen` (an export's select), `file` and `mapping` (an import's),
`quote`, `prices` (those of the start), `settlement`, `account`. `looked_up` and `settled` count the
rows that are through either phase, in row order: a worker goes on there (R23). `worker` has the job
until `lease_us`. `expires_us`: of the quote (R18), and once started of the running time (R23)."""

job_row = Table(
    "job_row",
    metadata,
    _key("org_id"),
    _key("job_id"),
    Column("row_no", Integer, primary_key=True),
    Column("line", Integer, nullable=True),
    _text("subject_id", nullable=True),
    _text("cells", nullable=True),
    _text("problem", nullable=True),
    _text("told", nullable=True),
    _text("items", nullable=True),
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

idempotency = Table(
    "idempotency",
    metadata,
    _key("org_id"),
    _key("caller_id"),
    _key("key"),
    Column("fingerprint", LargeBinary, nullable=False),
    _text("answer"),
    _number("created_us"),
    Index(None, "created_us"),
    sqlite_with_rowid=False,
)
"""Replays answers only (R11). `answer` holds outcomes and seqs, nothing personal."""

subject = Table(
    "subject",
    metadata,
    _key("id"),
    _text("org_id"),
    _text("type"),
    _text("url"),
    _text("name"),
    _text("headline", nullable=True),
    _text("company", nullable=True),
    _text("company_url", nullable=True),
    _text("location", nullable=True),
    _text("email", nullable=True),
    _text("mobile", nullable=True),
    _text("direct", nullable=True),
    _text("personality", nullable=True),
    _text("analysis", nullable=True),
    _text("search"),
    _text("sort"),
    Column("fingerprint", LargeBinary, nullable=False),
    Index("uq_subject_url", "org_id", "url", unique=True),
    # Holds `search` too, so that a search reads this index instead of the seven times larger rows.
    Index("ix_subject_list", "type", "org_id", "sort", "id", "search"),
    Index("ix_subject_company", "company_url"),
    Index("ix_subject_email", "email"),
)
"""The directory. `org_id` '' is everyone's, else that org's alone (R25). `url` is canonical.
`email` as trimmed by the import, `mobile` and `direct` E.164; `personality`, `analysis`: JSON.
`search`: folded public fields, `sort`: the folded name, both bounded to fit an index entry.
`fingerprint`: of what was imported, so that importing it again changes nothing."""

insight = Table(
    "insight",
    metadata,
    _key("org_id"),
    _key("subject_id"),
    _key("colleague"),
    Column("strength", Integer, nullable=False),
    _text("since", nullable=True),
    _text("note", nullable=True),
)
"""Who in this org knows the person. `colleague`: user id."""

session = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _text("id"),
    _text("user_id"),
    _text("kind"),
    _text("client"),
    _number("created_us"),
    _number("expires_us"),
    _number("seen_us"),
    Index(None, "user_id"),
    Index(None, "id", unique=True),
)
"""`kind`: `bearer`, `cookie` or `device`. Tokens are stored as SHA-256."""

pairing = Table(
    "pairing",
    metadata,
    _key("code"),
    _text("verifier_hash"),
    _text("client"),
    _number("created_us"),
    _number("expires_us"),
    _text("approved_by", nullable=True),
    _flag("delivered"),
)

operator = Table(
    "operator",
    metadata,
    _key("id"),
    _text("name"),
    Column("token_hash", LargeBinary, nullable=False),
    _number("created_us"),
    _number("expires_us"),
    Index(None, "token_hash", unique=True),
)

invitation = Table(
    "invitation",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    _text("user_id"),
    _number("expires_us"),
    _number("used_us", nullable=True),
    Index(None, "user_id"),
)

credit_request = Table(
    "credit_request",
    metadata,
    _key("org_id"),
    _key("id"),
    _text("user_id"),
    _text("note"),
    _number("created_us"),
    _text("outcome", nullable=True),
    _text("answered_by", nullable=True),
    _number("answered_us", nullable=True),
    _text("answer_note", nullable=True),
)

erasure = Table(
    "erasure",
    metadata,
    Column("url_hash", LargeBinary, primary_key=True),
    _number("at_us"),
)
"""Keyed hash of the profile URL of an erased person, so that no later import brings the person
back (R4)."""
