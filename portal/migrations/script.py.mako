"""${message}"""

import sqlalchemy as sa
from alembic import op

import portal.column
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
expands = False  # True where a program that knows nothing of this step may go on beside it (docs/many_machines.md)


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
