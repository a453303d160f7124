"""Saved replies: kept in settings, filled in for one client in the composer, and never sent with a gap in them."""

import re
from typing import Any

import pytest

from portal.accounts.member import Role
from portal.contacts import project
from portal.errors import Conflict
from portal.messaging import canned_reply
from tests.conftest import as_member, person
from tests.web.scene import Scene, field, words

HERE = "/settings/replies"
PARKING = "Hi {first name}, please park behind {business}. {my name}"
HOSTILE = "</textarea><script>alert(1)</script> {{7*7}}"


@pytest.fixture
def rosa(scene: Scene) -> str:
    """Rosa Delgado opted in; the answer is her thread's address. Alice is signed in."""
    scene.named("Rosa Delgado")
    scene.alice()
    url = f"/sms/{scene.says_yes()}"
    scene.send_all()
    return url


def saved(scene: Scene, text: str = PARKING, name: str = "Parking") -> str:
    made = scene.write(lambda session: canned_reply.create(session, scene.site.hearth.id, name=name, text=text).id)
    return str(made)


def names(scene: Scene) -> list[str]:
    found = scene.site.read(lambda session: canned_reply.all_of(session, scene.site.hearth.id))
    return [each.name for each in found]


def typed(page: str) -> str:
    """What stands in the composer."""
    import html

    return html.unescape(page.split('name="text"')[1].split(">", 1)[1].split("</textarea>")[0]).strip("\n")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {first name}", "Hi Rosa"),
        ("Hi {First Name}", "Hi Rosa"),
        ("Hi { first  name }", "Hi Rosa"),
        ("{name} of {business}", "Rosa Delgado of Hearth"),
        ("About {project}", "About {project}"),
        ("{my name}", "Alice"),
        ("{date} and {first name}", "{date} and Rosa"),
        ("{first name}{first name}", "RosaRosa"),
        ("a { b", "a { b"),
        ("{}", "{}"),
        ("{ 42 }", "{ 42 }"),
    ],
)
def test_what_is_known_is_filled_in_and_what_is_not_stays_a_gap(text: str, filled: str) -> None:
    known = canned_reply.values(name="Rosa Delgado", business="Hearth", project="", member="Alice")
    assert canned_reply.fill(text, known) == filled


@pytest.mark.covers("P16")
def test_a_name_that_looks_like_a_variable_is_not_filled_again() -> None:
    known = canned_reply.values(name="{my name}", business="Hearth", project="", member="Alice")
    assert canned_reply.fill("Hi {name}", known) == "Hi {my name}"
    assert canned_reply.gaps("Hi {my name}") == ["{my name}"]


def test_replies_are_kept_changed_deleted_and_put_back(scene: Scene) -> None:
    scene.alice()
    assert scene.client.post(HERE, data={"name": " Parking ", "text": PARKING}).headers["location"] == HERE
    page = scene.client.get(HERE).text
    assert "Parking" in words(page)
    (one,) = re.findall(rf'href="({HERE}/\w+)"', page)
    scene.client.post(one, data={"name": "Parking lot", "text": "Behind the house"})
    assert names(scene) == ["Parking lot"]
    scene.client.post(f"{one}/delete")
    assert names(scene) == []
    page = scene.client.get(HERE).text
    (action,) = re.findall(r'class="flash-undo".*?action="([^"]+)"', page, re.DOTALL)
    assert scene.client.get(one).status_code == 404
    scene.client.post(action)
    assert names(scene) == ["Parking lot"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "", "text": "x"}, "give it a name"),
        ({"name": "x" * 61, "text": "x"}, "at most 60"),
        ({"name": "x", "text": " "}, "Please write the text"),
        ({"name": "x", "text": "x" * 1601}, "at most 1600"),
        ({"name": "x", "text": "On {date} at {place}"}, "Nothing fills {date} or {place}. You may use {first name}"),
    ],
)
def test_a_reply_that_cannot_be_kept_says_why_and_keeps_its_words(
    scene: Scene, data: dict[str, str], sentence: str
) -> None:
    scene.alice()
    answer = scene.client.post(HERE, data=data)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert data["text"].strip() in answer.text
    assert names(scene) == []


def test_there_is_an_end_to_replies(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canned_reply, "MOST", 2)
    for name in ("a", "b"):
        saved(scene, name=name)
    with pytest.raises(Conflict):
        saved(scene, name="c")


@pytest.mark.covers("H-16")
def test_a_reply_is_put_into_the_composer_filled_and_nothing_is_sent(scene: Scene, rosa: str) -> None:
    reply = saved(scene)
    page = scene.client.get(rosa).text
    assert f'<option value="{reply}">Parking</option>' in page.split("<noscript>")[-1]
    before = len(scene.messages())
    answer = scene.client.post(rosa, data={"act": "insert", "reply": reply, "text": "", "once": "x"})
    assert answer.status_code == 200
    assert typed(answer.text) == "Hi Rosa, please park behind Hearth Photography. Alice"
    assert "53 characters · 1 segment" in words(answer.text), "the counter counts the filled text"
    assert len(scene.messages()) == before
    scene.client.post(rosa, data={"text": typed(answer.text), "once": field(answer.text, "once")})
    assert scene.send_all() == ["Hi Rosa, please park behind Hearth Photography. Alice"]


