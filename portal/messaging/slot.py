"""Threads that carry one text each: like an executor, without a future and its locks for a text nobody waits for."""

import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

Task = tuple[Callable[..., None], tuple[Any, ...]]


class Slots:
    """At most `most` threads. One is begun only where none is idle, so that few texts keep few lines open."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._idle: deque[None] = deque()
        self._threads: list[threading.Thread] = []

    def submit(self, work: Callable[..., None], *arguments: Any) -> None:
        """`work` may raise nothing. For one thread only: whoever submits also shuts down."""
        self._tasks.put((work, arguments))
        if self._idle:
            self._idle.pop()
        elif len(self._threads) < self._most:
            thread = threading.Thread(target=self._run, name=f"send_{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def shutdown(self, *, wait: bool) -> None:
        """What was submitted is still done."""
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _run(self) -> None:
        while task := self._tasks.get():
            work, arguments = task
            work(*arguments)
            self._idle.append(None)
