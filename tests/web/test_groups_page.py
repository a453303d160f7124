"""`/groups` and one group: make, fill, look at the views, text everybody in it (F-5, F-16, X-21, M-12)."""

import re
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import Capability
from portal.accounts.member import Role
from portal.contacts import contact, group
from tests.conftest import as_member, person
from tests.web.scene import CLIENT, Scene, field, words
from tests.web.test_contacts_page import HOSTILE, PARTIAL, SECOND, THIRD

TEXT = "Hearth here: the holiday minis are on December 5."


def follow(scene: Scene, path: str, **data: Any) -> Any:
    """The page after a form was sent."""
    return scene.alice().post(path, data=data, follow_redirects=True)


def client_of(scene: Scene, name: str, *numbers: str) -> str:
    return str(
        scene.write(lambda session: contact.create(session, scene.site.hearth.id, name=name, numbers=numbers).id)
    )


def together(scene: Scene, name: str, *contact_ids: str) -> str:
    def work(session: Session) -> str:
        made = group.create(session, scene.site.hearth.id, name=name)
        group.add(session, made, contact_ids)
        return made.id

    return str(scene.write(work))


def inside(scene: Scene, group_id: str) -> list[str]:
    rows: Any = scene.site.read(lambda session: group.members(session, scene.site.hearth.id, group_id)[0])
    return [each.name for each in rows]


def switch(scene: Scene, **values: bool) -> None:
    def work(session: Session) -> None:
        found = businesses.get(session, scene.site.hearth.id)
        businesses.grant(session, found, Capability.GROUP_MESSAGES)
        businesses.change(session, found, **values)

    scene.write(work)


def test_without_groups_the_page_teaches_what_one_is(scene: Scene) -> None:
    said = words(scene.alice().get("/groups").text)
    assert "No groups of your own yet" in said
    assert "Opted-In" in said
    assert 'href="/groups"' in scene.alice().get("/contacts").text


@pytest.mark.covers("F-5")
def test_a_group_is_made_filled_renamed_and_deleted_without_javascript(scene: Scene) -> None:
    rosa = client_of(scene, "Rosa Delgado")
    made = scene.alice().post("/groups", data={"name": HOSTILE}, follow_redirects=False)
    here = made.headers["location"]
    page = scene.client.get(here).text
    assert "<script>alert" not in page
    assert "Nobody is in this group yet" in words(page)
    assert f'action="{here}/contacts/{rosa}/add"' in scene.client.get(here, params={"find": "ros"}).text
    assert "is in “" in words(follow(scene, f"{here}/contacts/{rosa}/add").text)
    assert "Rosa Delgado" in words(scene.client.get(here, headers=PARTIAL).text)
    gone = follow(scene, f"{here}/contacts/{rosa}/remove").text
    assert ">Undo<" in gone
    assert follow(scene, here, name="Spring").status_code == 200
    assert "Its contacts stay" in words(follow(scene, f"{here}/delete").text)
    assert scene.client.get(here).status_code == 404
    assert scene.client.get(f"/contacts/{rosa}").status_code == 200


@pytest.mark.parametrize(("name", "said"), [("", "Please give a name"), ("Opted-In", "view"), ("spring", "already")])
def test_a_name_that_cannot_be_given_is_said_beside_it(scene: Scene, name: str, said: str) -> None:
    together(scene, "Spring")
    answer = scene.alice().post("/groups", data={"name": name})
    assert (answer.status_code, said in answer.text) == (422, True)


@pytest.mark.covers("F-5")
def test_many_are_picked_from_a_filter(scene: Scene) -> None:
    for name, number in (("Ada", CLIENT), ("Bea", SECOND), ("Cleo", THIRD)):
        scene.named(name, number)
    scene.says_yes(CLIENT)
    scene.says_yes(SECOND)
    here = together(scene, "Spring")
    page = scene.alice().get(f"/groups/{here}/pick", params={"mark": "y"}).text
    ids = re.findall(r'name="id" value="(\w+)"', page)
    assert len(ids) == 2
    said = follow(scene, f"/groups/{here}/pick?mark=y", id=ids).text
    assert "2 contacts are new" in words(said)
    assert inside(scene, here) == ["Ada", "Bea"]
    assert "Nobody is left" in words(said)
    assert "select at least one" in words(follow(scene, f"/groups/{here}/pick").text)


