"""Send later from the composer: the business's own time, seen waiting, changed and cancelled until it has left."""

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from portal import clock, local_time
from portal.accounts import business as businesses
from portal.accounts.member import Role
from portal.messaging import send_later
from portal.messaging.send_later import Waiting
from tests.conftest import as_member, person
from tests.web.scene import Scene, field, words

ZONE = "America/New_York"
HOUR = dt.timedelta(hours=1)
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def rosa(scene: Scene) -> str:
    """Rosa Delgado opted in; the answer is her thread's address. Alice is signed in."""
    scene.named("Rosa Delgado")
    scene.alice()
    url = f"/sms/{scene.says_yes()}"
    scene.send_all()
    return url


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.timedelta], None]:
    real = clock.now

    def move(by: dt.timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + by)

    return move


def at(after: dt.timedelta = 2 * HOUR) -> str:
    return local_time.input_value(clock.now() + after, ZONE)


def later(scene: Scene, url: str, text: str = "See you tomorrow", **more: str) -> Any:
    return scene.client.post(url, data={"text": text, "act": "later", "send_at": at(), "once": "o", **more})


def waiting(scene: Scene) -> list[Waiting]:
    found: list[Waiting] = scene.site.read(lambda session: send_later.waiting(session, scene.row().id))
    return found


@pytest.mark.covers("H-16")
def test_a_text_for_later_is_seen_waiting_with_its_time_and_leaves_then(
    scene: Scene, rosa: str, shift: Callable[[dt.timedelta], None]
) -> None:
    answer = later(scene, rosa)
    assert answer.headers["location"] == rosa
    page = scene.client.get(rosa).text
    said = words(page)
    assert "It goes out" in said
    assert "Goes out" in said.split("See you tomorrow")[-1]
    assert 'aria-label="Waiting to be sent"' in page
    assert scene.send_all() == []
    shift(3 * HOUR)
    assert scene.send_all() == ["See you tomorrow"]
    assert 'aria-label="Waiting to be sent"' not in scene.client.get(rosa).text


@pytest.mark.covers("P6")
def test_a_double_click_is_one_text_and_another_time_is_another(scene: Scene, rosa: str) -> None:
    page = scene.client.get(rosa).text
    for _ in range(2):
        later(scene, rosa, once=field(page, "once"), send_at=at(5 * HOUR))
    assert len(waiting(scene)) == 1
    later(scene, rosa, once=field(page, "once"), send_at=at(6 * HOUR))
    assert len(waiting(scene)) == 2


def test_the_same_words_may_go_now_as_well(scene: Scene, rosa: str) -> None:
    later(scene, rosa)
    scene.client.post(rosa, data={"text": "See you tomorrow", "once": "o", "send_at": at()})
    assert scene.send_all() == ["See you tomorrow"]
    assert len(waiting(scene)) == 1


def test_an_open_page_gets_the_thread_with_it_and_an_empty_composer(scene: Scene, rosa: str) -> None:
    answer = scene.client.post(
        rosa, data={"text": "Soon", "act": "later", "send_at": at(), "once": "x"}, headers=PARTIAL
    )
    assert answer.status_code == 200
    assert "Goes out" in words(answer.text)
    assert field(answer.text, "once") not in ("", "x")


@pytest.mark.parametrize(
    ("send_at", "sentence"),
    [
        ("2020-01-01T10:00", "This time has passed."),
        ("2099-01-01T10:00", "within a year"),
        ("", "Please give a date and a time."),
        ("tomorrow", "Please give a date and a time."),
        ("2027-03-14T02:30", "There is no 02:30 on that day in America/New_York"),
    ],
)
def test_a_time_that_cannot_be_says_so_and_keeps_what_was_typed(
    scene: Scene, rosa: str, send_at: str, sentence: str
) -> None:
    answer = later(scene, rosa, send_at=send_at)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert "See you tomorrow" in answer.text
    assert " open>" in answer.text.split('class="send-later"')[1][:60]
    assert waiting(scene) == []


def test_a_time_that_comes_twice_means_the_first(scene: Scene, rosa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """1 November 2026, 1:30 in New York: 5:30 UTC, and again 6:30 UTC."""
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 10, 31, 12, tzinfo=dt.UTC))
    as_member(scene.client, scene.site.alice)
    assert scene.client.get(rosa).status_code == 200
    assert later(scene, rosa, send_at="2026-11-01T01:30").status_code == 303
    assert waiting(scene)[0].due_at == dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC)


def test_an_empty_text_and_a_bad_time_are_both_named(scene: Scene, rosa: str) -> None:
    said = words(later(scene, rosa, " ", send_at="x").text)
    assert "Please write a message first." in said
    assert "Please give a date and a time." in said


@pytest.mark.covers("H-22")
def test_an_opted_out_number_is_refused_at_once(scene: Scene, rosa: str) -> None:
    scene.texts_us("STOP")
    answer = later(scene, rosa)
    assert answer.status_code == 422
    assert "This client opted out." in words(answer.text)
    assert "See you tomorrow" in answer.text
    assert waiting(scene) == []


