"""What a business registered, as it was."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registration",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("sender_id", sa.String(), nullable=True),
        sa.Column("registered_at", portal.column.UtcTime(), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="registration_business_id_of_business"),
        sa.ForeignKeyConstraint(["sender_id"], ["sender.id"], name="registration_sender_id_of_sender"),
        sa.PrimaryKeyConstraint("id", name="registration_key"),
    )
    op.create_index("registration_by_time", "registration", ["business_id", "registered_at", "id"])


def downgrade() -> None:
    op.drop_table("registration")
