"""What a client who stopped also asked for, until a member has seen to it."""

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("done_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("subscription_id", sa.String(), sa.ForeignKey("subscription.id"), nullable=False),
        sa.Column("message_id", sa.String(), sa.ForeignKey("message.id"), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("done_by", sa.String(), sa.ForeignKey("member.id"), nullable=True),
    )
    for name, columns in (
        ("task_open", ["business_id", "created_at", "id"]),
        ("task_open_in_thread", ["subscription_id", "created_at"]),
    ):
        op.create_index(name, "task", columns, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table("task")
