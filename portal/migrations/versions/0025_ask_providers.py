"""How far each sender's provider has been asked what was missed, and when somebody last listened."""

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sender", sa.Column("owes_since_at", UtcTime(), nullable=True))
    op.create_table(
        "reconciliation",
        sa.Column("sender_id", sa.String(), nullable=False),
        sa.Column("until_at", UtcTime(), nullable=True),
        sa.Column("asked_at", UtcTime(), nullable=True),
        sa.Column("again_at", UtcTime(), nullable=True),
        sa.Column("busy_until", UtcTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("can_list", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sender_id"], ["sender.id"], name="reconciliation_sender_id_of_sender"),
        sa.PrimaryKeyConstraint("sender_id", name="reconciliation_key"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="heartbeat_key"),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_table("reconciliation")
    op.drop_column("sender", "owes_since_at")
