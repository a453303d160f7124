"""Scheduled texts: only to whom may be texted when they are due, and nothing that was missed later."""

import datetime as dt
from typing import Any

import pytest

from portal.automations import due, scheduled_text
from portal.consent import ledger, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof
from portal.contacts import contact
from portal.errors import NotFound
from portal.messaging import gate, quarantine
from portal.messaging.gate import Defer, Send
from portal.providers.provider import Accepted, Rejected, Trouble
from tests.automations.conftest import NOON, SECOND, Shop
from tests.messaging.conftest import CLIENT


def at(**ahead: float) -> dict[str, Any]:
    """The values of a rule for one moment."""
    from portal import clock

    return {"event": "date", "at": clock.now() + dt.timedelta(**ahead)}


def test_a_text_leaves_when_it_is_due_and_not_before(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    assert shop.tick() == []
    assert shop.stands() == [("due", "")]
    shop.pass_time(hours=1)
    assert shop.tick() == ["Hello from Hearth Photography"]
    assert shop.stands() == [("sent", "")]
    assert shop.tick() == []


@pytest.mark.covers("rules 11")
def test_the_confirmation_goes_before_the_automated_text(shop: Shop) -> None:
    shop.rule()
    shop.client()
    shop.plan()
    shop.decide()
    first = shop.claim()
    assert [each.row.purpose for each in first] == ["opt_in_confirmation"]
    assert shop.claim() == []
    shop.land(first[0].row, Accepted("SM1"))
    assert shop.leave() == ["Hello from Hearth Photography"]


@pytest.mark.covers("H-23", "X-16", "rules 3")
def test_what_was_scheduled_before_a_stop_is_skipped_when_it_is_due(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.texts_us("STOP")
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "opted_out")]


@pytest.mark.covers("H-23", "X-16")
def test_a_stop_shows_at_once_what_will_be_skipped(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.texts_us("STOP")
    row = shop.texts()[0]
    assert (row.status, row.forecast) == ("due", "opted_out")
    assert "opted out" in row.sentence


@pytest.mark.covers("H-23", "X-16", "P12")
def test_after_a_new_opt_in_only_what_is_due_afterwards_leaves(shop: Shop) -> None:
    shop.client()
    shop.rule(name="First", text="First", **at(hours=1))
    shop.rule(name="Second", text="Second", **at(hours=3))
    shop.tick()
    shop.texts_us("STOP")
    shop.pass_time(hours=1)
    shop.tick()
    shop.pass_time(hours=1)
    shop.texts_us("START")
    assert shop.tick() == []
    shop.pass_time(hours=1)
    assert shop.tick() == ["Second"]
    assert shop.stands() == [("skipped", "opted_out"), ("sent", "")]


@pytest.mark.covers("X-16", "H-23")
def test_a_late_tick_does_not_send_what_was_due_while_the_client_was_opted_out(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=2))
    shop.tick()
    shop.pass_time(hours=1)
    shop.texts_us("STOP")
    shop.pass_time(hours=2)
    shop.texts_us("START")
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "opted_out")]


@pytest.mark.covers("X-16")
def test_a_late_tick_does_not_send_what_a_stop_came_after(shop: Shop) -> None:
    """Open when it was due, stopped, and open again before anybody looked."""
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.pass_time(hours=2)
    shop.texts_us("STOP")
    shop.pass_time(minutes=1)
    shop.texts_us("START")
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "opted_out")]


@pytest.mark.covers("X-16")
def test_a_late_tick_does_not_send_to_whom_said_yes_only_after_it_was_due(shop: Shop) -> None:
    shop.client(agrees=False)
    shop.rule(**at(hours=1))
    shop.tick()
    shop.pass_time(hours=2)
    shop.says_yes()
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "no_consent")]


