"""Requests that nobody answered are found by when they were made."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = sa.text("status = 'requested'")


def upgrade() -> None:
    op.create_index("subscription_requested", "subscription", ["changed_at"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("subscription_requested", "subscription")
