"""The desk before a client has agreed: the prompt, what is held, what is hidden, and asking again."""

import re
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.sender import SMS, WHATSAPP
from portal.consent import subscription
from portal.consent.state import Status
from portal.messaging.message import Fate
from tests.web.scene import CLIENT, Scene, words

BASIS = {"basis": "client_asked", "note": ""}


@pytest.fixture
def url(scene: Scene) -> str:
    """The thread of a number that nobody has asked; the gate is on, Alice is signed in."""

    def work(session: Session) -> str:
        home = businesses.get(session, scene.site.hearth.id)
        businesses.change_policy(session, home, has_first_message_gate=True)
        return str(subscription.lock(session, home.id, SMS, CLIENT).id)

    found = scene.write(work)
    scene.alice()
    return f"/sms/{found}"


def held(scene: Scene) -> list[Any]:
    return [each for each in scene.messages() if each.status == Fate.HELD]


@pytest.mark.covers("M-1", "W-6", "W-7", "S-10")
def test_the_first_text_waits_behind_the_request_that_a_member_confirms(scene: Scene, url: str) -> None:
    page = scene.client.get(url).text
    assert "Ask for consent" in page
    assert "<textarea" not in page
    prompt = words(scene.client.get(f"{url}/ask").text)
    assert "Alice" in prompt
    assert "reply YES" in prompt
    answer = scene.client.post(f"{url}/ask", data={**BASIS, "text": "See you Friday"}, follow_redirects=False)
    assert answer.status_code == 303
    (request,) = scene.send_all()
    assert "See you Friday" not in request
    page = words(scene.client.get(url).text)
    assert "Held until opt-in" in page
    assert "Will be held until they say YES" in page
    scene.client.post(url, data={"text": "And bring a hat", "once": "1"})
    scene.texts_us("YES")
    assert scene.send_all()[1:] == ["See you Friday", "And bring a hat"]


@pytest.mark.covers("X-19", "W-16")
def test_a_second_confirm_in_another_tab_asks_nobody_twice_and_keeps_what_was_typed(scene: Scene, url: str) -> None:
    scene.client.post(f"{url}/ask", data=BASIS)
    again = scene.client.post(f"{url}/ask", data={**BASIS, "text": "See you Friday"})
    assert again.status_code == 422
    assert "See you Friday" in again.text
    assert "less than 24 hours ago" in words(again.text)
    assert len(scene.send_all()) == 1
    assert held(scene) == []
    page = scene.client.get(url).text
    assert re.search(r"<button[^>]*disabled>Resend opt-in request", page)
    assert "You may ask again" in words(page)


@pytest.mark.covers("X-27")
@pytest.mark.parametrize("given", [{}, {"basis": "other"}, {"basis": "because"}])
def test_without_a_reason_nobody_is_asked(scene: Scene, url: str, given: dict[str, str]) -> None:
    answer = scene.client.post(f"{url}/ask", data={"text": "See you Friday", **given})
    assert answer.status_code == 422
    assert "See you Friday" in answer.text
    assert scene.messages() == []
    assert scene.row().status == Status.NONE


@pytest.mark.covers("X-8")
def test_a_held_text_is_changed_and_cancelled_until_it_leaves(scene: Scene, url: str) -> None:
    scene.client.post(f"{url}/ask", data={**BASIS, "text": "See you Friday"})
    scene.client.post(url, data={"text": "Second", "once": "2"})
    first, second = held(scene)
    assert "See you Friday" in scene.client.get(f"{url}/held/{first.id}").text
    assert scene.client.post(f"{url}/held/{first.id}", data={"text": ""}).status_code == 422
    scene.client.post(f"{url}/held/{first.id}", data={"text": "See you Monday"})
    scene.client.post(f"{url}/held/{second.id}/cancel")
    scene.send_all()
    scene.texts_us("YES")
    assert scene.send_all()[1:] == ["See you Monday"]
    scene.client.post(f"{url}/held/{first.id}", data={"text": "Too late"})
    assert "waits no more" in words(scene.client.get(url).text)


