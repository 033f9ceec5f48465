"""Where in a ledger a subject stands, written behind its back together with the sums."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subject_entry",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "subject_id", "seq", name="pk_subject_entry"),
        sqlite_with_rowid=False,
    )
    # Made anew by the running server, now with the subjects beside them.
    op.execute("DELETE FROM entry_sum")
    op.execute("DELETE FROM sum_head")


def downgrade() -> None:
    op.drop_table("subject_entry")
