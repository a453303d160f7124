"""One kept-alive line per thread to a provider's API that always knows whether a byte of the request left.

That knowledge decides everything: what was not sent may be tried again, what was lost after writing never
(promises.md 0.4, P6). No proxies, no redirects, no retries, and no exchange outlasts its timeout.
"""

import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal import clock
from portal.errors import SettingsError
from portal.providers import exchange, wire
from portal.providers.exchange import Answer as Answer
from portal.providers.exchange import Reader

MAX_IDLE = 4.0  # seconds; a line idle for longer may be closing at the other end this very moment


@dataclass(frozen=True)
class NotSent:
    """No byte of the request was written. `code` is `deadline` or `connection`."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Lost:
    """Bytes were written and no whole answer came back: nobody here can know what became of it."""

    sentence: str


class Line:
    """Talks to one base URL. Each thread has its own connection, closed with the thread or with the line. No answer
    may weigh more than `most` bytes."""

    def __init__(self, base_url: str, *, timeout: float, most: int = wire.MAX_ANSWER) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"A provider's API URL must look like https://api.example.com, not “{base_url}”.")
        self._timeout = timeout
        self._most = most
        self._host = parts.hostname
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._prefix = parts.path.rstrip("/")
        self._is_secure = parts.scheme == "https"
        name = f"[{self._host}]" if ":" in self._host else self._host
        is_usual = self._port == (443 if self._is_secure else 80)
        self._head = {"Host": name if is_usual else f"{name}:{self._port}", "Accept-Encoding": "identity"}
        self._kept = threading.local()

    def post(self, path: str, body: bytes, headers: Mapping[str, str], *, deadline: float) -> Answer | NotSent | Lost:
        """One exchange. `deadline` (monotonic) is looked at last of all before the first byte (promises.md A.1)."""
        return self._exchange("POST", path, body, headers, deadline)

    def get(self, path: str, headers: Mapping[str, str]) -> Answer | NotSent | Lost:
        """Ask for something; `path` has its query."""
        return self._exchange("GET", path, None, headers, clock.monotonic() + self._timeout)

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], deadline: float
    ) -> Answer | NotSent | Lost:
        until = clock.monotonic() + self._timeout
        request = exchange.request(method, self._prefix + path, {**self._head, **headers}, body)
        try:
            connection = self._ready(min(until, deadline))
        except (OSError, UnicodeError) as error:
            return _too_late() if clock.monotonic() >= deadline else NotSent("connection", f"No connection: {error}.")
        if clock.monotonic() >= deadline:
            return _too_late()
        return connection.exchange(request, until)

    def _ready(self, until: float) -> "_Connection":
        """This thread's connection, opened anew where it is missing or no longer to be trusted."""
        kept: _Connection | None = getattr(self._kept, "connection", None)
        if kept is None:
            context = wire.trusted() if self._is_secure else None
            kept = self._kept.connection = _Connection(self._host, self._port, context, self._most)
        if not kept.is_alive():
            kept.close()
            kept.open(until)
        return kept


def _too_late() -> NotSent:
    return NotSent("deadline", "The time to start this send had passed before it could be written.")


class _Connection:
    """Opens and writes only when told to."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, most: int) -> None:
        self._host, self._port, self._context, self._most = host, port, context, most
        self._wire: wire.Wire | None = None
        self._reader: Reader | None = None
        self._used_at = 0.0

    def __del__(self) -> None:
        """A thread that ends takes its connection along."""
        self.close()

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()
        self._wire = self._reader = None

    def is_alive(self) -> bool:
        """Whether a request may be written: recently used, and the server has neither closed nor said anything."""
        if self._wire is None:
            return False
        return clock.monotonic() - self._used_at <= MAX_IDLE and not self._wire.has_news()

    def open(self, until: float) -> None:
        """Raises OSError when nobody answers before `until`."""
        dialled = wire.dial(self._host, self._port, until)
        if self._context is not None:
            dialled = self._context.wrap_socket(dialled, server_hostname=self._host)
        self._wire = wire.Wire(dialled)
        self._reader = Reader(self._wire, most=self._most)
        self._used_at = clock.monotonic()

    def exchange(self, request: bytes, until: float) -> Answer | Lost:
        """Write the request and read its answer, all before `until`."""
        assert self._wire is not None
        assert self._reader is not None
        try:
            self._wire.send(request, until)
            answer = self._reader.read(until)
        except (OSError, ValueError) as error:
            self.close()
            return Lost(f"The request went out, but no answer came back: {error or type(error).__name__}.")
        if not self._reader.is_fit:
            self.close()
        self._used_at = clock.monotonic()
        return answer
