"""Pretend phones: the member plays the client, and every text takes the same roads as a real one."""

import html
import re
from typing import Any

import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.business import Capability
from portal.accounts.key import Secrets
from portal.consent import ledger, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof
from portal.errors import Conflict
from portal.jobs import Timetable
from portal.jobs.sending import deliver_rehearsal
from portal.messaging import claim, message, one_time_code, outbox, outcome, rehearsal, texted_code
from portal.messaging.dispatch import Dispatcher
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.questionnaire import Confirmation
from tests.conftest import OUR_NUMBER, World, as_member, populate
from tests.web.door import YES, Door
from tests.web.scene import CLIENT, Scene, words

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def site(app: Starlette, secrets: Secrets) -> World:
    """Both businesses rehearse."""
    return populate(app.state.database, secrets, provider="rehearsal")


@pytest.fixture
def rosa(scene: Scene) -> str:
    """Rosa opted in, and her thread's address."""
    scene.named("Rosa Delgado")
    scene.alice()
    return f"/sms/{scene.says_yes()}"


@pytest.fixture
def delivering(scene: Scene) -> Timetable:
    """The timetable, not started: a test makes its ticks."""
    state = scene.app.state
    return Timetable(state.database, Dispatcher(state.database, state.providers, Limits(0, 0)))


def says(scene: Scene, text: str, number: str = CLIENT) -> None:
    assert scene.client.post("/rehearsal/text", data={"number": number, "text": text}).status_code == 303


@pytest.mark.covers("P12")
def test_a_business_without_a_rehearsal_has_no_pretend_phones(
    app: Starlette, secrets: Secrets, client: TestClient
) -> None:
    real = populate(app.state.database, secrets)
    as_member(client, real.alice)
    assert client.get("/rehearsal").status_code == 404
    for path, given in (("text", {"text": "START"}), ("phones", {}), ("behaviour", {"behaviour": "blocked"})):
        assert client.post(f"/rehearsal/{path}", data={"number": CLIENT} | given).status_code == 404


@pytest.mark.covers("P12")
@pytest.mark.parametrize(("first", "second"), [("rehearsal", "twilio"), ("twilio", "rehearsal")])
def test_a_business_that_rehearses_can_never_text_for_real(scene: Scene, first: str, second: str) -> None:
    """A member could otherwise play a client's YES and then text the real phone."""
    given = {"twilio": {"account_sid": "AC1", "auth_token": "t"}, "rehearsal": {}}

    def work(session: Session) -> None:
        business = businesses.create(session, "New")
        for provider, number in ((first, "+12025550101"), (second, "+12025550102")):
            sender.add(session, business, channel="sms", number=number, provider=provider, credentials=given[provider])

    with pytest.raises(Conflict, match="either rehearses or texts for real"):
        scene.write(work)


def test_a_text_arrives_on_the_phone_with_its_segments_and_is_reported_delivered(
    scene: Scene, rosa: str, delivering: Timetable
) -> None:
    assert "Nothing has arrived on this phone." in words(scene.client.get("/rehearsal").text)
    scene.send_all()
    deliver_rehearsal(delivering)
    said = words(scene.client.get("/rehearsal").text)
    assert "you're opted in to texts" in said
    assert "2 segments · GSM-7" in said
    assert "Delivered" in words(scene.client.get(rosa).text)
    assert scene.row().carrier == "clear"


def test_a_report_of_delivery_happens_once(scene: Scene, rosa: str, delivering: Timetable) -> None:
    scene.send_all()
    deliver_rehearsal(delivering)
    before = len(scene.entries())
    deliver_rehearsal(delivering)
    assert len(scene.entries()) == before
    assert scene.site.read(rehearsal.unreported) == []


@pytest.mark.covers("H-20", "H-22")
def test_a_played_stop_is_a_stop(scene: Scene, rosa: str) -> None:
    scene.send_all()
    says(scene, "STOP")
    assert scene.row().status == "opted_out"
    assert "This client opted out." in words(scene.client.get(rosa).text)
    assert scene.client.post(rosa, data={"text": "Hello?"}).status_code == 422
    assert len(scene.send_all()) == 1, "exactly one confirmation"


def test_a_stop_that_is_played_twice_has_two_messages_and_one_effect(scene: Scene, rosa: str) -> None:
    says(scene, "STOP")
    says(scene, "STOP")
    assert [entry.kind for entry in scene.entries()] == ["opted_in", "opted_out"]


