"""When a reply came into doubt, so that the queue stands by its deadline; and which reviews a mail has told of."""

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEX, WHERE = "subscription_in_review", sa.text("in_review")


def upgrade() -> None:
    op.add_column("subscription", sa.Column("review_opened_at", UtcTime(), nullable=True))
    op.execute(
        "UPDATE subscription SET review_opened_at = coalesce((SELECT max(occurred_at) FROM ledger_entry WHERE "
        "ledger_entry.subscription_id = subscription.id AND kind = 'review_opened'), last_message_at) WHERE in_review"
    )
    _index("review_opened_at")
    op.create_table(
        "review_alarm",
        sa.Column("subscription_id", sa.String(), sa.ForeignKey("subscription.id"), primary_key=True),
        sa.Column("opened_at", UtcTime(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("claimed_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("review_alarm")
    _index("last_message_at")
    op.drop_column("subscription", "review_opened_at")


def _index(column: str) -> None:
    op.drop_index(INDEX, table_name="subscription")
    op.create_index(
        INDEX, "subscription", ["business_id", column, "id"], sqlite_where=WHERE, postgresql_where=WHERE
    )  # fmt: skip
