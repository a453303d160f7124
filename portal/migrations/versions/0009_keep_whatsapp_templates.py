"""The templates that Meta approved for a business."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "whatsapp_template",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("updated_at", portal.column.UtcTime(), nullable=False),
        sa.CheckConstraint("category IN ('utility', 'marketing', 'authentication')", name="category_is_known"),
        sa.CheckConstraint("status IN ('pending', 'approved', 'rejected', 'paused')", name="status_is_known"),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="whatsapp_template_business_id_of_business"),
        sa.PrimaryKeyConstraint("id", name="whatsapp_template_key"),
        sa.UniqueConstraint("business_id", "name", "language", name="whatsapp_template_once"),
    )


def downgrade() -> None:
    op.drop_table("whatsapp_template")
