"""“Why can't I text Maria?”: the gate's answer in words, the entry behind it, and the one thing that unlocks it."""

import html
from typing import Any

import pytest

from portal.accounts.member import Role
from portal.consent.state import Kind, Proof
from portal.contacts import contact
from portal.messaging import desk, reason
from tests.conftest import as_member, person
from tests.web.scene import CLIENT, Scene, words

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
SECOND = "+14155550133"


@pytest.fixture
def maria(scene: Scene) -> str:
    """Maria Lopez opted in; the answer is her thread's address. Alice is signed in."""
    scene.named("Maria Lopez", email="maria@example.com")
    scene.alice()
    return f"/sms/{scene.says_yes()}"


def why(scene: Scene, url: str) -> str:
    answer = scene.client.get(f"{url}/why")
    assert answer.status_code == 200
    return answer.text


def primary(page: str) -> list[str]:
    """What the primary buttons of the panel say, without icons."""
    body = page.split('class="card stack"')[1] if 'class="card stack"' in page else page
    return [
        words(part.split("</a>")[0].split("</button>")[0]).split("> ")[-1] for part in body.split("button primary")[1:]
    ]


def read(scene: Scene) -> reason.Reason:
    from portal.accounts import business as businesses

    def work(session: Any) -> reason.Reason:
        return reason.read(session, businesses.get(session, scene.site.hearth.id), scene.row().id)

    found: reason.Reason = scene.site.read(work)
    return found


def test_an_open_number_is_explained_as_well(scene: Scene, maria: str) -> None:
    page = why(scene, maria)
    said = words(page)
    assert "Why may I text Maria Lopez?" in said
    assert "A text you write: may go" in said
    assert "Automated texts: may go" in said
    assert "Opted in in a questionnaire, from the phone itself" in said
    assert "They were shown: the disclaimer" in said
    assert "entry 1 of your ledger" in said
    assert primary(page) == ["Write a text"]


@pytest.mark.covers("H-22", "X-9")
def test_after_a_stop_it_shows_the_words_of_the_stop_and_the_way_back(scene: Scene, maria: str) -> None:
    scene.texts_us("Please stop texting me")
    page = why(scene, maria)
    said = words(page)
    assert "Why can’t I text Maria Lopez?" in said
    assert "A text you write: not now" in said
    assert "Automated texts: not now" in said
    assert "They wrote: Please stop texting me" in said
    assert "The client, " in said
    assert "Only they can open it again." in said
    assert primary(page) == ["Send an opt-in questionnaire"]


@pytest.mark.covers("H-22")
def test_an_opt_out_by_hand_names_who_recorded_it_and_the_reason(scene: Scene, maria: str) -> None:
    from portal import clock

    scene.write(
        lambda session: desk.opt_out(
            session, scene.site.hearth.id, scene.row().id, actor=f"member:{scene.site.bob.id}", name="Bob", ip="",
            reason="She called on Monday", received_by="phone", received_at=clock.now(),
        )
    )  # fmt: skip
    said = words(why(scene, maria))
    assert "recorded by your team" in said
    assert "Reason given: She called on Monday" in said
    assert "Bob, " in said


@pytest.mark.covers("X-15")
def test_a_paused_number_names_and_links_the_other_number(scene: Scene, maria: str) -> None:
    (found,) = scene.site.read(lambda session: contact.having(session, scene.site.hearth.id, CLIENT))
    scene.write(lambda session: contact.add_number(session, contact.get(session, found.business_id, found.id), SECOND))
    other = f"/sms/{scene.says_yes(SECOND)}"
    scene.texts_us("STOP")
    page = why(scene, other)
    assert "Paused because of +1 415 555 0132" in words(page)
    assert f'href="{maria}"' in page
    assert primary(page) == ["Send an opt-in questionnaire"]


@pytest.mark.covers("X-17")
def test_a_carrier_block_shows_both_lights_and_the_sentence_with_start_and_our_number(scene: Scene, maria: str) -> None:
    scene.fact(Kind.CARRIER_BLOCKED)
    page = why(scene, maria)
    said = words(page)
    assert "The carrier began to refuse texts" in said
    assert "Opted in in a questionnaire" in said, "the consent stands, and is shown too"
    assert "Please text START to +1 202 555 0199 to get texts from Hearth Photography again." in said
    assert "Their carrier refuses your texts" in said
    assert "They said Yes, and have not taken it back." in said
    assert primary(page) == ["Ask by e-mail"]
    assert "mailto:maria%40example.com" in page


