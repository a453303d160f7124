"""The client's own page: the link that counts, a pause the client asked for, and numbers that were only typed there."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("portal_epoch", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("contact_number", sa.Column("is_claimed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("subscription", sa.Column("paused_until_at", portal.column.UtcTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("subscription", "paused_until_at")
    op.drop_column("contact_number", "is_claimed")
    op.drop_column("contact", "portal_epoch")
