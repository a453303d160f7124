"""The archive of a business: settings, numbered items, what may still change; and two orders for exports."""

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive",
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), primary_key=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("seen_id", sa.String(), nullable=False),
        sa.Column("swept_at", UtcTime(), nullable=False),
        sa.Column("swept_id", sa.String(), nullable=False),
    )
    op.create_table(
        "archive_item",
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint("what IN ('message', 'entry', 'outcome')", name="archive_item_what_is_known"),
    )
    for name, column in (("archive_message_once", "message_id"), ("archive_entry_once", "seq")):
        condition = sa.text("what = 'message'" if column == "message_id" else "what = 'entry'")
        op.create_index(
            name, "archive_item", ["business_id", column], unique=True, sqlite_where=condition,
            postgresql_where=condition,
        )  # fmt: skip
    op.create_table(
        "archive_open",
        sa.Column("message_id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("told", sa.String(), nullable=True),
    )
    op.create_index("archive_open_by_business", "archive_open", ["business_id", "message_id"])
    op.create_table(
        "archive_journal",
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), primary_key=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("mailed_number", sa.Integer(), nullable=False),
        sa.Column("mailing_number", sa.Integer(), nullable=False),
        sa.Column("mailing_until", UtcTime(), nullable=True),
        sa.Column("mailed_at", UtcTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since_at", UtcTime(), nullable=True),
        sa.Column("retry_at", UtcTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
    )
    op.create_index("contact_by_id", "contact", ["business_id", "id"])
    op.create_index("submission_by_business", "submission", ["business_id", "created_at", "id"])
    op.drop_index("ix_submission_business_id", "submission")


def downgrade() -> None:
    op.create_index("ix_submission_business_id", "submission", ["business_id"])
    op.drop_index("submission_by_business", "submission")
    op.drop_index("contact_by_id", "contact")
    for name in ("archive_journal", "archive_open", "archive_item", "archive"):
        op.drop_table(name)
