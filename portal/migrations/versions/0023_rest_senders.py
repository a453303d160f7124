"""A sender whose provider takes no texts rests; what waits is found by its lane, however much waits elsewhere."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_QUEUED = sa.text("status = 'queued'")
_TIMES = ("resting_since_at", "rests_until_at", "paced_until_at")


def upgrade() -> None:
    for name in ("failures", "rests"):
        op.add_column("sender", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sender", sa.Column("rest_trouble", sa.String(), nullable=False, server_default=""))
    for name in _TIMES:
        op.add_column("sender", sa.Column(name, portal.column.UtcTime(), nullable=True))
    columns = ["sender_id", "urgency", "due_at", "id"]
    op.create_index("message_in_lane", "message", columns, sqlite_where=_QUEUED, postgresql_where=_QUEUED)
    op.drop_index("message_waiting", "message")


def downgrade() -> None:
    columns = ["urgency", "due_at", "id"]
    op.create_index("message_waiting", "message", columns, sqlite_where=_QUEUED, postgresql_where=_QUEUED)
    op.drop_index("message_in_lane", "message")
    for name in (*_TIMES, "rest_trouble", "rests", "failures"):
        op.drop_column("sender", name)
