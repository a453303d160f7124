"""An index of the automated texts to one number, which are counted before each of them (rules.md row 14)."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WHERE = sa.text("purpose IN ('automated', 'marketing') AND claimed_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "message_automated", "message", ["subscription_id", "claimed_at"], sqlite_where=WHERE, postgresql_where=WHERE
    )


def downgrade() -> None:
    op.drop_index("message_automated", "message")
