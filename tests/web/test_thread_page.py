"""One conversation: reading, writing, refusing, opting out by hand, the way back (H-16, H-18, H-22, H-24, X-24)."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from portal import clock, local_time
from portal.accounts import business as businesses
from portal.accounts.member import Role
from portal.consent.state import Kind, Proof
from portal.contacts import contact
from portal.errors import Unavailable
from portal.messaging import conversation
from portal.providers.provider import Rejected, Trouble, Unknown
from portal.statement import Statement
from tests.conftest import as_member, person
from tests.web.scene import CLIENT, Scene, field, words

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
SECOND = "+14155550133"


@pytest.fixture
def rosa(scene: Scene) -> str:
    """Rosa Delgado opted in; the answer is her thread's address. Alice is signed in."""
    scene.named("Rosa Delgado", email="rosa@example.com")
    scene.alice()
    return f"/sms/{scene.says_yes()}"


def opt_out_form(**changed: Any) -> dict[str, str]:
    now = local_time.input_value(clock.now(), "America/New_York")
    return {"reason": "Rosa called", "received_by": "phone", "received_at": now} | changed


@pytest.mark.covers("H-16")
def test_a_thread_shows_what_was_said_with_its_fate(scene: Scene, rosa: str) -> None:
    scene.send_all()
    scene.texts_us("Is 3 pm fine?")
    said = words(scene.client.get(rosa).text)
    for part in (
        "Rosa Delgado",
        "you're opted in to texts",
        "opt-in confirmation",
        "Sent",
        "Is 3 pm fine?",
        "2 segments",
    ):
        assert part in said


@pytest.mark.covers("H-16")
def test_a_text_that_is_written_appears_and_leaves_once(scene: Scene, rosa: str) -> None:
    scene.send_all()
    page = scene.client.get(rosa).text
    form = {"text": "See you on Friday", "once": field(page, "once")}
    for _ in range(2):
        assert scene.client.post(rosa, data=form).headers["location"] == rosa
    assert scene.send_all() == ["See you on Friday"]
    assert "Alice" in words(scene.client.get(rosa).text)


def test_the_same_form_with_other_words_is_another_text(scene: Scene, rosa: str) -> None:
    """After a step back in the browser nothing may be lost silently."""
    scene.send_all()
    for text in ("One", "Two", "One"):
        scene.client.post(rosa, data={"text": text, "once": "same"})
    assert scene.send_all() == ["One", "Two"]


def test_a_form_without_its_token_is_still_a_text(scene: Scene, rosa: str) -> None:
    scene.send_all()
    scene.client.post(rosa, data={"text": "Hello"})
    scene.client.post(rosa, data={"text": "Hello"})
    assert scene.send_all() == ["Hello", "Hello"]


def test_an_open_page_gets_the_conversation_alone_with_an_empty_composer(scene: Scene, rosa: str) -> None:
    answer = scene.client.post(rosa, data={"text": "Hello", "once": "x"}, headers=PARTIAL)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="thread"')
    assert field(answer.text, "once") not in ("", "x")
    assert "Hello" in words(answer.text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "Please write a message first"), (" \n\t ", "Please write"), ("x" * 1601, "at most 1600 characters")],
)
def test_a_text_that_cannot_go_keeps_its_words_and_says_why(scene: Scene, rosa: str, text: str, sentence: str) -> None:
    answer = scene.client.post(rosa, data={"text": text})
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert text.strip() in answer.text
    assert len(scene.messages()) == 2, "only the confirmation and the notice"


@pytest.mark.covers("rules 29")
def test_the_server_counts_segments_of_what_was_kept(scene: Scene, rosa: str) -> None:
    answer = scene.client.post(rosa, data={"text": "ç" * 1601})
    assert "1601 characters · 24 segments · UCS-2 because of “ ç ”" in words(answer.text)
    assert "0 characters · 0 segments · GSM-7 · 160 left" in words(scene.client.get(rosa).text)


def test_what_phones_cannot_show_never_leaves(scene: Scene, rosa: str) -> None:
    scene.send_all()
    scene.client.post(rosa, data={"text": " a\x1fb\x07\r\nc "})
    assert scene.send_all() == ["ab\nc"]


@pytest.mark.covers("H-22", "H-20")
def test_after_a_stop_the_composer_is_closed_and_says_what_opens_it(scene: Scene, rosa: str) -> None:
    scene.texts_us("STOP")
    page = scene.client.get(rosa).text
    assert "This client opted out." in words(page)
    assert "Only the client can change this" in words(page)
    assert f'href="{rosa}/questionnaire"' in page
    assert "<textarea" not in page


