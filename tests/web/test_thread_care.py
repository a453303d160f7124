"""Who looks after a conversation: assigned, snoozed, unread, and notes for the team, with their undo."""

import datetime as dt
import re
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from portal import clock, local_time
from portal.accounts import member
from portal.accounts.member import Role
from portal.messaging import care, message, note
from tests.conftest import as_member, person
from tests.web.scene import Scene, field, words

ZONE = "America/New_York"
HOSTILE = "<script>alert(1)</script> {{7*7}} \u202e <img src=x onerror=alert(1)>"


@pytest.fixture
def rosa(scene: Scene) -> str:
    """Rosa Delgado opted in; the answer is her thread's address. Alice is signed in."""
    scene.named("Rosa Delgado")
    scene.alice()
    url = f"/sms/{scene.says_yes()}"
    scene.send_all()
    return url


def undo(scene: Scene, answer: Any) -> Any:
    """Press the button of the flash on the page that follows."""
    page = scene.client.get(answer.headers["location"]).text
    form = page.split('class="flash-undo"')[1].split("</form>")[0]
    (action,) = re.findall(r'action="([^"]+)"', form)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    return scene.client.post(action, data=fields)


def flash(scene: Scene, answer: Any) -> str:
    page = scene.client.get(answer.headers["location"]).text
    return words(page.split('id="flashes"')[1].split("</main>")[0])[:200]


def count(scene: Scene) -> int:
    query = sa.select(sa.func.count()).select_from(message.table)
    return int(scene.site.read(lambda session: session.execute(query).scalar_one()))


# ---- assign


def test_a_conversation_is_given_to_me_to_a_colleague_and_to_nobody(scene: Scene, rosa: str) -> None:
    for to, before, said in (
        (scene.site.alice.id, "", "You will look after this."),
        (scene.site.bob.id, scene.site.alice.id, "Bob will look after this."),
        ("", scene.site.bob.id, "Nobody in particular"),
    ):
        answer = scene.client.post(f"{rosa}/assign", data={"to": to, "before": before})
        assert said in flash(scene, answer)
        assert (scene.row().assigned_to or "") == to


def test_whose_it_is_stands_in_the_head(scene: Scene, rosa: str) -> None:
    scene.client.post(f"{rosa}/assign", data={"to": scene.site.bob.id, "before": ""})
    assert "Looked after by Bob" in words(scene.client.get(rosa).text)
    assert "Looked after by You" in words(as_member(scene.client, scene.site.bob).get(rosa).text)


def test_an_assignment_can_be_undone(scene: Scene, rosa: str) -> None:
    scene.client.post(f"{rosa}/assign", data={"to": scene.site.alice.id, "before": ""})
    answer = scene.client.post(f"{rosa}/assign", data={"to": scene.site.bob.id, "before": scene.site.alice.id})
    assert undo(scene, answer).status_code == 303
    assert scene.row().assigned_to == scene.site.alice.id


def test_of_two_who_choose_at_once_the_first_wins_and_the_second_is_told(scene: Scene, rosa: str) -> None:
    """Both pages showed nobody."""
    as_member(scene.client, scene.site.bob).post(f"{rosa}/assign", data={"to": scene.site.bob.id, "before": ""})
    answer = scene.alice().post(f"{rosa}/assign", data={"to": scene.site.alice.id, "before": ""})
    assert "Bob was quicker: nothing was changed." in flash(scene, answer)
    assert scene.row().assigned_to == scene.site.bob.id


@pytest.mark.covers("P10")
def test_nobody_is_assigned_who_is_not_of_the_business_or_cannot_answer(scene: Scene, rosa: str) -> None:
    assert scene.client.post(f"{rosa}/assign", data={"to": scene.site.charlie.id}).status_code == 404
    assert scene.client.post(f"{rosa}/assign", data={"to": "nobody-known"}).status_code == 404
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    assert scene.client.post(f"{rosa}/assign", data={"to": counsel.id}).status_code == 422
    scene.write(lambda session: member.disable(session, member.get(session, scene.site.hearth.id, scene.site.bob.id)))
    assert scene.client.post(f"{rosa}/assign", data={"to": scene.site.bob.id}).status_code == 422
    assert scene.row().assigned_to is None
    page = words(scene.client.get(f"{rosa}/assign").text)
    assert "Alice (you)" in page
    assert "Bob" not in page
    assert "Cora" not in page


# ---- snooze


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24T09:20", {"today": "2026-11-24T12:00", "tomorrow": "2026-11-25T09:00", "week": "2026-11-30T09:00"}),
        ("2026-11-27T18:30", {"tomorrow": "2026-11-28T09:00", "week": "2026-11-30T09:00"}),
        ("2026-11-30T08:00", {"today": "2026-11-30T11:00", "tomorrow": "2026-12-01T09:00", "week": "2026-12-07T09:00"}),
        ("2027-03-13T10:00", {"today": "2027-03-13T13:00", "tomorrow": "2027-03-14T09:00", "week": "2027-03-15T09:00"}),
    ],
    ids=["Tuesday", "Friday evening", "Monday", "the day before summer time"],
)
def test_the_moments_offered_are_the_businesss_own_mornings(now: str, expected: dict[str, str]) -> None:
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(ZONE)).astimezone(dt.UTC)
    found = {each.key: local_time.input_value(each.at, ZONE) for each in care.moments(moment, ZONE)}
    assert found == expected


