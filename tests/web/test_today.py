"""Today: what needs a member, and the first step."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import endpoint
from portal.accounts.business import Capability
from portal.address import Rules
from portal.consent import subscription
from portal.consent.state import Kind
from portal.messaging import attention, health, send_later
from portal.providers.provider import Rejected, Trouble, Unknown
from portal.statement import Statement
from tests.conftest import as_member
from tests.web.scene import Scene, words

QUERIES = (
    16  # who asks, the badge, six needs, troubles, what was registered, webhooks, the counts, what comes from rules
)
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_a_new_business_is_led_to_its_first_questionnaire(scene: Scene) -> None:
    page = scene.alice().get("/").text
    assert "Make the first questionnaire" in words(page)
    assert 'href="/questionnaires"' in page


def test_with_a_questionnaire_but_no_yes_it_says_what_comes_next(scene: Scene) -> None:
    asked = scene.publish()
    page = scene.alice().get("/").text
    assert "2 of 4 done" in words(page)
    assert f'href="/questionnaires/{asked}/share"' in page


def test_the_first_steps_are_gone_with_the_first_yes(scene: Scene) -> None:
    scene.says_yes()
    assert "First steps" not in words(scene.alice().get("/").text)


@pytest.mark.covers("H-26")
def test_without_the_capability_nothing_of_texting_is_there(scene: Scene) -> None:
    def revoke(session: Session) -> None:
        found = businesses.get(session, scene.site.hearth.id)
        businesses.grant(session, found, Capability.TEXTING, revoke=True)

    scene.write(revoke)
    page = scene.alice().get("/").text
    assert "Texting is not switched on" in words(page)
    assert "/sms" not in page


def test_what_needs_a_member_is_there_and_leads_to_the_conversation(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.send_all(Unknown("The answer was lost."))
    scene.we_write("See you")
    scene.send_all(Rejected(Trouble.CONTENT, "30007", "Filtered."))
    scene.texts_us("Hello?")
    scene.fact(Kind.REVIEW_OPENED)
    page = scene.alice().get("/").text
    said = words(page)
    for part in (
        "Unread texts",
        "Hello?",
        "Replies that need a look",
        "Outcome unknown",
        "Not delivered",
        "Opted in 1",
    ):
        assert part in said
    assert page.count(f'href="/sms/{scene.row().id}"') == 3
    assert page.count(f'href="/review#review-{scene.row().id}"') == 1
    assert "+1 415 555 0132" not in said, "a contact has a name"


def test_when_all_is_done_it_says_so(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.send_all()
    assert "All done" in words(scene.alice().get("/").text)


def test_more_than_five_of_a_kind_are_told_as_more(scene: Scene) -> None:
    for n in range(6):
        scene.texts_us("Hello?", f"+1415555010{n}")
    page = scene.alice().get("/").text
    assert 'href="/sms?unread=yes"' in page
    assert page.count("Hello?") == 5


def test_an_open_page_gets_the_cards_alone(scene: Scene) -> None:
    scene.publish()
    assert scene.alice().get("/", headers=PARTIAL).text.lstrip().startswith('<div class="stack" id="needs"')


@pytest.mark.covers("P10")
def test_another_businesss_needs_are_not_ours(scene: Scene) -> None:
    scene.texts_us("Hello?")
    assert "Hello?" not in as_member(scene.client, scene.site.charlie).get("/").text


INDEXES = {
    "_UNREAD": "subscription_unread", "_IN_TROUBLE": "message_in_trouble",
    "_MINE": "subscription_assigned", "_BACK": "subscription_snoozed", "_BLOCKED": "subscription_blocked",
}  # fmt: skip


@pytest.mark.parametrize("kind", INDEXES)
def test_a_small_index_serves_each_need(scene: Scene, kind: str) -> None:
    """Partial indexes are only used where the condition is written as in the index."""
    statement: Statement = getattr(attention, kind)
    database = scene.site.database

    def explain(session: Session) -> str:
        compiled, road = statement._ready(session)
        cursor = road.cursor
        values = {
            "business_id": scene.site.hearth.id, "since": clock.now(), "now": clock.now(),
            "member_id": scene.site.alice.id,
        }  # fmt: skip
        word = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        if not database.is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{word} {compiled.sql}", compiled.bind(values))
        return "\n".join(str(line[-1]) for line in cursor.fetchall())

    assert INDEXES[kind] in scene.site.read(explain)


def change(scene: Scene, **values: Any) -> None:
    """What a member decides about Rosa's conversation."""
    row = scene.row()
    query = subscription.table.update().where(subscription.table.c.id == row.id).values(**values)
    scene.write(lambda session: session.connection().execute(query))


