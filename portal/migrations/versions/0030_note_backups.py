"""When everything was last copied, and when a copy was last tried out."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backup_run",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ended_at", portal.column.UtcTime(), nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("well_at", portal.column.UtcTime(), nullable=True),
        sa.CheckConstraint("kind IN ('made', 'tried')", name="backup_run_kind"),
        sa.PrimaryKeyConstraint("kind", name="backup_run_key"),
    )


def downgrade() -> None:
    op.drop_table("backup_run")
