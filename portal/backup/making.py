"""Makes a backup: one moment of the database, checked, and packed with what it says about itself."""

from pathlib import Path

from portal import clock, schema
from portal.accounts import key
from portal.backup import archive, manifest, postgres_copy, sqlite_copy
from portal.backup.archive import Told
from portal.backup.facts import Facts
from portal.backup.manifest import Manifest
from portal.errors import SettingsError
from portal.settings import Settings, sqlite_path


def make(settings: Settings, to: Path, *, may_replace: bool = False, told: Told | None = None) -> Manifest:
    """While anybody may go on writing; sealed where there is a passphrase. Raises SettingsError."""
    if to.exists() and not may_replace:
        raise SettingsError(f"{to} is there already. Choose another name, or add --force to replace it.")
    if not to.absolute().parent.is_dir():
        raise SettingsError(f"There is no folder {to.absolute().parent} to write the backup to.")
    keys = key.load(settings.key_path, root=settings.secret_key, may_create=False).fingerprint
    copy = to.with_name(f".{to.name}.database.part")
    try:
        copy.unlink(missing_ok=True)
        about = _copied(settings, copy, keys)
        archive.write(to, about, copy, passphrase=settings.backup_passphrase, told=told)
    except OSError as error:
        raise SettingsError(f"The backup cannot be written to {to}: {error.strerror}.") from error
    finally:
        copy.unlink(missing_ok=True)
    return about


def _copied(settings: Settings, copy: Path, keys: str) -> Manifest:
    made_at, source = clock.now(), sqlite_path(settings.database_url)
    if source is not None:
        kind, facts = manifest.SQLITE, sqlite_copy.make(source, copy)
    else:
        kind, facts = manifest.POSTGRESQL, postgres_copy.make(settings.database_url, copy)
    _demand_ours(facts)
    return Manifest(
        product=manifest.product(), schema=facts.schema, made_at=made_at, database=kind, size=copy.stat().st_size,
        sha256=archive.sha256(copy), keys=keys, heads=facts.heads, counts=facts.counts,
    )  # fmt: skip


def _demand_ours(facts: Facts) -> None:
    if not facts.schema:
        raise SettingsError("There is nothing to back up: the database is empty.")
    if not schema.is_known(facts.schema):
        raise SettingsError(f"The database has the schema “{facts.schema}”, which is newer than this program.")