@pytest.mark.covers("X-16", "H-22")
def test_a_stop_before_its_time_cancels_it_and_the_thread_says_so(
    scene: Scene, rosa: str, shift: Callable[[dt.timedelta], None]
) -> None:
    later(scene, rosa)
    scene.texts_us("STOP")
    said = words(scene.client.get(rosa).text)
    assert "The client opted out before it left." in said
    shift(3 * HOUR)
    assert "See you tomorrow" not in scene.send_all()


def test_its_words_and_time_can_be_changed(scene: Scene, rosa: str, shift: Callable[[dt.timedelta], None]) -> None:
    later(scene, rosa)
    here = f"{rosa}/later/{waiting(scene)[0].id}"
    page = scene.client.get(here).text
    assert "See you tomorrow" in page
    assert f'value="{at()}"' in page
    answer = scene.client.post(here, data={"text": "See you on Friday", "send_at": at(5 * HOUR)})
    assert answer.headers["location"] == rosa
    shift(3 * HOUR)
    assert scene.send_all() == []
    shift(6 * HOUR)
    assert scene.send_all() == ["See you on Friday"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"text": ""}, "Please write a message first."),
        ({"text": "Hi {name}"}, "in the place of {name}"),
        ({"send_at": "2020-01-01T10:00"}, "has passed"),
        ({"send_at": "x"}, "a date and a time"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_the_text_stays_as_it_was(
    scene: Scene, rosa: str, data: dict[str, str], sentence: str
) -> None:
    later(scene, rosa)
    (before,) = waiting(scene)
    answer = scene.client.post(f"{rosa}/later/{before.id}", data={"text": "x", "send_at": at(), **data})
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert waiting(scene) == [before]


def test_a_cancelled_one_leaves_its_words_to_be_used_again(
    scene: Scene, rosa: str, shift: Callable[[dt.timedelta], None]
) -> None:
    later(scene, rosa)
    scene.client.post(f"{rosa}/later/{waiting(scene)[0].id}/cancel")
    page = scene.client.get(rosa).text
    assert "Cancelled. It will not be sent" in words(page)
    (again,) = re.findall(r'href="([^"]+\?again=\w+)"', page)
    composer = scene.client.get(html.unescape(again)).text.split('name="text"')[1].split("</textarea>")[0]
    assert "See you tomorrow" in composer
    shift(3 * HOUR)
    assert scene.send_all() == []


@pytest.mark.covers("P6")
def test_who_comes_after_it_left_is_told_so(scene: Scene, rosa: str, shift: Callable[[dt.timedelta], None]) -> None:
    later(scene, rosa)
    here = f"{rosa}/later/{waiting(scene)[0].id}"
    shift(3 * HOUR)
    assert scene.send_all() == ["See you tomorrow"]
    for come in (
        lambda: scene.client.get(here),
        lambda: scene.client.post(here, data={"text": "Other words", "send_at": at(9 * HOUR)}),
        lambda: scene.client.post(f"{here}/cancel"),
    ):
        assert come().headers["location"] == rosa
        assert "It has just left" in words(scene.client.get(rosa).text)
    assert scene.messages()[-1].text == "See you tomorrow"


@pytest.mark.covers("P10")
def test_another_business_and_counsel_do_nothing_to_it(scene: Scene, rosa: str) -> None:
    later(scene, rosa)
    (one,) = waiting(scene)
    here = f"{rosa}/later/{one.id}"
    given = {"text": "x", "send_at": at()}
    as_member(scene.client, scene.site.charlie)
    assert [scene.client.get(here).status_code, scene.client.post(here, data=given).status_code] == [404, 404]
    assert scene.client.post(f"{here}/cancel").status_code == 404
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    as_member(scene.client, counsel)
    assert [scene.client.get(here).status_code, scene.client.post(here, data=given).status_code] == [403, 403]
    page = scene.client.get(rosa).text
    assert "Goes out" in words(page)
    assert "/later/" not in page.split('class="flash-undo"')[0] or "/cancel" not in page
    assert waiting(scene) == [one]


@pytest.mark.covers("P10")
def test_words_of_another_conversation_cannot_be_used_again(scene: Scene, rosa: str) -> None:
    second = "+14155550133"
    scene.says_yes(second)
    scene.we_write("A secret of somebody else", second)
    theirs = scene.messages(second)[-1].id
    scene.texts_us("A text of hers")
    inbound = scene.messages()[-1].id
    for message_id in (theirs, inbound, "unknown"):
        page = scene.client.get(f"{rosa}?again={message_id}").text
        composer = page.split('name="text"')[1].split("</textarea>")[0]
        assert composer.split(">", 1)[1].strip() == ""


def test_the_time_zone_is_the_businesss(scene: Scene, rosa: str) -> None:
    def work(session: Any) -> None:
        found = businesses.get(session, scene.site.hearth.id)
        businesses.change(session, found, timezone="Europe/Berlin")

    scene.write(work)
    typed = local_time.input_value(clock.now() + 5 * HOUR, "Europe/Berlin")
    later(scene, rosa, send_at=typed)
    assert local_time.input_value(waiting(scene)[0].due_at, "Europe/Berlin") == typed
