"""The tables (ledger.md). `org_id` leads every key of the charging path; integers only, no database
sequence, trigger, cross-org statement or foreign key to a global table in it.

Times are microseconds UTC (`*_us`). Migrations make these same tables; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    text,
)

from server.store.columns import (
    count_column,
    flag_column,
    key_column,
    number_column,
    text_column,
)
from server.store.columns import metadata as metadata
from server.store.job_schema import hold as hold
from server.store.job_schema import job as job
from server.store.job_schema import job_row as job_row
from server.store.sum_schema import entry_sum as entry_sum
from server.store.sum_schema import subject_entry as subject_entry
from server.store.sum_schema import sum_head as sum_head

NO_CHARGE = "action NOT IN ('reveal', 'export', 'import')"
"""What grants, reversals and the like are found by; a query must say it in these words."""


deployment = Table("deployment", metadata, key_column("name"), text_column("value"))
"""`epoch`: the random id of the socket contract (api.md)."""

org = Table(
    "org",
    metadata,
    key_column("id"),
    text_column("name"),
    text_column("time_zone"),
    number_column("created_us"),
)

org_head = Table(
    "org_head",
    metadata,
    key_column("org_id"),
    count_column("head_seq"),
    count_column("at_us"),
    count_column("extra_granted"),
    count_column("extra_used"),
    count_column("extra_held"),
    count_column("saved"),
    number_column("price_email"),
    number_column("price_phone"),
    number_column("price_personality"),
    flag_column("own_prices"),
    CheckConstraint("extra_used >= 0 AND extra_held >= 0", name="extra_floor"),
    CheckConstraint("extra_used + extra_held <= extra_granted", name="extra_ceiling"),
    sqlite_with_rowid=False,
)
"""Lock, counter and pool: the one row that every charge of the org locks. Its prices are what is
charged."""

users = Table(
    "users",
    metadata,
    key_column("id"),
    text_column("org_id"),
    text_column("email"),
    text_column("name"),
    text_column("role"),
    flag_column("active"),
    text_column("password_hash", nullable=True),
    number_column("created_us"),
    count_column("changed_seq"),
    Index(None, "email", unique=True),
    Index(None, "org_id"),
    Index("ix_users_changed", "org_id", "changed_seq"),
)
"""`email` is lower-case and unique over the deployment: it is what one signs in with.
`changed_seq`: the org's newest entry when role, activity or invitation last changed."""

license_ = Table(
    "license",
    metadata,
    key_column("org_id"),
    key_column("user_id"),
    number_column("allotment"),
    text_column("anchor"),
    number_column("cap", nullable=True),
    number_column("last_month_no", nullable=True),
    count_column("saved"),
    number_column("last_spend_us", nullable=True),
    CheckConstraint("allotment >= 0", name="allotment_floor"),
    sqlite_with_rowid=False,
)
"""Every user has one. `anchor`: ISO date. `last_month_no`: the newest credit month that was
touched."""

