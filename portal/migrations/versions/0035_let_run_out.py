"""Retention: what runs out, how far it has come; and an entry of the ledger may lose its IP address where that is sealed.

Nothing else about an entry changes: its commitment and hash stay (0015 says the same of an erasure).
"""

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

SAYS = "ledger entries are never changed or removed"
KEPT = (
    "business_id", "seq", "subscription_id", "channel", "kind", "origin", "proof", "scope", "carrier", "actor",
    "occurred_at", "recorded_at", "message_id", "submission_id", "commitments", "previous_hash", "hash",
)  # fmt: skip
IS_ALLOWED = (
    "EXISTS (SELECT 1 FROM dropped_field WHERE dropped_field.business_id = OLD.business_id "
    "AND dropped_field.field = 'ip' AND dropped_field.through_at >= OLD.recorded_at)"
)
HAS_RAW = sa.text("length(raw) > 0")


def upgrade() -> None:
    _create_tables()
    op.add_column("message", sa.Column("emptied_at", UtcTime(), nullable=True))
    op.add_column("submission", sa.Column("emptied_at", UtcTime(), nullable=True))
    op.create_index(
        "provider_event_with_raw", "provider_event", ["business_id", "received_at"],
        sqlite_where=HAS_RAW, postgresql_where=HAS_RAW,
    )  # fmt: skip
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite(may_run_out=True)
    else:
        _guard_postgres(may_run_out=True)


def _create_tables() -> None:
    op.create_table(
        "dropped_field",
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), primary_key=True),
        sa.Column("field", sa.String(), primary_key=True),
        sa.Column("through_at", UtcTime(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
    )
    op.create_table(
        "retention_choice",
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("length_before", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
    )
    op.create_table(
        "retention_mark",
        sa.Column("business_id", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("through_at", UtcTime(), nullable=False),
        sa.Column("through_id", sa.String(), nullable=False),
    )
    op.create_table(
        "retention_spared",
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), primary_key=True),
        sa.Column("subscription_id", sa.String(), sa.ForeignKey("subscription.id"), primary_key=True),
        sa.Column("ref", sa.String(), primary_key=True),
    )
    op.create_index("retention_spared_by_subscription", "retention_spared", ["subscription_id"])
    op.create_table(
        "retention_run",
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), primary_key=True),
        sa.Column("on_day", sa.String(), primary_key=True),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("spared", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
    )


def _guard_sqlite(*, may_run_out: bool) -> None:
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
    is_erasure = "(NEW.evidence = '{}' AND NEW.salts = '{}')"
    both = [f"NEW.{name} IS json_remove(OLD.{name}, '$.ip')" for name in ("evidence", "salts")]
    ways = f"({is_erasure} OR ({' AND '.join(both)} AND {IS_ALLOWED}))" if may_run_out else is_erasure
    op.execute("DROP TRIGGER ledger_entry_no_update")
    op.execute(
        f"CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry WHEN NOT ({same} AND {ways}) "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    )


def _guard_postgres(*, may_run_out: bool) -> None:
    """An entry's JSON is compared name by name: nothing but the one name may be gone, and nothing new may be there."""
    same = " AND ".join(f"NEW.{name}::text IS NOT DISTINCT FROM OLD.{name}::text" for name in KEPT)
    is_erasure = "(NEW.evidence::text = '{}' AND NEW.salts::text = '{}')"
    ways = is_erasure
    if may_run_out:
        both = " AND ".join(_only_ip_gone(name) for name in ("evidence", "salts"))
        ways = f"({is_erasure} OR ({both} AND {IS_ALLOWED}))"
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' THEN IF {same} AND {ways} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{SAYS}'; END $$"
    )


def _only_ip_gone(name: str) -> str:
    old = f"SELECT key, value::text FROM json_each(OLD.{name}) WHERE key <> 'ip'"
    new = f"SELECT key, value::text FROM json_each(NEW.{name})"
    return f"NOT EXISTS (({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old}))"


def downgrade() -> None:
    """What has run out stays gone; an older program would call it removed."""
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite(may_run_out=False)
    else:
        _guard_postgres(may_run_out=False)
    op.drop_index("provider_event_with_raw", "provider_event")
    op.drop_column("submission", "emptied_at")
    op.drop_column("message", "emptied_at")
    for name in ("retention_run", "retention_spared", "retention_mark", "retention_choice", "dropped_field"):
        op.drop_table(name)
