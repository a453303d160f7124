"""Automations on their pages: the sentence, the dry run, on and off, the test, and each text with its standing."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from portal import clock
from portal.accounts.audit import AuditEntry
from portal.automations import due, scheduled_text
from portal.automations.scheduled_text import Standing
from portal.consent.state import Kind
from portal.statement import Statement
from tests.conftest import as_member
from tests.web.automation_scene import a_text, an_automation, read
from tests.web.scene import Scene, words

OWEN = "+14155550133"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def rosa(scene: Scene) -> str:
    """Rosa, who said Yes."""
    found = scene.named("Rosa Delgado")
    scene.says_yes()
    scene.send_all()
    return found


def test_with_none_the_list_teaches_with_three_beginnings(scene: Scene) -> None:
    page = scene.alice().get("/automations").text
    assert re.findall(r"/automations/new\?start=(\w+)", page) == ["reminder", "thanks", "welcome"]


def test_the_list_says_what_each_does_and_where_it_stands(scene: Scene, rosa: str) -> None:
    found = an_automation(scene, is_on=True)
    a_text(scene, found)
    a_text(scene, found, due_in=-dt.timedelta(days=1), status=Standing.SKIPPED, reason="opted_out")
    a_text(scene, found, due_in=-dt.timedelta(days=40), status=Standing.SKIPPED, reason="opted_out")
    said = words(scene.alice().get("/automations").text)
    assert "Say hello On One day after a client opts in: “ Hi {first_name|there}" in said
    assert "Next: " in said
    assert "0 sent, 1 skipped in 30 days" in said


def test_the_list_counts_what_has_left(scene: Scene, rosa: str) -> None:
    found = an_automation(scene, is_on=True)
    a_text(scene, found, due_in=dt.timedelta(0))
    scene.write(due.run)
    assert "0 sent, 0 skipped" in words(scene.alice().get("/automations").text)
    scene.send_all()
    assert "1 sent, 0 skipped" in words(scene.client.get("/automations").text)


def test_the_pages_cost_the_same_few_queries_however_much_there_is(
    scene: Scene, rosa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list: who asks, the rules, their names, two tallies. One: who asks, it, its names, its texts, numbers."""
    asked = scene.publish()
    rules = [
        an_automation(scene, is_on=True, event="submitted", questionnaire_id=asked, name=f"Rule {n}") for n in range(6)
    ]
    for rule in rules:
        for _ in range(4):
            a_text(scene, rule)
    seen: list[str] = []
    ready = Statement._ready

    def watched(self: Statement, session: Session) -> Any:
        seen.append("statement")
        return ready(self, session)

    monkeypatch.setattr(Statement, "_ready", watched)
    event.listen(scene.site.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    for url, most in (("/automations", 7), (f"/automations/{rules[0]}", 8)):
        seen.clear()
        assert scene.alice().get(url).status_code == 200
        assert len(seen) <= most, seen


def test_an_open_list_gets_its_rows_alone(scene: Scene) -> None:
    an_automation(scene)
    page = scene.alice().get("/automations", headers=PARTIAL).text
    assert page.lstrip().startswith('<div class="stack" id="automations"')


@pytest.mark.covers("H-23")
def test_a_dry_run_says_who_gets_it_and_who_is_skipped_and_why(scene: Scene, rosa: str) -> None:
    scene.named("Owen Hartley", OWEN)
    scene.says_yes(OWEN)
    scene.texts_us("STOP", OWEN)
    found = an_automation(scene, event="date", delay_minutes=0, at=clock.now() + dt.timedelta(days=1))
    said = words(scene.alice().get(f"/automations/{found}").text)
    assert "Get it 1" in said
    assert "Skipped: This client opted out. Nothing can be sent to this number. 1" in said
    assert "1 segment in all" in said
    assert "Hi Rosa, this is Hearth Photography. See you soon!" in said


def test_a_dry_run_of_nobody_says_what_is_missing(scene: Scene) -> None:
    found = an_automation(
        scene, event="date", delay_minutes=0, date_of="project.starts_on", days_before=2, at_time="09:00"
    )
    assert "Nobody is due within a year" in words(scene.alice().get(f"/automations/{found}").text)


def test_it_goes_on_and_pauses_and_goes_on_and_ends_and_each_is_noted(scene: Scene) -> None:
    found = an_automation(scene)
    for do, condition in (("on", "on"), ("pause", "paused"), ("resume", "on"), ("end", "ended")):
        assert scene.alice().post(f"/automations/{found}/switch", data={"do": do}).status_code == 303
        assert read(scene, found).condition == condition
    notes = scene.site.read(lambda session: [each.action for each in session.exec(select(AuditEntry))])
    assert [each for each in notes if each.startswith("automation.")] == [
        "automation.created", "automation.switched_on", "automation.paused", "automation.resumed", "automation.ended",
    ]  # fmt: skip
    assert "Edit" not in words(scene.client.get(f"/automations/{found}").text).split("Settings")[-1]


def test_a_pause_offers_its_undo_and_an_end_does_not(scene: Scene) -> None:
    found = an_automation(scene, is_on=True)
    scene.alice().post(f"/automations/{found}/switch", data={"do": "pause"})
    page = scene.client.get(f"/automations/{found}").text
    assert re.search(r'name="do" value="resume"', page)
    scene.client.post(f"/automations/{found}/switch", data={"do": "end"})
    assert 'name="do"' not in scene.client.get(f"/automations/{found}").text


def test_what_it_cannot_do_now_is_a_conflict_and_what_nobody_knows_is_said(scene: Scene) -> None:
    found = an_automation(scene)
    assert scene.alice().post(f"/automations/{found}/switch", data={"do": "pause"}).status_code == 409
    assert scene.alice().post(f"/automations/{found}/switch", data={"do": "dance"}).status_code == 422
    assert read(scene, found).condition == "draft"


def test_a_test_goes_out_on_the_one_road_with_the_words_filled_in(scene: Scene, rosa: str) -> None:
    found = an_automation(scene, event="date", delay_minutes=0, date_of="project.starts_on", days_before=2,
                          at_time="09:00", text="Hi {first_name}, {business}: {project} on {date}")  # fmt: skip
    data = {"subscription": rosa, "once": "a"}
    assert scene.alice().post(f"/automations/{found}/test", data=data).status_code == 303
    (last,) = scene.messages()[-1:]
    assert last.purpose == "automated"
    assert last.text.startswith("Hi Rosa, Hearth Photography: Spring session on ")


def test_the_same_test_sent_twice_is_one_text(scene: Scene, rosa: str) -> None:
    found = an_automation(scene)
    before = len(scene.messages())
    for _ in range(2):
        scene.alice().post(f"/automations/{found}/test", data={"subscription": rosa, "once": "a"})
    assert len(scene.messages()) == before + 1


@pytest.mark.covers("H-22", "H-23")
def test_a_test_to_somebody_who_opted_out_is_refused_with_the_gates_sentence(scene: Scene, rosa: str) -> None:
    found = an_automation(scene)
    scene.texts_us("STOP")
    before = len(scene.messages())
    answer = scene.alice().post(f"/automations/{found}/test", data={"subscription": rosa, "once": "a"})
    assert answer.status_code == 422
    assert "Not sent. This client opted out." in words(answer.text)
    assert len(scene.messages()) == before


def test_a_test_is_offered_to_numbers_that_opted_in_and_to_nobody_else(scene: Scene, rosa: str) -> None:
    scene.named("Owen Hartley", OWEN)
    found = an_automation(scene)
    page = scene.alice().get(f"/automations/{found}").text
    assert re.findall(r'name="subscription" value="(\w+)"', page) == [rosa]
    assert "No opted-in number begins like this." in words(scene.client.get(f"/automations/{found}?q=owen").text)


@pytest.mark.covers("P10")
def test_a_test_to_another_businesss_number_is_not_found(scene: Scene, rosa: str) -> None:
    charlie = as_member(scene.client, scene.site.charlie)
    made = charlie.post("/automations/new", data={"name": "x", "way": "opted_in", "text": "Hi", "audience": "all"})
    assert charlie.post(f"{made.headers['location']}/test", data={"subscription": rosa}).status_code == 404


@pytest.mark.covers("X-16", "H-23")
def test_each_scheduled_text_is_a_row_with_its_standing_and_its_reason(scene: Scene, rosa: str) -> None:
    found = an_automation(scene, is_on=True)
    a_text(scene, found)
    a_text(scene, found, status=Standing.SKIPPED, reason="opted_out", due_in=-dt.timedelta(hours=1))
    page = scene.alice().get(f"/automations/{found}").text
    said = words(page)
    assert "Rosa Delgado" in said
    assert "This client opted out. Nothing can be sent to this number." in said
    assert [said.count(each) for each in ("Cancel it for good",)] == [1]
    skipped = scene.client.get(f"/automations/{found}?standing=skipped").text
    assert skipped.count('id="scheduled-0') == 1
    assert "Cancel it for good" not in words(skipped)


@pytest.mark.covers("H-23")
def test_after_a_stop_what_is_due_says_that_it_would_be_skipped(scene: Scene, rosa: str) -> None:
    found = an_automation(scene, is_on=True)
    a_text(scene, found)
    scene.texts_us("STOP")
    said = words(scene.alice().get(f"/automations/{found}").text)
    assert "Would be skipped now: This client opted out." in said


def test_one_text_is_cancelled_and_the_page_goes_back_to_where_it_was_shown(scene: Scene, rosa: str) -> None:
    found = an_automation(scene, is_on=True)
    for home, url in (("automation", f"/automations/{found}"), ("thread", f"/sms/{rosa}")):
        text = a_text(scene, found)
        answer = scene.alice().post(f"/automations/scheduled/{text}/cancel", data={"home": home})
        assert (answer.status_code, answer.headers["location"]) == (303, url)
    said = words(scene.client.get(f"/automations/{found}?standing=cancelled").text)
    assert said.count("A member cancelled it.") == 2


def test_what_has_left_cannot_be_cancelled(scene: Scene, rosa: str) -> None:
    found = an_automation(scene, is_on=True)
    text = a_text(scene, found, status=Standing.SKIPPED, reason="stale", due_in=-dt.timedelta(hours=1))
    scene.alice().post(f"/automations/scheduled/{text}/cancel", data={})
    assert "It was too late to cancel this text." in words(scene.client.get(f"/automations/{found}").text)


def test_the_texts_are_paged(scene: Scene, rosa: str) -> None:
    found = an_automation(scene, is_on=True)
    for n in range(55):
        a_text(scene, found, due_in=dt.timedelta(minutes=n + 1))
    page = scene.alice().get(f"/automations/{found}").text
    assert page.count('id="scheduled-0') == 50
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert scene.client.get(older).text.count('id="scheduled-0') == 5


def test_a_filter_looks_at_a_bounded_part_and_goes_on(scene: Scene, rosa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduled_text, "SCAN", 3)
    found = an_automation(scene, is_on=True)
    a_text(scene, found, due_in=-dt.timedelta(hours=9), status=Standing.SKIPPED, reason="opted_out")
    for n in range(4):
        a_text(scene, found, due_in=dt.timedelta(minutes=n + 1))
    first = scene.alice().get(f"/automations/{found}?standing=skipped").text
    assert "there are earlier ones to look through" in words(first)
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert "This client opted out." in words(scene.client.get(html.unescape(older)).text)


def test_a_conversation_and_a_contact_see_their_own_texts(scene: Scene, rosa: str) -> None:
    scene.named("Owen Hartley", OWEN)
    found = an_automation(scene, is_on=True)
    a_text(scene, found)
    page = scene.alice().get(f"/automations/scheduled?thread={rosa}", headers=PARTIAL).text
    assert page.lstrip().startswith('<section class="card flush" id="scheduled"')
    assert "Say hello" in words(page)
    contact = scene.row().contact_id
    assert "Say hello" in words(scene.client.get(f"/automations/scheduled?contact={contact}").text)
    other = scene.row(OWEN)
    assert "Say hello" not in words(scene.client.get(f"/automations/scheduled?thread={other.id}").text)


@pytest.mark.covers("P10")
def test_another_business_sees_no_scheduled_text_of_ours(scene: Scene, rosa: str) -> None:
    a_text(scene, an_automation(scene, is_on=True))
    charlie = as_member(scene.client, scene.site.charlie)
    for url in ("/automations/scheduled", f"/automations/scheduled?thread={rosa}", "/automations", "/"):
        page = charlie.get(url).text
        assert "Rosa Delgado" not in page
        assert "Say hello" not in page


@pytest.mark.covers("H-23", "X-16")
def test_today_shows_what_goes_out_within_a_day_and_leaves_out_who_opted_out(scene: Scene, rosa: str) -> None:
    scene.named("Owen Hartley", OWEN)
    scene.says_yes(OWEN)
    found = an_automation(scene, is_on=True)
    a_text(scene, found)
    a_text(scene, found, number=OWEN)
    a_text(scene, found, due_in=dt.timedelta(hours=25))
    scene.texts_us("STOP", OWEN)
    said = words(scene.alice().get("/").text)
    assert "1 text goes out by itself." in said
    assert "1 more is due and will be skipped as things stand." in said
    assert "Say hello Rosa Delgado" in said


@pytest.mark.covers("P16")
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202egnp.exe", "'\"><svg onload=alert(1)>"])
def test_a_hostile_name_is_text_and_nothing_else(scene: Scene, text: str) -> None:
    rosa = scene.named(text)
    scene.says_yes()
    found = an_automation(scene, is_on=True, name=text.replace("\u202e", ""))
    a_text(scene, found)
    for url in ("/", "/automations", f"/automations/{found}?try=1", f"/automations/{found}/edit",
                f"/automations/scheduled?thread={rosa}"):  # fmt: skip
        page = scene.alice().get(url).text
        assert "<script>alert" not in page
        assert "<svg onload" not in page
        assert "\u202e" not in page


def test_a_carrier_block_is_a_reason_in_the_dry_run(scene: Scene, rosa: str) -> None:
    scene.fact(Kind.CARRIER_BLOCKED)
    found = an_automation(scene)
    assert "their carrier still blocks texts" in words(scene.alice().get(f"/automations/{found}").text)
