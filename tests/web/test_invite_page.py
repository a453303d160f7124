"""`/flows` and `/invite`: the words with their two parts, and one button per contact (F-2 to F-15)."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from portal.accounts.member import Role
from portal.contacts import contact, group
from portal.invitations import flow
from portal.invitations.flow_wording import SAMPLE
from portal.messaging import message
from tests.conftest import as_member, person
from tests.web.scene import CLIENT, Scene, words
from tests.web.test_contacts_page import HOSTILE, PARTIAL, queries

NUMBERS = [f"+1415555{n:04d}" for n in range(140, 200)]
SAMPLE_WORDS = SAMPLE[next(iter(SAMPLE))]
WORDS = {
    "name": "Spring", "message": SAMPLE_WORDS.message, "yes_text": SAMPLE_WORDS.yes_text,
    "no_text": SAMPLE_WORDS.no_text, "again_text": SAMPLE_WORDS.again_text,
}  # fmt: skip


def party(scene: Scene, *numbers: str, name: str = "Spring") -> tuple[str, list[str]]:
    """A group with a contact for each number."""

    def work(session: Session) -> tuple[str, list[str]]:
        home = scene.site.hearth.id
        made = group.create(session, home, name=name)
        people = [
            contact.create(session, home, name=f"Client {n:02d}", numbers=[each]).id for n, each in enumerate(numbers)
        ]
        group.add(session, made, people)
        return made.id, people

    found: tuple[str, list[str]] = scene.write(work)
    return found


def chosen(scene: Scene, group_id: str, **more: str) -> dict[str, str]:
    return {"group": group_id, "flow": flow.sample_id(scene.site.hearth.id), "basis": "gave_number", **more}


def click(scene: Scene, group_id: str, contact_id: str, number: str, headers: Any = None, **more: str) -> Any:
    data = chosen(scene, group_id, number=number) | more
    return scene.alice().post(f"/invite/{group_id}/{contact_id}", data=data, headers=headers, follow_redirects=True)


def asked(scene: Scene, number: str) -> list[Any]:
    return [each for each in scene.entries(number) if each.kind == "asked"]


def sent(scene: Scene) -> int:
    return int(scene.site.read(lambda session: len(session.connection().execute(message.table.select()).all())))


@pytest.mark.covers("F-1", "F-2", "F-3", "F-4")
def test_the_sample_is_edited_with_both_parts_and_every_version_is_kept(scene: Scene) -> None:
    here = f"/flows/{flow.sample_id(scene.site.hearth.id)}"
    assert "Sample Opt-In Flow" in words(scene.alice().get("/flows").text)
    page = words(scene.client.get(here).text)
    assert "MSG&DataRatesMayApply" in page
    assert "Hearth Photography would like to text you" in page
    typed = "{business}: hi there. Reply Y Yes N No. STOP ends it."
    refused = scene.client.post(here, data=WORDS | {"message": typed})
    assert refused.status_code == 422
    assert "It must keep “MSG&DataRatesMayApply”" in words(refused.text)
    assert "hi there" in words(refused.text)
    looked = scene.client.get(f"{here}/preview", params=WORDS | {"message": HOSTILE}, headers=PARTIAL)
    assert "<script>alert" not in looked.text
    saved = scene.client.post(here, data=WORDS | {"message": f"{typed} MSG&DataRatesMayApply"}, follow_redirects=True)
    assert "Version 2 goes out" in words(saved.text)
    assert "Version 1" in words(saved.text)
    assert "would like to text" in words(scene.client.get(here, params={"version": "1"}).text)


def test_a_flow_is_made_with_a_name_of_its_own(scene: Scene) -> None:
    made = scene.alice().post("/flows", data={"name": HOSTILE}, follow_redirects=True)
    assert made.status_code == 200
    assert "<script>alert" not in made.text
    assert scene.client.post("/flows", data={"name": HOSTILE}).status_code == 422
    assert scene.client.post("/flows", data={"name": " "}).status_code == 422


@pytest.mark.covers("F-9", "F-10", "F-11", "F-12", "F-15")
def test_one_button_per_contact_and_one_click_asks_one_without_javascript(scene: Scene) -> None:
    group_id, people = party(scene, *NUMBERS[:3])
    assert 'href="/invite"' in scene.alice().get("/contacts").text
    assert f'href="/invite?group={group_id}"' in scene.client.get(f"/groups/{group_id}").text
    page = scene.client.get("/invite", params=chosen(scene, group_id)).text
    assert "Note: this is not legal advice." in words(page)
    buttons = re.findall(r"<form[^>]* data-invite>.*?<button[^>]*>.*?Invite.*?</button>", page, re.DOTALL)
    assert len(buttons) == 3
    assert not re.search(r"(?i)(select|invite) (all|everybody)", words(page))
    after = click(scene, group_id, people[1], NUMBERS[1])
    assert "Client 01 is invited." in words(after.text)
    assert "may be asked again in 24 h" in words(after.text)
    assert [len(asked(scene, each)) for each in NUMBERS[:3]] == [0, 1, 0]
    assert asked(scene, NUMBERS[1])[0].evidence["basis"] == "gave_number"
    assert sent(scene) == 1


@pytest.mark.covers("F-11", "X-27", "X-19")
def test_a_click_without_a_ground_or_too_soon_asks_nobody_and_says_why(scene: Scene) -> None:
    group_id, (client,) = party(scene, CLIENT)
    refused = click(scene, group_id, client, CLIENT, basis="")
    assert refused.status_code == 422
    assert "Please choose first why you may invite them." in words(refused.text)
    row = click(scene, group_id, client, CLIENT, PARTIAL, basis="other")
    assert row.status_code == 422
    assert "Please write in a few words why" in words(row.text)
    assert asked(scene, CLIENT) == []
    row = click(scene, group_id, client, CLIENT, PARTIAL, basis="other", note="Met at the fair")
    assert (row.status_code, row.text.count("<li")) == (200, 1)
    again = click(scene, group_id, client, CLIENT, PARTIAL)
    assert again.status_code == 422
    assert "less than 24 hours ago" in words(again.text)
    assert len(asked(scene, CLIENT)) == 1


@pytest.mark.covers("F-6", "F-7", "F-8", "F-19")
def test_the_page_shows_who_answered_and_who_is_still_to_answer(scene: Scene) -> None:
    group_id, people = party(scene, *NUMBERS[:3])
    for client, number in zip(people, NUMBERS, strict=False):
        click(scene, group_id, client, number)
    scene.send_all()
    scene.texts_us("Y", NUMBERS[0])
    scene.texts_us("N", NUMBERS[1])
    page = words(scene.client.get("/invite", params=chosen(scene, group_id), headers=PARTIAL).text)
    assert "Yes, in Opted-In" in page
    assert "No, in Opted-Out" in page
    assert re.search(r"Invited\s*3\s*Yes\s*1\s*No\s*1\s*No answer\s*1", page)
    inside: Any = scene.site.read(lambda session: group.members(session, scene.site.hearth.id, group_id)[0])
    assert [each.name for each in inside] == ["Client 02"]


@pytest.mark.covers("F-10")
def test_a_long_list_costs_as_many_queries_as_a_short_one(scene: Scene) -> None:
    short, (client,) = party(scene, NUMBERS[0], name="Short")
    click(scene, short, client, NUMBERS[0])
    long, people = party(scene, *NUMBERS[1:51], name="Long")
    for client, number in zip(people[:5], NUMBERS[1:6], strict=True):
        click(scene, long, client, number)
    here = [f"/invite?{urlencode(chosen(scene, each))}" for each in (short, long)]
    assert queries(scene, here[0]) == queries(scene, here[1])


def test_staff_invite_but_do_not_word(scene: Scene, client: TestClient) -> None:
    as_member(client, scene.site.bob)
    here = f"/flows/{flow.sample_id(scene.site.hearth.id)}"
    assert client.get("/invite").status_code == 200
    assert client.get("/flows").status_code == 200
    assert client.get(here).status_code == 403
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    as_member(client, counsel)
    assert client.get("/invite").status_code == 403
    assert 'href="/invite"' not in client.get("/contacts").text