allotment = Table(
    "allotment",
    metadata,
    key_column("org_id"),
    key_column("user_id"),
    Column("month_no", Integer, primary_key=True),
    number_column("starts_us"),
    number_column("ends_us"),
    number_column("granted"),
    count_column("used"),
    count_column("held"),
    count_column("extra_used"),
    count_column("extra_held"),
    count_column("saved"),
    Column("alerted", SmallInteger, nullable=False, server_default="0"),
    count_column("alert_seq"),
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
    key_column("org_id"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    number_column("at_us"),
    text_column("action"),
    text_column("user_id", nullable=True),
    Column("month_no", Integer, nullable=True),
    text_column("by_type"),
    text_column("by_id"),
    text_column("subject_id", nullable=True),
    text_column("kind", nullable=True),
    Column("piece_key", LargeBinary, nullable=True),
    count_column("credits"),
    count_column("from_license"),
    count_column("from_extra"),
    number_column("license_left", nullable=True),
    number_column("extra_left"),
    text_column("job_id", nullable=True),
    number_column("ref_seq", nullable=True),
    text_column("reason", nullable=True),
    number_column("granted", nullable=True),
    text_column("note", nullable=True),
    text_column("data", nullable=True),
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
    key_column("org_id"),
    Column("piece_key", LargeBinary, primary_key=True),
    number_column("gen"),
    flag_column("live"),
    flag_column("banned"),
    number_column("seq"),
    text_column("user_id"),
    number_column("at_us"),
    sqlite_with_rowid=False,
)
"""Exactly-once lives in this primary key (R2). `gen` counts how often it was bought; `seq` paid
last, for `user_id` at `at_us`: a copy of that entry's, so that a charge reads no entry."""

owned_value = Table(
    "owned_value",
    metadata,
    key_column("org_id"),
    key_column("subject_id"),
    Column("piece_key", LargeBinary, primary_key=True),
    text_column("kind"),
    text_column("value"),
    text_column("search"),
    # The key has the org in it. Led by org_id, PostgreSQL would read all that the org owns by it.
    Index("ix_owned_value_piece", "piece_key", "org_id"),
    sqlite_with_rowid=False,
)
"""The only place with personal data an org owns (R4). `value`: JSON of server/domain/values.py."""

saving = Table(
    "saving",
    metadata,
    key_column("org_id"),
    key_column("user_id"),
    Column("piece_key", LargeBinary, primary_key=True),
    number_column("credits"),
    number_column("at_us"),
    sqlite_with_rowid=False,
)
"""A piece counts once as saved for a user (R31)."""

idempotency = Table(
    "idempotency",
    metadata,
    key_column("org_id"),
    key_column("caller_id"),
    key_column("key"),
    Column("fingerprint", LargeBinary, nullable=False),
    text_column("answer"),
    number_column("created_us"),
    Index(None, "created_us"),
    sqlite_with_rowid=False,
)
"""Replays answers only (R11). `answer` holds outcomes and seqs, nothing personal."""

subject = Table(
    "subject",
    metadata,
    key_column("id"),
    text_column("org_id"),
    text_column("type"),
    text_column("url"),
    text_column("name"),
    text_column("headline", nullable=True),
    text_column("company", nullable=True),
    text_column("company_url", nullable=True),
    text_column("location", nullable=True),
    text_column("email", nullable=True),
    text_column("mobile", nullable=True),
    text_column("direct", nullable=True),
    text_column("personality", nullable=True),
    text_column("analysis", nullable=True),
    text_column("search"),
    text_column("sort"),
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
    key_column("org_id"),
    key_column("subject_id"),
    key_column("colleague"),
    Column("strength", Integer, nullable=False),
    text_column("since", nullable=True),
    text_column("note", nullable=True),
)
"""Who in this org knows the person. `colleague`: user id."""

session = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    text_column("id"),
    text_column("user_id"),
    text_column("kind"),
    text_column("client"),
    number_column("created_us"),
    number_column("expires_us"),
    number_column("seen_us"),
    Index(None, "user_id"),
    Index(None, "id", unique=True),
)
"""`kind`: `bearer`, `cookie` or `device`. Tokens are stored as SHA-256."""

pairing = Table(
    "pairing",
    metadata,
    key_column("code"),
    text_column("verifier_hash"),
    text_column("client"),
    number_column("created_us"),
    number_column("expires_us"),
    text_column("approved_by", nullable=True),
    flag_column("delivered"),
)

operator = Table(
    "operator",
    metadata,
    key_column("id"),
    text_column("name"),
    Column("token_hash", LargeBinary, nullable=False),
    number_column("created_us"),
    number_column("expires_us"),
    Index(None, "token_hash", unique=True),
)

invitation = Table(
    "invitation",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    text_column("user_id"),
    number_column("expires_us"),
    number_column("used_us", nullable=True),
    Index(None, "user_id"),
)

credit_request = Table(
    "credit_request",
    metadata,
    key_column("org_id"),
    key_column("id"),
    text_column("user_id"),
    text_column("note"),
    number_column("created_us"),
    text_column("outcome", nullable=True),
    text_column("answered_by", nullable=True),
    number_column("answered_us", nullable=True),
    text_column("answer_note", nullable=True),
)

erasure = Table(
    "erasure",
    metadata,
    Column("url_hash", LargeBinary, primary_key=True),
    number_column("at_us"),
)
"""Keyed hash of the profile URL of an erased person, so that no later import brings the person
back (R4)."""