@pytest.mark.covers("H-22", "X-15")
def test_a_direct_post_to_an_opted_out_number_is_refused_and_the_words_are_kept(scene: Scene, rosa: str) -> None:
    scene.texts_us("STOP")
    scene.send_all()
    before = len(scene.messages())
    answer = scene.client.post(rosa, data={"text": "But I only wanted to say"})
    assert answer.status_code == 422
    assert "But I only wanted to say" in answer.text
    assert "This client opted out." in words(answer.text)
    assert len(scene.messages()) == before
    assert scene.send_all() == []


@pytest.mark.covers("X-15")
def test_another_number_of_the_contact_is_paused_and_says_so(scene: Scene, rosa: str) -> None:
    scene.named("Rosa at work", SECOND)
    scene.write(lambda session: _join(session, scene))
    other = f"/sms/{scene.says_yes(SECOND)}"
    scene.texts_us("STOP")
    assert "opted out on another of their numbers" in words(scene.client.get(other).text)
    assert scene.client.post(other, data={"text": "Hello"}).status_code == 422


def _join(session: Any, scene: Scene) -> None:
    (found,) = contact.having(session, scene.site.hearth.id, CLIENT)
    contact.add_number(session, found, SECOND)


@pytest.mark.covers("X-17", "rules 19")
def test_a_carrier_block_tells_the_client_to_text_start(scene: Scene, rosa: str) -> None:
    scene.fact(Kind.CARRIER_BLOCKED)
    said = words(scene.client.get(rosa).text)
    assert "their carrier still blocks texts" in said
    assert "Please text START to +1 202 555 0199" in said
    assert "Opted in" in said
    assert "Carrier blocked" in said


@pytest.mark.covers("rules 24")
def test_a_text_that_failed_says_why(scene: Scene, rosa: str) -> None:
    scene.send_all(Rejected(Trouble.UNDELIVERABLE, "30006", "The number is a landline."))
    said = words(scene.client.get(rosa).text)
    assert "Not delivered" in said
    assert "The number is a landline." in said


def test_a_text_whose_fate_nobody_knows_says_what_to_do(scene: Scene, rosa: str) -> None:
    scene.send_all(Unknown("The answer was lost."))
    said = words(scene.client.get(rosa).text)
    assert "Outcome unknown" in said
    assert "never sent again by itself" in said


def test_a_cancelled_text_says_that_the_client_stopped_it(scene: Scene, rosa: str) -> None:
    scene.send_all()
    scene.we_write("See you")
    scene.texts_us("STOP")
    assert "The client opted out before it left." in words(scene.client.get(rosa).text)


@pytest.mark.covers("X-10")
def test_an_inbound_text_shows_how_it_was_read(scene: Scene, rosa: str) -> None:
    scene.texts_us("STOP")
    said = words(scene.client.get(rosa).text)
    assert "Read as a wish to stop" in said
    assert "because of “stop”" in said


def test_older_texts_are_a_page_further(scene: Scene, rosa: str) -> None:
    for n in range(60):
        scene.texts_us(f"text number {n:03d}")
    newest = scene.client.get(rosa).text
    assert "text number 059" in newest
    assert "text number 000" not in newest
    (older,) = re.findall(r'rel="next" href="([^"]+texts_before[^"]+)"', newest)
    assert "text number 000" in scene.client.get(html.unescape(older)).text
    assert scene.client.get(f"{rosa}?texts_before=nonsense").status_code == 404


def test_times_are_the_businesss_own(scene: Scene, rosa: str) -> None:
    page = scene.client.get(rosa).text.split('class="texts"')[1]
    times = re.findall(r'<time datetime="([^"]+)">(\d\d:\d\d)</time>', page)
    assert times
    for moment, shown in times:
        assert shown == local_time.hour(clock.parse_rfc3339(moment), "America/New_York")


@pytest.mark.covers("P10")
@pytest.mark.parametrize("path", ["", "/opt-out", "/contact", "/questionnaire", "/read", "/review"])
def test_somebody_elses_conversation_does_not_exist(scene: Scene, rosa: str, path: str) -> None:
    charlie = as_member(scene.client, scene.site.charlie)
    if path not in ("/read", "/review"):
        assert charlie.get(rosa + path).status_code == 404
    assert charlie.post(rosa + path, data=opt_out_form(text="x", name="x")).status_code == 404
    assert scene.row().status == "opted_in"


@pytest.mark.covers("P10")
def test_a_colleague_may_write_and_one_who_may_only_read_may_not(scene: Scene, rosa: str) -> None:
    assert as_member(scene.client, scene.site.bob).post(rosa, data={"text": "Hi"}).status_code == 303
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    as_member(scene.client, counsel)
    page = scene.client.get(rosa).text
    assert "may read this conversation" in words(page)
    assert "<textarea" not in page
    assert scene.client.post(rosa, data={"text": "Hi"}).status_code == 403