@pytest.mark.covers("X-17", "rules 19")
def test_a_carrier_block_can_be_played_and_start_lifts_it(scene: Scene, rosa: str) -> None:
    carrier = scene.app.state.providers.get("rehearsal")
    scene.client.post("/rehearsal/behaviour", data={"number": CLIENT, "behaviour": "blocked"})
    assert carrier.behaviour_of(CLIENT) == "blocked"
    says(scene, "START")
    assert carrier.behaviour_of(CLIENT) == "answers"


def test_a_behaviour_that_does_not_exist_changes_nothing(scene: Scene, rosa: str) -> None:
    answer = scene.client.post("/rehearsal/behaviour", data={"number": CLIENT, "behaviour": "explodes"})
    assert answer.status_code == 422
    assert scene.app.state.providers.get("rehearsal").behaviour_of(CLIENT) == "answers"


def test_a_phone_with_a_new_number_can_be_added_and_text_first(scene: Scene) -> None:
    answer = scene.alice().post("/rehearsal/phones", data={"number": "(415) 555-0177"})
    assert answer.headers["location"] == "/rehearsal?phone=%2B14155550177"
    page = scene.client.get(answer.headers["location"]).text
    assert "Say Yes in the questionnaire with +1 415 555 0177" in words(page)
    (action, *_) = re.findall(r'action="(/rehearsal/text[^"]*)"', page)
    scene.client.post(html.unescape(action), data={"number": "+14155550177", "text": "Do you have time?"})
    assert "Do you have time?" in words(scene.client.get("/rehearsal").text)


def test_the_form_for_a_new_phone_offers_a_number_that_nobody_has(scene: Scene) -> None:
    page = scene.alice().get("/rehearsal").text
    assert re.search(r'name="number"[^>]*value="\+1 415 555 01\d\d"', page)


@pytest.mark.parametrize(("typed", "sentence"), [("", "give a number"), ("12", ""), (OUR_NUMBER, ""), ("x" * 41, "")])
def test_a_new_phone_needs_a_number(scene: Scene, typed: str, sentence: str) -> None:
    answer = scene.alice().post("/rehearsal/phones", data={"number": typed})
    assert answer.status_code == 422
    assert sentence in words(answer.text)


@pytest.mark.parametrize("given", [{"number": CLIENT, "text": " "}, {"number": "nobody", "text": "Hi"}, {}])
def test_a_played_text_that_lacks_something_is_refused(scene: Scene, rosa: str, given: dict[str, str]) -> None:
    before = len(scene.messages())
    assert scene.client.post("/rehearsal/text", data=given).status_code == 422
    assert len(scene.messages()) == before


def test_an_open_page_gets_the_phones_alone(scene: Scene, rosa: str) -> None:
    answer = scene.client.post("/rehearsal/text", data={"number": CLIENT, "text": "Hello"}, headers=PARTIAL)
    assert answer.text.lstrip().startswith('<div class="phones" id="phones"')
    assert "Hello" in answer.text


def test_the_page_leads_to_the_questionnaire(scene: Scene) -> None:
    scene.publish()
    page = scene.alice().get("/rehearsal").text
    assert re.search(r'href="https://portal\.example\.com/f/[\w-]+"', page)


@pytest.mark.covers("P10")
def test_charlie_plays_only_his_own_clients(scene: Scene, rosa: str) -> None:
    as_member(scene.client, scene.site.charlie)
    assert "Rosa Delgado" not in scene.client.get("/rehearsal").text
    scene.client.post("/rehearsal/text", data={"number": CLIENT, "text": "STOP"})
    assert scene.row().status == "opted_in"


@pytest.fixture
def digits(door: Door, scene: Scene) -> str:
    """The code of a Yes whose text has arrived."""

    def ask(session: Session) -> None:
        found = questionnaires.get(session, door.site.hearth.id, door.questionnaire.id)
        found.confirmation = Confirmation.CODE
        session.add(found)

    scene.write(ask)
    door.send(YES)
    scene.send_all()
    scene.alice()
    return one_time_code.of(door.site.secrets, door.submissions()[-1].id, CLIENT)


@pytest.mark.covers("X-29")
def test_a_pretend_phone_shows_the_code_that_came_to_it_and_the_thread_does_not(scene: Scene, digits: str) -> None:
    phone, thread = (scene.client.get(page).text for page in ("/rehearsal", f"/sms/{scene.row().id}"))
    assert f"Hearth Photography: {digits} is your code" in phone
    assert "Hearth Photography: ****** is your code" in thread


@pytest.mark.covers("X-29", "P12")
def test_a_real_phones_code_is_not_shown_among_pretend_ones(scene: Scene, digits: str) -> None:
    """A business that changed its provider still has the texts of the other one."""
    scene.write(lambda session: session.execute(message.table.update().values(provider="twilio")))
    assert "Hearth Photography: ****** is your code" in scene.client.get("/rehearsal").text