@pytest.mark.parametrize("key", ["tomorrow", "week"])
def test_a_conversation_is_put_off_until_a_moment_offered(scene: Scene, rosa: str, key: str) -> None:
    answer = scene.client.post(f"{rosa}/snooze", data={"until": key})
    assert "Snoozed until" in flash(scene, answer)
    assert scene.row().snoozed_until_at == {m.key: m.at for m in care.moments(clock.now(), ZONE)}[key]
    assert "Snoozed until" in words(scene.client.get(rosa).text)


def test_a_typed_moment_is_local_and_can_be_undone(scene: Scene, rosa: str) -> None:
    typed = local_time.input_value(clock.now() + dt.timedelta(days=2), ZONE)
    answer = scene.client.post(f"{rosa}/snooze", data={"until": "typed", "at": typed})
    assert local_time.input_value(scene.row().snoozed_until_at, ZONE) == typed
    undo(scene, answer)
    assert scene.row().snoozed_until_at is None


def test_an_undo_brings_back_the_snooze_of_before(scene: Scene, rosa: str) -> None:
    scene.client.post(f"{rosa}/snooze", data={"until": "week"})
    before = scene.row().snoozed_until_at
    for until in ("write", "back"):
        undo(scene, scene.client.post(f"{rosa}/snooze", data={"until": until}))
        assert scene.row().snoozed_until_at == before
    scene.client.post(f"{rosa}/snooze", data={"until": "write"})
    undo(scene, scene.client.post(f"{rosa}/snooze", data={"until": "week"}))
    assert scene.row().snoozed_until_at == care.UNTIL_THEY_WRITE


@pytest.mark.parametrize("until", ["write", "week"])
def test_the_clients_next_text_ends_every_snooze(scene: Scene, rosa: str, until: str) -> None:
    scene.client.post(f"{rosa}/snooze", data={"until": until})
    scene.we_write("One more thing")
    assert scene.row().snoozed_until_at is not None, "our own text does not"
    scene.texts_us("Hello again")
    assert scene.row().snoozed_until_at is None
    assert "Snoozed" not in scene.client.get(rosa).text.split('class="thread-status"')[1].split("</p>")[0]


def test_until_they_write_has_no_date(scene: Scene, rosa: str) -> None:
    scene.client.post(f"{rosa}/snooze", data={"until": "write"})
    said = words(scene.client.get(rosa).text)
    assert "Snoozed until they write" in said
    assert "9999" not in said
    assert "Bring it back now" in words(scene.client.get(f"{rosa}/snooze").text)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"until": "typed", "at": "2020-01-01T10:00"}, "This time has passed."),
        ({"until": "typed", "at": "2099-01-01T10:00"}, "within a year"),
        ({"until": "typed", "at": "soon"}, "Please give a date and a time."),
        ({"until": "typed", "at": "0001-01-01T00:00"}, "has passed"),
        ({"until": "typed", "at": ""}, "Please give a date and a time."),
        ({"until": "typed", "at": "2027-03-14T02:30"}, "the clock jumps over it"),
        ({"until": "never"}, "Please choose one of these times."),
        ({}, "Please choose one of these times."),
    ],
)
def test_a_snooze_until_no_real_time_says_so_and_changes_nothing(
    scene: Scene, rosa: str, data: dict[str, str], sentence: str
) -> None:
    answer = scene.client.post(f"{rosa}/snooze", data=data)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    if data.get("at"):
        assert f'value="{data["at"]}"' in answer.text
    assert scene.row().snoozed_until_at is None


# ---- unread


def test_a_conversation_is_unread_again_and_the_list_is_shown(scene: Scene, rosa: str) -> None:
    answer = scene.client.post(f"{rosa}/unread")
    assert answer.headers["location"] == "/sms", "on screen it would be read at once"
    assert scene.row().unread == 1
    undo(scene, answer)
    assert scene.row().unread == 0


def test_an_unread_one_keeps_its_count(scene: Scene, rosa: str) -> None:
    for _ in range(3):
        scene.texts_us("Hello?")
    scene.client.post(f"{rosa}/unread")
    assert scene.row().unread == 3


def test_a_colleagues_open_page_does_not_read_what_was_marked_unread(scene: Scene, rosa: str) -> None:
    """It asks again without a new word of the client; a new text is read by whoever has it on screen."""
    scene.texts_us("Hello")
    page = scene.client.get(rosa).text
    (again,) = re.findall(r'data-url="([^"]+seen=\w*)"', page)
    scene.client.post(f"{rosa}/unread")
    scene.client.post(f"{rosa}/note", data={"text": "I will answer tonight"})
    partial = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert 'hx-trigger="load' not in scene.client.get(unquote(again), headers=partial).text
    assert 'hx-trigger="load' in scene.client.get(rosa).text
    scene.texts_us("Hello?")
    assert 'hx-trigger="load' in scene.client.get(unquote(again), headers=partial).text


