"""The client's own page: whose it is, what it shows, and stopping (H-18, P10, P12, P15, rules.md row 6)."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from itsdangerous import URLSafeSerializer

from portal.accounts import business as businesses
from portal.clients import link
from portal.consent.state import Status
from portal.contacts import contact, merge
from portal.errors import NotFound
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from tests.web.own_scene import RIGHT, WRONG, Own, own
from tests.web.scene import CLIENT, Scene, words

SECOND = "+14155550147"


@pytest.fixture
def rosa(scene: Scene) -> Own:
    """One number, opted in by questionnaire."""
    found = own(scene)
    scene.says_yes()
    return found


def test_the_page_shows_where_the_number_stands_and_what_was_agreed(rosa: Own) -> None:
    shown = words(rosa.get().text)
    assert "You get texts" in shown
    assert "Personal messages, reminders and updates." in shown
    assert "You said Yes to texts in a questionnaire" in shown
    assert "the disclaimer" in shown


def test_the_number_is_shown_without_its_end(rosa: Own) -> None:
    page = re.sub(r'value="[^"]*"', "", rosa.get().text)  # a sealed token may hold any three digits
    assert "+1 415 ••• ••••" in page
    assert "555" not in page
    assert RIGHT not in page


def test_the_page_is_kept_from_other_sites_caches_and_search_engines(rosa: Own) -> None:
    headers = rosa.get().headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in headers


@pytest.mark.covers("X-9")
def test_the_last_texts_leave_out_what_waits_what_is_hidden_and_what_members_say(rosa: Own) -> None:
    scene = rosa.scene
    scene.send_all()
    scene.texts_us("See you on Friday")

    def more(session: Any) -> None:
        row = scene.row()
        message.notice(session, row, "She is difficult")
        message.add(session, row, direction=Direction.INBOUND, status=Fate.RECEIVED, text="Secret", is_hidden=True)
        message.add(session, row, direction=Direction.OUTBOUND, status=Fate.HELD, text="Not yet")

    scene.write(more)
    shown = words(rosa.get().text)
    assert "See you on Friday" in shown
    assert not {"difficult", "Secret", "Not yet"} & set(shown.replace(".", " ").split())


@pytest.mark.covers("P13")
def test_of_a_number_that_somebody_else_had_only_what_came_after_them_is_shown(scene: Scene) -> None:
    scene.named("Former Owner")
    scene.says_yes()
    scene.texts_us("My code is 1234")

    def leaves(session: Any) -> None:
        former = contact.having(session, scene.site.hearth.id, CLIENT)[0]
        contact.replace_numbers(session, former, [])

    scene.write(leaves)
    shown = words(own(scene).get().text)
    assert "My code is 1234" not in shown
    assert "the disclaimer" not in shown


@pytest.mark.covers("P10", "rules 27")
def test_every_link_that_is_not_right_is_the_same_404(rosa: Own) -> None:
    scene = rosa.scene

    def others(session: Any) -> list[str]:
        client = contact.get(session, scene.site.hearth.id, rosa.contact_id)
        token = rosa.url.removeprefix("/c/")
        forged = link._signer(scene.site.secrets, scene.site.other.id).dumps([client.id, 0])
        gone = link._signer(scene.site.secrets, scene.site.hearth.id).dumps(["0" * 32, 0])
        nought = URLSafeSerializer("a stranger's").dumps(["\0", 0])
        bomb = URLSafeSerializer("a stranger's").dumps([client.id * 300_000, 0])  # a few kB that unpack to 10 MB
        with pytest.raises(NotFound):
            link._claimed(bomb)
        return [nought, bomb, token[:-1] + ("A" if token[-1] != "A" else "E"), "x" * 400, "a.b", forged, gone, "é"]

    answers = [scene.client.get(f"/c/{each}") for each in scene.site.read(others)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({words(answer.text) for answer in answers}) == 1


def test_a_new_link_ends_the_old_one(rosa: Own) -> None:
    def renewed(session: Any) -> str:
        client = contact.get(session, rosa.scene.site.hearth.id, rosa.contact_id)
        link.renew(session, client, actor="tests", ip="")
        session.flush()
        return link.url(rosa.scene.site.secrets, "", client)

    fresh = rosa.scene.write(renewed)
    assert rosa.get().status_code == 404
    assert rosa.press("stop", which="all").status_code == 404
    assert rosa.scene.client.get(fresh).status_code == 200
    assert rosa.scene.row().status == Status.OPTED_IN


def test_the_link_of_a_merged_record_leads_to_the_one_that_stands_until_that_one_is_renewed(scene: Scene) -> None:
    kept, gone = own(scene, name="Rosa Delgado"), own(scene, SECOND, name="R. Delgado")

    def merged(session: Any) -> None:
        first, second = contact.lock(session, scene.site.hearth.id, kept.contact_id, gone.contact_id)
        merge.merge(session, first, second, actor="tests")

    scene.write(merged)
    assert gone.get().text.count("••• ••••") == 2
    client = scene.site.read(lambda session: contact.get(session, scene.site.hearth.id, kept.contact_id))
    scene.write(lambda session: link.renew(session, client, actor="tests", ip=""))
    assert gone.get().status_code == 404


def test_a_business_that_may_not_text_has_no_such_pages(rosa: Own) -> None:
    def revoke(session: Any) -> None:
        home = businesses.get(session, rosa.scene.site.hearth.id)
        businesses.change(session, home, capabilities=[])

    rosa.scene.write(revoke)
    assert rosa.get().status_code == 404


@pytest.mark.covers("rules 6", "P12")
def test_stopping_takes_the_digits_and_one_tap_and_is_confirmed_once(rosa: Own) -> None:
    rosa.scene.send_all()
    page = rosa.said("stop", which="all")
    assert "Texts are off. We send nothing more to you." in words(page)
    row = rosa.scene.row()
    assert (row.status, row.origin) == (Status.OPTED_OUT, "portal")
    assert rosa.scene.send_all() == [
        message.text for message in rosa.scene.messages() if message.purpose == "opt_out_confirmation"
    ]
    entry = rosa.scene.entries()[-1]
    assert (entry.proof, entry.actor) == ("personal_link", f"contact:{rosa.contact_id}")
    assert entry.evidence["words"] == "Stop all texts"
    assert entry.evidence["page_url"] == f"https://portal.example.com{rosa.url}"
    assert "Stop all texts" in entry.evidence["rendered"]


@pytest.mark.covers("P12")
def test_a_forwarded_link_without_the_digits_stops_nothing(rosa: Own) -> None:
    answer = rosa.press("stop", digits=WRONG, which="all")
    assert answer.status_code == 422
    assert "These are not the last four digits" in answer.text
    assert rosa.scene.row().status == Status.OPTED_IN


@pytest.mark.covers("P12", "P15")
def test_too_many_wrong_digits_close_the_door_also_to_the_right_ones_and_say_how_else_to_stop(rosa: Own) -> None:
    for _ in range(5):
        rosa.press("stop", digits=WRONG, which="all")
    answer = rosa.press("stop", which="all")
    assert answer.status_code == 422
    assert "reply STOP to any of them, or call Hearth Photography" in words(answer.text)
    assert rosa.scene.row().status == Status.OPTED_IN


def test_right_digits_are_no_try(rosa: Own) -> None:
    for _ in range(12):
        assert rosa.press("stop", which="all").status_code == 303


def test_one_of_two_numbers_is_stopped_and_the_other_is_on_hold(scene: Scene) -> None:
    """X-15: what one number says holds the others."""
    two = own(scene, CLIENT, SECOND)
    scene.says_yes()
    scene.says_yes(SECOND)
    page = words(two.said("stop", which="one"))
    assert scene.row().status == Status.OPTED_OUT
    assert (scene.row(SECOND).status, scene.row(SECOND).is_paused) == (Status.OPTED_IN, True)
    assert "You stopped texts on another of your numbers" in page


def test_all_numbers_are_stopped_by_the_end_of_one_and_confirmed_by_one_text(scene: Scene) -> None:
    two = own(scene, CLIENT, SECOND)
    scene.says_yes()
    scene.says_yes(SECOND)
    scene.send_all()
    two.said("stop", which="all")
    assert [scene.row(each).status for each in (CLIENT, SECOND)] == [Status.OPTED_OUT, Status.OPTED_OUT]
    assert len(scene.send_all()) == 1


def test_the_sentence_on_the_page_cannot_be_made_up_by_others(rosa: Own) -> None:
    assert "nonsense" not in rosa.get("?said=nonsense").text


def test_what_was_agreed_is_short_at_first(rosa: Own) -> None:
    with time_machine.travel(dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC), tick=True) as traveller:
        for _ in range(4):
            traveller.shift(60)
            rosa.press("stop", which="all")
            rosa.scene.says_yes()
    assert rosa.get().text.count("The words") == 5
    assert rosa.get("?all=1").text.count("The words") == 9
