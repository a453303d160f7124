"""Yes after a No, which texts, and a new number, on a client's own page (H-3, H-24, P12, P13, P15, X-13 to X-17)."""

import datetime as dt
import html
import re
from typing import Any

import pytest
import time_machine

from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Carrier, Kind, Status
from portal.contacts import contact
from tests.web.own_scene import WRONG, Own, own
from tests.web.scene import CLIENT, Scene, field, words

NEW, OTHERS = "+14155550171", "+14155550172"


@pytest.fixture
def rosa(scene: Scene) -> Own:
    found = own(scene)
    scene.says_yes()
    scene.send_all()
    return found


def answer(own_page: Own, act: str, **typed: Any) -> Any:
    page = own_page.get().text
    number = own_page.number()
    return own_page.press(act, number=number, instance=field(page, "instance"), **typed)


def landed(own_page: Own, given: Any) -> str:
    assert given.status_code == 303, words(given.text)
    return words(own_page.scene.client.get(given.headers["location"]).text)


@pytest.mark.covers("H-24", "X-17")
def test_a_yes_with_the_digits_opens_texting_after_a_stop_and_is_confirmed(rosa: Own) -> None:
    rosa.scene.texts_us("please stop texting me")
    rosa.scene.send_all()
    assert "Texts are on. One text confirms it." in landed(rosa, answer(rosa, "opt-in", choice="yes"))
    row, entry = rosa.scene.row(), rosa.scene.entries()[-1]
    assert (row.status, row.origin, row.scope) == (Status.OPTED_IN, "portal", "informational")
    assert (entry.proof, entry.evidence["choice"]) == ("personal_link", "yes")
    assert entry.evidence["words"].startswith("By choosing Yes")
    assert html.unescape(entry.evidence["rendered"]).count("May we text you") == 1
    assert len(rosa.scene.send_all()) == 1


@pytest.mark.covers("P12")
def test_no_yes_counts_without_the_digits_or_the_words_that_were_shown(rosa: Own) -> None:
    rosa.scene.texts_us("STOP")
    assert answer(rosa, "opt-in", choice="yes", digits=WRONG).status_code == 422
    assert rosa.press("opt-in", number=rosa.number(), choice="yes", instance="forged").status_code == 422
    other = own(rosa.scene, OTHERS, name="Somebody Else")
    foreign = field(other.get().text, "instance")
    assert rosa.press("opt-in", number=rosa.number(), choice="yes", instance=foreign).status_code == 422
    assert answer(rosa, "opt-in").status_code == 422
    assert rosa.scene.row().status == Status.OPTED_OUT


@pytest.mark.covers("P12")
def test_the_end_of_another_number_of_the_same_client_opens_nothing(scene: Scene) -> None:
    two = own(scene, CLIENT, OTHERS)
    given = two.press("opt-in", number=two.number(1), instance=field(two.get().text, "instance"), choice="yes")
    assert given.status_code == 422
    assert scene.row(OTHERS).status == Status.NONE


@pytest.mark.covers("X-13")
def test_a_no_to_an_open_question_is_kept_and_one_after_a_stop_changes_nothing(scene: Scene) -> None:
    asked = own(scene)
    landed(asked, answer(asked, "opt-in", choice="no"))
    assert scene.row().status == Status.DECLINED
    before = len(scene.entries())
    landed(asked, answer(asked, "opt-in", choice="no"))
    assert len(scene.entries()) == before


@pytest.mark.covers("X-17")
def test_where_the_carrier_blocks_the_page_promises_nothing_and_shows_the_way(rosa: Own) -> None:
    rosa.scene.texts_us("STOP")
    rosa.scene.fact(Kind.CARRIER_BLOCKED)
    said = landed(rosa, answer(rosa, "opt-in", choice="yes"))
    assert "your mobile carrier waits for your START" in said
    assert "Your carrier blocks us" in said
    page = rosa.get().text
    assert 'href="sms:+12025550199?&amp;body=START"' in page
    assert 'aria-label="QR code that writes START"' in page
    assert rosa.scene.row().carrier == Carrier.BLOCKED


@pytest.mark.covers("X-15")
def test_a_number_on_hold_opens_by_a_yes_of_its_own(scene: Scene) -> None:
    two = own(scene, CLIENT, OTHERS)
    scene.says_yes()
    scene.says_yes(OTHERS)
    scene.texts_us("STOP", OTHERS)
    assert scene.row().is_paused
    given = two.press("opt-in", number=two.number(), instance=field(two.get().text, "instance"), choice="yes")
    assert given.status_code == 303
    assert (scene.row().is_paused, scene.row(OTHERS).status) == (False, Status.OPTED_OUT)


@pytest.mark.covers("X-13", "X-15")
def test_a_no_at_a_number_on_hold_is_a_stop(scene: Scene) -> None:
    two = own(scene, CLIENT, OTHERS)
    scene.says_yes()
    scene.says_yes(OTHERS)
    scene.texts_us("STOP", OTHERS)
    given = two.press("opt-in", number=two.number(), instance=field(two.get().text, "instance"), choice="no")
    assert given.status_code == 303
    assert scene.row().status == Status.OPTED_OUT


