"""Sums of blocks of entries, so that history adds up blocks instead of entries."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_sum",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("from_license", sa.BigInteger(), nullable=False),
        sa.Column("from_extra", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "org_id",
            "stream",
            "level",
            "last_seq",
            "action",
            "kind",
            "source",
            name="pk_entry_sum",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sum_head",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("through_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("blocks", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("waiting", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("org_id", "stream", name="pk_sum_head"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("sum_head")
    op.drop_table("entry_sum")
