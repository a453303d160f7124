"""What is wrong at a business, and who has been told (watch/alert.py)."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since_at", portal.column.UtcTime(), nullable=False),
        sa.Column("seen_at", portal.column.UtcTime(), nullable=False),
        sa.Column("claimed_at", portal.column.UtcTime(), nullable=True),
        sa.Column("told_at", portal.column.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="alert_business_id_of_business"),
        sa.PrimaryKeyConstraint("business_id", "kind", name="alert_key"),
    )


def downgrade() -> None:
    op.drop_table("alert")
