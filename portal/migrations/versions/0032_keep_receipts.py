"""Receipts: why the gate let each text go; every night what they add up to; and the entries that end texting, by time."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

import portal.column

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_CLAIMED = sa.text("claimed_at IS NOT NULL")
_UNCLAIMED = sa.text(
    "direction = 'outbound' AND claimed_at IS NULL AND status IN ('sending', 'sent', 'delivered', 'failed', 'unknown')"
)
_IS_NO = sa.text("kind IN ('opted_out', 'declined')")


def upgrade() -> None:
    op.add_column("message", sa.Column("decision", sa.JSON(), nullable=True))
    op.add_column("message", sa.Column("receipt", sa.String(), nullable=True))
    _index("message_claimed", "message", ["business_id", "claimed_at"], _CLAIMED)
    _index("message_unclaimed", "message", ["business_id", "created_at"], _UNCLAIMED)
    _index("ledger_entry_no", "ledger_entry", ["business_id", "recorded_at", "seq"], _IS_NO)
    start = op.create_table(
        "receipt_start",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since_at", portal.column.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="receipt_start_key"),
    )
    op.bulk_insert(start, [{"id": 1, "since_at": dt.datetime.now(dt.UTC)}])
    op.create_table(
        "self_audit",
        sa.Column("business_id", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("made_at", portal.column.UtcTime(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("texts", "covered", "uncovered", "before", "after_opt_out", "opt_outs", "timed")
        ),
        sa.Column("slowest_ms", sa.Integer(), nullable=True),
        sa.Column("median_ms", sa.Integer(), nullable=True),
        sa.Column("ledger_from", sa.Integer(), nullable=False),
        sa.Column("ledger_seq", sa.Integer(), nullable=False),
        sa.Column("ledger_hash", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("receipts", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name="self_audit_business_id_of_business"),
        sa.PrimaryKeyConstraint("business_id", "on_day", name="self_audit_key"),
    )


def downgrade() -> None:
    op.drop_table("self_audit")
    op.drop_table("receipt_start")
    op.drop_index("ledger_entry_no", "ledger_entry")
    for name in ("message_unclaimed", "message_claimed"):
        op.drop_index(name, "message")
    for name in ("receipt", "decision"):
        op.drop_column("message", name)


def _index(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
