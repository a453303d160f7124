"""Several numbers at once: read, assigned, put off, opted out (H-18, H-19, P12); bounded, and each told apart."""

import asyncio
import re
from typing import Any

import pytest

from portal.accounts.member import Role
from portal.consent.state import Status
from portal.messaging import drain
from tests.conftest import as_member, person
from tests.web.scene import Scene, field, words

NUMBERS = ["+14155550132", "+14155550133", "+14155550134"]
ASKED = {"reason": "They wrote one e-mail for all", "received_by": "email", "received_at": "2026-11-01T10:00"}


@pytest.fixture
def ids(scene: Scene) -> list[str]:
    """Rosa, Owen and Priya, all opted in, each with an unread text."""
    found = []
    for name, number in zip(("Rosa Delgado", "Owen Hartley", "Priya Raman"), NUMBERS, strict=True):
        found.append(scene.named(name, number))
        scene.says_yes(number)
        scene.texts_us("Hello?", number)
    return found


def post(scene: Scene, act: str, ids: list[str], query: str = "", **given: Any) -> Any:
    return scene.alice().post(f"/sms/bulk{query}", data={"act": act, "id": ids, **given})


def flash(scene: Scene, answer: Any) -> str:
    assert answer.status_code == 303
    return words(scene.client.get(answer.headers["location"]).text)


def test_several_are_marked_as_read_and_the_list_comes_back_as_it_was(scene: Scene, ids: list[str]) -> None:
    answer = post(scene, "read", ids[:2], "?status=opted_in")
    assert answer.headers["location"] == "/sms?status=opted_in"
    assert "2 conversations marked as read." in flash(scene, answer)
    assert [scene.row(number).unread for number in NUMBERS] == [0, 0, 1]


def test_several_are_assigned_to_a_colleague_and_to_nobody_again(scene: Scene, ids: list[str]) -> None:
    assert "3 conversations assigned to Bob." in flash(scene, post(scene, "assign", ids, member=scene.site.bob.id))
    assert {scene.row(number).assigned_to for number in NUMBERS} == {scene.site.bob.id}
    assert "to nobody" in flash(scene, post(scene, "assign", ids[:1], member=""))
    assert scene.row(NUMBERS[0]).assigned_to is None


def test_nothing_is_assigned_to_somebody_of_another_business_or_who_may_not_write(scene: Scene, ids: list[str]) -> None:
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "nina", Role.COUNSEL))
    assert post(scene, "assign", ids, member=scene.site.charlie.id).status_code == 404
    assert "cannot answer clients" in flash(scene, post(scene, "assign", ids, member=counsel.id))
    assert {scene.row(number).assigned_to for number in NUMBERS} == {None}


def test_several_are_put_off_and_leave_the_unread_ones(scene: Scene, ids: list[str]) -> None:
    assert "2 conversations put off: tomorrow morning" in flash(scene, post(scene, "snooze", ids[:2], until="tomorrow"))
    unread = words(scene.client.get("/sms?unread=yes").text)
    assert "Priya Raman" in unread
    assert "Rosa Delgado" not in unread
    snoozed = words(scene.client.get("/sms?snoozed=yes").text)
    assert "Rosa Delgado" in snoozed
    assert "Snoozed until" in snoozed


@pytest.mark.parametrize("given", [{"act": "snooze", "until": "never"}, {"act": "snooze"}, {"act": "nonsense"}, {}])
def test_an_act_that_is_not_there_does_nothing_and_says_so(scene: Scene, ids: list[str], given: dict[str, str]) -> None:
    answer = scene.alice().post("/sms/bulk", data={"id": ids, **given})
    assert "Please choose" in flash(scene, answer)
    assert [scene.row(number).unread for number in NUMBERS] == [1, 1, 1]


def test_without_a_selection_the_list_says_what_to_do_first(scene: Scene, ids: list[str]) -> None:
    assert "select at least one number" in flash(scene, post(scene, "read", []))


@pytest.mark.covers("H-18")
def test_an_opt_out_of_several_says_for_how_many_and_what_it_does_before_it_is_done(
    scene: Scene, ids: list[str]
) -> None:
    answer = post(scene, "opt_out", ids)
    page = scene.client.get(answer.headers["location"])
    said = words(page.text)
    assert "Opt 3 numbers out" in said
    assert "Only the clients themselves can opt in again." in said
    assert all(name in said for name in ("Rosa Delgado", "Owen Hartley", "Priya Raman"))
    assert {scene.row(number).status for number in NUMBERS} == {Status.OPTED_IN}, "asking changes nothing"


