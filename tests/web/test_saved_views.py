"""A member's own views of the list: saved, opened, renamed, deleted with undo; twenty at most, nobody else's."""

import html
import re
from typing import Any

import pytest

from portal.messaging import saved_view
from tests.conftest import as_member
from tests.web.scene import Scene, words

QUERY = "status=opted_in&unread=yes"


def save(scene: Scene, name: str = "New answers", query: str = QUERY) -> Any:
    return scene.alice().post("/sms/views", data={"name": name, "query": query})


def views(scene: Scene) -> dict[str, str]:
    found = scene.site.read(lambda session: saved_view.all_of(session, scene.site.alice.id))
    return {view.name: view.id for view in found}


def undo(scene: Scene, page: str) -> Any:
    """Press the button of the sentence on top."""
    found = re.search(r'class="flash-undo".*?</form>', page, re.DOTALL)
    assert found is not None
    (url,) = re.findall(r'action="([^"]+)"', found.group())
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', found.group())
    return scene.client.post(url, data={name: html.unescape(value) for name, value in fields})


@pytest.mark.covers("H-16")
def test_a_saved_view_is_a_tab_that_leads_to_the_same_list(scene: Scene) -> None:
    answer = save(scene)
    page = scene.client.get(answer.headers["location"]).text
    assert answer.headers["location"] == f"/sms?{QUERY}"
    assert re.search(r'<a href="/sms\?status=opted_in&amp;unread=yes" aria-current="true"><bdi>New answers', page)


def test_the_page_offers_to_save_what_is_not_saved_yet(scene: Scene) -> None:
    assert "Save this view" in scene.alice().get(f"/sms?{QUERY}").text
    save(scene)
    assert "Save this view" not in scene.client.get(f"/sms?{QUERY}").text
    assert "Save this view" not in scene.client.get("/sms").text


def test_what_is_saved_is_a_filter_and_nothing_else(scene: Scene) -> None:
    save(scene, "Odd", "status=nonsense&after=2026&next=//evil.example&q=rosa&words_after=x&open=1")
    (view,) = scene.site.read(lambda session: saved_view.all_of(session, scene.site.alice.id))
    assert view.query == "q=rosa"


@pytest.mark.parametrize(
    ("name", "said"), [("", "Please give the view a name."), ("x" * 41, "at most 40"), ("Mine", "")]
)
def test_a_view_needs_a_short_name_of_its_own(scene: Scene, name: str, said: str) -> None:
    if not said:
        save(scene, name)
        said = "a view with this name already"
    answer = save(scene, name)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert html.escape(QUERY) in answer.text


def test_twenty_views_are_enough(scene: Scene) -> None:
    for n in range(saved_view.MOST):
        assert save(scene, f"View {n}").status_code == 303
    answer = save(scene, "One more")
    assert answer.status_code == 422
    assert "20 saved views" in words(answer.text)


def test_a_view_is_renamed_and_called_as_before_again(scene: Scene) -> None:
    save(scene)
    where = f"/sms/views/{views(scene)['New answers']}"
    answer = scene.client.post(where, data={"name": "Fresh"})
    assert set(views(scene)) == {"Fresh"}
    undo(scene, scene.client.get(answer.headers["location"]).text)
    assert set(views(scene)) == {"New answers"}


def test_a_deleted_view_can_be_had_back(scene: Scene) -> None:
    save(scene)
    answer = scene.client.post(f"/sms/views/{views(scene)['New answers']}/delete")
    page = scene.client.get(answer.headers["location"]).text
    assert views(scene) == {}
    assert "No saved views yet" in page
    assert undo(scene, page).headers["location"] == f"/sms?{QUERY}"
    assert set(views(scene)) == {"New answers"}


def test_a_name_that_is_taken_is_said_beside_the_view(scene: Scene) -> None:
    save(scene, "One")
    save(scene, "Two")
    answer = scene.client.post(f"/sms/views/{views(scene)['Two']}", data={"name": "One"})
    assert answer.status_code == 422
    assert "a view with this name already" in words(answer.text)
    assert set(views(scene)) == {"One", "Two"}


@pytest.mark.covers("P10")
def test_a_colleague_has_views_of_their_own(scene: Scene) -> None:
    save(scene)
    theirs = views(scene)["New answers"]
    bob = as_member(scene.client, scene.site.bob)
    assert "<bdi>New answers" not in bob.get("/sms").text
    assert bob.post(f"/sms/views/{theirs}", data={"name": "Taken over"}).status_code == 404
    assert bob.post(f"/sms/views/{theirs}/delete").status_code == 404
    assert bob.post("/sms/views", data={"name": "New answers", "query": QUERY}).status_code == 303


@pytest.mark.covers("P16")
def test_the_name_of_a_view_is_text(scene: Scene) -> None:
    save(scene, "<script>alert(1)</script>\u202e")
    for url in ("/sms", "/sms/views"):
        page = scene.client.get(url).text
        assert "<script>alert" not in page
        assert "alert(1)" in page