@pytest.mark.covers("rules 15")
def test_a_client_narrows_their_consent_and_widens_it_only_as_far_as_they_ever_agreed(rosa: Own) -> None:
    page = rosa.get().text
    assert re.findall(r'name="scope" value="(\w+)"', page) == ["conversational", "informational"]
    number = rosa.number()
    assert "Saved: answers and personal messages only." in words(
        rosa.said("topics", number=number, scope="conversational")
    )
    assert (rosa.scene.row().scope, rosa.scene.row().granted_scope) == ("conversational", "informational")
    assert rosa.scene.entries()[-1].evidence["words"] == "Answers and personal messages only"
    assert rosa.press("topics", number=number, scope="marketing").status_code == 422
    assert rosa.press("topics", number=number, scope="informational", digits=WRONG).status_code == 422
    rosa.said("topics", number=number, scope="informational")
    assert rosa.scene.row().scope == "informational"
    assert rosa.scene.send_all() == []


@pytest.mark.covers("rules 15")
def test_a_client_ends_offers_and_keeps_reminders(scene: Scene) -> None:
    rosa = own(scene, CLIENT)
    scene.says_yes(scope="marketing")
    number = rosa.number()
    rosa.said("topics", number=number, scope="informational")
    assert (scene.row().status, scene.row().scope) == (Status.OPTED_IN, "informational")
    assert "Also offers" not in rosa.get().text
    assert rosa.press("topics", number=number, scope="marketing").status_code == 422


def test_choosing_texts_settles_no_reply_in_doubt(rosa: Own) -> None:
    rosa.scene.fact(Kind.REVIEW_OPENED)
    assert rosa.scene.row().in_review
    assert "Choose which texts" not in rosa.get().text
    assert rosa.press("topics", number=rosa.number(), scope="conversational").status_code == 422
    assert rosa.scene.row().in_review


@pytest.mark.covers("H-3", "X-14", "P13")
def test_a_changed_number_starts_without_consent_and_is_asked_by_one_text(rosa: Own) -> None:
    said = landed(rosa, answer(rosa, "number", new="(415) 555-0171", choice="yes"))
    assert "The old number gets no more texts." in said
    assert "It shows here once it has answered YES" in said
    assert not rosa.scene.row().is_current
    assert (rosa.scene.row(NEW).status, rosa.scene.row(NEW).origin) == (Status.REQUESTED, "portal")
    assert len(rosa.scene.send_all()) == 1
    assert "Your number" not in said.replace("Your new number", "")
    rosa.scene.texts_us("YES", NEW)
    shown = words(rosa.get().text)
    assert rosa.scene.row(NEW).status == Status.OPTED_IN
    assert "You get texts" in shown
    assert "Your new number" not in shown


@pytest.mark.covers("P13")
def test_a_changed_number_with_a_no_gets_nothing(rosa: Own) -> None:
    landed(rosa, answer(rosa, "number", new="(415) 555-0171", choice="no"))
    assert (rosa.scene.row(NEW).status, rosa.scene.send_all()) == (Status.NONE, [])


def known(scene: Scene) -> None:
    own(scene, OTHERS, name="Somebody Else")


def active(scene: Scene) -> None:
    known(scene)
    scene.says_yes(OTHERS)
    scene.send_all()


def stopped(scene: Scene) -> None:
    active(scene)
    scene.texts_us("STOP", OTHERS)


def stranger(scene: Scene) -> None:
    scene.texts_us("Hello, who is this?", OTHERS)


def blocked(scene: Scene) -> None:
    active(scene)
    scene.fact(Kind.CARRIER_BLOCKED, OTHERS)


def unknown(scene: Scene) -> None:
    pass


@pytest.mark.covers("P15", "P12")
@pytest.mark.parametrize("state", [unknown, known, active, stopped, stranger, blocked])
def test_a_new_number_is_answered_alike_and_nothing_is_taken_over(rosa: Own, state: Any) -> None:
    scene = rosa.scene
    state(scene)
    before = scene.site.read(lambda session: subscription.find(session, scene.site.hearth.id, SMS, OTHERS))
    others = scene.site.read(
        lambda session: [each.id for each in contact.having(session, scene.site.hearth.id, OTHERS)]
    )
    with time_machine.travel(dt.datetime.now(dt.UTC), tick=False):
        shown = landed(rosa, answer(rosa, "number", new="(415) 555-0172", choice="yes"))
    assert re.sub(r"\S*said=\S*", "", shown) == ALIKE.setdefault("page", shown)
    after = scene.row(OTHERS)
    if before is not None and state is not known:
        assert (after.status, after.consent_seq, after.carrier) in (
            (before.status, before.consent_seq, before.carrier), (Status.REQUESTED, None, before.carrier),
        )  # fmt: skip
        assert before.status not in (Status.OPTED_IN, Status.OPTED_OUT) or after.status == before.status
    if others:
        assert scene.site.read(
            lambda session: [each.id for each in contact.having(session, scene.site.hearth.id, OTHERS)]
        ) == others  # fmt: skip


ALIKE: dict[str, str] = {}