def test_a_contact_is_put_into_a_group_on_its_own_page(scene: Scene) -> None:
    rosa, here = client_of(scene, "Rosa Delgado"), together(scene, "Spring")
    page = follow(scene, f"/contacts/{rosa}/groups", group=here).text
    assert f'href="/groups/{here}"' in page
    left = scene.client.post(f"/groups/{here}/contacts/{rosa}/remove", data={"back": "contact"}, follow_redirects=False)
    assert left.headers["location"] == f"/contacts/{rosa}#groups"
    assert inside(scene, here) == []


@pytest.mark.covers("F-16", "F-17", "X-21")
def test_a_view_shows_its_clients_and_offers_nothing_to_change(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    page = scene.alice().get("/groups/opted-in").text
    assert "Rosa Delgado" in page
    assert 'action="/groups/opted-in' not in page
    scene.texts_us("STOP")
    assert "Rosa Delgado" not in scene.client.get("/groups/opted-in").text
    assert "Rosa Delgado" in scene.client.get("/groups/opted-out").text
    for path in ("", "/delete", "/pick"):
        assert scene.client.post(f"/groups/opted-in{path}", data={"name": "Mine", "id": "x"}).status_code == 409


@pytest.mark.covers("B7", "M-12")
def test_a_text_to_a_group_is_looked_over_and_sent_once(scene: Scene) -> None:
    switch(scene, has_group_messages=True)
    scene.named("Ada", CLIENT)
    scene.named("Bea", SECOND)
    scene.says_yes(CLIENT)
    scene.send_all()
    ids = scene.site.read(
        lambda session: [contact.having(session, scene.site.hearth.id, n)[0].id for n in (CLIENT, SECOND)]
    )
    here = f"/groups/{together(scene, 'Spring', *ids)}"
    assert "Text this group" in words(scene.alice().get(here).text)
    form = scene.client.get(f"{here}/text").text
    assert "Not texted: has not agreed to texts" in words(form)
    given = {"once": field(form, "once"), "text": TEXT}
    look = scene.client.post(f"{here}/text", data=given | {"act": "review"})
    assert "Send 1 text" in words(look.text)
    assert scene.send_all() == []
    answers = [follow(scene, f"{here}/text", **given, act="send") for _ in range(2)]
    assert answers[0].url == answers[1].url
    said = words(answers[0].text)
    assert "Has not agreed to texts" in said
    assert "Bea" in said
    assert scene.send_all() == [TEXT]
    assert TEXT in words(scene.client.get(here).text)


def test_words_that_cannot_go_come_back_with_what_is_wrong(scene: Scene) -> None:
    switch(scene, has_group_messages=True)
    scene.named("Ada", CLIENT)
    scene.says_yes(CLIENT)
    ada = scene.site.read(lambda session: contact.having(session, scene.site.hearth.id, CLIENT)[0].id)
    here = f"/groups/{together(scene, 'Spring', ada)}/text"
    for text in ("", "Hi {first name}", "x" * 1601):
        answer = scene.alice().post(here, data={"text": text, "act": "send", "once": "a"})
        assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)
    again = scene.client.post(here, data={"text": TEXT, "act": "edit", "once": "a"}).text
    assert TEXT in again
    assert 'value="a"' in again


@pytest.mark.covers("M-12")
def test_while_the_gate_is_on_the_page_is_refused_and_without_the_feature_it_is_not_there(scene: Scene) -> None:
    here = f"/groups/{together(scene, 'Spring', client_of(scene, 'Ada'))}"
    assert "Text this group" not in words(scene.alice().get(here).text)
    assert scene.client.get(f"{here}/text").status_code == 404
    switch(scene, has_first_message_gate=True)
    said = words(scene.client.get(here).text)
    assert "Text this group" not in said
    assert "there are no texts to groups" in said
    for answer in (scene.client.get(f"{here}/text"), scene.client.post(f"{here}/text", data={"text": TEXT})):
        assert answer.status_code == 409
        assert "no texts to groups" in words(answer.text)


def test_who_may_only_read_sees_no_buttons(scene: Scene) -> None:
    switch(scene, has_group_messages=True)
    here = f"/groups/{together(scene, 'Spring', client_of(scene, 'Ada'))}"
    who = scene.write(
        lambda session: person(session, business_id=scene.site.hearth.id, name="carla", role=Role.COUNSEL)
    )
    reader = as_member(scene.client, who)
    for path in ("/groups", here):
        page = reader.get(path).text
        assert page.count('method="post"') == 1  # to sign out
        assert "Text this group" not in words(page)
