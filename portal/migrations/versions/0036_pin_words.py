"""Which words each consent rests on, so that who agreed to what is one range of an index."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("wording_version IS NOT NULL AND status = 'opted_in'")
VALUE = {"sqlite": "json_extract(e.evidence, '$.wording_version')", "postgresql": "e.evidence ->> 'wording_version'"}


def upgrade() -> None:
    op.add_column("subscription", sa.Column("wording_version", sa.String(), nullable=True))
    value = VALUE[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE subscription SET wording_version = (SELECT {value} FROM ledger_entry e "
        "WHERE e.business_id = subscription.business_id AND e.seq = subscription.consent_seq) "
        "WHERE consent_seq IS NOT NULL"
    )
    op.create_index(
        "subscription_by_wording", "subscription", ["business_id", "wording_version", "name_key", "id"],
        sqlite_where=IS_OPEN, postgresql_where=IS_OPEN,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("subscription_by_wording", "subscription")
    op.drop_column("subscription", "wording_version")