def test_what_was_typed_before_stays(scene: Scene, rosa: str) -> None:
    answer = scene.client.post(rosa, data={"act": "insert", "reply": saved(scene, "See you"), "text": "Great!"})
    assert typed(answer.text) == "Great!\nSee you"


def test_the_project_of_the_conversation_is_known(scene: Scene, rosa: str) -> None:
    def work(session: Any) -> None:
        from portal.consent import subscription

        made = project.create(session, scene.site.hearth.id, name="Beach session")
        query = subscription.table.update().where(subscription.table.c.id == scene.row().id)
        session.connection().execute(query.values(project_id=made.id))

    scene.write(work)
    answer = scene.client.post(rosa, data={"act": "insert", "reply": saved(scene, "For {project}")})
    assert typed(answer.text) == "For Beach session"


def test_a_gap_is_marked_and_a_text_with_one_is_not_sent(scene: Scene) -> None:
    """A number that nobody has given a name."""
    url = f"/sms/{scene.says_yes()}"
    scene.send_all()
    scene.alice()
    answer = scene.client.post(url, data={"act": "insert", "reply": saved(scene)})
    assert "Still to fill in: {first name}" in words(answer.text)
    before = len(scene.messages())
    for act in ("", "later"):
        refused = scene.client.post(url, data={"text": typed(answer.text), "act": act, "send_at": "2099-01-01T10:00"})
        assert refused.status_code == 422
        assert "Not sent: please put words in the place of {first name} first." in words(refused.text)
        assert typed(refused.text) == typed(answer.text)
    assert len(scene.messages()) == before
    assert scene.send_all() == []


def test_braces_that_hold_no_words_may_be_sent(scene: Scene, rosa: str) -> None:
    for text in ("{}", ":-{", "a } b { c"):
        scene.client.post(rosa, data={"text": text})
    assert len(scene.send_all()) == 3


def test_the_panel_lists_every_reply_filled_in_for_this_client(scene: Scene, rosa: str) -> None:
    saved(scene)
    page = scene.client.get(f"{rosa}/replies").text
    assert 'data-words="Hi Rosa, please park behind Hearth Photography. Alice"' in page
    assert "Hi Rosa, please park" in words(page)


def test_without_replies_the_panel_teaches_to_make_one(scene: Scene, rosa: str) -> None:
    assert "Save what you write often once" in words(scene.client.get(f"{rosa}/replies").text)


@pytest.mark.covers("P16")
def test_hostile_words_in_a_reply_never_run(scene: Scene, rosa: str) -> None:
    reply = saved(scene, HOSTILE, name="<b>x</b>")
    for page in (
        scene.client.get(HERE).text,
        scene.client.get(f"{HERE}/{reply}").text,
        scene.client.get(f"{rosa}/replies").text,
        scene.client.post(rosa, data={"act": "insert", "reply": reply}).text,
    ):
        assert "<script>alert" not in page
        assert "<b>x" not in page


@pytest.mark.covers("P10")
def test_another_businesss_reply_can_be_neither_read_nor_used(scene: Scene, rosa: str) -> None:
    reply = saved(scene)
    scene.write(lambda session: canned_reply.create(session, scene.site.other.id, name="Theirs", text="Secret"))
    assert "Theirs" not in scene.client.get(HERE).text
    as_member(scene.client, scene.site.charlie)
    for path in ("", "/delete", "/restore"):
        assert scene.client.post(f"{HERE}/{reply}{path}", data={"name": "x", "text": "x"}).status_code == 404
    assert scene.client.post(rosa, data={"act": "insert", "reply": reply}).status_code == 404
    assert names(scene) == ["Parking"]


@pytest.mark.covers("P10")
def test_counsel_reads_the_replies_and_changes_none(scene: Scene) -> None:
    saved(scene)
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    as_member(scene.client, counsel)
    page = scene.client.get(HERE).text
    assert "Parking" in words(page)
    assert "<textarea" not in page
    assert scene.client.post(HERE, data={"name": "x", "text": "x"}).status_code == 403


def test_staff_may_keep_replies(scene: Scene) -> None:
    as_member(scene.client, scene.site.bob)
    assert scene.client.post(HERE, data={"name": "Parking", "text": "Behind"}).status_code == 303


@pytest.mark.parametrize("reply", ["", "unknown"])
def test_a_reply_that_is_gone_is_not_found(scene: Scene, rosa: str, reply: str) -> None:
    assert scene.client.post(rosa, data={"act": "insert", "reply": reply, "text": "x"}).status_code == 404
