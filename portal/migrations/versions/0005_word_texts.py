"""A business's own words for automatic texts: every version of them, and which of them each text used."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wording",
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("created_at", portal.column.UtcTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"]),
        sa.PrimaryKeyConstraint("business_id", "channel", "key", "language", "number"),
    )
    op.add_column("business", sa.Column("language", sa.String(), nullable=False, server_default="en"))
    op.add_column("business", sa.Column("wordings", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("message", sa.Column("wording", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "wording")
    op.drop_column("business", "wordings")
    op.drop_column("business", "language")
    op.drop_table("wording")
