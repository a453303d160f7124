"""Groups of contacts, and one text to all of a group."""

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime, key_text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SENDING = sa.text("status = 'sending'")
REFUSED = sa.text("reason <> ''")


def upgrade() -> None:
    op.create_table(
        "contact_group",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", key_text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.UniqueConstraint("business_id", "name_key", name="contact_group_name_once"),
    )
    op.create_table(
        "contact_group_member",
        sa.Column("group_id", sa.String(), sa.ForeignKey("contact_group.id"), primary_key=True),
        sa.Column("contact_id", sa.String(), sa.ForeignKey("contact.id"), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("name_key", key_text(), nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
    )
    op.create_index("contact_group_member_by_name", "contact_group_member", ["group_id", "name_key", "contact_id"])
    op.create_index("contact_group_member_by_contact", "contact_group_member", ["contact_id", "group_id"])
    _messages()


def _messages() -> None:
    op.create_table(
        "group_message",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), sa.ForeignKey("member.id"), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("once_key", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.UniqueConstraint("business_id", "once_key", name="group_message_once"),
        sa.CheckConstraint("status IN ('sending', 'done', 'stopped')", name="status_is_known"),
    )
    op.create_index("group_message_by_group", "group_message", ["group_id", "created_at", "id"])
    op.create_index(
        "group_message_waiting", "group_message", ["created_at", "id"],
        sqlite_where=SENDING, postgresql_where=SENDING,
    )  # fmt: skip
    op.create_table(
        "group_recipient",
        sa.Column("group_message_id", sa.String(), sa.ForeignKey("group_message.id"), primary_key=True),
        sa.Column("contact_id", sa.String(), sa.ForeignKey("contact.id"), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("subscription_id", sa.String(), sa.ForeignKey("subscription.id"), nullable=True),
        sa.Column("message_id", sa.String(), sa.ForeignKey("message.id"), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_index(
        "group_recipient_refused", "group_recipient", ["group_message_id", "contact_id"],
        sqlite_where=REFUSED, postgresql_where=REFUSED,
    )  # fmt: skip


def downgrade() -> None:
    for name in ("group_recipient", "group_message", "contact_group_member", "contact_group"):
        op.drop_table(name)
