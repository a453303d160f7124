"""The packet of one number: what was shown, what was said, what was sent, and by which entry (rules.md section 9)."""

import datetime as dt
import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from portal import encoder
from portal.consent import evidence, subscription
from portal.errors import NotFound
from portal.messaging import desk, message, note
from portal.messaging.message import Direction, Fate
from portal.road import Road
from tests.evidence.conftest import BEGIN, BLOCK, Case
from tests.evidence.sample import sample_packet
from tests.messaging.conftest import CLIENT

SECOND = "+14155550177"
UTC = "2026-03-03T19:02:11Z"


@pytest.fixture
def told(case: Case) -> Case:
    """A Yes, its confirmation, a reminder by hand, a STOP; and one more text that was refused."""
    case.fills_in_the_form()
    case.delivered()
    case.later(days=2)
    case.road.member_writes("See you on Friday. Ask for Theo on 415 555 0177 or theo@elsewhere.example")
    case.delivered()
    case.later(days=1)
    case.road.texts_us("STOP")
    return case


@pytest.mark.covers("rules 17")
def test_a_packet_is_plain_values_and_holds_as_evidence_of_the_older_form(told: Case) -> None:
    packet = told.packet()
    assert packet["format"] == "portal-evidence-2"
    assert json.loads(json.dumps(packet)) == packet
    assert evidence.problem_of(packet) == ""
    assert set(sample_packet()) <= set(packet) | {"contact"}


@pytest.mark.covers("rules 17")
def test_a_consent_says_what_was_shown_and_from_where(told: Case) -> None:
    (consent,) = told.packet()["consents"]
    assert consent["question"] == "May we text you?"
    assert (consent["answer"], consent["shown_default"]) == ("yes", "none selected")
    assert consent["block_html"] == BLOCK
    assert consent["text"].startswith("By choosing Yes and entering my number")
    assert (consent["ip"], consent["page"]) == ("192.0.2.7", "https://portal.example.com/f/x")
    assert consent["user_agent"].endswith("AppleWebKit/605.1.15"), "digits of a browser are no telephone number"
    assert consent["typed"] == "(415) 555-0132", "their own number, however they typed it"


@pytest.mark.covers("rules 17")
def test_what_was_not_kept_is_named_and_not_guessed(told: Case) -> None:
    (consent,) = told.packet()["consents"]
    assert consent["referrer"] is None
    assert set(consent["not_kept"]) == {"referrer", "form_title", "time_zone", "visibility"}


@pytest.mark.covers("rules 15")
def test_the_question_about_offers_and_how_the_words_were_seen_are_told_where_they_were_kept(case: Case) -> None:
    offers = {"question": "Offers too?", "choice": "yes", "words": "Marketing, too.", "visibility": "not measured"}
    case.fills_in_the_form(marketing=offers, visibility={"in_view": True, "font_px": 15})
    (consent,) = case.packet()["consents"]
    assert (consent["marketing"], consent["visibility"]) == (offers, {"in_view": True, "font_px": 15})
    assert "visibility" not in consent["not_kept"]


def test_the_time_is_told_on_the_clients_own_clock_where_their_browser_told_its_zone(case: Case) -> None:
    case.fills_in_the_form(time_zone="America/Los_Angeles")
    (consent,) = case.packet()["consents"]
    assert consent["local_time"] == "3 March 2026 at 11:02:11 (UTC−08:00, America/Los_Angeles), of the client"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", 7])
def test_a_zone_that_is_none_is_not_believed(case: Case, zone: Any) -> None:
    case.fills_in_the_form(time_zone=zone)
    (consent,) = case.packet()["consents"]
    assert (consent["time_zone"], consent["local_time"].endswith("of the business")) == (None, True)


@pytest.mark.covers("rules 17")
def test_the_confirmation_stands_beside_its_consent_with_its_delivery(told: Case) -> None:
    (consent,) = told.packet()["consents"]
    assert consent["confirmation"]["status"] == "delivered"
    assert (consent["confirmation"]["sent_at"], consent["confirmation"]["delivered_at"]) == (
        UTC,
        "2026-03-03T19:02:14Z",
    )
    assert "Reply HELP" in consent["confirmation"]["text"]


@pytest.mark.covers("rules 17")
def test_an_opt_out_says_how_long_it_took_to_be_in_force(told: Case) -> None:
    (stop,) = told.packet()["opt_outs"]
    assert (stop["words"], stop["seconds"], stop["meaning"]) == ("STOP", 0.0, "Opted out")
    assert stop["measured_from"] == "the provider's call arrived"
    assert stop["received_at"] == stop["suppressed_at"]


