"""What comes in from WhatsApp: consent is bound to number and channel, whoever WhatsApp says is writing."""

import datetime as dt
import itertools
from typing import Any

import pytest
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.sender import SMS, WHATSAPP
from portal.consent import ledger, subscription, verification, whatsapp_user
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof, Status
from portal.contacts import contact
from portal.messaging import batch, gate, message, opt_in, whatsapp_template
from portal.messaging.gate import Refuse, Send
from portal.messaging.inbox import Rules
from portal.messaging.message import Direction, Fate
from portal.providers.provider import (
    Event,
    InboundText,
    NumberChange,
    Preference,
    StatusUpdate,
    TemplateUpdate,
    Trouble,
)
from portal.providers.whatsapp import WhatsApp
from portal.statement import Statement
from tests.conftest import World

CLIENT, NEW, OURS = "+14155550132", "+14155550133", "+12025550166"
USER = "US.13491208655302741918"
CREDENTIALS = {"phone_number_id": "1", "app_secret": "s", "access_token": "t", "verify_token": "v"}
_ids = itertools.count(1)


class Line:
    """One business with a WhatsApp sender."""

    def __init__(self, world: World) -> None:
        self.world, self.business = world, world.hearth.id

        def add(session: Session) -> None:
            found = businesses.get(session, self.business)
            businesses.change_policy(session, found, has_whatsapp=True)
            sender.add(session, found, channel=WHATSAPP, number=OURS, provider="whatsapp", credentials=CREDENTIALS)

        world.write(add)

    def receive(self, *events: Event) -> Any:
        return self.world.write(
            lambda session: batch.receive(
                session, self.business, WhatsApp(), events, raw=b"{}", arrived_at=clock.now(), rules=Rules()
            )
        )

    def says(self, words: str, number: str = CLIENT, user_id: str | None = None, name: str = "") -> Any:
        event = InboundText(
            f"in:wamid.{next(_ids)}", "1", number, OURS, words, channel=WHATSAPP, user_id=user_id, name=name
        )
        return self.receive(event)

    def row(self, number: str = CLIENT, channel: str = WHATSAPP) -> Any:
        return self.world.read(lambda session: subscription.find(session, self.business, channel, number))

    def opts_in(self, scope: str, channel: str = WHATSAPP) -> None:
        def work(session: Session) -> None:
            row = subscription.lock(session, self.business, channel, CLIENT)
            opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=Proof.PERSONAL_LINK, actor="client", scope=scope,
                confirmation="form.confirmation",
            )  # fmt: skip

        self.world.write(work)

    def notices(self, number: str = CLIENT) -> list[str]:
        table = message.table
        query = Statement(
            table.select().where(table.c.subscription_id == self.row(number).id).order_by(table.c.created_at)
        )
        rows = self.world.read(lambda session: query.rows(session))
        return [row.text for row in rows if row.direction == Direction.NOTICE]

    def was_sent(self) -> str:
        """A text that left for the client; its id."""

        def work(session: Session) -> Any:
            row = subscription.lock(session, self.business, WHATSAPP, CLIENT)
            return message.add(
                session, row, direction=Direction.OUTBOUND, status=Fate.SENT, text="Hi", provider_id="wamid.OUT"
            )

        return str(self.world.write(work))

    def fails(self, trouble: Trouble, code: str, sentence: str = "") -> None:
        self.receive(
            StatusUpdate(
                f"st:wamid.OUT:failed:{code}", "1", "wamid.OUT", "failed", 4, code, trouble, channel=WHATSAPP,
                sentence=sentence,
            )
        )  # fmt: skip


@pytest.fixture
def line(world: World) -> Line:
    return Line(world)


@pytest.mark.covers("rules 26", "rules 27")
def test_who_keeps_their_number_to_themselves_gets_a_conversation_under_their_user_id(line: Line) -> None:
    """rules.md fact 8: no number is derived, and the same user is the same conversation."""
    line.says("Hello", number="", user_id=USER, name="Ana")
    line.says("Again", number="", user_id=USER, name="Somebody else")
    row = line.row(USER)
    assert (row.number, row.user_id, row.name, row.contact_id, row.unread) == (USER, USER, "Ana", None, 2)
    assert row.status == Status.REQUESTED  # on WhatsApp the first message asks (S-4)


@pytest.mark.covers("rules 26")
def test_a_known_number_is_found_by_its_user_id_once_it_is_withheld(line: Line) -> None:
    line.opts_in("informational")
    line.says("Hello", user_id=USER)
    line.says("STOP", number="", user_id=USER)
    assert line.row().status == Status.OPTED_OUT
    assert line.row(USER) is None


