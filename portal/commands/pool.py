"""Several web processes behind one socket, on PostgreSQL: started, replaced when one dies, stopped together."""

import multiprocessing
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.context import SpawnProcess
from typing import Any

LOOK_EVERY = 0.5  # seconds between looks for a process that died
LEAVE_WITHIN = 25.0  # seconds; more than a listener's own patience


def listen(bound: socket.socket, count: int, *, with_jobs: bool, when_ready: Callable[[], None]) -> int:
    """Serve with `count` processes until SIGTERM or SIGINT. 1 when they cannot stay up."""
    leave = threading.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: leave.set())
    ready = _spawn.Semaphore(0)
    start = partial(_start, bound, with_jobs, ready)
    processes = [start() for _ in range(count)]
    is_well = _are_ready(ready, processes, leave)
    if is_well:
        when_ready()
        _watch(processes, start, leave)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(LEAVE_WITHIN)
    return 0 if is_well or leave.is_set() else 1


_spawn = multiprocessing.get_context("spawn")


def _are_ready(ready: Any, processes: list[SpawnProcess], leave: threading.Event) -> bool:
    waiting = len(processes)
    while waiting and not leave.is_set():
        if ready.acquire(timeout=LOOK_EVERY):
            waiting -= 1
        elif not all(process.is_alive() for process in processes):
            return False
    return not waiting


def _watch(processes: list[SpawnProcess], start: Callable[[], SpawnProcess], leave: threading.Event) -> None:
    while not leave.wait(LOOK_EVERY):
        for index, process in enumerate(processes):
            if not process.is_alive():
                processes[index] = start()


def _start(bound: socket.socket, with_jobs: bool, ready: Any) -> SpawnProcess:
    process = _spawn.Process(target=_serve, args=(bound, with_jobs, ready), name="serve")
    process.start()
    return process


def _serve(bound: socket.socket, with_jobs: bool, ready: Any) -> None:
    """In the new process: settings come from the inherited environment."""
    from portal import logs
    from portal import settings as settings_of
    from portal.app import create_app
    from portal.commands import listener

    settings = settings_of.from_environment()
    logs.configure(settings.log_format)
    app = create_app(settings, with_jobs=with_jobs)
    sys.exit(listener.listen(app, bound, ready.release))
