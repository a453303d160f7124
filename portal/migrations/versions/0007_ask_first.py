"""Asking before the first text: branches and features of a business, requests that return to a No, held inbound texts."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SWITCHES = ("has_first_message_gate", "has_group_messages", "has_whatsapp", "shows_held_inbound")


def upgrade() -> None:
    main = sa.Column("main_id", sa.String(), sa.ForeignKey("business.id"), nullable=True)
    op.add_column("business", main, inline_references=True)
    op.create_index("business_by_main", "business", ["main_id"])
    for name in _SWITCHES:
        op.add_column("business", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("business", sa.Column("allows_cold_requests", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("subscription", sa.Column("user_id", sa.String(), nullable=True))
    op.add_column("subscription", sa.Column("returns_to", sa.String(), nullable=True))
    op.add_column("subscription", sa.Column("last_inbound_at", portal.column.UtcTime(), nullable=True))
    op.create_index(
        "subscription_by_user", "subscription", ["business_id", "user_id"],
        sqlite_where=sa.text("user_id IS NOT NULL"), postgresql_where=sa.text("user_id IS NOT NULL"),
    )  # fmt: skip
    op.add_column("message", sa.Column("is_hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("message", sa.Column("template", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "template")
    op.drop_column("message", "is_hidden")
    op.drop_index("subscription_by_user", "subscription")
    for name in ("last_inbound_at", "returns_to", "user_id"):
        op.drop_column("subscription", name)
    op.drop_index("business_by_main", "business")
    with op.batch_alter_table("business") as business:  # SQLite drops no column that refers to something
        for name in ("allows_cold_requests", *_SWITCHES, "main_id"):
            business.drop_column(name)