def test_what_is_assigned_to_me_is_mine_and_nobody_elses(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    change(scene, assigned_to=scene.site.alice.id)
    assert "Conversations assigned to you." in words(scene.alice().get("/").text)
    assert "Conversations assigned to you." not in words(as_member(scene.client, scene.site.bob).get("/").text)


def test_a_snoozed_conversation_needs_nobody_until_its_time_has_come(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us("Hello?")
    change(scene, snoozed_until_at=clock.now() + dt.timedelta(hours=1))
    assert "All done" in words(scene.alice().get("/").text)
    change(scene, snoozed_until_at=clock.now())
    assert "You put these off until now." in words(scene.alice().get("/").text)


def test_a_conversation_that_came_back_is_done_with_the_next_text(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.send_all()
    change(scene, snoozed_until_at=clock.now())
    scene.we_write("Here is the price list.")
    assert "Back from a snooze" not in words(scene.alice().get("/").text)


def test_what_was_written_for_later_stands_in_the_next_day(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    row = scene.row()
    scene.write(
        lambda session: send_later.write(
            session, scene.site.hearth.id, row.id, "See you tomorrow", member_id=scene.site.alice.id, once_key="later",
            due_at=clock.now() + dt.timedelta(hours=3),
        )
    )  # fmt: skip
    said = words(scene.alice().get("/").text)
    assert "1 text goes out by itself." in said
    assert "Written for later Rosa Delgado" in said


@pytest.mark.covers("X-17")
def test_who_agreed_and_is_blocked_by_the_carrier_is_told_with_what_to_do(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.fact(Kind.CARRIER_BLOCKED)
    assert "Ask them to text START to your number" in words(scene.alice().get("/").text)


def test_a_blocked_number_that_opted_out_needs_nobody(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.fact(Kind.CARRIER_BLOCKED)
    scene.texts_us("STOP")
    assert "Agreed, but blocked" not in words(scene.alice().get("/").text)


def test_the_picture_of_consent_says_its_numbers_and_what_to_do(scene: Scene) -> None:
    scene.says_yes()
    scene.named("Owen Hartley", "+14155550133")
    said = words(scene.alice().get("/").text)
    assert "50% of 2 numbers have agreed to texts" in said
    assert "No consent 1 Nobody asked them yet: send a questionnaire with the opt-in question." in said


def webhook(scene: Scene, why: str, url: str = "https://hooks.example.com/portal") -> str:
    """An address that was switched off for this reason; its id."""

    def work(session: Session) -> str:
        made, _ = endpoint.create(session, scene.site.hearth.id, url, events=(), rules=Rules())
        endpoint.disable(session, made, why)
        return made.id

    return str(scene.write(work))


@pytest.mark.parametrize("has_numbers", [True, False])
def test_a_webhook_that_failed_for_long_is_told_to_an_owner_with_the_way_to_it(scene: Scene, has_numbers: bool) -> None:
    if has_numbers:
        scene.named("Rosa Delgado")
    found = webhook(scene, "Nothing got through for five days.")
    page = scene.alice().get("/").text
    assert page.count(f'href="/settings/webhooks/{found}"') == 1
    assert "Nothing got through for five days." in words(page)
    assert "All done" not in words(page)
    scene.client.post(f"/settings/webhooks/{found}/enable")
    assert "Webhook switched off" not in words(scene.client.get("/").text)


@pytest.mark.parametrize("why", [endpoint.BY_MEMBER, endpoint.BY_PROGRAM])
def test_a_webhook_that_somebody_switched_off_needs_nobody(scene: Scene, why: str) -> None:
    webhook(scene, why)
    assert "switched off" not in words(scene.alice().get("/").text)


@pytest.mark.covers("P10", "rules 27")
def test_a_failed_webhook_is_told_only_to_those_who_may_see_it(scene: Scene) -> None:
    webhook(scene, "Nothing got through for five days.")
    for who in (scene.site.bob, scene.site.charlie):
        page = as_member(scene.client, who).get("/").text
        assert "hooks.example.com" not in page
        assert "switched off" not in words(page)


@pytest.mark.parametrize(
    ("count", "total", "said"),
    [(0, 0, "0%"), (0, 9, "0%"), (9, 9, "100%"), (1, 1000, "under 1%"), (999, 1000, "over 99%"), (2, 3, "67%")],
)
def test_a_share_is_never_rounded_to_none_or_all(count: int, total: int, said: str) -> None:
    assert health.percent(count, total) == said


def test_today_costs_the_same_few_queries_however_much_there_is(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(12):
        number = f"+141555501{n:02d}"
        scene.named(f"Client {n}", number)
        scene.says_yes(number)
        scene.texts_us("Hello?", number)
    seen: list[str] = []
    ready = Statement._ready

    def watched(self: Statement, session: Session) -> Any:
        seen.append("statement")
        return ready(self, session)

    monkeypatch.setattr(Statement, "_ready", watched)
    event.listen(scene.site.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    assert scene.alice().get("/").status_code == 200
    assert len(seen) <= QUERIES, seen
