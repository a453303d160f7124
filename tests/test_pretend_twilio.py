"""The pretend Twilio as a process of its own: steered over HTTP, read through its log."""

import contextlib
import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal import clock
from portal.providers.provider import Accepted, Outbound, Rejected, Result
from portal.providers.twilio import Twilio
from tests.house import ROOT
from tests.pretend_twilio import ACCOUNT, TOKEN

CLIENT, SENDER = "+12025550123", "+12025550199"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "twilio.jsonl"


@pytest.fixture
def url(log: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.pretend_twilio", "--port", "0", "--log", str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def control(url: str, order: dict[str, Any]) -> Any:
    with contextlib.closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)) as line:
        line.request("POST", "/_control", json.dumps(order))
        return json.loads(line.getresponse().read())


def send(provider: Twilio, to: str = CLIENT) -> Result:
    credentials = {"account_sid": ACCOUNT, "auth_token": TOKEN}
    return provider.send(Outbound("m1", to, SENDER, "Hello", credentials, ""), deadline=clock.monotonic() + 5)


def test_its_log_has_every_text_in_order_of_arrival(url: str, log: Path) -> None:
    provider = Twilio(url)
    ids = [result.provider_id for result in (send(provider), send(provider)) if isinstance(result, Accepted)]
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [row["MessageSid"] for row in rows] == ids
    assert {(row["To"], row["From"], row["Body"]) for row in rows} == {(CLIENT, SENDER, "Hello")}
    assert 0 < rows[0]["monotonic_ns"] < rows[1]["monotonic_ns"]
    assert 0 < rows[0]["at_ns"] <= rows[1]["at_ns"]


def test_it_takes_rules_and_blocks_over_http(url: str) -> None:
    rule = {"act": "refuse", "code": 30034, "number": "+1202555*", "times": 1, "latency": [0.0, 0.01]}
    control(url, {"rules": [rule], "seed": 7})
    provider = Twilio(url)
    codes = [result.code for result in (send(provider), send(provider)) if isinstance(result, Rejected)]
    assert codes == ["30034"]
    assert control(url, {"blocked": [[SENDER, CLIENT]]}) == {"requests": 2, "deliveries": 0}
    blocked = send(provider)
    assert isinstance(blocked, Rejected)
    assert blocked.code == "21610"


def test_it_texts_us_when_told_and_says_how_that_was_answered(url: str) -> None:
    order = {"sender": CLIENT, "to": SENDER, "body": "STOP", "url": f"{url}/nowhere"}
    delivery = control(url, {"inbound": order})["inbound"]
    assert delivery["status"] == 404
    assert delivery["sid"].startswith("SM")
    assert 0 < delivery["sent_ns"] < delivery["answered_ns"]
    assert isinstance(send(Twilio(url)), Rejected)


@pytest.mark.parametrize(("number", "code"), [("+15005550001", "21211"), ("+15005550009", "21614")])
def test_it_knows_twilios_own_numbers_for_trying_out_errors(url: str, number: str, code: str) -> None:
    result = send(Twilio(url), number)
    assert isinstance(result, Rejected)
    assert result.code == code


def test_the_same_seed_breaks_the_same_texts(url: str) -> None:
    def play() -> list[type[Result]]:
        control(url, {"rules": [{"act": "refuse", "code": 21617, "probability": 0.5}], "seed": 3})
        return [type(send(provider)) for _ in range(20)]

    provider = Twilio(url)
    first = play()
    assert play() == first
    assert set(first) == {Accepted, Rejected}