def test_a_second_yes_does_not_take_back_what_the_first_one_allowed(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.pass_time(hours=2)
    shop.says_yes()
    assert shop.tick() == ["Hello from Hearth Photography"]


@pytest.mark.covers("rules 3", "X-16")
def test_a_stop_cancels_what_waits_in_the_outbox_and_the_row_says_why(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.pass_time(hours=1)
    shop.decide()
    assert shop.stands() == [("queued", "")]
    shop.texts_us("STOP")
    assert shop.stands() == [("cancelled", "opted_out")]
    assert shop.leave() == []


@pytest.mark.covers("X-15", "H-22")
def test_a_stop_on_one_number_skips_the_texts_to_the_contacts_other_one(shop: Shop) -> None:
    who = shop.client()
    shop.write(lambda session: contact.add_number(session, contact.get(session, shop.business, who), SECOND))
    shop.says_yes(SECOND)
    shop.rule(**at(hours=1))
    shop.tick()
    shop.texts_us("STOP", SECOND)
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert sorted(shop.stands()) == [("skipped", "opted_out"), ("skipped", "paused")]


@pytest.mark.covers("H-3", "X-14", "rules 8")
def test_a_changed_number_gets_nothing_that_was_scheduled_for_it(shop: Shop) -> None:
    who = shop.client()
    day = shop.project(who, starts_on=dt.date(2026, 11, 24))
    assert day
    shop.rule(event="date", date_of="project.starts_on", days_before=0, at_time="09:00")
    shop.tick()
    shop.write(lambda session: contact.replace_numbers(session, contact.get(session, shop.business, who), [SECOND]))
    shop.pass_time(hours=21)
    assert shop.tick() == []
    assert sorted((each.number, each.status, each.reason) for each in shop.texts()) == [
        (CLIENT, "skipped", "not_current"), (SECOND, "skipped", "no_consent"),
    ]  # fmt: skip


@pytest.mark.covers("X-14", "rules 8")
def test_a_number_that_two_contacts_share_gets_nothing_about_the_one_that_gave_it_up(shop: Shop) -> None:
    maria, _ = shop.client(), shop.client("Juan Lopez", agrees=False)
    shop.project(maria, starts_on=dt.date(2026, 11, 24))
    shop.rule(event="date", date_of="project.starts_on", at_time="09:00")
    shop.tick()
    shop.write(lambda session: contact.replace_numbers(session, contact.get(session, shop.business, maria), []))
    assert shop.row().is_current
    shop.pass_time(hours=21)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "not_current")]


@pytest.mark.covers("rules 24")
def test_a_number_that_texts_do_not_reach_is_skipped(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.member_writes("Are you there?")
    for each in shop.claim():
        shop.land(each.row, Rejected(Trouble.UNDELIVERABLE, "30006", "Landline"))
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "undeliverable")]
    assert shop.row().status == "opted_in"


@pytest.mark.covers("rules 2")
def test_a_reply_that_may_mean_stop_skips_until_somebody_has_read_it(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()

    def doubt(session: Any) -> None:
        row = subscription.lock_by_id(session, shop.business, shop.row().id)
        ledger.record(session, row, Kind.REVIEW_OPENED, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client")

    shop.write(doubt)
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "in_review")]


@pytest.mark.covers("rules 15")
def test_a_consent_for_conversation_only_gets_no_automated_text(shop: Shop) -> None:
    shop.client(scope="conversational")
    shop.rule(**at(hours=1))
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "scope")]


@pytest.mark.covers("F-20")
@pytest.mark.parametrize(
    ("says", "why"),
    [((), "no_consent"), (("declined",), "declined"), (("asked",), "awaiting_reply")],
    ids=["nothing", "no", "asked"],
)
def test_who_has_not_agreed_is_skipped_and_the_row_says_why(shop: Shop, says: tuple[str, ...], why: str) -> None:
    shop.client(agrees=False)

    def record(session: Any) -> None:
        for kind in says:
            row = subscription.lock_by_id(session, shop.business, shop.row().id)
            ledger.record(session, row, Kind(kind), origin=Origin.FORM, proof=Proof.PERSONAL_LINK, actor="client")

    shop.write(record)
    shop.rule(**at(hours=1))
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", why)]


