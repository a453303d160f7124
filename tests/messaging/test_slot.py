"""Threads for sending: as many as are needed at once, and no text is left in their hands."""

import threading

from portal.messaging.slot import Slots


def test_who_comes_one_after_the_other_is_carried_by_one_thread() -> None:
    """So a quiet business keeps one warm line to its provider, and not one for every slot."""
    slots, names = Slots(4), list[str]()
    for count in range(5):
        slots.submit(lambda: names.append(threading.current_thread().name))
        while len(names) <= count or not slots._idle:
            threading.Event().wait(0.001)
    slots.shutdown(wait=True)
    assert set(names) == {"send_0"}


def test_no_more_are_carried_at_once_than_there_are_threads() -> None:
    slots, at_once, most, lock = Slots(3), 0, 0, threading.Lock()
    done: list[int] = []

    def work(count: int) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        threading.Event().wait(0.005)
        with lock:
            at_once -= 1
        done.append(count)

    for count in range(20):
        slots.submit(work, count)
    slots.shutdown(wait=True)
    assert sorted(done) == list(range(20))
    assert most == 3
