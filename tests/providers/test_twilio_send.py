"""Every way a send can end, against a real server: accepted, certainly not sent, or unknown and never sent again."""

import datetime as dt
from collections.abc import Iterator
from email.utils import format_datetime

import pytest

from portal import clock
from portal.providers import retry_after
from portal.providers.provider import Accepted, Rejected, Trouble, Unknown
from portal.providers.twilio import Twilio
from tests.pretend_twilio import ACCOUNT, PretendTwilio, Rule
from tests.providers.sending import CALLBACK, CLIENT, SENDER, outbound, send


@pytest.fixture
def company() -> Iterator[PretendTwilio]:
    with PretendTwilio() as twilio:
        yield twilio


def test_a_text_that_twilio_takes_is_accepted_under_its_id(company: PretendTwilio) -> None:
    result = send(Twilio(company.url), outbound("Grüße & 🎈=+%"))
    (request,) = company.requests
    assert result == Accepted(request["MessageSid"])
    assert (request["To"], request["From"], request["Body"]) == (CLIENT, SENDER, "Grüße & 🎈=+%")
    assert (request["StatusCallback"], request["account"]) == (CALLBACK, ACCOUNT)


def test_a_messaging_service_takes_the_place_of_the_sender(company: PretendTwilio) -> None:
    send(Twilio(company.url), outbound(messaging_service_sid="MG" + "3" * 32))
    (request,) = company.requests
    assert (request["MessagingServiceSid"], request["From"]) == ("MG" + "3" * 32, "")


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (21610, Trouble.BLOCKED),
        (21211, Trouble.UNDELIVERABLE),
        (21614, Trouble.UNDELIVERABLE),
        (21635, Trouble.UNDELIVERABLE),
        (21612, Trouble.ROUTE),
        (21606, Trouble.SENDER),
        (21408, Trouble.ROUTE),
        (30034, Trouble.SENDER),
        (30032, Trouble.SENDER),
        (30024, Trouble.SENDER),
        (20003, Trouble.SENDER),
        (21617, Trouble.CONTENT),
        (20429, Trouble.TEMPORARY),
        (99999, Trouble.SENDER),
    ],
)
def test_a_refusal_with_a_code_says_what_it_means(company: PretendTwilio, code: int, trouble: Trouble) -> None:
    company.obey(Rule(act="refuse", code=code))
    result = send(Twilio(company.url))
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (trouble, str(code))
    assert result.sentence


@pytest.mark.covers("rules 18")
def test_a_number_that_texted_stop_is_blocked_and_one_that_did_not_is_not(company: PretendTwilio) -> None:
    company.block(SENDER, CLIENT)
    refused, taken = send(Twilio(company.url)), send(Twilio(company.url), outbound(to="+12025550124"))
    assert isinstance(refused, Rejected)
    assert (refused.trouble, refused.code) == (Trouble.BLOCKED, "21610")
    assert isinstance(taken, Accepted)


@pytest.mark.parametrize(("status", "code"), [(401, None), (401, 20003), (403, None), (404, 20404), (404, None)])
def test_an_account_that_is_not_let_in_is_the_senders_trouble(
    company: PretendTwilio, status: int, code: int | None
) -> None:
    company.obey(Rule(act="refuse", status=status, code=code))
    result = send(Twilio(company.url))
    assert isinstance(result, Rejected)
    assert result.trouble is Trouble.SENDER


def test_a_wrong_token_is_the_senders_trouble(company: PretendTwilio) -> None:
    result = send(Twilio(company.url), outbound(auth_token="wrong"))
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (Trouble.SENDER, "20003")


@pytest.mark.parametrize("missing", ["account_sid", "auth_token"])
def test_without_credentials_nothing_is_sent(company: PretendTwilio, missing: str) -> None:
    result = send(Twilio(company.url), outbound(**{missing: ""}))
    assert isinstance(result, Rejected)
    assert result.trouble is Trouble.SENDER
    assert company.requests == []


NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


@pytest.mark.covers("P7")
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0", 0.0),
        (format_datetime(NOON + dt.timedelta(seconds=30), usegmt=True), 30.0),
        (format_datetime(NOON - dt.timedelta(days=1), usegmt=True), 0.0),
        ("999999999", retry_after.MOST),
        ("soon", None),
        ("-1", None),
        ("²", None),
    ],
)
def test_too_many_or_too_busy_is_temporary_and_says_when(
    company: PretendTwilio, monkeypatch: pytest.MonkeyPatch, status: int, header: str | None, seconds: float | None
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    company.obey(Rule(act="refuse", status=status, code=20429, retry_after=header))
    result = send(Twilio(company.url))
    assert isinstance(result, Rejected)
    assert (result.trouble, result.retry_after) == (Trouble.TEMPORARY, seconds)


@pytest.mark.covers("P6")
@pytest.mark.parametrize(
    "rule",
    [
        Rule(act="refuse", status=500, code=20500),
        Rule(act="refuse", status=502),
        Rule(act="refuse", status=504),
        Rule(act="refuse", status=302),
        Rule(act="refuse", status=400),
        Rule(act="refuse", status=408),
        Rule(act="refuse", status=103),
        Rule(act="garble"),
        Rule(act="cut"),
        Rule(act="drop"),
        Rule(act="reset"),
        Rule(taken=False),
        Rule(act="hang"),
    ],
    ids=lambda rule: f"{rule.act}-{rule.status}",
)
def test_doubt_is_unknown_and_the_text_is_posted_once_only(company: PretendTwilio, rule: Rule) -> None:
    company.obey(rule)
    result = send(Twilio(company.url, timeout=0.5))
    assert isinstance(result, Unknown)
    assert result.sentence
    assert len(company.requests) == 1


@pytest.mark.covers("P6")
def test_after_doubt_the_next_text_goes_out_on_a_fresh_connection(company: PretendTwilio) -> None:
    provider = Twilio(company.url, timeout=1.0)
    for rule in (Rule(act="hang"), Rule(act="cut"), Rule(act="drop"), Rule(act="refuse", status=103)):
        company.obey(rule)
        assert isinstance(send(provider), Unknown)
        company.obey()
        assert isinstance(send(provider), Accepted)


def test_a_late_answer_is_not_taken_for_the_answer_to_the_next_text(company: PretendTwilio) -> None:
    provider = Twilio(company.url, timeout=1.0)
    company.obey(Rule(latency=(1.1, 1.1)))
    assert isinstance(send(provider), Unknown)
    company.obey()
    result = send(provider, outbound("second"))
    assert result == Accepted(company.requests[1]["MessageSid"])
