"""Texts that promote something reach only those who agreed to that as well."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("automation", "scheduled_text"):
        op.add_column(table, sa.Column("is_marketing", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for table in ("automation", "scheduled_text"):
        op.drop_column(table, "is_marketing")
