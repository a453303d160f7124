"""Live pages: after a commit, every open page of that business hears which part changed, and asks for it again."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from portal.accounts import session as sign_ins
from portal.errors import TooMany, Unauthenticated
from portal.web import page

HEARTBEAT = 20.0
MOST_LISTENERS = 500
MOST_WAITING = 64


class Hub:
    """Who listens to which topic, in this process."""

    def __init__(self) -> None:
        self._queues: dict[asyncio.Queue[str | None], str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_closed = False

    def publish(self, topics: frozenset[str]) -> None:
        """Called after each commit, from whichever thread."""
        if self._queues and self._loop is not None and not self.is_closed:
            self._loop.call_soon_threadsafe(self._spread, topics)

    def close(self) -> None:
        """The server stops: every stream ends at once."""
        self.is_closed = True
        for queue in list(self._queues):
            queue.put_nowait(None)

    async def stream(self, business_id: str) -> AsyncIterator[str]:
        """Server-sent events of one business: `event: NAME` per changed part, a comment as heartbeat."""
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._queues[queue] = business_id
        try:
            yield ": hello\n\n"
            while not self.is_closed:
                try:
                    name = await asyncio.wait_for(queue.get(), HEARTBEAT)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if name is None:
                    return
                yield f"event: {name}\ndata: {name}\n\n"
        finally:
            self._queues.pop(queue, None)

    def has_room(self) -> bool:
        return len(self._queues) < MOST_LISTENERS

    def _spread(self, topics: frozenset[str]) -> None:
        businesses = {topic.partition(":")[2] for topic in topics if topic.startswith("business:")}
        threads = [topic.replace(":", "-") for topic in topics if topic.startswith("thread:")]
        for queue, business_id in self._queues.items():
            if business_id in businesses and queue.qsize() < MOST_WAITING:
                for name in ["status", *threads]:
                    queue.put_nowait(name)


async def events(request: Request) -> Response:
    """`GET /events`: `status` when any row changed, `thread-ID` when that thread did."""
    hub: Hub = request.app.state.hub
    token = request.cookies.get(page.cookie_name(request.app.state.settings), "")
    found = await request.app.state.database.reading(lambda session: sign_ins.find(session, token))
    if found is None:
        raise Unauthenticated()
    if not hub.has_room():
        raise TooMany("Too many live pages are open; this one refreshes when you reload it.")
    return StreamingResponse(hub.stream(found[2].id), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
