"""Live pages: after a commit, every open page of that business hears which part changed, and asks for it again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from portal import clock
from portal.accounts import session as sign_ins
from portal.database import MISSED
from portal.web import page

HEARTBEAT = 20.0  # seconds
LONGEST = 300.0  # seconds; then the page connects again, and is asked again who it is
MOST_LISTENERS = 500


@dataclass(eq=False)
class _Listener:
    """One open page. What changed while it was not being written to is told once, in one go."""

    business_id: str
    names: set[str] = field(default_factory=set)
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """Who listens, in this process. Topics are `business:ID` and `thread:BUSINESS:ID`; nobody hears of another's.
    MISSED is for everybody: another process may have announced what was not heard here, so pages ask for all again."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_closed = False

    def publish(self, topics: frozenset[str]) -> None:
        """Called after each commit, from whichever thread."""
        if self._listeners:
            self._on_loop(lambda: self._spread(topics))

    def close(self) -> None:
        """The server stops: every stream ends at once. From whichever thread, or from a signal handler."""
        self.is_closed = True
        self._on_loop(self._wake_all)

    def has_room(self) -> bool:
        return len(self._listeners) < MOST_LISTENERS

    async def stream(self, business_id: str) -> AsyncIterator[str]:
        """Server-sent events of one business: `event: NAME` per changed part, a comment as heartbeat."""
        self._loop = asyncio.get_running_loop()
        listener = _Listener(business_id)
        self._listeners.add(listener)
        end = clock.monotonic() + LONGEST
        try:
            yield ": hello\n\n"
            while not self.is_closed and clock.monotonic() < end:
                yield await _next(listener)
        finally:
            self._listeners.discard(listener)

    def _on_loop(self, work: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    def _spread(self, topics: Collection[str]) -> None:
        names: dict[str, set[str]] = {}
        for topic in topics:
            kind, _, rest = topic.partition(":")
            business_id, _, thread = rest.partition(":")
            if kind in ("business", "thread"):
                names.setdefault(business_id, {"status"}).update({f"thread-{thread}"} if thread else ())
        everybody = {MISSED} if MISSED in topics else set()
        for listener in self._listeners:
            heard = names.get(listener.business_id, everybody)
            if heard:
                listener.names |= heard | everybody
                listener.wake.set()

    def _wake_all(self) -> None:
        for listener in self._listeners:
            listener.wake.set()


async def _next(listener: _Listener) -> str:
    """What changed, as soon as something did."""
    try:
        await asyncio.wait_for(listener.wake.wait(), HEARTBEAT)
    except TimeoutError:
        return ": still here\n\n"
    listener.wake.clear()
    names, listener.names = sorted(listener.names), set()
    return "".join(f"event: {name}\ndata: {name}\n\n" for name in names)


async def events(request: Request) -> Response:
    """`GET /events`: `status` when any row changed, `thread-ID` when that thread did.

    Refusals are bare, without a page or a redirect: the browser's connection waits longer and longer between tries.
    """
    hub: Hub = request.app.state.hub
    token = request.cookies.get(page.cookie_name(request.app.state.settings), "")
    found = await request.app.state.database.reading(lambda session: sign_ins.find(session, token))
    if found is None:
        return Response("Please sign in.", 401, media_type="text/plain")
    if not hub.has_room() or hub.is_closed:
        return Response("Too many live pages are open.", 503, media_type="text/plain")
    return StreamingResponse(
        hub.stream(found[2].id), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )
