"""The way back. Everything is checked before anything is touched; the copy is brought to head, checked and put into
quarantine before it takes the old one's place, so that no moment exists in which an old copy could send (promise P18).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from portal import clock, schema
from portal.accounts import key
from portal.accounts.key import Secrets
from portal.backup import archive, making, manifest, postgres_copy, sealed_file, settling, sqlite_copy, swap
from portal.backup.archive import Told
from portal.backup.erasure_journal import ErasureJournal
from portal.backup.manifest import Manifest
from portal.backup.settling import Settled
from portal.database import Database
from portal.errors import Invalid, SettingsError
from portal.hold import Hold, lock_path
from portal.settings import Settings, sqlite_path


@dataclass(frozen=True)
class Restored:
    """`kept` is where what was there before is now."""

    about: Manifest
    settled: Settled
    kept: Path | None = None


@dataclass(frozen=True)
class Way:
    """What one restore works with."""

    settings: Settings
    file: Path
    about: Manifest
    secrets: Secrets = field(repr=False)
    told: Told | None = None


def restore(settings: Settings, file: Path, *, may_replace: bool = False, told: Told | None = None) -> Restored:
    """Raises Invalid for a backup that cannot be used, SettingsError where this installation is not ready for it."""
    with sealed_file.clear(file, settings.backup_passphrase) as clear:
        about = archive.read_manifest(clear)
        _check(settings, about)
        way = Way(settings, clear, about, _keys(settings, about), told)
        is_file = sqlite_path(settings.database_url) is not None
        return _into_file(way) if is_file else _into_postgres(way, may_replace=may_replace)


def _check(settings: Settings, about: Manifest) -> None:
    if not schema.is_known(about.schema):
        raise Invalid(
            f"This backup has the schema “{about.schema}”, which is newer than this program. Update it first."
        )
    is_file = sqlite_path(settings.database_url) is not None
    if is_file != (about.database == manifest.SQLITE):
        here = manifest.SQLITE if is_file else manifest.POSTGRESQL
        raise Invalid(f"This backup is of {about.database}, and PORTAL_DATABASE_URL names a database of {here}.")


def _keys(settings: Settings, about: Manifest) -> Secrets:
    """Without the keys an erased opt-out would be forgotten: nothing is restored without them (promises.md 0.9)."""
    found = key.load(settings.key_path, root=settings.secret_key, may_create=False)
    if found.fingerprint != about.keys:
        raise SettingsError(
            f"The key file {settings.key_path} is not the one this backup was made with. Put that one there first: "
            "without it opt-outs of erased people could not be kept."
        )
    return found


def _into_file(way: Way) -> Restored:
    path = sqlite_path(way.settings.database_url)
    assert path is not None
    if not path.absolute().parent.is_dir():
        raise SettingsError(f"There is no folder {path.absolute().parent} for the database.")
    with Hold(way.settings.database_url, alone=True), _beside(path) as new:
        archive.unpack(way.file, new, told=way.told)
        sqlite_copy.check(new)
        url = f"sqlite:///{new}"
        schema.migrate(url)
        settled = _settled(way, url)
        sqlite_copy.fold_log(new)
        return Restored(way.about, settled, swap.swap(new, path))


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A place in the same folder; what a killed restore left there goes first."""
    new = path.with_name(f"{path.name}.restoring")
    belongings = (new, lock_path(new), *(new.with_name(new.name + end) for end in ("-wal", "-shm", "-journal")))
    for each in belongings:
        each.unlink(missing_ok=True)
    try:
        yield new
    finally:
        for each in belongings:
            each.unlink(missing_ok=True)


def _into_postgres(way: Way, *, may_replace: bool) -> Restored:
    """A database that is not empty is replaced only when asked, and is dumped to a file before."""
    url = way.settings.database_url
    count = postgres_copy.others(url)
    if count:
        raise SettingsError(
            f"The database is in use ({count} connections). Stop `portal serve` and every worker first."
        )
    is_empty = postgres_copy.is_empty(url)
    if not (is_empty or may_replace or schema.is_unfinished(url)):
        raise SettingsError("The database is not empty. Add --replace; what is in it is dumped to a file first.")
    dump = way.file.absolute().with_name(f".{way.file.name}.dump")
    try:
        archive.unpack(way.file, dump, told=way.told)
        postgres_copy.check(dump)
        kept = None if is_empty or schema.is_unfinished(url) else _dumped(way)
        postgres_copy.replace(url, dump)
    finally:
        dump.unlink(missing_ok=True)
    schema.migrate(url, is_settling=True)
    return Restored(way.about, _settled(way, url), kept)


def _dumped(way: Way) -> Path:
    """What is there now, as a backup of its own beside the key file."""
    folder = (way.settings.key_path or Path("portal.keys")).absolute().parent
    kept = folder / f"before-restore-{clock.now():%Y%m%dT%H%M%SZ}.backup"
    making.make(way.settings, kept)
    return kept


def _settled(way: Way, url: str) -> Settled:
    database = Database(url, secrets=way.secrets)
    try:
        return settling.settle(database, way.about, _journal(way.settings).entries())
    finally:
        database.dispose()


def _journal(settings: Settings) -> ErasureJournal:
    return ErasureJournal(settings.key_path or Path("portal.keys"))
