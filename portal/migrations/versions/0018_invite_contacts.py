"""Opt-in flows with all their versions, invitations, and which invitation a number has not answered."""

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime, key_text

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscription", sa.Column("invited_seq", sa.Integer(), nullable=True))
    op.create_table(
        "flow",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", key_text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.UniqueConstraint("business_id", "name_key", name="flow_name_once"),
    )
    op.create_table(
        "flow_version",
        sa.Column("flow_id", sa.String(), sa.ForeignKey("flow.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("yes_text", sa.String(), nullable=False),
        sa.Column("no_text", sa.String(), nullable=False),
        sa.Column("again_text", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
    )
    _invitations()


def _invitations() -> None:
    """No reference holds a group, a contact or a text back that goes."""
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("flow_id", sa.String(), sa.ForeignKey("flow.id"), nullable=False),
        sa.Column("flow_version", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.String(), sa.ForeignKey("subscription.id"), nullable=False),
        sa.Column("member_id", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("asked_seq", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
    )
    op.create_index("invitation_by_number", "invitation", ["subscription_id", "asked_seq"])
    op.create_index("invitation_by_group", "invitation", ["business_id", "group_id", "flow_id", "asked_seq"])


def downgrade() -> None:
    for name in ("invitation", "flow_version", "flow"):
        op.drop_table(name)
    op.drop_column("subscription", "invited_seq")
