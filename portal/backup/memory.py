"""What is remembered outside the database, beside the key file: the ends of the ledgers, and who was erased."""

from pathlib import Path

from portal.backup.checkpoint import Checkpoint
from portal.backup.erasure_journal import ErasureJournal
from portal.database import Database


class Memory:
    """Both files of one installation, as one process sees them."""

    def __init__(self, keys: Path) -> None:
        self.checkpoint, self.erasures = Checkpoint(keys), ErasureJournal(keys)

    def write(self, database: Database) -> None:
        """Every few seconds; a look into two small tables where nothing happened."""
        self.erasures.write(database)
        self.checkpoint.write(database)