def test_an_opt_out_that_a_member_wrote_down_counts_from_when_they_were_told(case: Case) -> None:
    case.fills_in_the_form()
    case.road.write(
        lambda session: desk.opt_out(
            session, case.road.business, case.road.row().id, actor="member:x", name="Alice", ip="", reason="She rang",
            received_by="phone", received_at=BEGIN - dt.timedelta(minutes=2),
        )
    )  # fmt: skip
    (stop,) = case.packet()["opt_outs"]
    assert (stop["seconds"], stop["words"], stop["measured_from"]) == (
        120,
        "She rang",
        "a member says that they were told",
    )


@pytest.mark.covers("rules 17")
def test_every_outbound_text_names_the_entry_that_allowed_it(told: Case) -> None:
    packet = told.packet()
    sent = [each for each in packet["messages"] if each["direction"] == "outbound" and each["sent_at"]]
    yes = packet["consents"][0]["seq"]
    assert [each["entry"] for each in sent] == [yes, yes]
    assert packet["messages"][0]["purpose"] == "opt_in_confirmation", "the oldest stands first"


@pytest.mark.covers("rules 17")
def test_the_receipt_of_a_text_can_be_made_again_from_the_packet_alone(told: Case) -> None:
    packet = told.packet()
    hashes = {each["seq"]: each["hash"] for each in packet["entries"]}
    sent = [each for each in packet["messages"] if each["receipt"]]
    assert len(sent) == 2
    for each in sent:
        covered = {
            "format": "portal-receipt-1", "message": each["id"], "subscription": packet["subscription"]["id"],
            "channel": packet["subscription"]["channel"], "purpose": each["purpose"], "entry": each["entry"],
            "decided_at": each["claimed_at"], "entry_hash": hashes.get(each["entry"]), **each["decision"],
        }  # fmt: skip
        assert hashlib.sha256(encoder.canonical(covered)).hexdigest() == each["receipt"]


def test_notes_for_members_are_not_in_it_and_a_hidden_text_is_named_and_not_told(told: Case) -> None:
    row = told.road.row()
    told.road.write(
        lambda session: note.write(
            session, told.road.business, row.id, "CANARY note", member_id=told.road.world.alice.id, once_key="n"
        )
    )
    told.road.write(
        lambda session: message.add(
            session, row, direction=Direction.INBOUND, status=Fate.RECEIVED, text="CANARY hidden", is_hidden=True
        )
    )
    packet = told.packet()
    assert "CANARY" not in json.dumps(packet)
    assert {each["direction"] for each in packet["messages"]} == {"inbound", "outbound"}
    assert [each["why_no_text"] for each in packet["messages"] if each["text"] is None] == [
        "Hidden until the client answers YES."
    ]


def test_other_peoples_numbers_and_addresses_are_masked_and_counted(told: Case) -> None:
    packet = told.packet()
    assert "555 0177" not in json.dumps(packet)
    assert "theo@elsewhere.example" not in json.dumps(packet)
    assert "Ask for Theo on [number masked] or [e-mail masked]" in [each["text"] for each in packet["messages"]][1]
    assert packet["redacted"]["places"] == 2


def test_words_that_have_run_out_are_said_to_have_and_are_not_told_as_words(told: Case) -> None:
    text = told.road.outbound()[1]
    values = {"text": "The text was deleted after 24 months.", "emptied_at": BEGIN}
    mine = message.table.c.id == text.id
    told.road.write(lambda session: session.connection().execute(message.table.update().where(mine).values(**values)))
    (found,) = [each for each in told.packet()["messages"] if each["id"] == text.id]
    assert (found["text"], found["why_no_text"]) == (None, values["text"])


@pytest.mark.covers("rules 17")
def test_a_sealed_value_that_names_somebody_else_goes_with_its_salt_and_the_rest_still_holds(case: Case) -> None:
    case.fills_in_the_form()
    case.road.texts_us(f"STOP texting me, text my sister {SECOND} at once")
    packet = case.packet()
    entry = packet["entries"][-1]
    assert SECOND not in json.dumps(packet)
    assert "words" not in entry["values"]
    assert "words" not in entry["salts"]
    assert packet["redacted"]["withheld"] == [{"seq": entry["seq"], "name": "words"}]
    assert evidence.problem_of(packet) == ""