@pytest.mark.covers("H-18", "rules 6")
def test_a_member_opts_a_number_out_at_once_with_its_evidence(scene: Scene, rosa: str) -> None:
    scene.we_write("See you on Friday")
    answer = scene.client.post(f"{rosa}/opt-out", data=opt_out_form())
    assert answer.headers["location"] == rosa
    assert scene.row().status == "opted_out"
    last = scene.entries()[-1]
    assert (last.kind, last.origin, last.actor) == ("opted_out", "member", f"member:{scene.site.alice.id}")
    assert last.evidence["reason"] == "Rosa called"
    assert last.evidence["received_by"] == "phone"
    said = words(scene.client.get(rosa).text)
    assert "recorded by your team" in said
    assert "Alice recorded this opt-out: Rosa called" in said
    assert scene.send_all() == [], "what waited is cancelled, and no text says so (X-24)"


@pytest.mark.covers("X-24")
def test_a_confirmation_goes_out_only_when_asked_for_within_five_minutes(scene: Scene, rosa: str) -> None:
    scene.send_all()
    old = local_time.input_value(clock.now() - dt.timedelta(minutes=7), "America/New_York")
    answer = scene.client.post(f"{rosa}/opt-out", data=opt_out_form(received_at=old, should_confirm="y"))
    assert answer.status_code == 422
    assert "within five minutes" in words(answer.text)
    assert scene.row().status == "opted_in"
    scene.client.post(f"{rosa}/opt-out", data=opt_out_form(should_confirm="y"))
    assert scene.send_all() == [
        "Hearth Photography: You are opted out and will receive no more texts from us. Reply START to opt back in."
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": " "}, "who asked and why"),
        ({"reason": "x" * 501}, "at most 500"),
        ({"received_by": "pigeon"}, "Not a valid choice"),
        ({"received_at": "yesterday"}, "a date and a time"),
        ({"received_at": ""}, "the date and time"),
        ({"received_at": "2099-01-01T10:00"}, "has not come yet"),
    ],
)
def test_an_opt_out_form_that_lacks_something_keeps_what_was_typed(
    scene: Scene, rosa: str, changed: dict[str, str], sentence: str
) -> None:
    answer = scene.client.post(f"{rosa}/opt-out", data=opt_out_form(**changed))
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert "checked" in answer.text or changed.get("received_by") == "pigeon"
    assert scene.row().status == "opted_in"


@pytest.mark.covers("P13", "H-18")
def test_an_opt_out_by_hand_counts_from_now_on_whenever_it_was_received(scene: Scene, rosa: str) -> None:
    """An old date must not be beaten by a younger Yes: in doubt opted out (promises.md 0.6)."""
    old = local_time.input_value(clock.now() - dt.timedelta(days=30), "America/New_York")
    scene.client.post(f"{rosa}/opt-out", data=opt_out_form(received_at=old))
    assert scene.row().status == "opted_out"


@pytest.mark.covers("H-19", "P12", "rules 27")
@pytest.mark.parametrize("path", ["/opt-in", "/status", "/subscribe", "/consent"])
def test_there_is_no_way_to_opt_anybody_in_by_hand(scene: Scene, rosa: str, path: str) -> None:
    scene.texts_us("STOP")
    given = {"status": "opted_in", "opt_in": "yes", "reason": "x", "consent": "1", "name": "Rosa", "text": "x"}
    assert scene.client.post(rosa + path, data=given).status_code == 404
    for known in ("", "/contact", "/read", "/review"):
        scene.client.post(rosa + known, data=given)
    assert scene.row().status == "opted_out"


def test_a_doubtful_reply_is_kept_with_a_reason(scene: Scene, rosa: str) -> None:
    scene.fact(Kind.REVIEW_OPENED)
    assert "A reply may mean “stop”." in words(scene.client.get(rosa).text)
    assert scene.client.post(f"{rosa}/review", data={"reason": " "}).status_code == 422
    scene.client.post(f"{rosa}/review", data={"reason": "They meant the bus stop"})
    assert not scene.row().in_review
    last = scene.entries()[-1]
    assert (last.kind, last.evidence["reason"]) == ("review_kept", "They meant the bus stop")
    assert "They meant the bus stop" in words(scene.client.get(rosa).text)


