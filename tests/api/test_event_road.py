"""The whole road of an event: a STOP comes in, the timetable ticks, a receiver on loopback checks the signature."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette

from portal.app import start_dispatcher, stop_roads
from portal.jobs import JOBS
from tests.api.conftest import Api, Clients
from tests.conftest import World
from tests.providers.stubborn import stubborn_server

TICK = next(job for job in JOBS if job.name == "deliver_events")


def test_a_stop_reaches_the_businesss_own_program_signed(
    app: Starlette, site: World, owner: Api, clients: Clients
) -> None:
    requests: list[bytes] = []

    def receive(connection: socket.socket, over: threading.Event) -> None:
        requests.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    app.state.settings = replace(app.state.settings, webhook_allow_loopback=1)
    clients.says_yes()
    with stubborn_server(receive) as where:
        made = owner.post("/webhook-endpoints", {"url": f"http://{where}/portal"}).json()
        clients.texts("STOP")
        start_dispatcher(app)
        app.state.timetable.run(TICK)
        until = time.monotonic() + 10
        while not app.state.courier.is_idle and time.monotonic() < until:
            threading.Event().wait(0.01)
        stop_roads(app)
    said = [checked(each, made["secret"]) for each in requests]
    assert {each["type"] for each in said} == {"message.received", "subscription.changed"}
    (changed,) = [each["data"] for each in said if each["type"] == "subscription.changed"]
    assert (changed["status"], changed["may_text"]) == ("opted_out", False)
    log = owner.get(f"/webhook-endpoints/{made['id']}/deliveries")["items"]
    assert {each["status"] for each in log} == {"delivered"}


def checked(request: bytes, secret: str) -> dict[str, Any]:
    """As a receiver reads it: nothing is believed before its signature holds."""
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    found: dict[str, Any] = json.loads(body)
    return found


def test_without_the_operators_word_the_same_receiver_hears_nothing(
    app: Starlette, site: World, owner: Api, clients: Clients
) -> None:
    """Also when its address is in the database already."""
    app.state.settings = replace(app.state.settings, webhook_allow_loopback=1)
    made = owner.post("/webhook-endpoints", {"url": "http://127.0.0.1:9/portal"}).json()
    app.state.settings = replace(app.state.settings, webhook_allow_loopback=0)
    clients.texts("Hello")
    start_dispatcher(app)
    app.state.timetable.run(TICK)
    stop_roads(app)
    (row,) = owner.get(f"/webhook-endpoints/{made['id']}/deliveries")["items"]
    assert row["status"] == "waiting"
    assert row["tries"][0]["problem"].startswith("Please give an address that starts with https://")
