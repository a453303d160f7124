"""Assigning and putting off several numbers is taken back by one press, and only where nothing happened since."""

import html
import re
from typing import Any

import pytest

from portal.accounts import member
from portal.accounts.member import Role
from tests.conftest import as_member
from tests.web.scene import Scene, words

NUMBERS = ["+14155550132", "+14155550133", "+14155550134"]


@pytest.fixture
def ids(scene: Scene) -> list[str]:
    """Rosa, Owen and Priya."""
    names = ("Rosa Delgado", "Owen Hartley", "Priya Raman")
    return [scene.named(name, number) for name, number in zip(names, NUMBERS, strict=True)]


def post(scene: Scene, act: str, ids: list[str], query: str = "", **given: Any) -> Any:
    return scene.alice().post(f"/sms/bulk{query}", data={"act": act, "id": ids, **given})


def flash(scene: Scene, answer: Any) -> str:
    assert answer.status_code == 303
    return words(scene.client.get(answer.headers["location"]).text)


def take_back(scene: Scene, answer: Any) -> str:
    """Press “Undo” under the sentence that the act is answered with; what is said then."""
    page = scene.client.get(answer.headers["location"]).text
    (form,) = re.findall(r'class="flash-undo".*?(<form.*?</form>)', page, re.DOTALL)
    (url,) = re.findall(r'action="([^"]+)"', form)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return flash(scene, scene.client.post(html.unescape(url), data=fields))


@pytest.mark.covers("H-16")
def test_assigning_several_is_taken_back_to_whom_each_one_had(scene: Scene, ids: list[str]) -> None:
    bob, alice = scene.site.bob.id, scene.site.alice.id
    post(scene, "assign", ids[:1], member=alice)
    post(scene, "assign", ids[1:2], member=bob)
    answer = post(scene, "assign", ids, "?status=opted_in", member=bob)
    assert "Undone for 2 conversations." in take_back(scene, answer)
    assert [scene.row(number).assigned_to for number in NUMBERS] == [alice, bob, None]


@pytest.mark.covers("H-16")
def test_putting_several_off_is_taken_back_to_the_time_each_one_had(scene: Scene, ids: list[str]) -> None:
    post(scene, "snooze", ids[:1], until="reply")
    post(scene, "snooze", ids[1:2], until="week")
    before = [scene.row(number).snoozed_until_at for number in NUMBERS]
    answer = post(scene, "snooze", ids, until="tomorrow")
    assert "Undone for 3 conversations." in take_back(scene, answer)
    assert [scene.row(number).snoozed_until_at for number in NUMBERS] == before


def test_taking_back_leaves_alone_what_changed_since(scene: Scene, ids: list[str]) -> None:
    """A client who wrote must not be put out of sight again, nor a colleague's choice be undone."""
    post(scene, "snooze", ids, until="week")
    answer = post(scene, "snooze", ids, until="tomorrow")
    scene.texts_us("Are you there?", NUMBERS[0])
    assert "Undone for 2 conversations. 1 changed since and stays as it is." in take_back(scene, answer)
    assert scene.row(NUMBERS[0]).snoozed_until_at is None
    assigned = post(scene, "assign", ids, member=scene.site.bob.id)
    post(scene, "assign", ids[:2], member=scene.site.alice.id)
    assert "2 changed since and stay as they are." in take_back_of(scene, assigned, ids)
    assert [scene.row(number).assigned_to for number in NUMBERS] == [scene.site.alice.id] * 2 + [None]


def take_back_of(scene: Scene, answer: Any, ids: list[str]) -> str:
    """As a page does that was open before the others."""
    assert answer.status_code == 303
    given = {"act": "assign", "now": scene.site.bob.id, "was": " ".join(f"{each}~" for each in ids)}
    return flash(scene, scene.alice().post("/sms/bulk/undo", data=given))


def test_a_conversation_does_not_go_back_to_somebody_who_may_not_answer_any_more(scene: Scene, ids: list[str]) -> None:
    post(scene, "assign", ids[:1], member=scene.site.bob.id)
    answer = post(scene, "assign", ids[:1], member=scene.site.alice.id)
    scene.write(
        lambda session: setattr(member.get(session, scene.site.hearth.id, scene.site.bob.id), "role", Role.COUNSEL)
    )
    assert "Undone for 0 conversations. 1 changed since" in take_back(scene, answer)
    assert scene.row(NUMBERS[0]).assigned_to == scene.site.alice.id


def test_what_changes_nothing_has_nothing_to_take_back(scene: Scene, ids: list[str]) -> None:
    post(scene, "assign", ids, member=scene.site.bob.id)
    answer = post(scene, "assign", ids, member=scene.site.bob.id)
    assert 'class="flash-undo"' not in scene.client.get(answer.headers["location"]).text


def test_the_way_back_of_fifty_fits_into_a_cookie(scene: Scene) -> None:
    many = [scene.named("", f"+1415555{n:04d}") for n in range(200, 250)]
    post(scene, "snooze", many, until="week")
    answer = post(scene, "snooze", many, "?status=none&unread=yes", until="tomorrow")
    (cookie,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("flash=")]
    assert len(cookie) < 3000
    assert "Undone for 50 conversations." in take_back(scene, answer)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"act": "opt_out"}, "There is nothing to undo."),
        ({"act": "snooze", "now": "soon"}, "This cannot be undone."),
        ({"act": "snooze", "value": "2099-01-01T00:00:00Z"}, "within a year"),
        ({"act": "snooze", "value": "nonsense"}, "This cannot be undone."),
    ],
)
def test_nothing_else_is_taken_back_by_it(scene: Scene, ids: list[str], given: dict[str, str], said: str) -> None:
    was = " ".join(f"{each}~{given.get('value', '')}" for each in ids)
    assert said in flash(scene, scene.alice().post("/sms/bulk/undo", data={"was": was, **given}))
    assert {scene.row(number).snoozed_until_at for number in NUMBERS} == {None}


@pytest.mark.covers("P10", "rules 27")
def test_another_business_takes_nothing_of_ours_back(scene: Scene, ids: list[str]) -> None:
    post(scene, "assign", ids, member=scene.site.alice.id)
    charlie = as_member(scene.client, scene.site.charlie)
    for act in ("assign", "snooze"):
        given = {"act": act, "now": scene.site.alice.id if act == "assign" else "", "was": f"{ids[0]}~"}
        assert charlie.post("/sms/bulk/undo", data=given).status_code == 404
    assert scene.row(NUMBERS[0]).assigned_to == scene.site.alice.id