@pytest.mark.covers("X-29", "P14")
def test_a_pretend_phone_texts_the_code_from_the_page(door: Door, scene: Scene) -> None:
    def text_first(session: Session) -> None:
        found = questionnaires.get(session, door.site.hearth.id, door.questionnaire.id)
        found.confirm_by(Confirmation.TEXT_FIRST)
        session.add(found)

    scene.write(text_first)
    door.send(YES)
    code = texted_code.of(door.site.secrets, door.submissions()[-1].id, CLIENT)
    scene.alice().post("/rehearsal/text", data={"number": CLIENT, "text": f"yes {code}"})
    assert (door.row().status, door.texts()) == ("opted_in", [(CLIENT, "opt_in_confirmation")])


@pytest.fixture
def on_whatsapp(scene: Scene) -> None:
    """Hearth has a pretend WhatsApp beside its pretend number."""

    def work(session: Session) -> None:
        business = businesses.get(session, scene.site.hearth.id)
        businesses.grant(session, business, Capability.WHATSAPP)
        businesses.change_policy(session, business, has_whatsapp=True)
        sender.add(session, business, channel="whatsapp", number=OUR_NUMBER, provider="rehearsal", credentials={})

    scene.write(work)


@pytest.mark.covers("S-4", "W-3")
@pytest.mark.usefixtures("on_whatsapp")
def test_a_phone_writes_on_either_channel_and_shows_both_apart(scene: Scene, rosa: str) -> None:
    page = scene.client.get("/rehearsal").text
    assert 'name="channel"' in page
    given = {"number": CLIENT, "text": "Hello there", "channel": "whatsapp"}
    assert scene.client.post("/rehearsal/text", data=given).status_code == 303
    found = scene.site.read(lambda session: rehearsal.phones(session, scene.site.hearth.id))
    assert [phone.number for phone in found] == [CLIENT], "one phone, whatever it writes with"
    assert set(found[0].subscriptions) == {"sms", "whatsapp"}
    assert ("whatsapp", "Hello there") in [(text.channel, text.text) for text in found[0].texts]
    said = words(scene.client.get("/rehearsal").text)
    assert "WhatsApp" in said


def test_without_a_whatsapp_of_ours_a_phone_has_one_channel(scene: Scene, rosa: str) -> None:
    assert 'name="channel"' not in scene.client.get("/rehearsal").text
    given = {"number": CLIENT, "text": "Hello", "channel": "whatsapp"}
    assert scene.client.post("/rehearsal/text", data=given).status_code == 404


@pytest.mark.covers("W-9", "X-20")
@pytest.mark.usefixtures("on_whatsapp")
def test_a_phone_that_is_not_on_whatsapp_says_so_only_after_the_text_was_taken(
    scene: Scene, rosa: str, delivering: Timetable
) -> None:
    """As Meta does; the number may still be texted."""
    scene.client.post("/rehearsal/behaviour", data={"number": CLIENT, "behaviour": "no_whatsapp"})

    def queue(session: Session) -> None:
        row = subscription.lock(session, scene.site.hearth.id, "whatsapp", CLIENT)
        row = ledger.record(
            session, row, Kind.ASKED, origin=Origin.BUSINESS_FIRST, proof=Proof.ATTESTED, actor="member:1"
        ).row
        template = {"name": "ask", "language": "en_US", "parameters": []}
        outbox.queue(session, row, "May we write to you here?", purpose=Purpose.OPT_IN_REQUEST, template=template)

    scene.write(queue)
    dispatcher = delivering.dispatcher
    for claimed in scene.write(lambda session: claim.take(session, 5, Limits(0, 0))):
        result = dispatcher._result(claimed, claimed.row.text, {}, clock.monotonic() + 2)
        assert isinstance(result, Accepted)
        scene.write(lambda session, row=claimed.row, result=result: outcome.mark(session, row, result))
    assert "May we write" not in words(scene.client.get("/rehearsal").text), "nobody is there to read it"
    deliver_rehearsal(delivering)

    def rows(session: Session) -> list[Any]:
        return [subscription.find(session, scene.site.hearth.id, channel, CLIENT) for channel in ("whatsapp", "sms")]

    row, sms = scene.site.read(rows)
    assert (bool(row.is_undeliverable), bool(sms.is_undeliverable)) == (True, False)
    scene.client.post("/rehearsal/text", data={"number": CLIENT, "text": "Now I am", "channel": "whatsapp"})
    carrier = scene.app.state.providers.get("rehearsal")
    assert carrier.behaviour_of(CLIENT) == "answers"
