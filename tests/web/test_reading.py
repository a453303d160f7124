"""Trying how a reply would be read: the same verdict as on the road in, and nothing is stored."""

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.consent import reply
from tests.conftest import as_member
from tests.web.scene import Scene, words

HERE = "/settings/reading"


@pytest.mark.covers("X-10")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("STOP", "Stops all texts"),
        ("wrong number", "You are asked"),
        ("START", "Opens texting again"),
        ("HELP", "Gets the help text"),
        ("Stop by at 5?", "A normal text"),
        ("yes", "Agrees"),
        ("no", "Refuses"),
    ],
)
def test_it_says_what_a_reply_does(scene: Scene, text: str, says: str) -> None:
    page = scene.alice().get(HERE, params={"text": text})
    assert page.status_code == 200
    assert says in words(page.text)
    assert reply.GRAMMAR_VERSION in words(page.text)


def test_it_marks_the_words_that_decided_and_tells_of_the_other_matter(scene: Scene) -> None:
    page = scene.alice().get(HERE, params={"text": "STOP, but please call me about Friday"}).text
    assert "<mark>STOP</mark>" in page
    assert "a task is left in the conversation" in page


def test_the_words_that_a_business_added_count(scene: Scene) -> None:
    def add(session: Session) -> None:
        businesses.get(session, scene.site.hearth.id).opt_out_words = ["basta ya"]

    scene.write(add)
    assert "Stops all texts" in words(scene.alice().get(HERE, params={"text": "Basta ya"}).text)


def test_what_is_too_long_comes_back_with_a_sentence(scene: Scene) -> None:
    page = scene.alice().get(HERE, params={"text": "x" * 1601})
    assert page.status_code == 422
    assert "at most 1600 characters" in page.text
    assert "x" * 1601 in page.text


def test_markup_is_shown_and_not_run(scene: Scene) -> None:
    assert "<script>stop" not in scene.alice().get(HERE, params={"text": "<script>stop</script> stop"}).text


def test_the_empty_page_explains_itself_and_staff_may_look(scene: Scene) -> None:
    page = as_member(scene.client, scene.site.bob).get(HERE)
    assert page.status_code == 200
    assert "What could mean two things is never decided by a machine" in page.text
