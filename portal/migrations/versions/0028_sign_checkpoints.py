"""Signed checkpoints of the ledger, the nodes of its Merkle tree that are kept, and when the next one is owed."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_checkpoint",
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", portal.column.UtcTime(), nullable=False),
        sa.Column("mailed_at", portal.column.UtcTime(), nullable=True),
        sa.Column("mailed_to", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="ledger_checkpoint_business_id_of_business"),
        sa.PrimaryKeyConstraint("business_id", "size", name="ledger_checkpoint_key"),
    )
    op.create_table(
        "ledger_page",
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="ledger_page_business_id_of_business"),
        sa.PrimaryKeyConstraint("business_id", "page", name="ledger_page_key"),
    )
    op.create_table(
        "ledger_seal",
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("next_at", portal.column.UtcTime(), nullable=True),
        sa.Column("claimed_at", portal.column.UtcTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("problem_since_at", portal.column.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="ledger_seal_business_id_of_business"),
        sa.PrimaryKeyConstraint("business_id", name="ledger_seal_key"),
    )


def downgrade() -> None:
    op.drop_table("ledger_seal")
    op.drop_table("ledger_page")
    op.drop_table("ledger_checkpoint")
