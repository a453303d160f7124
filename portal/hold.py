"""Who has the SQLite file open: everybody who works with it shares the hold; whoever puts another file in its place has
it alone. A file of its own beside the database, because closing the database's own file would drop SQLite's locks."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from portal.errors import SettingsError
from portal.settings import sqlite_path


class Hold:
    """Let go of by `release`, and by the system when the process ends, however it ends."""

    def __init__(self, url: str, *, alone: bool = False) -> None:
        """Raises SettingsError when somebody else has it in a way that does not go together with ours."""
        self._descriptor = -1
        path = sqlite_path(url)
        if path is not None and path.name and path.parent.is_dir():
            self._take(path, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take(self, path: Path, kind: int) -> None:
        try:
            self._descriptor = os.open(lock_path(path), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            raise SettingsError(_SENTENCES[kind].format(path=path)) from error
        except OSError as error:
            self.release()
            raise SettingsError(f"The database {path} cannot be opened: {error.strerror}.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


_SENTENCES = {
    fcntl.LOCK_SH: "The database {path} is just being restored. Try again when that has finished.",
    fcntl.LOCK_EX: "The database {path} is in use. Stop `portal serve` and every other command first.",
}


def lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")
