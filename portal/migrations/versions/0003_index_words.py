"""The words of messages, for the search: on SQLite a table of its own, on PostgreSQL an index (messaging/word_search)."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # without `prefix`, three letters that begin many words ("the") gather every text before the first is shown
        op.execute(
            "CREATE VIRTUAL TABLE message_words USING fts5"
            "(message_id, business_id, words, prefix = '3', detail = column, columnsize = 0)"
        )
        return
    op.execute("CREATE INDEX message_words ON message USING gin (to_tsvector('simple', text))")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE message_words")
        return
    op.execute("DROP INDEX message_words")
