"""Lists that are imported, with their rows while they are needed; and the papers behind consent given offline."""

import sqlalchemy as sa
from alembic import op

from portal.column import UtcTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

GOING = sa.text("status IN ('checking', 'running')")
RUNNING = sa.text("status = 'running'")
KEPT = sa.text("has_file")
COUNTS = (
    "round",
    "tries",
    "rows",
    "place",
    "imported",
    "known",
    "skipped",
    "passed",
    "stopped",
    "promised",
    "problems",
)


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("has_file", sa.Boolean(), nullable=False),
        sa.Column("member_id", sa.String(), sa.ForeignKey("member.id"), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("moved_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('reading', 'checking', 'previewed', 'running', 'done', 'cancelled', 'failed')",
            name="status_is_known",
        ),
        sa.CheckConstraint("what IN ('contacts', 'opt-outs')", name="what_is_known"),
    )
    op.create_index("import_run_by_business", "import_run", ["business_id", "created_at", "id"])
    _indexes()
    _rows()
    _files()


def _indexes() -> None:
    op.create_index("import_run_going", "import_run", ["moved_at", "id"], sqlite_where=GOING, postgresql_where=GOING)
    op.create_index(
        "import_run_once", "import_run", ["business_id"], unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING
    )
    op.create_index("import_run_kept", "import_run", ["created_at", "id"], sqlite_where=KEPT, postgresql_where=KEPT)


def _rows() -> None:
    op.create_table(
        "import_piece",
        sa.Column("run_id", sa.String(), sa.ForeignKey("import_run.id"), primary_key=True),
        sa.Column("first", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
    )
    op.create_table(
        "import_key",
        sa.Column("run_id", sa.String(), sa.ForeignKey("import_run.id"), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
    )
    op.create_table(
        "import_problem",
        sa.Column("run_id", sa.String(), sa.ForeignKey("import_run.id"), primary_key=True),
        sa.Column("row", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
    )


def _files() -> None:
    op.create_table(
        "evidence_file",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("business_id", sa.String(), sa.ForeignKey("business.id"), nullable=False),
        sa.Column("subscription_id", sa.String(), sa.ForeignKey("subscription.id"), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
    )
    op.create_index("evidence_file_by_subscription", "evidence_file", ["subscription_id", "created_at", "id"])


def downgrade() -> None:
    for name in ("evidence_file", "import_problem", "import_key", "import_piece", "import_run"):
        op.drop_table(name)