@pytest.mark.covers("X-17")
def test_without_an_address_the_sentence_is_there_to_be_copied(scene: Scene) -> None:
    scene.named("Maria Lopez")
    url = f"/sms/{scene.says_yes()}"
    scene.fact(Kind.CARRIER_BLOCKED)
    scene.alice()
    assert primary(why(scene, url)) == ["Copy this sentence"]


def test_a_doubtful_reply_stops_automated_texts_alone(scene: Scene, maria: str) -> None:
    scene.fact(Kind.REVIEW_OPENED)
    page = why(scene, maria)
    said = words(page)
    assert "A text you write: may go" in said
    assert "Automated texts: not now" in said
    assert primary(page) == ["Read the reply and decide"]


def test_a_number_that_cannot_get_texts_leads_to_the_contact(scene: Scene, maria: str) -> None:
    scene.fact(Kind.UNDELIVERABLE)
    page = why(scene, maria)
    assert "it may be a landline" in words(page)
    assert primary(page) == ["Open the contact"]


def test_what_holds_besides_is_told_too(scene: Scene, maria: str) -> None:
    scene.fact(Kind.CARRIER_BLOCKED)
    scene.fact(Kind.UNDELIVERABLE)
    scene.fact(Kind.REVIEW_OPENED)
    assert read(scene).key == "undeliverable"
    assert {each.reason for each in read(scene).also} == {"carrier_blocked", "in_review"}
    assert "Besides" in words(why(scene, maria))


@pytest.mark.covers("H-22")
def test_a_number_that_nobody_asked_has_nothing_on_record(scene: Scene) -> None:
    url = f"/sms/{scene.named('Maria Lopez')}"
    scene.alice()
    page = why(scene, url)
    assert "nobody asked, and nobody answered" in words(page)
    assert primary(page) == ["Send an opt-in questionnaire"]


@pytest.mark.covers("X-13")
def test_a_yes_that_anybody_could_have_given_is_told_as_such(scene: Scene, maria: str) -> None:
    scene.texts_us("STOP")
    scene.says_yes(proof=Proof.ANONYMOUS)
    assert "It opens nothing until the client proves it." in words(why(scene, maria))


def test_a_scope_too_narrow_for_automated_texts_is_named(scene: Scene) -> None:
    scene.named("Maria Lopez")
    url = f"/sms/{scene.says_yes(scope='conversational')}"
    scene.alice()
    said = words(why(scene, url))
    assert "A text you write: may go" in said
    assert "The client agreed to other kinds of texts" in said


@pytest.mark.covers("P16")
def test_the_exact_words_of_a_client_are_shown_and_never_run(scene: Scene, maria: str) -> None:
    scene.texts_us("STOP <script>alert(1)</script>")
    page = why(scene, maria)
    assert "<script>alert" not in page
    assert html.escape("<script>alert(1)</script>") in page


def test_the_panel_and_the_page_say_the_same(scene: Scene, maria: str) -> None:
    page = why(scene, maria)
    panel = scene.client.get(f"{maria}/why", headers=PARTIAL).text
    assert panel.lstrip().startswith('<div class="panel-inside"')
    assert words(panel.split("dialog-body")[1]).split("> ", 1)[-1] in words(page)


def test_the_lock_the_lights_and_the_menu_lead_there(scene: Scene, maria: str) -> None:
    scene.texts_us("STOP")
    page = scene.client.get(maria).text
    assert page.count(f'href="{maria}/why"') == 3
    assert 'data-key="w"' in page


@pytest.mark.covers("P10")
def test_counsel_reads_it_and_is_offered_nothing_to_do(scene: Scene, maria: str) -> None:
    scene.texts_us("STOP")
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    as_member(scene.client, counsel)
    page = why(scene, maria)
    assert "They wrote: STOP" in words(page)
    assert primary(page) == []
    assert scene.client.get(f"{maria}/evidence").status_code == 200


@pytest.mark.covers("P10")
@pytest.mark.parametrize("path", ["/why", "/evidence", "/replies", "/note", "/assign", "/snooze"])
def test_another_business_finds_nothing_there(scene: Scene, maria: str, path: str) -> None:
    assert as_member(scene.client, scene.site.charlie).get(maria + path).status_code == 404
