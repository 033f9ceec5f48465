"""Where in the org's stream a member last changed without an entry."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("changed_seq", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.create_index("ix_users_changed", "users", ["org_id", "changed_seq"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_users_changed", "users")
    op.drop_column("users", "changed_seq")
