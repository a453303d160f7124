"""A backup is one plain tar file: the manifest first, then the database, both readable without this program.

Nothing in it is compressed by us, so that its size says what it will need, and nothing is unpacked by name.
"""

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from portal import clock
from portal.backup import disk, manifest, sealed_file
from portal.backup.manifest import Manifest
from portal.errors import Invalid, SettingsError

MANIFEST = "manifest.json"
NAMES = {manifest.SQLITE: "database.sqlite", manifest.POSTGRESQL: "database.dump"}
MOST_MANIFEST = 16 * 1024 * 1024
PIECE = 1024 * 1024
Told = Callable[[int, int], None]
"""How many bytes of how many are done."""


def write(path: Path, about: Manifest, database: Path, *, passphrase: str = "", told: Told | None = None) -> None:
    """Sealed where there is a passphrase. Raises SettingsError where the disk does not take it."""
    try:
        with disk.whole(path) as file, sealed_file.sealing(file, passphrase) as out, _packing(out) as tar:
            text = about.to_json()
            tar.addfile(_member(MANIFEST, len(text), about), io.BytesIO(text))
            with database.open("rb") as copy:
                tar.addfile(_member(NAMES[about.database], about.size, about), _Counted(copy, about.size, told))
    except OSError as error:
        raise SettingsError(f"The backup cannot be written to {path}: {error.strerror}.") from error


def _packing(out: sealed_file.Out) -> tarfile.TarFile:
    return tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT)


def read_manifest(path: Path) -> Manifest:
    """Raises Invalid for another file, SettingsError for one that cannot be read."""
    with _opened(path) as (about, _):
        return about


def unpack(path: Path, to: Path, *, told: Told | None = None) -> Manifest:
    """Write the database inside to `to`. Raises Invalid where it is not what the manifest says."""
    with _opened(path) as (about, database):
        digest, done = hashlib.sha256(), 0
        with disk.whole(to) as file:
            while piece := database.read(PIECE):
                digest.update(piece)
                file.write(piece)
                done += len(piece)
                if told is not None:
                    told(done, about.size)
            if done != about.size or digest.hexdigest() != about.sha256:
                raise Invalid("This backup is damaged: the database inside is not the one that was put there.")
    return about


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _member(name: str, size: int, about: Manifest) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.size, found.mode, found.mtime = size, disk.PRIVATE, int(clock.now().timestamp())
    return found


class _Counted(io.RawIOBase):
    """Reads a file and tells how far it is."""

    def __init__(self, file: IO[bytes], size: int, told: Told | None) -> None:
        self._file, self._size, self._told, self._done = file, size, told, 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._done += len(piece)
        if self._told is not None:
            self._told(self._done, self._size)
        return piece


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Manifest, IO[bytes]]]:
    """The manifest, and the database as a stream of exactly the size that its place in the file has."""
    try:
        with tarfile.open(path, "r:") as tar:
            first = tar.next()
            if first is None or first.name != MANIFEST or not first.isreg() or first.size > MOST_MANIFEST:
                raise Invalid(f"{path} is no backup of the portal.")
            about = manifest.parse(_stream(tar, first).read())
            second = tar.next()
            if second is None or second.name != NAMES[about.database] or not second.isreg():
                raise Invalid("This backup is damaged: the database is missing.")
            yield about, _stream(tar, second)
    except tarfile.TarError as error:
        raise Invalid(f"{path} is no backup of the portal, or is damaged.") from error
    except OSError as error:
        raise SettingsError(f"{error.filename or path} cannot be used: {error.strerror}.") from error


def _stream(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    found = tar.extractfile(member)
    assert found is not None
    return found
