"""A peer on loopback that does with its connections whatever a test tells it to."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def stubborn_server(act: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """Yields host:port. `act` gets each connection in turn and an event that is set when the test is over."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, act, over))
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _serve(
    listener: socket.socket, act: Callable[[socket.socket, threading.Event], None], over: threading.Event
) -> None:
    while not over.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:  # the test is over
            return
        # a client that leaves in the middle is what some of the tests are about
        with connection, contextlib.suppress(ConnectionError):
            act(connection, over)
