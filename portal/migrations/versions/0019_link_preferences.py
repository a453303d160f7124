"""Short links to one number's texting choices, at the end of automated texts where a business wants them."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "business", sa.Column("has_preference_links", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "preference_link",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("made_at", portal.column.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="preference_link_business_id_of_business"),
        sa.PrimaryKeyConstraint("id", name="preference_link_key"),
    )
    op.create_index("preference_link_by_time", "preference_link", ["made_at"])


def downgrade() -> None:
    op.drop_table("preference_link")
    op.drop_column("business", "has_preference_links")
