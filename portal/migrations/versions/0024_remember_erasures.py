"""What an erasure leaves behind to find the person again in an old copy that comes back: ids and keyed hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("erasure", sa.Column("traces", sa.JSON(), nullable=True))
    op.create_index("erasure_by_time", "erasure", ["erased_at", "id"])


def downgrade() -> None:
    op.drop_index("erasure_by_time", "erasure")
    op.drop_column("erasure", "traces")
