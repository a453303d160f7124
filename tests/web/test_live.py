"""Live pages: each business hears its own changes, once, and a stopping server ends every stream."""

import asyncio
import signal
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.testclient import TestClient

from portal.commands.listener import Listener
from portal.web import live
from portal.web.live import Hub
from tests.conftest import World, as_member
from tests.web.scene import Scene

SOON = 5.0  # seconds; far below the heartbeat, so that nothing can pass by waiting for it


async def heard(stream: AsyncIterator[str]) -> str:
    return await asyncio.wait_for(anext(stream), SOON)


async def opened(hub: Hub, business_id: str) -> AsyncIterator[str]:
    stream = hub.stream(business_id)
    assert await heard(stream) == ": hello\n\n"
    return stream


def names(events: str) -> list[str]:
    return [line.removeprefix("event: ") for line in events.splitlines() if line.startswith("event: ")]


def test_a_change_is_heard_by_its_business_with_its_threads_only() -> None:
    async def play() -> None:
        hub = Hub()
        ours, theirs = await opened(hub, "b1"), await opened(hub, "b2")
        hub.publish(frozenset({"business:b1", "thread:b1:t1", "thread:b2:t2", "outbox"}))
        assert names(await heard(ours)) == ["status", "thread-t1"]
        assert names(await heard(theirs)) == ["status", "thread-t2"]

    asyncio.run(play())


def test_many_changes_while_nobody_reads_are_told_once() -> None:
    async def play() -> None:
        hub = Hub()
        stream = await opened(hub, "b1")
        for _ in range(1000):
            hub.publish(frozenset({"thread:b1:t1"}))
        await asyncio.sleep(0)
        assert names(await heard(stream)) == ["status", "thread-t1"]

    asyncio.run(play())


def test_a_closed_hub_ends_its_streams_and_a_late_change_harms_nobody() -> None:
    async def play() -> None:
        hub = Hub()
        stream = await opened(hub, "b1")
        hub.close()
        assert [event async for event in stream if "event" in event] == []
        hub.publish(frozenset({"business:b1"}))

    asyncio.run(play())


def test_a_stream_ends_by_itself_so_that_a_revoked_session_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST", 0.0)

    async def play() -> None:
        assert [event async for event in Hub().stream("b1")] == [": hello\n\n"]

    asyncio.run(play())


@pytest.mark.covers("P10")
def test_a_commit_tells_only_the_business_it_belongs_to(scene: Scene) -> None:
    told: list[str] = []
    scene.site.database.listen(told.extend)
    scene.texts_us("Hello?")
    row = scene.row()
    topics = {topic for topic in told if topic.startswith(("business:", "thread:"))}
    assert topics == {f"business:{scene.site.hearth.id}", f"thread:{scene.site.hearth.id}:{row.id}"}


def test_nobody_listens_without_signing_in(client: TestClient, site: World) -> None:
    """No redirect and no page: the browser's connection waits longer and longer between its tries."""
    answer = client.get("/events")
    assert answer.status_code == 401
    assert "location" not in answer.headers


def test_a_full_house_is_told_to_wait(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_LISTENERS", 0)
    assert as_member(scene.client, scene.site.alice).get("/events").status_code == 503


@pytest.fixture
def listening(scene: Scene) -> Iterator[tuple[Listener, int, threading.Thread]]:
    """The application behind the server of the commands, on a port."""
    ready = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as bound:
        listener = Listener(scene.app, ready.set)
        thread = threading.Thread(target=listener.run, args=([bound],), daemon=True)
        thread.start()
        assert ready.wait(30)
        yield listener, bound.getsockname()[1], thread
        listener.should_exit = True
        thread.join(30)


def test_a_stopping_server_ends_open_streams_at_once(
    scene: Scene, listening: tuple[Listener, int, threading.Thread]
) -> None:
    listener, port, thread = listening
    with socket.create_connection(("127.0.0.1", port), timeout=SOON) as browser:
        request = f"GET /events HTTP/1.1\r\nHost: x\r\nCookie: __Host-id={scene.site.alice.cookie}\r\n\r\n"
        browser.sendall(request.encode())
        received = b""
        while b": hello" not in received:
            received += browser.recv(4096)
        listener.handle_exit(signal.SIGTERM, None)
        while piece := browser.recv(4096):
            received += piece
        thread.join(SOON)
    assert not thread.is_alive()
    assert received.endswith(b"0\r\n\r\n"), "the stream was cut, not ended"


REFRESH = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_a_refresh_after_the_session_ended_leaves_the_page_as_it_is(client: TestClient, site: World) -> None:
    answer = client.get("/sms", headers=REFRESH)
    assert answer.status_code == 401
    assert answer.headers["hx-reswap"] == "none"


def test_a_click_after_the_session_ended_leads_to_the_sign_in(client: TestClient, site: World) -> None:
    clicked = client.get("/sms", headers={"HX-Request": "true", "HX-Request-Type": "full"})
    sent = client.post("/sms/x", data={"text": "Hi"}, headers=REFRESH)
    assert [answer.headers["hx-redirect"] for answer in (clicked, sent)] == [
        "/sign-in?next=/sms", "/sign-in?next=/sms/x"
    ]  # fmt: skip


def test_an_error_after_a_click_is_a_whole_page(scene: Scene) -> None:
    answer = scene.alice().post("/sms/nobody", data={"text": "Hi"}, headers=REFRESH)
    assert answer.status_code == 404
    assert answer.headers["hx-retarget"] == "body"