def test_an_unknown_number_gets_a_name_on_its_thread(scene: Scene) -> None:
    scene.texts_us("who is this", SECOND)
    url = f"/sms/{scene.row(SECOND).id}"
    assert "Who is this?" in words(scene.alice().get(url).text)
    assert scene.client.post(f"{url}/contact", data={"name": "  Sam   Okafor "}).headers["location"] == url
    assert scene.row(SECOND).name == "Sam Okafor"
    assert "Who is this?" not in words(scene.client.get(url).text)


def test_a_rename_keeps_the_address_and_a_bad_one_is_refused(scene: Scene, rosa: str) -> None:
    scene.client.post(f"{rosa}/contact", data={"name": "Rosa D."})
    page = scene.client.get(f"{rosa}/contact").text
    assert field(page, "name") == "" or "Rosa D." in page
    assert "rosa@example.com" in page
    answer = scene.client.post(f"{rosa}/contact", data={"name": "Rosa", "email": "not an address"})
    assert answer.status_code == 422
    assert "not an address" in answer.text


@pytest.mark.covers("H-24")
def test_the_way_back_is_a_personal_link_with_its_qr_code(scene: Scene, rosa: str) -> None:
    scene.publish()
    scene.texts_us("STOP")
    page = scene.client.get(f"{rosa}/questionnaire").text
    (url,) = set(re.findall(r"https://portal\.example\.com/f/[\w-]+\?c=[\w.-]+", html.unescape(page)))
    assert "<path d=" in page.split('class="qr"')[1]
    form = scene.client.get(url.removeprefix("https://portal.example.com"))
    assert form.status_code == 200


@pytest.mark.covers("H-24")
def test_the_personal_link_can_be_mailed(scene: Scene, rosa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, str]] = []
    monkeypatch.setattr("portal.mail.send", lambda settings, **letter: sent.append(letter))
    asked = scene.publish("Wedding day")
    assert scene.client.post(f"{rosa}/questionnaire", data={"questionnaire": asked}).headers["location"] == rosa
    (letter,) = sent
    assert letter["to"] == "rosa@example.com"
    assert "Wedding day" in letter["text"]
    assert "/f/" in letter["text"]
    assert scene.row().status == "opted_in", "a mail changes no consent"


def test_a_mail_that_fails_says_so(scene: Scene, rosa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*anything: Any, **anything_else: Any) -> None:
        raise Unavailable("The mail server did not take it.")

    monkeypatch.setattr("portal.mail.send", fail)
    answer = scene.client.post(f"{rosa}/questionnaire", data={"questionnaire": scene.publish()})
    assert answer.status_code == 422
    assert "The mail server did not take it." in words(answer.text)


def test_a_client_gets_three_of_these_mails_a_day_and_no_more(
    scene: Scene, rosa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("portal.mail.send", lambda settings, **letter: sent.append(letter))
    asked = scene.publish()
    answers = [scene.client.post(f"{rosa}/questionnaire", data={"questionnaire": asked}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 422]
    assert len(sent) == 3


def test_without_a_questionnaire_the_way_back_says_to_make_one(scene: Scene, rosa: str) -> None:
    assert "Make a questionnaire" in words(scene.client.get(f"{rosa}/questionnaire").text)
    assert scene.client.post(f"{rosa}/questionnaire", data={"questionnaire": "x"}).status_code == 422


def test_a_number_without_a_contact_is_named_before_a_personal_link(scene: Scene) -> None:
    scene.publish()
    scene.texts_us("hello", SECOND)
    url = f"/sms/{scene.row(SECOND).id}/questionnaire"
    assert "Give this number a name first" in words(scene.alice().get(url).text)


@pytest.mark.covers("X-13")
def test_a_yes_that_is_only_claimed_does_not_open_the_composer(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us("STOP")
    scene.says_yes(proof=Proof.ANONYMOUS)
    url = f"/sms/{scene.row().id}"
    assert "<textarea" not in scene.alice().get(url).text


def test_a_conversation_costs_twelve_queries_however_long_it_is(
    scene: Scene, rosa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row, texts, our number, members, contact, the client's projects, the open ones, texts for later, what is held,
    replies, tasks."""
    for n in range(40):
        scene.texts_us(f"text {n}")
    seen: list[str] = []
    row_id = scene.row().id
    ready = Statement._ready

    def watched(self: Statement, session: Session) -> Any:
        seen.append("statement")
        return ready(self, session)

    monkeypatch.setattr(Statement, "_ready", watched)
    event.listen(scene.site.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))

    def work(session: Session) -> conversation.Conversation:
        business = businesses.get(session, scene.site.hearth.id)
        seen.clear()
        return conversation.read(session, business, row_id)

    scene.site.read(work)
    assert len(seen) == 12, seen
