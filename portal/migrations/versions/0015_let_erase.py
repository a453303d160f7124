"""Erasure: an entry of the ledger may lose its values and salts, and outlive its subscription; nothing else (F.7).

SQLite drops no constraint, so the ledger is written anew there without its reference to subscriptions; nothing refers
to the ledger.
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SAYS = "ledger entries are never changed or removed"
UNWIPED = sa.text("wiped_at IS NULL")
KEPT = (
    "business_id", "seq", "subscription_id", "channel", "kind", "origin", "proof", "scope", "carrier", "actor",
    "occurred_at", "recorded_at", "message_id", "submission_id", "commitments", "previous_hash", "hash",
)  # fmt: skip
REFERENCE = "ledger_entry_subscription_id_of_subscription"
TO_SUBSCRIPTION = f"CONSTRAINT {REFERENCE} FOREIGN KEY(subscription_id) REFERENCES subscription (id)"


def upgrade() -> None:
    _create_tables()
    if op.get_bind().dialect.name == "sqlite":
        _rewrite_ledger(lambda table: table.replace(f", \n\t{TO_SUBSCRIPTION}", ""))
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
        _protect_on_sqlite(f"WHEN NOT ({same} AND NEW.evidence = '{{}}' AND NEW.salts = '{{}}') ")
        return
    op.drop_constraint(REFERENCE, "ledger_entry", type_="foreignkey")
    same = " AND ".join(f"NEW.{name}::text IS NOT DISTINCT FROM OLD.{name}::text" for name in KEPT)
    is_erasure = f"TG_OP = 'UPDATE' AND {same} AND NEW.evidence::text = '{{}}' AND NEW.salts::text = '{{}}'"
    _let_on_postgres(f"IF TG_OP = 'UPDATE' THEN IF {is_erasure} THEN RETURN NEW; END IF; END IF; ")


def _create_tables() -> None:
    op.create_table(
        "suppression",
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), primary_key=True),
        sa.Column("hmac", sa.String(), primary_key=True),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("erased_at", UtcTime(), nullable=False),
    )
    op.create_table(
        "erased_subscription",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("erased_at", UtcTime(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
    )
    op.create_index("erased_subscription_by_business", "erased_subscription", ["business_id", "id"])
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("erased_at", UtcTime(), nullable=False),
        sa.Column("wiped_at", UtcTime(), nullable=True),
    )
    op.create_index("erasure_unwiped", "erasure", ["erased_at"], sqlite_where=UNWIPED, postgresql_where=UNWIPED)


def _rewrite_ledger(change: Callable[[str], str]) -> None:
    """With everything that was made upon it; its triggers are made anew by whoever calls."""
    bind = op.get_bind()
    made = "SELECT sql FROM sqlite_master WHERE tbl_name = 'ledger_entry' AND sql IS NOT NULL AND type = '{}'"
    table = str(bind.exec_driver_sql(made.format("table")).scalar_one())
    indexes = bind.exec_driver_sql(made.format("index")).scalars().all()
    new = change(table)
    assert new != table
    op.execute("CREATE TABLE ledger_entry_anew " + new[new.index("(") :])
    op.execute("INSERT INTO ledger_entry_anew SELECT * FROM ledger_entry ORDER BY business_id, seq")
    op.execute("DROP TABLE ledger_entry")
    op.execute("ALTER TABLE ledger_entry_anew RENAME TO ledger_entry")
    for index in indexes:
        op.execute(index)


def _protect_on_sqlite(unless: str) -> None:
    """As in 0002, with an exception for some updates."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    op.execute(f"CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry {unless}{refuse}")
    op.execute(f"CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry {refuse}")
    op.execute(
        "CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry "
        f"WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE business_id = NEW.business_id AND seq = NEW.seq) {refuse}"
    )


def _let_on_postgres(what: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {what}RAISE EXCEPTION '{SAYS}'; END $$"
    )


def downgrade() -> None:
    """Only where nothing was erased yet: an entry without its subscription cannot refer to it again."""
    if op.get_bind().dialect.name == "sqlite":
        _rewrite_ledger(lambda table: table.rstrip().removesuffix(")").rstrip() + f", \n\t{TO_SUBSCRIPTION}\n)")
        _protect_on_sqlite("")
    else:
        _let_on_postgres("")
        op.create_foreign_key(REFERENCE, "ledger_entry", "subscription", ["subscription_id"], ["id"])
    op.drop_table("erasure")
    op.drop_table("erased_subscription")
    op.drop_table("suppression")
