"""The approved template with which WhatsApp delivers words outside its 24 hours."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wording", sa.Column("template", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("wording", "template")