def test_a_text_that_nobody_could_send_in_time_is_skipped_and_listed(shop: Shop) -> None:
    """The installation stood still for a day and a half."""
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.pass_time(hours=36)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "stale")]


@pytest.mark.covers("P7")
def test_a_text_that_the_provider_did_not_take_in_time_does_not_leave_later(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.pass_time(hours=1)
    shop.decide()
    shop.pass_time(hours=25)
    assert shop.leave() == []
    assert shop.stands() == [("cancelled", "expired")]


@pytest.mark.covers("X-16")
def test_what_becomes_due_during_a_pause_is_skipped_also_when_nobody_looked_before_it_went_on(shop: Shop) -> None:
    shop.client()
    made = shop.rule(**at(hours=1))
    shop.tick()
    shop.does(made, "pause")
    shop.pass_time(hours=2)
    shop.does(made, "resume")
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "automation_paused")]


def test_what_is_due_after_a_pause_leaves(shop: Shop) -> None:
    shop.client()
    made = shop.rule(**at(hours=3))
    shop.tick()
    shop.does(made, "pause")
    assert shop.texts()[0].forecast == "automation_paused"
    shop.pass_time(hours=2)
    shop.does(made, "resume")
    shop.pass_time(hours=1)
    assert shop.tick() == ["Hello from Hearth Photography"]


def test_an_ended_automation_sends_nothing_of_what_it_had_scheduled(shop: Shop) -> None:
    shop.client()
    made = shop.rule(**at(hours=1))
    shop.tick()
    shop.does(made, "end")
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "automation_ended")]


def test_a_text_about_a_date_that_moved_is_skipped_and_the_new_day_has_its_own(shop: Shop) -> None:
    day = shop.project(shop.client(), starts_on=dt.date(2026, 11, 25))
    shop.rule(event="date", date_of="project.starts_on", days_before=1, at_time="09:00", text="Tomorrow, {date}!")
    shop.tick()
    shop.change_project(day, starts_on=dt.date(2026, 11, 26))
    shop.pass_time(hours=21)
    assert shop.tick() == []
    shop.pass_time(hours=24)
    assert shop.tick() == ["Tomorrow, Thursday 26 November!"]
    assert shop.stands() == [("skipped", "date_moved"), ("sent", "")]


def test_a_text_about_an_archived_project_is_skipped(shop: Shop) -> None:
    day = shop.project(shop.client(), starts_on=dt.date(2026, 11, 24))
    shop.rule(event="date", date_of="project.starts_on", at_time="09:00")
    shop.tick()
    shop.change_project(day, archived_at=dt.datetime(2026, 11, 23, 18, tzinfo=dt.UTC))
    shop.pass_time(hours=21)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "project_archived")]


def test_a_contact_that_left_the_project_gets_nothing_about_it(shop: Shop) -> None:
    from portal.contacts import project as projects

    who = shop.client()
    day = shop.project(who, starts_on=dt.date(2026, 11, 24))
    shop.rule(event="date", date_of="project.starts_on", at_time="09:00")
    shop.tick()
    shop.write(lambda session: projects.remove_contact(session, projects.get(session, shop.business, day), who))
    shop.pass_time(hours=21)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "no_client")]


def test_a_text_about_a_project_belongs_to_it_in_the_thread(shop: Shop) -> None:
    day = shop.project(shop.client(), starts_on=dt.date(2026, 11, 24))
    shop.rule(event="date", date_of="project.starts_on", at_time="09:00", text="About {project}")
    shop.pass_time(hours=21)
    assert shop.tick() == ["About Garden wedding"]
    assert [each.project_id for each in shop.outbound() if each.purpose == "automated"] == [day]


