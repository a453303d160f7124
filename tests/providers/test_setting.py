"""What the doctor learns from a provider about the addresses it calls, and that nothing is asked for in vain."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from portal import app
from portal.commands import called
from portal.providers.plivo import Plivo
from portal.providers.setting import Inspector, Setting
from portal.providers.telnyx import Telnyx
from portal.providers.twilio import Twilio
from portal.settings import Settings
from tests.pretend_twilio.http import Call, Reply
from tests.providers.case import SENDER
from tests.providers.cases import CASES
from tests.providers.pretend_api import PretendApi

OURS, OTHERS = "https://portal.example.com/webhooks/x/b1/messages", "https://elsewhere.example.com/sms"
PROFILE = {"webhook_url": OURS, "webhook_failover_url": OURS, "enabled": True, "webhook_api_version": "2"}
NUMBER = {"phone_number": SENDER, "sms_url": f"{OURS}#rc=2&rp=all", "sms_fallback_url": OURS, "sms_method": "POST"}


@pytest.fixture(scope="module")
def api() -> Iterator[PretendApi]:
    with PretendApi() as found:
        yield found


def says(api: PretendApi, said: Any, status: int = 200) -> None:
    api.calls.clear()
    api.reply = Reply(status, json.dumps(said).encode())


def sentences(found: Setting) -> str:
    return " ".join(found.remarks)


@pytest.mark.parametrize(
    ("changes", "urls", "remark"),
    [
        ({}, (f"{OURS}#rc=2&rp=all", OURS), ""),
        ({"sms_url": OURS}, (OURS, OURS), "#rc=2&rp=all"),
        ({"sms_fallback_url": ""}, (f"{OURS}#rc=2&rp=all",), ""),
        ({"sms_url": "", "sms_fallback_url": None}, (), ""),
        ({"sms_method": "GET"}, (f"{OURS}#rc=2&rp=all", OURS), "HTTP POST"),
    ],
)
def test_twilio_tells_the_addresses_of_the_number(
    api: PretendApi, changes: dict[str, Any], urls: tuple[str, ...], remark: str
) -> None:
    says(api, {"incoming_phone_numbers": [{"phone_number": "+12025550111"}, NUMBER | changes]})
    found = Twilio(api.url).setting(CASES["twilio"].credentials, SENDER)
    assert (found.urls, found.trouble) == (urls, "")
    assert (remark in sentences(found), bool(found.remarks)) == (True, bool(remark))
    (call,) = api.calls
    assert (call.method, call.path.endswith("/IncomingPhoneNumbers.json?PhoneNumber=%2B12025550177")) == ("GET", True)


def test_a_number_in_a_messaging_service_is_not_asked_for(api: PretendApi) -> None:
    says(api, {})
    found = Twilio(api.url).setting({**CASES["twilio"].credentials, "messaging_service_sid": "MG1"}, SENDER)
    assert "Messaging Service" in found.trouble
    assert api.calls == []


@pytest.mark.parametrize(
    ("changes", "urls", "remark"),
    [
        ({}, (OURS, OURS), ""),
        ({"webhook_failover_url": None}, (OURS,), ""),
        ({"enabled": False}, (OURS, OURS), "switched off"),
        ({"webhook_api_version": "1"}, (OURS, OURS), "is to be 2"),
    ],
)
def test_telnyx_tells_those_of_the_profile(
    api: PretendApi, changes: dict[str, Any], urls: tuple[str, ...], remark: str
) -> None:
    says(api, {"data": PROFILE | changes})
    found = Telnyx(api.url).setting(CASES["telnyx"].credentials, SENDER)
    assert (found.urls, found.trouble) == (urls, "")
    assert (remark in sentences(found), bool(found.remarks)) == (True, bool(remark))


def plivo(number: Mapping[str, Any], application: Mapping[str, Any]) -> Any:
    def answer(call: Call) -> Reply:
        return Reply(200, json.dumps(number if "/Number/" in call.path else application).encode())

    return answer


@pytest.mark.parametrize(
    ("number", "application", "urls", "remark"),
    [
        ("/v1/Account/MA1/Application/29/", {"message_url": OURS, "message_method": "POST"}, (OURS,), ""),
        ("/v1/Account/MA1/Application/29/", {"message_url": "", "message_method": "GET"}, (), "POST"),
        (None, {}, (), ""),
        ("https://elsewhere.example.com/", {"message_url": OURS}, (), ""),
        ("/v1/Account/MA1/Application/29/../../Number/", {"message_url": OURS}, (), ""),
    ],
)
def test_plivo_tells_that_of_the_numbers_application(
    api: PretendApi, number: object, application: dict[str, Any], urls: tuple[str, ...], remark: str
) -> None:
    api.calls.clear()
    api.reply = plivo({"number": "12025550177", "application": number}, application)
    found = Plivo(api.url).setting(CASES["plivo"].credentials, SENDER)
    assert (found.urls, found.trouble) == (urls, "")
    assert (remark in sentences(found), bool(found.remarks)) == (True, bool(remark))
    assert len(api.calls) == (2 if application and str(number)[-3:] == "29/" else 1)


INSPECTORS = [name for name in app.REAL if isinstance(app.REAL[name][0]("http://127.0.0.1:9"), Inspector)]


@pytest.mark.parametrize("name", INSPECTORS)
@pytest.mark.parametrize(
    "reply",
    [
        Reply(401, b"no"),
        Reply(404, b"{}"),
        Reply(500, b"x"),
        Reply(200, b"<html>"),
        Reply(200, b"[]"),
        Reply(act="drop"),
    ],
)
def test_what_cannot_be_asked_is_trouble_and_raises_nothing(api: PretendApi, name: str, reply: Reply) -> None:
    api.reply = reply
    settings = Settings(database_url="sqlite://", secret_key="t" * 40, provider_urls={name: api.url})
    found = app.webhook_setting(settings, name, CASES[name].credentials, SENDER, timeout=2.0)
    assert found is not None
    assert found.trouble
    empty = app.webhook_setting(settings, name, dict.fromkeys(CASES[name].credentials, "\n"), SENDER, timeout=2.0)
    assert empty is not None
    assert empty.trouble


def test_a_provider_that_does_not_tell_is_not_asked() -> None:
    settings = Settings(database_url="sqlite://", secret_key="t" * 40)
    assert app.webhook_setting(settings, "rehearsal", {}, SENDER, timeout=1.0) is None
    assert app.webhook_setting(settings, "whatsapp", {}, SENDER, timeout=1.0) is None
    assert {"twilio", "telnyx", "plivo"} <= set(INSPECTORS)


@pytest.mark.parametrize(
    ("urls", "name", "said"),
    [
        ((f"{OURS}#rc=2&rp=all", OURS), "twilio", []),
        ((OURS,), "plivo", []),
        ((OURS,), "telnyx", ["no second address"]),
        ((), "twilio", ["no address for inbound texts"]),
        ((OTHERS, OTHERS), "twilio", [f"calls {OTHERS} instead of {OURS}"]),
        ((OURS, OTHERS), "telnyx", [f"calls {OTHERS} instead of {OURS}"]),
        ((OTHERS,), "twilio", [f"calls {OTHERS} instead", "no second address"]),
        ((f"{OTHERS}?token=hush",), "plivo", [f"calls {OTHERS} instead"]),
    ],
)
def test_what_is_wrong_with_the_addresses_is_said_in_sentences(
    urls: tuple[str, ...], name: str, said: list[str]
) -> None:
    found = list(called.faults(urls, OURS, name))
    assert len(found) == len(said)
    assert all(part in sentence for part, sentence in zip(said, found, strict=True))
    assert "hush" not in " ".join(found)
