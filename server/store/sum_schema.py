"""The tables of what is known of many entries at once (server/store/schema.py has all others)."""

from sqlalchemy import BigInteger, Column, SmallInteger, Table

from server.store.columns import count_column, key_column, metadata, number_column

entry_sum = Table(
    "entry_sum",
    metadata,
    key_column("org_id"),
    key_column("stream"),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("last_seq", BigInteger, primary_key=True, autoincrement=False),
    key_column("action"),
    key_column("kind"),
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    number_column("first_seq"),
    number_column("entries"),
    number_column("credits"),
    number_column("from_license"),
    number_column("from_extra"),
    sqlite_with_rowid=False,
)
"""The sums of one block of consecutive entries of a stream, by action, kind and source.

`stream`: a user's id, or '' for all entries of the org. Blocks of level 1 have as many entries of
their stream as server/store/summing.py says, those of a higher level so many blocks of the one
below; on each level they tile the stream from its beginning, `first_seq..last_seq`, without a gap.
`kind` is '' where the entries have none. `source`: 1 from the license, 2 from extra, 3 from both.
Entries never change (R29), so neither do these."""

sum_head = Table(
    "sum_head",
    metadata,
    key_column("org_id"),
    key_column("stream"),
    count_column("through_seq"),
    count_column("blocks"),
    count_column("waiting"),
    sqlite_with_rowid=False,
)
"""How far a stream is summed: `blocks` of level 1, the last of which ends at `through_seq`.
`waiting`: entries of a user after it that the org's blocks count already."""

subject_entry = Table(
    "subject_entry",
    metadata,
    key_column("org_id"),
    key_column("subject_id"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Where in the ledger a subject stands, as far as `sum_head` of '' says: an index of `entry` that
no charge has to write. A name is found through it."""
