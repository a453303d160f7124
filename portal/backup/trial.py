"""A backup is only one when it can be brought back: tried out beside everything else, and thrown away."""

import tempfile
from pathlib import Path

from portal import schema
from portal.accounts import key
from portal.backup import archive, manifest, postgres_copy, sealed_file, settling, sqlite_copy
from portal.database import Database
from portal.errors import Invalid, SettingsError
from portal.settings import Settings


def problem(settings: Settings, file: Path) -> str:
    """One sentence about what is wrong with it, or nothing. An SQLite copy is unpacked, brought to head, and all of
    its ledgers are walked; a dump of PostgreSQL, for which there is no second server, is read to its last row."""
    try:
        keys = key.load(settings.key_path, root=settings.secret_key, may_create=False)
        with sealed_file.clear(file, settings.backup_passphrase) as clear:
            about = archive.read_manifest(clear)
            if about.keys != keys.fingerprint:
                return "It was made with another key file, and could not be restored here."
            with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".trial-") as folder:
                copy = Path(folder) / "copy.db"
                archive.unpack(clear, copy)
                if about.database == manifest.POSTGRESQL:
                    postgres_copy.read_all(copy)
                    return ""
                sqlite_copy.check(copy)
                url = f"sqlite:///{copy}"
                schema.migrate(url)
                database = Database(url, secrets=keys)
                try:
                    return " ".join(settling.walk(database, about).problems)
                finally:
                    database.dispose()
    except (Invalid, SettingsError) as error:
        return str(error)
    except OSError as error:
        return f"{error.filename or file} cannot be used: {error.strerror}."