# ---- notes


def test_a_note_stands_in_the_thread_for_the_team_alone(scene: Scene, rosa: str) -> None:
    answer = scene.client.post(f"{rosa}/note", data={"text": "She prefers mornings", "once": "a"})
    assert answer.headers["location"] == rosa
    page = as_member(scene.client, scene.site.bob).get(rosa).text
    said = words(page)
    assert "Note by Alice" in said
    assert "only your team sees this" in said
    assert "She prefers mornings" in said
    assert 'class="note"' in page


@pytest.mark.covers("H-16", "P16")
def test_no_road_sends_a_note(scene: Scene, rosa: str) -> None:
    before = scene.row()
    scene.client.post(f"{rosa}/note", data={"text": "Never for her eyes"})
    made = scene.messages()[-1]
    assert (made.direction, made.status, made.sender_id, made.due_at, made.purpose) == (
        "notice", "noted", None, None, None
    )  # fmt: skip
    for step in (lambda: None, lambda: scene.texts_us("STOP"), lambda: scene.texts_us("START")):
        step()
        assert "Never for her eyes" not in scene.send_all()
    assert before.last_message_text == "" or before.last_message_text != "Never for her eyes"
    assert "Never for her eyes" not in scene.row().last_message_text


def test_a_note_can_be_written_where_texting_is_off(scene: Scene, rosa: str) -> None:
    scene.texts_us("STOP")
    scene.client.post(f"{rosa}/note", data={"text": "Called her, all is well"})
    assert "Called her, all is well" in words(scene.client.get(rosa).text)


def test_a_double_click_is_one_note(scene: Scene, rosa: str) -> None:
    page = scene.client.get(f"{rosa}/note").text
    before = count(scene)
    for _ in range(2):
        scene.client.post(f"{rosa}/note", data={"text": "Once", "once": field(page, "once")})
    assert count(scene) == before + 1


def test_a_note_is_taken_back_by_who_wrote_it_and_by_nobody_else(scene: Scene, rosa: str) -> None:
    answer = scene.client.post(f"{rosa}/note", data={"text": "A slip"})
    made = scene.messages()[-1].id
    as_member(scene.client, scene.site.bob)
    assert scene.client.post(f"{rosa}/note/{made}/remove").status_code == 404
    scene.alice()
    undo(scene, answer)
    assert "A slip" not in words(scene.client.get(rosa).text)
    assert scene.client.post(f"{rosa}/note/{made}/remove").status_code == 404


def test_only_notes_can_be_taken_back(scene: Scene, rosa: str) -> None:
    scene.we_write("A text of Alice")
    scene.texts_us("STOP")
    before = count(scene)
    for each in scene.messages():
        assert scene.client.post(f"{rosa}/note/{each.id}/remove").status_code == 404
    assert count(scene) == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "Please write a note first."), (" \n ", "Please write a note"), ("x" * 10_000, "at most 4000 characters")],
)
def test_a_note_that_cannot_be_kept_says_why_and_keeps_its_words(
    scene: Scene, rosa: str, text: str, sentence: str
) -> None:
    before = count(scene)
    answer = scene.client.post(f"{rosa}/note", data={"text": text})
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert text.strip() in answer.text
    assert count(scene) == before


def test_a_note_of_the_full_length_is_kept_whole(scene: Scene, rosa: str) -> None:
    scene.client.post(f"{rosa}/note", data={"text": "x" * note.LONGEST})
    assert "x" * note.LONGEST in scene.client.get(rosa).text


@pytest.mark.covers("P16")
def test_hostile_words_in_a_note_are_shown_and_never_run(scene: Scene, rosa: str) -> None:
    scene.client.post(f"{rosa}/note", data={"text": HOSTILE})
    page = scene.client.get(rosa).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{7*7}}" in words(page)
    assert "⟨U+202E⟩" in page


# ---- who may


@pytest.mark.covers("P10")
@pytest.mark.parametrize("path", ["/assign", "/snooze", "/unread", "/note"])
def test_counsel_only_reads(scene: Scene, rosa: str, path: str) -> None:
    flash(scene, scene.client.post(f"{rosa}/note", data={"text": "For the team"}))
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    as_member(scene.client, counsel)
    given = {"to": "", "until": "write", "text": "x"}
    assert scene.client.post(rosa + path, data=given).status_code == 403
    page = scene.client.get(rosa).text
    assert "For the team" in words(page)
    assert f"{rosa}{path}" not in page


@pytest.mark.covers("P10")
@pytest.mark.parametrize("path", ["/assign", "/snooze", "/unread", "/note"])
def test_another_business_changes_nothing(scene: Scene, rosa: str, path: str) -> None:
    as_member(scene.client, scene.site.charlie)
    given = {"to": scene.site.charlie.id, "until": "write", "text": "x"}
    before = count(scene)
    assert scene.client.post(rosa + path, data=given).status_code == 404
    row = scene.row()
    assert (row.assigned_to, row.snoozed_until_at, row.unread, count(scene)) == (None, None, 0, before)
