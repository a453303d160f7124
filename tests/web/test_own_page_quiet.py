"""Pausing texts on a client's own page: quiet until a day, and no change of consent."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from sqlmodel import select

from portal.accounts.audit import AuditEntry
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Status
from portal.messaging import outbox
from tests.web.own_scene import RIGHT, WRONG, Own, own
from tests.web.scene import Scene, words

NOON = dt.datetime(2026, 12, 1, 17, tzinfo=dt.UTC)
LATER = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).date().isoformat()


@pytest.fixture
def rosa(scene: Scene) -> Own:
    found = own(scene)
    scene.says_yes()
    scene.send_all()
    return found


def refusal(scene: Scene) -> str:
    """Why a member may not write, or nothing."""

    def work(session: Any) -> str:
        row = subscription.lock_by_id(session, scene.site.hearth.id, scene.row().id)
        answer = outbox.queue(session, row, "Hello", purpose=Purpose.CONVERSATION)
        return getattr(answer, "sentence", "")

    return str(scene.write(work))


@time_machine.travel(NOON, tick=True)
def test_a_pause_lasts_until_the_day_begins_where_the_business_is(rosa: Own) -> None:
    page = rosa.said("pause", number=rosa.number(), until="2026-12-10")
    assert "Texts are paused until 10 December. Nothing else changed." in words(page)
    assert "Paused until 10 December" in words(rosa.get().text)
    row = rosa.scene.row()
    assert (row.status, row.paused_until_at) == (Status.OPTED_IN, dt.datetime(2026, 12, 10, 5, tzinfo=dt.UTC))
    assert refusal(rosa.scene) == "The client paused texts until 10 December."
    with time_machine.travel(dt.datetime(2026, 12, 10, 5, 1, tzinfo=dt.UTC)):
        assert refusal(rosa.scene) == ""


@time_machine.travel(NOON, tick=True)
def test_a_pause_is_a_notice_and_a_line_of_the_audit_and_no_entry_of_the_ledger(rosa: Own) -> None:
    before = len(rosa.scene.entries())
    rosa.said("pause", number=rosa.number(), until="2026-12-10")
    assert rosa.scene.messages()[-1].text == "The client paused texts until 10 December."
    query = select(AuditEntry).where(AuditEntry.action == "own_page.paused")
    [line] = rosa.scene.site.read(lambda session: [each.actor for each in session.exec(query).all()])
    assert line == f"contact:{rosa.contact_id}"
    assert len(rosa.scene.entries()) == before


@pytest.mark.covers("P12")
def test_a_forwarded_link_neither_pauses_nor_ends_a_pause(rosa: Own) -> None:
    number = rosa.number()
    assert rosa.press("pause", number=number, until=LATER, digits=WRONG).status_code == 422
    assert rosa.scene.row().paused_until_at is None
    rosa.said("pause", number=number, until=LATER)
    assert rosa.press("resume", number=number, digits=WRONG).status_code == 422
    assert rosa.scene.row().paused_until_at is not None
    assert "The pause is over." in rosa.said("resume", number=number, digits=RIGHT)
    assert rosa.scene.row().paused_until_at is None


@pytest.mark.parametrize("until", ["", "tomorrow", "2020-01-01", "2090-01-01", "9999-12-31"])
def test_a_day_that_is_none_comes_back_with_what_was_typed(rosa: Own, until: str) -> None:
    answer = rosa.press("pause", number=rosa.number(), until=until)
    assert answer.status_code == 422
    assert "Please choose a day" in answer.text
    assert f'value="{until}"' in answer.text


@time_machine.travel(NOON, tick=True)
def test_start_from_the_phone_ends_a_pause_and_stop_still_stops(rosa: Own) -> None:
    number = rosa.number()
    rosa.said("pause", number=number, until="2026-12-10")
    rosa.scene.texts_us("START")
    assert rosa.scene.row().paused_until_at is None
    rosa.said("pause", number=number, until="2026-12-10")
    rosa.scene.texts_us("please stop texting me")
    assert rosa.scene.row().status == Status.OPTED_OUT
    assert len(rosa.scene.send_all()) == 1


def test_what_was_queued_before_a_pause_does_not_leave_in_it(rosa: Own) -> None:
    rosa.scene.we_write("See you soon")
    rosa.said("pause", number=rosa.number(), until=LATER)
    assert rosa.scene.send_all() == []
    page = words(rosa.scene.alice().get(f"/sms/{rosa.scene.row().id}").text)
    assert "The client asked for no texts until a later day." in page
    assert "The client paused texts until" in page
    assert "Paused until" in words(rosa.scene.client.get("/sms").text)
