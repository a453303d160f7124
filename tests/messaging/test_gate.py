"""The whole table of who may get what (behaviours.md B7), and what each refusal says."""

import datetime as dt
from dataclasses import dataclass, replace

import pytest

from portal.consent.purpose import Purpose
from portal.consent.state import Status
from portal.messaging import gate
from portal.messaging.gate import Refuse, Send

STATES = ("none", "requested", "opted_in", "declined", "opted_out")


@dataclass(frozen=True)
class Facts:
    status: str = "opted_in"
    carrier: str = "clear"
    scope: str | None = "informational"
    is_paused: bool = False
    in_review: bool = False
    is_undeliverable: bool = False
    is_current: bool = True
    consent_seq: int | None = 7
    paused_until_at: dt.datetime | None = None


OPEN = Facts()


def reason(facts: Facts, purpose: Purpose) -> str:
    decision = gate.decide(facts, purpose)
    return decision.reason if isinstance(decision, Refuse) else "send"


@pytest.mark.covers("H-22", "rules 12")
@pytest.mark.parametrize(
    ("purpose", "answers"),
    [
        (Purpose.CONVERSATION, ("no_consent", "awaiting_reply", "send", "declined", "opted_out")),
        (Purpose.AUTOMATED, ("no_consent", "awaiting_reply", "send", "declined", "opted_out")),
        (Purpose.OPT_IN_CONFIRMATION, ("no_consent", "awaiting_reply", "send", "declined", "opted_out")),
        (Purpose.OPT_OUT_CONFIRMATION, ("no_consent", "no_consent", "no_consent", "send", "send")),
        (Purpose.OPT_IN_REQUEST, ("no_consent", "send", "awaiting_reply", "declined", "opted_out")),
        (Purpose.HELP, ("send", "send", "send", "send", "send")),
    ],
)
def test_each_purpose_at_each_status(purpose: Purpose, answers: tuple[str, ...]) -> None:
    assert tuple(reason(replace(OPEN, status=status), purpose) for status in STATES) == answers


@pytest.mark.covers("rules 15")
@pytest.mark.parametrize(
    ("scope", "conversation", "automated", "marketing"),
    [
        ("conversational", "send", "scope", "scope"),
        ("informational", "send", "send", "scope"),
        ("marketing", "send", "send", "send"),
    ],
)
def test_a_text_never_reaches_further_than_the_consent(
    scope: str, conversation: str, automated: str, marketing: str
) -> None:
    facts = replace(OPEN, scope=scope)
    assert reason(facts, Purpose.CONVERSATION) == conversation
    assert reason(facts, Purpose.AUTOMATED) == automated
    assert reason(facts, Purpose.MARKETING) == marketing


@pytest.mark.covers("X-15", "X-17", "rules 19", "rules 24", "P13")
@pytest.mark.parametrize(
    ("facts", "conversation", "automated"),
    [
        (replace(OPEN, carrier="blocked"), "carrier_blocked", "carrier_blocked"),
        (replace(OPEN, is_paused=True), "paused", "paused"),
        (replace(OPEN, is_current=False), "not_current", "not_current"),
        (replace(OPEN, is_undeliverable=True), "undeliverable", "undeliverable"),
        (replace(OPEN, in_review=True), "send", "in_review"),
        (replace(OPEN, status="opted_out", carrier="blocked", is_paused=True), "opted_out", "opted_out"),
    ],
)
def test_what_closes_an_opted_in_number(facts: Facts, conversation: str, automated: str) -> None:
    assert reason(facts, Purpose.CONVERSATION) == conversation
    assert reason(facts, Purpose.AUTOMATED) == automated


def test_an_allowed_text_names_the_entry_that_allows_it() -> None:
    assert gate.decide(OPEN, Purpose.CONVERSATION) == Send(7)


def test_every_refusal_has_a_sentence_and_says_what_would_change_it() -> None:
    for name in gate.REFUSALS:
        refusal = gate.refusal(name)
        assert refusal.sentence.endswith(".")
        assert refusal.unlock.endswith(".")


def test_without_a_sender_or_room_nothing_goes_but_consent_is_named_first() -> None:
    closed = gate.decide(replace(OPEN, status="opted_out"), Purpose.CONVERSATION, has_sender=False, has_room=False)
    assert isinstance(closed, Refuse)
    assert closed.reason == "opted_out"
    assert gate.decide(OPEN, Purpose.CONVERSATION, has_sender=False) == gate.refusal("sender_off")
    assert gate.decide(OPEN, Purpose.CONVERSATION, has_room=False) == gate.refusal("capped")


TOMORROW = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_pause_of_the_clients_own_holds_back_all_but_answers_and_confirmations(purpose: Purpose) -> None:
    """H-22: until its day, and named by it; no consent is touched."""
    status = {Purpose.OPT_IN_REQUEST: "requested", Purpose.OPT_OUT_CONFIRMATION: "opted_out"}.get(purpose, "opted_in")
    quiet = replace(OPEN, status=status, scope="marketing", paused_until_at=TOMORROW)
    goes = {Purpose.HELP, Purpose.OPT_OUT_CONFIRMATION, Purpose.OPT_IN_CONFIRMATION}
    assert reason(quiet, purpose) == ("send" if purpose in goes else "paused")
    assert reason(replace(quiet, paused_until_at=TOMORROW - dt.timedelta(days=2)), purpose) == "send"


def test_a_pause_is_named_by_its_day_where_the_business_is() -> None:
    quiet = replace(OPEN, paused_until_at=dt.datetime(2031, 3, 2, 11, tzinfo=dt.UTC))
    decision = gate.decide(quiet, Purpose.CONVERSATION, zone="Pacific/Auckland")
    assert isinstance(decision, Refuse)
    assert decision.sentence == "The client paused texts until 3 March 2031."
    assert gate.decide(replace(quiet, status="none"), Purpose.CONVERSATION, asks_first=True) != gate.HELD[Status.NONE]
