"""How the fixed words stood on the screen of who said Yes, as their browser says."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.add_column("submission", sa.Column("visibility", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("submission", "visibility")
