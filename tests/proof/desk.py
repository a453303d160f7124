"""Where the real code paths meet a schedule: the database and the sending threads, with a step at every edge."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from sqlmodel import Session

from portal.database import Lane
from portal.messaging.inbox import Received
from portal.providers.provider import Event

if TYPE_CHECKING:
    from tests.proof.scene import Scene

T = TypeVar("T")


class Desk:
    """The database as an actor meets it: anything may happen before a transaction and after its commit."""

    def __init__(self, scene: "Scene", event: Event | None = None) -> None:
        self._scene, self._event = scene, event

    def listen(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Wakes nobody: dispatchers look by themselves, at any time."""

    def write(self, work: Callable[[Session], T], *, lane: Lane = Lane.ROAD) -> T:
        self._scene.schedule.step()
        answer = self._scene.database.write(work, lane=lane)
        self._scene.schedule.step()
        return answer

    async def writing(self, work: Callable[[Session], T], *, lane: Lane = Lane.ROAD, may_repeat: bool = False) -> T:
        def observed(session: Session) -> T:
            answer = work(session)
            for each in answer if isinstance(answer, list) else ():
                if isinstance(each, Received) and each.is_new and self._event is not None:
                    self._scene.observe(session, self._event, each)
            return answer

        return self.write(observed, lane=lane)

    async def reading(self, work: Callable[[Session], T]) -> T:
        self._scene.schedule.step()
        return self._scene.database.read(work)


class Slots:
    """The dispatcher's threads, as actors of its process."""

    def __init__(self, scene: "Scene", group: str) -> None:
        self._scene, self._group = scene, group

    def submit(self, send: Callable[..., None], each: Any, *more: Any) -> None:
        self._scene.carrier.texts[each.row.id] = (each.row.purpose, each.row.consent_seq)
        self._scene.schedule.spawn(self._group, send, each, *more)


def driven(work: Coroutine[Any, Any, T]) -> T:
    """A coroutine that never waits for an event loop, run to its end on this thread."""
    try:
        work.send(None)
    except StopIteration as done:
        answer: T = done.value
        return answer
    raise AssertionError("something waited for an event loop")