@pytest.mark.covers("rules 26")
def test_who_began_without_a_number_stays_one_conversation_when_it_shows(line: Line) -> None:
    line.says("Hello", number="", user_id=USER)
    line.says("STOP", user_id=USER)
    assert line.row() is None
    assert (line.row(USER).status, line.row(USER).unread) == (Status.OPTED_OUT, 2)


@pytest.mark.covers("rules 26", "P1")
def test_a_stop_stops_every_conversation_with_the_same_user(line: Line) -> None:
    """One began under the user id; the other under the number, before WhatsApp told that both are one person."""
    line.says("Hello", number="", user_id=USER)
    line.says("YES", number="", user_id=USER)
    line.opts_in("informational")
    assert (line.row().status, line.row(USER).status) == (Status.OPTED_IN, Status.OPTED_IN)
    line.says("STOP", user_id=USER)
    assert (line.row().status, line.row(USER).status) == (Status.OPTED_OUT, Status.OPTED_OUT)


def test_a_contact_s_name_stands_before_what_a_profile_says(line: Line) -> None:
    def add(session: Session) -> None:
        contact.create(session, line.business, name="Ana Example", numbers=[CLIENT])

    line.world.write(add)
    line.says("Hello", name="★ Nana ★")
    assert line.row().name == "Ana Example"


@pytest.mark.covers("W-4", "P10")
def test_a_stop_on_whatsapp_says_nothing_about_text_messages(line: Line) -> None:
    """The consent key is business, channel and number."""
    line.opts_in("informational", SMS)
    line.says("STOP")
    assert (line.row().status, line.row(channel=SMS).status) == (Status.OPTED_OUT, Status.OPTED_IN)


@pytest.mark.covers("P5", "P10")
def test_a_message_to_no_sender_of_ours_is_kept_and_does_nothing(line: Line) -> None:
    line.receive(InboundText("in:wamid.x", "1", CLIENT, NEW, "STOP", channel=WHATSAPP, user_id=USER))
    assert line.row() is None
    assert line.world.read(lambda session: whatsapp_user.find(session, line.business, USER)) is None


