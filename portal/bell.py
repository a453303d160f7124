"""What one process announces, every other one hears: LISTEN and NOTIFY, on PostgreSQL only (SQLite has one process).

One thread with one connection does both. It rings after the commit, for everything that was announced meanwhile: a
transaction that notifies makes every other one that does wait for its COMMIT. What a process takes to its grave between
a commit and its ring is found by the next tick of the timetable and by a page's next look.
"""

import random
import selectors
import socket
import threading
from collections.abc import Callable, Sequence

import psycopg
import sqlalchemy as sa

from portal import logs

CHANNEL = "portal"
MISSED = "missed"  # the topic of those who may not have heard everything: look at all of it again
PAYLOAD = 7_900  # bytes in one notification; PostgreSQL takes fewer than 8,000
MOST = 2_000  # topics in one go; who announces more is heard as MISSED
PAUSE = 0.02  # seconds between two rings
LOOK = 30.0  # seconds of silence after which the connection is tried
BACKOFF = (0.1, 5.0)  # seconds until the next try to connect: the first, and the longest
NAME = "portal bell"  # what the server calls this connection; the doctor counts processes by it
_RING = "SELECT pg_notify(%s, each) FROM unnest(%s::text[]) AS each"


class Bell:
    """`ring` from any thread; `tell(topics)` is called for what others announced, never for what this process did. One
    that does not listen, as of a command, connects only to ring."""

    def __init__(self, url: str, tell: Callable[[set[str]], None], *, is_listening: bool = True) -> None:
        self._address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._tell, self._is_listening = tell, is_listening
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._leave = threading.Event()
        self._ear, self._hand = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
        self.is_connected = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def ring(self, topics: set[str]) -> None:
        """Tell the others, soon. Never waits for the database."""
        with self._lock:
            is_first = not self._waiting
            self._waiting |= topics
            if len(self._waiting) > MOST:
                self._waiting = coarse(self._waiting)
        if is_first:
            self._hand.send(b"!")

    def stop(self) -> None:
        """Rings what waits, when somebody can be reached at once."""
        self._leave.set()
        self._hand.send(b".")
        self._thread.join()
        self._ear.close()
        self._hand.close()

    def _run(self) -> None:
        first, longest = BACKOFF
        wait = first
        while self._waiting or not self._leave.is_set():
            if not self._is_listening:
                self._ear.recv(1, socket.MSG_PEEK)  # connected only once there is something to tell
                if not self._waiting:
                    return
            try:
                with self._connect() as connection:
                    wait = first
                    self._serve(connection)
            except psycopg.Error as error:
                logs.event("bell.lost", level=30, error=type(error).__name__)
                if self._leave.is_set():
                    return
                self._leave.wait(random.uniform(wait / 2, wait))  # noqa: S311 (spread, not secrecy)
                wait = min(wait * 2, longest)
            finally:
                self.is_connected.clear()

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(
            self._address, autocommit=True, application_name=NAME, connect_timeout=10, keepalives_idle=10,
            keepalives_interval=5, keepalives_count=3,
        )  # fmt: skip
        connection.execute("SET synchronous_commit = off")  # a ring is no row: nobody waits for the disk
        return connection

    def _serve(self, connection: psycopg.Connection) -> None:
        if self._is_listening:
            connection.execute(f"LISTEN {CHANNEL}")
            self._tell({MISSED})
        self.is_connected.set()
        with selectors.DefaultSelector() as selector:
            selector.register(self._ear, selectors.EVENT_READ)
            selector.register(connection.fileno(), selectors.EVENT_READ)
            while not self._leave.is_set():
                ready = {key.fileobj for key, _ in selector.select(LOOK)}
                if not ready:
                    connection.execute("SELECT 1")
                if self._ear in ready:
                    self._ear.recv(4096)
                    self._ring(connection)
                self._hear(connection)
                if self._ear in ready:
                    self._leave.wait(PAUSE)
        self._ring(connection)

    def _ring(self, connection: psycopg.Connection) -> None:
        with self._lock:
            topics, self._waiting = self._waiting, set()
        try:
            if topics:
                connection.execute(_RING, [CHANNEL, payloads(topics)])
        except psycopg.Error:
            self.ring(topics)  # after the next connection
            raise

    def _hear(self, connection: psycopg.Connection) -> None:
        ours = connection.info.backend_pid
        heard = {
            topic for each in connection.notifies(timeout=0) if each.pid != ours for topic in each.payload.split("\n")
        }
        if heard:
            self._tell(heard)


def coarse(topics: set[str]) -> set[str]:
    """What everybody can find by looking again; a topic that is nobody's in particular stays."""
    return {topic for topic in topics if ":" not in topic} | {MISSED}


def payloads(topics: set[str]) -> Sequence[str]:
    """Topics by the line, in as few notifications as hold them."""
    found: list[str] = []
    size = PAYLOAD
    for topic in sorted(topics):
        size += len(topic.encode()) + 1
        if size > PAYLOAD:
            found.append(topic)
            size = len(topic.encode())
        else:
            found[-1] += f"\n{topic}"
    return found
