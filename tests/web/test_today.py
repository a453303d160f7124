"""Today: what needs a member, and the first step."""

import pytest
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.business import Capability
from portal.consent.state import Kind
from portal.messaging import attention
from portal.providers.provider import Rejected, Trouble, Unknown
from portal.statement import Statement
from tests.conftest import as_member
from tests.web.scene import Scene, words

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_a_new_business_is_led_to_its_first_questionnaire(scene: Scene) -> None:
    page = scene.alice().get("/").text
    assert "Make the first questionnaire" in words(page)
    assert 'href="/questionnaires"' in page


def test_with_a_questionnaire_but_no_number_it_says_what_comes_next(scene: Scene) -> None:
    scene.publish()
    assert "No client has given a number yet." in words(scene.alice().get("/").text)


@pytest.mark.covers("H-26")
def test_without_the_capability_nothing_of_texting_is_there(scene: Scene) -> None:
    def revoke(session: Session) -> None:
        found = businesses.get(session, scene.site.hearth.id)
        businesses.grant(session, found, Capability.TEXTING, revoke=True)

    scene.write(revoke)
    page = scene.alice().get("/").text
    assert "Texting is not switched on" in words(page)
    assert "/sms" not in page


def test_what_needs_a_member_is_there_and_leads_to_the_conversation(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.send_all(Unknown("The answer was lost."))
    scene.we_write("See you")
    scene.send_all(Rejected(Trouble.CONTENT, "30007", "Filtered."))
    scene.texts_us("Hello?")
    scene.fact(Kind.REVIEW_OPENED)
    page = scene.alice().get("/").text
    said = words(page)
    for part in (
        "Unread texts",
        "Hello?",
        "Replies that need a look",
        "Outcome unknown",
        "Not delivered",
        "Opted in 1",
    ):
        assert part in said
    assert page.count(f'href="/sms/{scene.row().id}"') == 4
    assert "+1 415 555 0132" not in said, "a contact has a name"


def test_when_all_is_done_it_says_so(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.send_all()
    assert "All done" in words(scene.alice().get("/").text)


def test_more_than_five_of_a_kind_are_told_as_more(scene: Scene) -> None:
    for n in range(6):
        scene.texts_us("Hello?", f"+1415555010{n}")
    page = scene.alice().get("/").text
    assert "and more" in words(page)
    assert page.count("Hello?") == 5


def test_an_open_page_gets_the_cards_alone(scene: Scene) -> None:
    scene.publish()
    assert scene.alice().get("/", headers=PARTIAL).text.lstrip().startswith('<div class="stack" id="needs"')


@pytest.mark.covers("P10")
def test_another_businesss_needs_are_not_ours(scene: Scene) -> None:
    scene.texts_us("Hello?")
    assert "Hello?" not in as_member(scene.client, scene.site.charlie).get("/").text


@pytest.mark.parametrize("kind", ["_UNREAD", "_IN_REVIEW", "_IN_TROUBLE"])
def test_a_small_index_serves_each_need(scene: Scene, kind: str) -> None:
    """Partial indexes are only used where the condition is written as in the index."""
    statement: Statement = getattr(attention, kind)
    index = {"_UNREAD": "subscription_unread", "_IN_REVIEW": "subscription_in_review"}.get(kind, "message_in_trouble")
    database = scene.site.database

    def explain(session: Session) -> str:
        compiled, road = statement._ready(session)
        cursor = road.cursor
        values = {"business_id": scene.site.hearth.id, "since": clock.now()}
        word = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        if not database.is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{word} {compiled.sql}", compiled.bind(values))
        return "\n".join(str(line[-1]) for line in cursor.fetchall())

    assert index in scene.site.read(explain)