@pytest.mark.covers("H-18", "H-22", "H-23")
def test_each_number_is_opted_out_with_its_own_evidence_and_told_apart(scene: Scene, ids: list[str]) -> None:
    scene.texts_us("STOP", NUMBERS[1])
    scene.we_write("this one waits", NUMBERS[0])
    answer = scene.alice().post("/sms/bulk/opt-out", data={"id": ids, **ASKED})
    said = words(answer.text)
    assert answer.status_code == 200
    assert "2 of 3 opted out" in said
    assert said.count("Opted out now.") == 2
    assert "Had opted out before; it stays so." in said
    assert {scene.row(number).status for number in NUMBERS} == {Status.OPTED_OUT}
    last = scene.entries(NUMBERS[0])[-1]
    assert (last.origin, last.evidence["received_by"]) == ("member", "email")
    assert last.evidence["reason"] == ASKED["reason"]
    assert "this one waits" not in scene.send_all()


@pytest.mark.covers("H-18")
def test_an_opt_out_of_several_needs_what_a_single_one_needs(scene: Scene, ids: list[str]) -> None:
    answer = scene.alice().post("/sms/bulk/opt-out", data={"id": ids, "reason": ""})
    assert answer.status_code == 422
    assert "Please write who asked and why" in words(answer.text)
    assert set(re.findall(r'name="id" value="(\w+)"', answer.text)) == set(ids)
    assert {scene.row(number).status for number in NUMBERS} == {Status.OPTED_IN}


@pytest.mark.covers("H-18")
def test_the_answer_waits_for_what_is_on_its_way_to_every_one_of_them(
    scene: Scene, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[str] = []

    async def wait(_database: Any, subscription_id: str) -> None:
        await asyncio.sleep(0)
        waited.append(subscription_id)

    monkeypatch.setattr(drain, "wait", wait)
    scene.alice().post("/sms/bulk/opt-out", data={"id": ids, **ASKED})
    assert sorted(waited) == sorted(ids)


@pytest.mark.parametrize("path", ["/sms/bulk", "/sms/bulk/opt-out"])
def test_at_most_fifty_at_once(scene: Scene, ids: list[str], path: str) -> None:
    many = [scene.named("", f"+1415555{n:04d}") for n in range(200, 251)]
    answer = scene.alice().post(path, data={"id": many, "act": "read", **ASKED})
    assert answer.status_code == 422
    assert "at most 50" in words(answer.text)


@pytest.mark.covers("P10", "rules 27")
@pytest.mark.parametrize("act", ["read", "assign", "snooze", "opt_out"])
def test_one_number_of_another_business_among_them_and_nothing_happens(scene: Scene, ids: list[str], act: str) -> None:
    charlie = as_member(scene.client, scene.site.charlie)
    data = {"id": ids, "act": act, "member": scene.site.charlie.id, "until": "tomorrow"}
    assert charlie.post("/sms/bulk", data=data).status_code == 404
    assert charlie.post("/sms/bulk/opt-out", data={"id": ids, **ASKED}).status_code == 404
    assert charlie.get("/sms/bulk/opt-out", params={"id": ids}).status_code == 404
    assert [scene.row(number).unread for number in NUMBERS] == [1, 1, 1]
    assert {scene.row(number).status for number in NUMBERS} == {Status.OPTED_IN}


@pytest.mark.covers("H-19", "P12")
@pytest.mark.parametrize("act", ["opt_in", "opted_in", "yes", "start", "clear", "text", "send", "none"])
def test_nobody_is_opted_in_or_texted_by_any_act_for_several(scene: Scene, ids: list[str], act: str) -> None:
    scene.texts_us("STOP", NUMBERS[0])
    before = len(scene.messages(NUMBERS[0]))
    given = {"status": "opted_in", "consent": "yes", "text": "hi", "undo": "1", **ASKED}
    scene.alice().post("/sms/bulk", data={"act": act, "id": ids, **given})
    scene.client.post("/sms/bulk/opt-out", data={"id": ids[:1], **given})
    assert scene.row(NUMBERS[0]).status == Status.OPTED_OUT
    assert len(scene.messages(NUMBERS[0])) == before


@pytest.mark.covers("H-19")
def test_who_may_only_read_sees_no_boxes(scene: Scene, ids: list[str]) -> None:
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "nina", Role.COUNSEL))
    page = as_member(scene.client, counsel).get("/sms").text
    assert 'name="id"' not in page
    assert 'name="act"' not in page


def test_the_boxes_and_the_buttons_are_one_form(scene: Scene, ids: list[str]) -> None:
    page = scene.alice().get("/sms?status=opted_in").text
    assert 'action="/sms/bulk?status=opted_in"' in page
    assert set(re.findall(r'name="id" value="(\w+)"', page)) == set(ids)
    assert field(page, "csrf_token") == scene.site.alice.csrf
