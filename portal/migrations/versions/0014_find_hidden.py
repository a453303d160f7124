"""Texts that wait for their writer's YES are found without reading the whole conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

HIDDEN = sa.text("is_hidden")


def upgrade() -> None:
    op.create_index(
        "message_hidden", "message", ["subscription_id", "created_at", "id"],
        sqlite_where=HIDDEN, postgresql_where=HIDDEN,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("message_hidden", "message")
