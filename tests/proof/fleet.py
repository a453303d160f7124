"""The portal and its provider as processes that somebody kills."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import house

WORKERS = int(os.environ.get("PORTAL_PROOF_WORKERS", "2"))
BOOT = 60.0  # seconds, on a machine that many share


def wait_until(is_so: Any, what: str, within: float = BOOT) -> None:
    """Look until it is so; the limit only ends a hopeless wait."""
    until = time.monotonic() + within
    while not is_so():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not happen within {within:.0f} seconds")
        time.sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class Program:
    """One program, started again and again with the same words; what it says is kept in a file."""

    name: str
    words: list[str]
    environment: Mapping[str, str]
    log: Path
    ready: str  # what it says once it works
    _running: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self, *, should_wait: bool = True) -> None:
        with self.log.open("ab") as log:
            said = log.tell()
            self._running = subprocess.Popen(
                [*self.words], cwd=house.ROOT, env=dict(self.environment), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        if should_wait:
            wait_until(lambda: self._says(said), f"“{self.ready}” in {self.log}")

    def kill(self) -> None:
        """With everything it started, at once."""
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self._running = None

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _says(self, after: int) -> bool:
        assert self._running is not None
        found = self.log.read_bytes()[after:].decode("utf-8", "replace")
        if self._running.poll() is not None:
            raise AssertionError(f"{self.name} ended: {found}")
        return self.ready in found


def portal(name: str, words: list[str], environment: Mapping[str, str], folder: Path, ready: str) -> Program:
    return Program(name, [sys.executable, "-m", "portal", *words], environment, folder / f"{name}.log", ready)


def fleet(environment: Mapping[str, str], port: int, folder: Path, *, on_postgres: bool) -> list[Program]:
    """One process on SQLite; on PostgreSQL the web and as many workers as PORTAL_PROOF_WORKERS says."""
    serve = ["serve", "--port", str(port)]
    if not on_postgres:
        return [portal("serve", serve, environment, folder, "is open at")]
    workers = [portal(f"worker {i}", ["worker"], environment, folder, "runs the jobs") for i in range(WORKERS)]
    return [portal("serve", [*serve, "--no-jobs"], environment, folder, "is open at"), *workers]


def pretend_twilio(folder: Path, environment: Mapping[str, str], port: int, *more: str) -> Program:
    words = ["-m", "tests.pretend_twilio", "--port", str(port), "--log", str(folder / "twilio.jsonl"), *more]
    return Program("twilio", [sys.executable, *words], environment, folder / "twilio.log", f":{port}")


def post(port: int, path: str, body: bytes, headers: Mapping[str, str], *, within: float) -> tuple[int, int]:
    """(status, monotonic nanoseconds at the first byte of the answer); status 0 when no answer came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
    try:
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        at = time.monotonic_ns()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0, 0
    finally:
        connection.close()
    return answer.status, at
