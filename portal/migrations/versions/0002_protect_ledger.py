"""Entries of the ledger are never changed or removed: triggers refuse it on both databases (law 3, rules.md row 17)."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SAYS = "ledger entries are never changed or removed"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER ledger_entry_no_{verb.lower()} BEFORE {verb} ON ledger_entry "
                f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
            )
        op.execute(  # INSERT OR REPLACE removes the old row without asking the trigger on DELETE
            "CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry "
            "WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE business_id = NEW.business_id AND seq = NEW.seq) "
            f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()"
    )
    op.execute(
        "CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER ledger_entry_no_{verb}")
        return
    op.execute("DROP TRIGGER ledger_entry_no_change ON ledger_entry")
    op.execute("DROP TRIGGER ledger_entry_no_truncate ON ledger_entry")
    op.execute("DROP FUNCTION refuse_ledger_change()")