def test_the_key_of_a_personal_page_is_not_handed_out(case: Case) -> None:
    case.fills_in_the_form(page_url="https://portal.example.com/c/Zk3_secretsecret")
    packet = case.packet()
    assert "secretsecret" not in json.dumps(packet)
    assert packet["consents"][0]["page"] == "https://portal.example.com/c/[personal link masked]"


def test_counsel_gets_everything(told: Case) -> None:
    packet = told.packet(keeps_everything=True)
    assert "415 555 0177" in json.dumps(packet)
    assert packet["redacted"]["kept_everything"]
    assert packet["redacted"]["places"] == 0


@pytest.mark.covers("rules 17")
def test_a_packet_about_one_text_says_by_what_it_was_allowed(told: Case) -> None:
    text = told.road.outbound()[1]
    about = told.packet(message_id=text.id)["about"]
    assert about["allowed"] is True
    assert about["words"].startswith("By choosing Yes")
    assert about["seconds_since_entry"] == 2 * 86400 + 3
    assert about["last_act"]["kind"] == "opted_in"
    assert about["sentence"].startswith("This text was allowed by entry 1: opted in on 3 March 2026 at 14:02:11")


@pytest.mark.covers("rules 17")
def test_a_text_that_left_without_a_consent_is_not_called_allowed(told: Case) -> None:
    """Somebody wrote the row by hand."""

    def forge(session: Session) -> str:
        now = BEGIN + dt.timedelta(days=4)
        return str(message.add(session, told.road.row(), direction=Direction.OUTBOUND, status=Fate.SENT, text="Buy now",
                               purpose="marketing", consent_seq=1, created_at=now))  # fmt: skip

    forged = told.road.write(forge)
    told.road.write(lambda session: session.connection().execute(
        message.table.update().where(message.table.c.id == forged).values(sent_at=BEGIN + dt.timedelta(days=4))
    ))  # fmt: skip
    about = told.packet(message_id=forged)["about"]
    assert (about["allowed"], about["state"]) == (False, "opted_out")
    assert about["sentence"].startswith("No consent on record covers this text.")


def test_a_text_of_another_number_or_a_note_has_no_packet(told: Case) -> None:
    told.road.says_yes(SECOND)
    other = told.road.outbound(SECOND)[0]
    for wanted in (other.id, "no-such-text"):
        with pytest.raises(NotFound):
            told.packet(message_id=wanted)


def test_the_state_of_any_moment_is_told_in_words(told: Case) -> None:
    packet = told.packet(at=BEGIN + dt.timedelta(hours=1))
    assert packet["state"]["status"] == "opted_in"
    assert packet["state_told"].startswith("On 3 March 2026 at 15:02:11 (UTC−05:00, America/New_York): opted in, for")
    assert "by these words: “By choosing Yes" in packet["state_told"]
    assert told.packet(at=BEGIN - dt.timedelta(1))["state_told"].endswith("nobody at this number had said Yes or No.")


def test_a_long_conversation_is_cut_and_says_so(told: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.evidence import text

    monkeypatch.setattr(text, "MOST", 2)
    packet = told.packet(message_id=told.road.outbound()[0].id)
    assert packet["cut"] == {"texts": 4, "told": 2, "sentence": "The latest 2 of 4 texts are told."}
    assert len(packet["messages"]) == 3, "the latest two, and the one it is about"


def test_a_packet_costs_the_same_few_questions_however_much_there_is(
    told: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = asked(told, monkeypatch)
    for each in range(5):
        told.road.texts_us("START")
        told.road.member_writes(f"Hello {each}")
        told.road.texts_us("STOP")
    assert len(told.packet()["consents"]) == 6
    assert asked(told, monkeypatch) == few <= 21


def asked(case: Case, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements one packet costs, on the driver's own cursor and beside it."""
    seen: list[Any] = []
    ask = Road.ask

    def counted(road: Road, compiled: Any, values: Any) -> list[Any]:
        seen.append(compiled.sql)
        return ask(road, compiled, values)

    with monkeypatch.context() as patch:
        patch.setattr(Road, "ask", counted)
        event.listen(case.road.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
        case.packet()
    return len(seen)


def test_a_number_that_was_never_asked_has_a_packet_too(case: Case) -> None:
    case.road.write(lambda session: subscription.lock(session, case.road.business, "sms", CLIENT))
    packet = case.packet()
    assert (packet["consents"], packet["messages"], packet["head"]["seq"]) == ([], [], 0)
    assert packet["state"]["status"] == "none"
