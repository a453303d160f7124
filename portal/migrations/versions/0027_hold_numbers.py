"""Legal holds: what must not be erased or run out for now."""

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")
ON_BUSINESS = sa.text("ended_at IS NULL AND subscription_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("subscription_id", sa.String(), sa.ForeignKey("subscription.id"), nullable=True),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False, server_default=""),
        sa.Column("ended_reason", sa.String(), nullable=False, server_default=""),
    )
    op.create_index(
        "legal_hold_open", "legal_hold", ["business_id", "subscription_id"], unique=True,
        sqlite_where=OPEN, postgresql_where=OPEN,
    )  # fmt: skip
    op.create_index(
        "legal_hold_on_business", "legal_hold", ["business_id"], unique=True,
        sqlite_where=ON_BUSINESS, postgresql_where=ON_BUSINESS,
    )  # fmt: skip
    op.create_index("legal_hold_by_subscription", "legal_hold", ["subscription_id"])


def downgrade() -> None:
    op.drop_table("legal_hold")