def test_a_member_cancels_what_waits_and_what_is_queued_but_not_what_has_left(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()

    def cancel() -> bool:
        row = shop.texts()[-1]
        return bool(shop.write(lambda s: scheduled_text.cancel(s, shop.business, row.id, actor="member:alice")))

    assert cancel()
    assert shop.stands() == [("cancelled", "cancelled by a member")]
    assert not cancel()
    shop.rule(**at(hours=2))
    shop.pass_time(hours=2)
    shop.plan()
    shop.decide()
    assert cancel()
    assert shop.tick() == []
    shop.rule(**at(hours=1))
    shop.pass_time(hours=1)
    assert len(shop.tick()) == 1
    assert not cancel()


def test_a_text_that_failed_says_so(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.leave()
    shop.pass_time(hours=1)
    shop.plan()
    shop.decide()
    for each in shop.claim():
        shop.land(each.row, Rejected(Trouble.CONTENT, "30007", "Filtered"))
    assert shop.stands() == [("failed", "Filtered")]


@pytest.mark.covers("P13", "rules 27")
def test_another_business_with_the_same_client_sends_nothing(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.pass_time(hours=1)
    shop.tick()
    other = shop.world.other.id
    assert shop.database.read(lambda session: scheduled_text.page(session, other)) == ([], None)
    assert shop.database.read(lambda session: subscription.find(session, other, "sms", CLIENT)) is None


@pytest.mark.covers("H-26")
def test_a_business_that_may_not_text_any_more_sends_nothing_by_itself(shop: Shop) -> None:
    from portal.accounts import business as businesses
    from portal.accounts.business import Capability

    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.write(
        lambda s: businesses.grant(s, businesses.get(s, shop.business), Capability.TEXTING, revoke=True)
    )  # fmt: skip
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "texting_off")]


def test_the_texts_of_a_contact_are_those_at_all_numbers_it_has_or_had(shop: Shop) -> None:
    maria, juan = shop.client(), shop.client("Juan Lopez", SECOND)
    shop.rule(**at(hours=1))
    shop.tick()
    shop.write(lambda session: contact.replace_numbers(session, contact.get(session, shop.business, maria), []))
    assert [each.number for each in shop.texts(contact_id=maria)] == [CLIENT]
    assert [each.number for each in shop.texts(contact_id=juan)] == [SECOND]


@pytest.mark.covers("X-17", "H-24", "rules 19")
def test_a_number_that_the_carrier_still_blocks_is_skipped_until_the_client_texts_start(shop: Shop) -> None:
    shop.provider.does_answer = True
    shop.client()
    shop.leave()
    shop.texts_us("STOP")
    shop.pass_time(minutes=1)
    shop.says_yes(proof=Proof.PERSONAL_LINK)
    shop.rule(**at(hours=1), text="First")
    shop.rule(**at(hours=2), text="Second")
    shop.pass_time(hours=1)
    assert shop.tick() == []
    shop.texts_us("START")
    shop.pass_time(hours=1)
    assert shop.tick() == ["Second"]
    assert shop.stands() == [("skipped", "carrier_blocked"), ("sent", "")]


@pytest.mark.covers("P1", "rules 3")
def test_a_text_on_its_way_when_the_stop_comes_is_not_tried_again(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.leave()
    shop.pass_time(hours=1)
    shop.plan()
    shop.decide()
    claims = shop.claim()
    shop.texts_us("STOP")
    for each in claims:
        shop.land(each.row, Rejected(Trouble.TEMPORARY, "503", "Busy"))
    shop.pass_time(minutes=5)
    assert shop.leave() == []
    assert shop.stands() == [("cancelled", "opted_out")]


@pytest.mark.covers("P21")
def test_one_text_that_cannot_be_worked_out_keeps_no_other_waiting(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.client()
    shop.client("Juan Lopez", SECOND)
    shop.rule(**at(hours=1), text="Hi {first_name}")
    facts: Any = due._facts

    def fails(row: Any, now: Any) -> Any:
        if row.number == CLIENT:
            raise ValueError("a zone that does not exist")
        return facts(row, now)

    monkeypatch.setattr(due, "_facts", fails)
    shop.pass_time(hours=1)
    assert shop.tick() == ["Hi Juan"]
    assert sorted(shop.stands()) == [("sent", ""), ("skipped", "broken")]


@pytest.fixture
def closed_until(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A gate that defers automated texts, as quiet hours do."""

    def close(until: dt.datetime) -> None:
        from portal import clock

        decide = gate.decide

        def deferring(facts: Any, purpose: Purpose, **more: Any) -> Any:
            decision = decide(facts, purpose, **more)
            is_early = purpose is Purpose.AUTOMATED and clock.now() < until
            return Defer(until, "quiet_hours") if is_early and isinstance(decision, Send) else decision

        monkeypatch.setattr(gate, "decide", deferring)

    return close


def test_a_deferred_text_leaves_when_the_gate_opens(shop: Shop, closed_until: Any) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    closed_until(NOON + dt.timedelta(hours=5))
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("deferred", "quiet_hours")]
    assert [each.due_at for each in shop.texts()] == [NOON + dt.timedelta(hours=5)]
    shop.pass_time(hours=4)
    assert shop.tick() == ["Hello from Hearth Photography"]


@pytest.mark.covers("X-16", "H-23")
def test_a_deferred_text_does_not_survive_a_stop_that_was_taken_back(shop: Shop, closed_until: Any) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    closed_until(NOON + dt.timedelta(hours=5))
    shop.pass_time(hours=1)
    shop.tick()
    shop.pass_time(hours=1)
    shop.texts_us("STOP")
    shop.pass_time(hours=1)
    shop.texts_us("START")
    shop.pass_time(hours=2)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "opted_out")]


@pytest.mark.covers("P7")
def test_a_text_that_would_be_deferred_past_its_time_is_skipped(shop: Shop, closed_until: Any) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    closed_until(NOON + dt.timedelta(hours=30))
    shop.pass_time(hours=1)
    assert shop.tick() == []
    assert shop.stands() == [("skipped", "quiet_hours")]


@pytest.mark.parametrize("unknown", ["", "0" * 32, "x\x00y", "../1"])
def test_a_scheduled_text_that_does_not_exist_is_not_found(shop: Shop, unknown: str) -> None:
    for work in (
        lambda s: scheduled_text.get(s, shop.business, unknown),
        lambda s: scheduled_text.cancel(s, shop.business, unknown, actor="member:alice"),
        lambda s: scheduled_text.page(s, shop.business, after=unknown),
    ):
        with pytest.raises(NotFound):
            shop.write(work)


@pytest.mark.covers("P18")
def test_in_quarantine_a_due_text_is_deferred_with_the_reason_and_leaves_when_it_ends(shop: Shop) -> None:
    shop.client()
    shop.rule(**at(hours=1))
    shop.tick()
    shop.pass_time(hours=1)
    shop.write(lambda session: quarantine.enter(session, quarantine.CLOCK))
    assert shop.tick() == []
    assert shop.stands() == [("deferred", "quarantine")]
    shop.write(lambda session: quarantine.end(session, by="operator"))
    shop.pass_time(minutes=1)
    assert shop.tick() == ["Hello from Hearth Photography"]


@pytest.mark.covers("P18")
def test_what_was_due_before_a_restore_is_skipped_and_what_is_due_later_leaves(shop: Shop) -> None:
    """It may have gone out in the time that was lost."""
    shop.client()
    shop.rule(**at(hours=1))
    shop.rule(**at(hours=3))
    shop.tick()
    shop.pass_time(hours=2)
    shop.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    shop.write(lambda session: quarantine.end(session, by="operator"))
    assert shop.tick() == []
    assert sorted(shop.stands()) == [("due", ""), ("skipped", "restored")]
    shop.pass_time(hours=1)
    assert shop.tick() == ["Hello from Hearth Photography"]
