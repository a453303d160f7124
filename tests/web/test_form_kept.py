"""The empty form is rendered once for all strangers; nobody gets another one's token, or words of yesterday."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from portal.questionnaires import questionnaire as questionnaires
from portal.web import client_page, public_form
from tests.web.door import NAME, NUMBER, YES, Door, token_of


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each rendering of a client's page."""
    seen: list[str] = []
    render = client_page.rendered

    def watched(*given: Any) -> str:
        seen.append(str(given[2]))
        return render(*given)

    monkeypatch.setattr(client_page, "rendered", watched)
    return seen


def test_two_strangers_get_the_same_page_each_with_a_token_of_its_own(door: Door, rendered: list[str]) -> None:
    first, second = door.page().text, door.page().text
    tokens = token_of(first), token_of(second)
    assert tokens[0] != tokens[1]
    assert first.replace(tokens[0], "") == second.replace(tokens[1], "")
    assert len(rendered) == 1
    assert public_form._TOKEN not in first + second


def test_a_form_from_the_kept_page_is_sent_in_like_any_other(door: Door) -> None:
    door.page()
    for number in (NUMBER, "(415) 555-0133"):
        door.thanks(YES | {"q_optin_number": number})
    assert len(door.submissions()) == 2


def test_what_changes_is_seen_at_once(door: Door, rendered: list[str]) -> None:
    """The business's name and purposes, and a new version of the questions."""
    door.page()
    door.change(name="Hearth & Sons", purposes="your garden")
    page = door.page().text
    assert "Hearth &amp; Sons" in page
    assert "your garden" in page

    def publish(session: Session) -> None:
        found = questionnaires.get(session, door.site.hearth.id, door.questionnaire.id)
        asked = (replace(NAME, label="Who are you?"),)
        questionnaires.save_draft(session, found, title="Another title", questions=asked)
        questionnaires.publish(session, found)

    door.site.write(publish)
    page = door.page().text
    assert "Who are you?" in page
    assert "Another title" in page
    assert len(rendered) == 3


def test_a_frame_and_a_personal_link_have_pages_of_their_own(door: Door) -> None:
    stranger = door.page().text
    framed = replace(door, is_embedded=True).page().text
    personal = door.as_(door.contact()).page().text
    assert "embedded.js" in framed
    assert "embedded.js" not in stranger
    assert "Rosa Delgado" in personal
    assert "Rosa" not in door.page().text


def test_no_more_pages_are_kept_than_a_few_hundred(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_form, "KEPT", 2)
    for n in range(5):
        door.change(name=f"Hearth {n}")
        assert f"Hearth {n}" in door.page().text
        assert len(public_form._EMPTY) <= 2
