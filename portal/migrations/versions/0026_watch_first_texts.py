"""What became of the first texts that forms caused, and where clients text first."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questionnaire", sa.Column("is_text_first", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("submission", sa.Column("asks_for_text", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "completion",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("queued_at", portal.column.UtcTime(), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("key", "queued_at", "subscription_id", name="completion_key"),
    )
    op.create_index(
        "completion_open", "completion", ["queued_at"],
        sqlite_where=sa.text("is_complete IS NULL"), postgresql_where=sa.text("is_complete IS NULL"),
    )  # fmt: skip
    op.create_table(
        "text_first",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("since_at", portal.column.UtcTime(), nullable=False),
        sa.Column("until_at", portal.column.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="text_first_key"),
    )


def downgrade() -> None:
    op.drop_table("text_first")
    op.drop_table("completion")
    op.drop_column("submission", "asks_for_text")
    op.drop_column("questionnaire", "is_text_first")
