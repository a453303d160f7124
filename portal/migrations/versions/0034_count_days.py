"""Opt-ins and opt-outs by day for the reports, and an index of the numbers that something keeps texts from."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

HINDERED = "(is_undeliverable OR is_paused OR in_review OR NOT is_current OR carrier = 'blocked' OR paused_until_at IS NOT NULL) IS TRUE"
MOVEMENTS = ("opted_in", "opted_out", "asked", "refused", "lapsed")


def upgrade() -> None:
    op.create_table(
        "consent_day",
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("movement", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            f"movement IN ({', '.join(repr(each) for each in MOVEMENTS)})", name="consent_day_movement_is_known"
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="consent_day_business_id_of_business"),
        sa.PrimaryKeyConstraint("business_id", "day_on", "movement", "origin", name="consent_day_key"),
    )
    op.create_table(
        "consent_day_head",
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="consent_day_head_business_id_of_business"),
        sa.PrimaryKeyConstraint("business_id", name="consent_day_head_key"),
    )
    op.create_index(
        "subscription_hindered", "subscription",
        ["business_id", "id", "status", "carrier", "is_undeliverable", "is_paused", "in_review", "is_current", "paused_until_at"],
        sqlite_where=sa.text(HINDERED), postgresql_where=sa.text(HINDERED),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("subscription_hindered", "subscription")
    op.drop_table("consent_day_head")
    op.drop_table("consent_day")
