"""Events of a business for its own programs: noted with the fact, told as the API tells, free for everybody else."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, select

from portal import clock
from portal.accounts import attempt, delivery, endpoint
from portal.accounts.delivery import WebhookDelivery
from portal.accounts.endpoint import Event
from portal.address import Rules
from portal.api import event
from portal.compiled import Compiled
from portal.consent import subscription
from portal.messaging import claim, flight, outcome
from portal.messaging.message import Fate
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, Rejected, StatusUpdate, Trouble, Unknown
from portal.questionnaires import questionnaire, submission
from portal.settings import Caps
from tests.api.conftest import CLIENT, SECOND, Api, Clients
from tests.conftest import World


def listen(site: World, business_id: str, *events: str) -> str:
    """The id of a new endpoint."""

    def work(session: Session) -> str:
        where = f"https://hooks.example.com/{len(endpoint.all_of(session, business_id))}"
        return endpoint.create(session, business_id, where, events=events, rules=Rules())[0].id

    made: str = site.write(work)
    return made


def noted(site: World) -> list[WebhookDelivery]:
    query = select(WebhookDelivery).order_by(delivery.table.c.created_at, delivery.table.c.id)
    found: list[WebhookDelivery] = site.read(lambda session: list(session.exec(query).all()))
    return found


def kinds(site: World) -> list[str]:
    return sorted(each.kind for each in noted(site))


def told(site: World, row: WebhookDelivery) -> Any:
    return site.read(lambda session: event.told(session, row))


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often each statement of the roads ran, by its SQL."""
    seen: Counter[str] = Counter()
    bind = Compiled.bind

    def counted(self: Compiled, values: Any) -> Any:
        seen[self.sql] += 1
        return bind(self, values)

    monkeypatch.setattr(Compiled, "bind", counted)
    return seen  # type: ignore[return-value]


def test_a_stop_without_endpoints_runs_not_one_statement_for_them(
    site: World, clients: Clients, statements: Counter[str]
) -> None:
    """Somebody else's endpoint makes no difference either. What is asked, is asked in the statement that locks."""
    clients.says_yes()
    listen(site, site.other.id)
    statements.clear()
    clients.texts("STOP")
    asking = [sql for sql in statements if "webhook_" in sql]
    assert len(asking) == 1
    assert "EXISTS" in asking[0]
    assert "FROM sender" in asking[0]
    assert noted(site) == []


def test_with_an_endpoint_a_stop_costs_two_statements_for_each_of_its_two_events(
    site: World, clients: Clients, statements: Counter[str]
) -> None:
    for number in (CLIENT, SECOND):
        clients.says_yes(number)
    statements.clear()
    clients.texts("STOP", CLIENT)
    usual = statements.total()
    listen(site, site.hearth.id)
    statements.clear()
    clients.texts("STOP", SECOND)
    assert statements.total() == usual + 4
    assert kinds(site) == ["message.received", "subscription.changed"]


def test_what_is_rolled_back_is_not_told(site: World) -> None:
    listen(site, site.hearth.id)

    def work(session: Session) -> None:
        delivery.note(session, site.hearth.id, Event.MESSAGE_SENT, "m1")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        site.write(work)
    assert noted(site) == []


def test_only_the_kinds_that_are_wanted_are_noted_and_one_event_has_one_id(site: World, clients: Clients) -> None:
    everything = listen(site, site.hearth.id)
    listen(site, site.hearth.id, "message.received")
    clients.says_yes()
    clients.texts("See you then")
    assert kinds(site) == ["message.received", "message.received", "subscription.changed"]
    texts = [each for each in noted(site) if each.kind == "message.received"]
    assert len({each.event_id for each in texts}) == 1
    assert [each.endpoint_id for each in noted(site) if each.kind == "subscription.changed"] == [everything]


def test_a_switched_off_or_deleted_endpoint_hears_nothing(site: World, clients: Clients) -> None:
    def switch(session: Session) -> None:
        off, gone = endpoint.all_of(session, site.hearth.id)
        endpoint.disable(session, off, "test")
        endpoint.delete(session, gone)

    listen(site, site.hearth.id)
    listen(site, site.hearth.id)
    site.write(switch)
    clients.says_yes()
    clients.texts("Hello")
    assert noted(site) == []


@pytest.mark.covers("P10", "rules 27")
def test_another_business_hears_nothing(site: World, clients: Clients, other: Api) -> None:
    there = other.post("/webhook-endpoints", {"url": "https://hooks.example.com/"}).json()["id"]
    clients.says_yes()
    clients.texts("Hello")
    assert other.get(f"/webhook-endpoints/{there}/deliveries")["items"] == []


def test_a_stop_is_told_as_the_api_tells_it(site: World, clients: Clients, api: Api) -> None:
    row_id = clients.says_yes()
    listen(site, site.hearth.id)
    clients.texts("STOP")
    changed, received = sorted(noted(site), key=lambda each: each.kind, reverse=True)
    said = told(site, changed)
    assert said["type"] == "subscription.changed"
    assert said["timestamp"] == clock.rfc3339(changed.created_at)
    assert said["data"] == api.get(f"/subscriptions/{row_id}")
    assert (said["data"]["status"], said["data"]["may_text"]) == ("opted_out", False)
    assert told(site, received)["data"] == api.get(f"/messages/{received.object_id}")
    assert json.loads(json.dumps(said)) == said


