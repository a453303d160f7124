"""Members who work in several businesses of one account: postings, the business a browser is in, the last proof."""

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posting",
        sa.Column("member_id", sa.String(), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", portal.column.UtcTime(), nullable=False),
        sa.Column("ended_at", portal.column.UtcTime(), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'manager', 'staff', 'counsel')", name="role_is_known"),
        sa.PrimaryKeyConstraint("member_id", "business_id"),
    )
    op.create_index("posting_by_business", "posting", ["business_id"])
    op.add_column("member", sa.Column("has_postings", sa.Boolean(), nullable=False, server_default=sa.false()))
    chosen = sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=True)
    op.add_column("sign_in", chosen, inline_references=True)
    op.add_column("sign_in", sa.Column("proved_at", portal.column.UtcTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sign_in") as sign_in:  # SQLite drops no column that refers to something
        sign_in.drop_column("proved_at")
        sign_in.drop_column("business_id")
    op.drop_column("member", "has_postings")
    op.drop_index("posting_by_business", "posting")
    op.drop_table("posting")
