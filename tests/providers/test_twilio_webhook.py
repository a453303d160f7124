"""What the pretend Twilio posts over real HTTP, by either scheme, is authentic and readable to ours."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from portal import clock
from portal.providers.provider import (
    Accepted,
    InboundText,
    Malformed,
    Outbound,
    Rejected,
    Request,
    StatusUpdate,
    Unknown,
)
from portal.providers.twilio import Twilio
from tests.pretend_twilio import ACCOUNT, SHARED_KEY, TOKEN, PretendTwilio, Rule
from tests.pretend_twilio.rule import Act

CLIENT, SENDER = "+12025550123", "+12025550199"
SECRETS = [{"account_sid": ACCOUNT, "auth_token": TOKEN, "shared_key": SHARED_KEY}]


class Desk:
    """Takes webhooks as they arrive and answers 200."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(part.split("=") for part in self.path.partition("?")[2].split("&") if part)
                desk.requests.append(Request("POST", desk.url + self.path, headers, body, query))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test output quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def events(self, provider: Twilio) -> list[object]:
        assert all(provider.is_authentic(request, SECRETS) for request in self.requests)
        found = [provider.read(request, SECRETS) for request in self.requests]
        return [event for events in found if not isinstance(events, Malformed) for event in events]


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    thread = threading.Thread(target=desk.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield desk
    desk.server.shutdown()
    thread.join()
    desk.server.server_close()


@pytest.mark.covers("rules 21")
@pytest.mark.parametrize("shared_key", [None, SHARED_KEY])
def test_an_inbound_text_is_authentic_and_readable(desk: Desk, shared_key: str | None) -> None:
    with PretendTwilio(shared_key=shared_key, advanced_opt_out=True) as company:
        delivery = company.send_inbound(CLIENT, SENDER, "Stop", url=f"{desk.url}/messages")
    assert (delivery.status, delivery.body) == (200, "ok")
    assert 0 < delivery.sent_monotonic_ns < delivery.answered_monotonic_ns
    (event,) = desk.events(Twilio())
    assert event == InboundText(f"in:{delivery.sid}", ACCOUNT, CLIENT, SENDER, "Stop", "stop")


@pytest.mark.covers("rules 18", "rules 19")
def test_a_stop_blocks_and_a_start_clears(desk: Desk) -> None:
    with PretendTwilio() as company:
        provider = Twilio(company.url)
        text = Outbound("m1", CLIENT, SENDER, "Hello", SECRETS[0], f"{desk.url}/status?message=m1")
        company.send_inbound(CLIENT, SENDER, "stop", url=f"{desk.url}/messages")
        refused = provider.send(text, deadline=clock.monotonic() + 2)
        company.send_inbound(CLIENT, SENDER, "START", url=f"{desk.url}/messages")
        taken = provider.send(text, deadline=clock.monotonic() + 2)
    assert (type(refused), type(taken)) == (Rejected, Accepted)


@pytest.mark.covers("rules 22", "P6")
@pytest.mark.parametrize("act", ["accept", "drop"])
def test_status_callbacks_name_our_message_even_when_the_answer_was_lost(desk: Desk, act: Act) -> None:
    rule = Rule(act=act, callbacks=("sent", "delivered"), copies=2, shuffled=True)
    with PretendTwilio(rules=[rule], seed=7) as company:
        text = Outbound("m1", CLIENT, SENDER, "Hello", SECRETS[0], f"{desk.url}/status?message=m1")
        result = Twilio(company.url).send(text, deadline=clock.monotonic() + 2)
        company.settle()
        (request,) = company.requests
    events = desk.events(Twilio())
    assert isinstance(result, Accepted if act == "accept" else Unknown)
    assert sorted(event.status for event in events if isinstance(event, StatusUpdate)) == [
        *["delivered"] * 2,
        *["sent"] * 2,
    ]
    assert {event.message_id for event in events if isinstance(event, StatusUpdate)} == {"m1"}
    assert {event.provider_id for event in events if isinstance(event, StatusUpdate)} == {request["MessageSid"]}


def test_a_desk_that_is_closed_gives_a_delivery_without_status() -> None:
    with PretendTwilio() as company:
        delivery = company.send_inbound(CLIENT, SENDER, "Hi", url="http://127.0.0.1:9/messages")
    assert delivery.status == 0
    assert delivery.trouble