def test_a_second_stop_changes_nothing_and_is_told_as_a_text_alone(site: World, clients: Clients) -> None:
    clients.says_yes()
    clients.texts("STOP")
    listen(site, site.hearth.id)
    clients.texts("STOP")
    assert kinds(site) == ["message.received"]


def test_an_event_written_late_says_how_things_stand_now(site: World, clients: Clients) -> None:
    """Nobody acts on a Yes that was taken back before it was told."""
    listen(site, site.hearth.id)
    clients.says_yes()
    yes = noted(site)[0]
    clients.texts("STOP")
    assert told(site, yes)["data"]["status"] == "opted_out"


def test_a_submission_is_told_with_its_answers(site: World, api: Api) -> None:
    asked = api.post("/questionnaires", {"title": "T", "questions": [{"kind": "text", "label": "Name"}]}).json()
    listen(site, site.hearth.id)

    def send_in(session: Session) -> None:
        found = questionnaire.get(session, site.hearth.id, asked["id"])
        answers = [submission.Answer(asked["questions"][0]["id"], "Name", "text", "Rosa")]
        submission.receive(session, found, version=1, nonce="n1", answers=answers, act=None, client=None, caps=Caps())

    site.write(send_in)
    (row,) = noted(site)
    assert row.kind == "submission.received"
    assert [told(site, row)["data"]] == api.get(f"/questionnaires/{asked['id']}/submissions")["items"]


# what became of a text


@pytest.fixture
def sending(site: World, clients: Clients) -> Callable[[], Any]:
    """Claims the one text that is due; events begin with the claim."""

    def claimed() -> Any:
        clients.says_yes()
        listen(site, site.hearth.id)
        return site.write(lambda session: claim.take(session, 1, Limits(0, 0)))[0].row

    return claimed


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (Accepted("SM1"), "message.sent"),
        (Unknown("lost"), "message.failed"),
        (Rejected(Trouble.UNDELIVERABLE, "30003", "no such number"), "message.failed"),
    ],
)
def test_what_the_provider_answers_is_told(site: World, sending: Callable[[], Any], result: Any, kind: str) -> None:
    row = sending()
    site.write(lambda session: outcome.mark(session, row, result))
    assert [each.object_id for each in noted(site) if each.kind == kind] == [row.id]


def test_a_text_that_is_tried_again_is_not_told_yet(site: World, sending: Callable[[], Any]) -> None:
    row = sending()
    site.write(lambda session: outcome.mark(session, row, Rejected(Trouble.TEMPORARY, "503", "busy")))
    assert noted(site) == []


def test_each_step_of_a_text_is_told_once(site: World, sending: Callable[[], Any]) -> None:
    row = sending()
    for rank, status in ((1, Fate.SENT), (1, Fate.SENT), (3, Fate.DELIVERED), (3, Fate.DELIVERED), (1, Fate.SENT)):
        update = StatusUpdate(f"st:{rank}", "AC", "SM1", status, rank, message_id=row.id)
        site.write(partial(outcome.report, business_id=site.hearth.id, update=update))
    site.write(lambda session: outcome.mark(session, row, Accepted("SM1")))
    assert [kind for kind in kinds(site) if kind.startswith("message.")] == ["message.delivered", "message.sent"]


def test_a_text_whose_sender_died_is_told_as_failed(
    site: World, sending: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = sending()
    later = clock.now() + flight.LEASE * 2
    monkeypatch.setattr(clock, "now", lambda: later)
    site.write(outcome.expire_leases)
    (event_row,) = noted(site)
    assert (event_row.kind, told(site, event_row)["data"]["status"]) == ("message.failed", "unknown")
    assert event_row.object_id == row.id


def test_a_text_that_the_gate_refuses_when_it_is_due_is_told(site: World, clients: Clients) -> None:
    clients.says_yes()
    listen(site, site.hearth.id)

    def forget(session: Session) -> None:
        session.connection().execute(subscription.table.update().values(status="none"))

    site.write(forget)
    assert site.write(lambda session: claim.take(session, 1, Limits(0, 0))) == []
    assert kinds(site) == ["message.failed"]


def test_a_text_is_told_with_the_words_that_members_see(site: World, clients: Clients, api: Api) -> None:
    """Nothing a page or the API would hide: the payload is the API's own."""
    clients.says_yes()
    listen(site, site.hearth.id)
    clients.send_all()
    for row in noted(site):
        assert told(site, row)["data"] == api.get(f"/messages/{row.object_id}")


def test_an_event_about_something_that_is_gone_is_dropped(site: World) -> None:
    listen(site, site.hearth.id)
    site.write(lambda session: delivery.note(session, site.hearth.id, Event.MESSAGE_SENT, "0" * 32))
    (row,) = noted(site)
    assert told(site, row) is None
    batch = site.write(lambda session: attempt.claim(session, row.endpoint_id, event.told))
    assert batch is None
    assert noted(site)[0].status == "dropped"


@pytest.mark.covers("P10")
def test_an_event_never_shows_what_belongs_to_another_business(site: World, clients: Clients) -> None:
    row_id = clients.says_yes()
    listen(site, site.other.id)
    site.write(lambda session: delivery.note(session, site.other.id, Event.SUBSCRIPTION_CHANGED, row_id))
    (row,) = noted(site)
    assert told(site, row) is None


def test_every_kind_can_be_told(site: World) -> None:
    for kind in Event:
        row = WebhookDelivery(
            business_id=site.hearth.id, endpoint_id="e", event_id="evt", kind=kind, object_id="0" * 32,
            due_at=clock.now(), created_at=clock.now(),
        )  # fmt: skip
        assert told(site, row) is None