@pytest.mark.covers("P2")
def test_all_of_a_batch_counts_or_none(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [InboundText(f"in:wamid.b{place}", "1", f"+1415555014{place}", OURS, "STOP", channel=WHATSAPP)
             for place in range(3)]  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(batch, "_act", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            line.receive(*texts)
    assert line.row("+14155550140") is None
    received = line.receive(*texts)
    assert [each.is_new for each in received] == [True] * 3
    assert {line.row(each.sender).status for each in texts} == {Status.OPTED_OUT}
    assert [each.is_new for each in line.receive(*texts)] == [False] * 3


@pytest.mark.covers("rules 26")
def test_a_changed_number_closes_the_old_one_and_leaves_the_new_one_a_stranger(line: Line) -> None:
    """rules.md section 6: consent does not move, and nobody is asked by itself."""
    line.opts_in("informational")
    line.receive(NumberChange("in:wamid.c", OURS, CLIENT, NEW))
    assert (line.row().status, bool(line.row().is_undeliverable)) == (Status.OPTED_IN, True)
    assert line.row(NEW) is None
    assert "+1 415 555 0133" in line.notices()[-1]
    line.receive(NumberChange("in:wamid.d", OURS, "+14155550139", NEW))
    assert line.row("+14155550139") is None


@pytest.mark.covers("rules 26")
@pytest.mark.parametrize("scope", ["marketing", "informational", "conversational"])
def test_stopping_marketing_on_whatsapp_ends_marketing_there_and_nothing_else(line: Line, scope: str) -> None:
    """rules.md 6: marketing scope off. The Yes that the rest stands on is the same, and so is the consent by SMS."""
    line.opts_in(scope)
    line.opts_in("marketing", SMS)
    before = line.row()
    line.receive(Preference("pref:1", OURS, CLIENT, None, True))
    row, left = line.row(), "conversational" if scope == "conversational" else "informational"
    assert (row.status, row.scope, row.consent_seq) == (Status.OPTED_IN, left, before.consent_seq)
    refused = gate.decide(row, Purpose.MARKETING)
    assert isinstance(refused, Refuse)
    assert refused.reason == "scope"
    assert isinstance(gate.decide(row, Purpose.CONVERSATION), Send)
    assert line.row(channel=SMS).scope == "marketing"
    assert "marketing" in line.notices()[-1]
    assert line.world.read(lambda session: verification.verify(session, line.business).problem) == ""


@pytest.mark.covers("rules 26", "X-13")
def test_the_switch_opens_nothing_whenever_it_is_told(line: Line) -> None:
    """A STOP from before it that arrives after it counts; so does a doubt that nobody has looked at."""
    line.opts_in("marketing")
    line.says("I may not want these any more, who knows")
    doubt = line.row().in_review
    line.receive(Preference("pref:1", OURS, CLIENT, None, True))
    assert bool(line.row().in_review) == bool(doubt)

    def stopped(session: Session) -> None:
        row = subscription.lock(session, line.business, WHATSAPP, CLIENT)
        ledger.record(
            session, row, Kind.OPTED_OUT, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client",
            occurred_at=row.last_entry_at - dt.timedelta(microseconds=1),
        )  # fmt: skip

    line.world.write(stopped)
    assert (line.row().status, line.row().scope) == (Status.OPTED_OUT, None)


@pytest.mark.covers("rules 26")
def test_switching_marketing_on_again_is_no_consent(line: Line) -> None:
    line.says("Hello")
    line.receive(Preference("pref:2", OURS, CLIENT, None, False), Preference("pref:3", OURS, NEW, None, False))
    assert (line.row().status, line.row(NEW)) == (Status.REQUESTED, None)


@pytest.mark.covers("W-9", "rules 26")
def test_who_cannot_be_reached_on_whatsapp_may_still_be_texted(line: Line) -> None:
    line.opts_in("informational", SMS)
    line.opts_in("informational")
    line.was_sent()
    line.fails(Trouble.UNDELIVERABLE, "131026")
    assert (bool(line.row().is_undeliverable), bool(line.row(channel=SMS).is_undeliverable)) == (True, False)
    assert line.notices()[-1] == "This number could not be reached on WhatsApp."


@pytest.mark.covers("rules 26")
def test_who_writes_again_can_be_reached_again_unless_the_number_was_left(line: Line) -> None:
    line.opts_in("informational")
    line.was_sent()
    line.fails(Trouble.UNDELIVERABLE, "131026")
    line.says("Here I am")
    assert not line.row().is_undeliverable
    line.receive(NumberChange("in:wamid.c", OURS, CLIENT, NEW))
    line.says("Somebody else has this number now")
    assert line.row().is_undeliverable


@pytest.mark.covers("rules 26")
def test_the_code_for_stopped_marketing_counts_as_the_switch_itself(line: Line) -> None:
    line.opts_in("marketing")
    line.was_sent()
    line.fails(Trouble.PREFERENCE, "131050")
    entries = line.world.read(lambda session: ledger.entries(session, line.business, line.row().id))
    assert (entries[-1].kind, entries[-1].evidence["code"]) == (Kind.LAPSED, "131050")
    assert (line.row().status, line.row().scope) == (Status.OPTED_IN, "informational")


@pytest.mark.covers("rules 26")
def test_a_message_past_the_24_hours_failed_for_a_reason_that_is_said(line: Line) -> None:
    message_id = line.was_sent()
    line.fails(Trouble.CONTENT, "131047", "More than 24 hours have passed.")
    found = line.world.read(lambda session: message.get(session, line.business, message_id))
    assert (found.status, found.reason) == (Fate.FAILED, "More than 24 hours have passed.")


@pytest.mark.covers("X-30")
def test_meta_s_word_about_a_template_counts_for_one_we_know_and_no_other(line: Line) -> None:
    def add(session: Session) -> None:
        for business in (line.business, line.world.other.id):
            whatsapp_template.add(
                session, business, name="ask", language="en_US", category="utility", body="Hi {{1}}", status="pending"
            )

    line.world.write(add)
    line.receive(TemplateUpdate("template:1", "ask", "en_US", "approved"), TemplateUpdate("t:2", "x", "en", "approved"))
    usable = line.world.read(
        lambda session: [len(whatsapp_template.usable(session, each)) for each in (line.business, line.world.other.id)]
    )
    assert usable == [1, 0]
    line.receive(TemplateUpdate("template:3", "ask", "en_US", "flagged"))
    assert line.world.read(lambda session: whatsapp_template.of(session, line.business)[0].status) == "approved"


@pytest.mark.covers("S-8", "rules 26")
def test_the_very_first_message_opens_the_24_hours_for_the_request_that_answers_it(line: Line) -> None:
    """No template is needed to answer: they wrote a moment ago."""
    line.says("Hello")
    query = Statement(message.table.select().where(message.table.c.direction == Direction.OUTBOUND))
    asked = line.world.read(lambda session: query.rows(session))
    assert [(each.purpose, each.status) for each in asked] == [("opt_in_request", Fate.QUEUED)]