@pytest.mark.covers("X-9", "S-19")
def test_a_members_page_counts_what_a_client_wrote_too_early_and_shows_it_with_the_yes(scene: Scene, url: str) -> None:
    scene.texts_us("My secret question")
    pages = [url, "/sms", "/", "/sms?q=secret"]
    assert not any("My secret" in scene.client.get(page).text for page in pages)
    assert "1 held message from them" in words(scene.client.get(url).text)
    scene.texts_us("YES")
    assert "My secret question" in scene.client.get(url).text


@pytest.mark.covers("W-3", "W-5")
def test_a_new_message_opens_the_conversation_of_a_number_or_a_contact(scene: Scene, url: str) -> None:
    scene.named("Rosa Delgado", "+14155550177")
    assert "Rosa Delgado" in scene.client.get("/sms/new?q=rosa").text
    found = scene.client.get("/sms/new?q=(415) 555-0199").text
    assert "+14155550199" in found
    answer = scene.client.post("/sms/new", data={"number": "+14155550199"}, follow_redirects=False)
    assert answer.status_code == 303
    assert "Ask for consent" in scene.client.get(answer.headers["location"]).text
    assert scene.client.post("/sms/new", data={"number": "12"}).status_code == 422
    assert scene.client.post("/sms/new", data={"number": CLIENT, "channel": "whatsapp"}).status_code == 404
    assert "WhatsApp" not in scene.client.get("/sms/new").text


@pytest.mark.covers("X-9", "S-19")
def test_no_page_tells_the_words_of_a_hidden_text_by_its_id_or_as_evidence(scene: Scene, url: str) -> None:
    scene.texts_us("My secret question")
    (hidden,) = [each for each in scene.messages() if each.is_hidden]
    assert "secret" not in scene.client.get(f"{url}/why").text
    for page in (f"{url}/sort?message={hidden.id}", f"{url}/messages/{hidden.id}"):
        answer = scene.client.get(page)
        assert (answer.status_code, "secret" in answer.text) == (404, False)
    assert "secret" not in scene.client.get(f"{url}?again={hidden.id}&texts_before={hidden.id}").text


@pytest.mark.covers("X-4")
@pytest.mark.parametrize("path", ["", "/ask"])
def test_a_text_with_the_place_for_a_name_is_not_kept(scene: Scene, url: str, path: str) -> None:
    answer = scene.client.post(f"{url}{path}", data={**BASIS, "text": "Hi, <employee  name> here", "once": "1"})
    assert answer.status_code == 422
    assert scene.messages() == []


@pytest.mark.covers("X-8", "X-9")
def test_what_waits_is_seen_and_cancelled_when_the_gate_was_switched_off_meanwhile(scene: Scene, url: str) -> None:
    scene.texts_us("My secret question")
    scene.client.post(url, data={"text": "See you Friday", "once": "1"})
    scene.write(
        lambda session: businesses.change_policy(
            session, businesses.get(session, scene.site.hearth.id), has_first_message_gate=False
        )
    )
    page = words(scene.client.get(url).text)
    assert "See you Friday" in page
    assert "1 held message from them" in page
    scene.client.post(f"{url}/held/{held(scene)[0].id}/cancel")
    assert held(scene) == []


@pytest.mark.covers("W-5")
def test_a_new_whatsapp_conversation_bears_the_name_of_the_contact(scene: Scene, url: str) -> None:
    scene.write(
        lambda session: businesses.change_policy(
            session, businesses.get(session, scene.site.hearth.id), has_whatsapp=True
        )
    )
    scene.named("Rosa Delgado", "+14155550177")
    scene.client.post("/sms/new", data={"number": "+14155550177", "channel": "whatsapp"})
    row = scene.site.read(lambda session: subscription.find(session, scene.site.hearth.id, WHATSAPP, "+14155550177"))
    assert row.name == "Rosa Delgado"
