"""A backup under a passphrase: AES-256-GCM over pieces of a megabyte, with a key that scrypt makes of the passphrase.

Each piece is bound to its place and the last one says that it is the last, so that pieces cannot be swapped, left out
or cut off. Without the passphrase nobody can read it, and nobody can bring it back: keep it where the keys are.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from portal.backup import disk
from portal.errors import Invalid, SettingsError

MAGIC = b"portal backup, sealed 1\n"
SALT = 16  # bytes
PIECE = 1024 * 1024
TAG = 16
_COST = {"n": 2**15, "r": 8, "p": 1}  # 32 MB of memory and about a tenth of a second


class Out(Protocol):
    """What a tar file is written to: an open file, or one that seals."""

    def read(self, size: int = -1, /) -> Any: ...
    def write(self, clear: bytes, /) -> int: ...
    def tell(self) -> int: ...
    def seek(self, place: int, /) -> int: ...
    def close(self) -> None: ...


class Sealing(io.RawIOBase):
    """Takes the clear bytes and writes the sealed ones to `file`; closing it writes the last piece."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        salt = os.urandom(SALT)
        self._file, self._cipher = file, AESGCM(_key(passphrase, salt))
        self._held, self._place = bytearray(), 0
        file.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, clear: Any, /) -> int:
        self._held += clear
        while len(self._held) > PIECE:  # one piece is always kept back: it may be the last
            self._put(bytes(self._held[:PIECE]), is_last=False)
            del self._held[:PIECE]
        return len(clear)

    def finish(self) -> None:
        self._put(bytes(self._held), is_last=True)

    def _put(self, clear: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._place, is_last=is_last), clear, MAGIC))
        self._place += 1


def is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


@contextmanager
def sealing(file: IO[bytes], passphrase: str) -> Iterator[Out]:
    """`file` itself where there is no passphrase."""
    if not passphrase:
        yield file
        return
    sealed = Sealing(file, passphrase)
    yield sealed
    sealed.finish()


@contextmanager
def clear(path: Path, passphrase: str) -> Iterator[Path]:
    """`path` itself where it is not sealed, else a clear copy beside it that is gone afterwards. Raises Invalid for a
    wrong passphrase or a damaged file, SettingsError without a passphrase."""
    try:
        if not is_sealed(path):
            yield path
            return
    except OSError as error:
        raise SettingsError(f"{path} cannot be used: {error.strerror}.") from error
    if not passphrase:
        raise SettingsError(f"{path} is sealed. Set PORTAL_BACKUP_PASSPHRASE to the passphrase it was made with.")
    opened = path.absolute().with_name(f".{path.name}.{os.getpid()}.clear")
    try:
        _open(path, passphrase, opened)
        yield opened
    finally:
        opened.unlink(missing_ok=True)


def _open(path: Path, passphrase: str, to: Path) -> None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with path.open("rb") as file, disk.whole(to) as out:
        file.seek(len(MAGIC))
        cipher = AESGCM(_key(passphrase, file.read(SALT)))
        piece, place = file.read(PIECE + TAG), 0
        while True:
            following = file.read(PIECE + TAG)
            try:
                out.write(cipher.decrypt(_nonce(place, is_last=not following), piece, MAGIC))
            except (InvalidTag, ValueError) as error:
                raise Invalid(
                    f"{path} cannot be opened: the passphrase is not the one it was made with, or it is damaged."
                ) from error
            if not following:
                return
            piece, place = following, place + 1


def _key(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, **_COST).derive(passphrase.encode())


def _nonce(place: int, *, is_last: bool) -> bytes:
    """Twelve bytes that no other piece under this key has."""
    return place.to_bytes(11, "big") + bytes([is_last])
