"""Settings, Webhooks: an owner adds an address, sees its secret once, and reads what became of each event."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.accounts import delivery, endpoint
from portal.accounts.audit import AuditEntry
from portal.accounts.delivery import WebhookDelivery
from portal.accounts.endpoint import Event, WebhookEndpoint
from portal.address import Rules
from tests.conftest import World, as_member

URL = "https://hooks.example.com/portal"
AT = "/settings/webhooks"


@pytest.fixture
def owner(client: TestClient, site: World) -> TestClient:
    return as_member(client, site.alice)


def add(owner: TestClient, url: str = URL, **more: Any) -> Any:
    return owner.post(AT, data={"url": url, **more})


def only(site: World) -> WebhookEndpoint:
    found: WebhookEndpoint = site.read(lambda session: session.exec(select(WebhookEndpoint)).one())
    return found


def secret_in(page: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page.replace("&#43;", "+"))
    assert found is not None
    return found[0]


def log(site: World) -> list[WebhookDelivery]:
    found: list[WebhookDelivery] = site.read(lambda session: list(session.exec(select(WebhookDelivery)).all()))
    return found


def test_without_an_address_the_page_says_what_a_webhook_is(owner: TestClient) -> None:
    page = owner.get(AT).text
    assert "No webhook yet" in page
    assert "Standard Webhooks" in page
    assert page.count('type="checkbox"') == len(Event)


def test_the_secret_is_shown_once_and_kept_sealed(owner: TestClient, site: World) -> None:
    page = add(owner, events=["message.received", "message.failed"])
    assert page.status_code == 200
    secret = secret_in(page.text)
    found = only(site)
    assert found.url == URL
    assert found.events == ["message.received", "message.failed"]
    assert secret not in str(found.model_dump())
    assert site.read(lambda session: endpoint.secrets_of(session, found)) == [secret]
    for path in (AT, f"{AT}/{found.id}"):
        assert "whsec_" not in owner.get(path).text
    assert page.headers["cache-control"] == "no-store"


def test_a_reload_of_the_page_with_the_secret_makes_no_second_one(owner: TestClient, site: World) -> None:
    add(owner)
    again = add(owner)
    assert again.status_code == 422
    assert "gets events already" in again.text
    assert only(site).url == URL


@pytest.mark.parametrize(
    "url", ["", "http://hooks.example.com/", "https://127.0.0.1/", "https://2130706433/", "https://a.example.com:22/"]
)
def test_an_address_we_must_not_call_comes_back_with_the_same_form(owner: TestClient, site: World, url: str) -> None:
    answer = add(owner, url)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert site.read(lambda session: session.exec(select(WebhookEndpoint)).all()) == []


def test_a_tenth_address_is_the_last(owner: TestClient, site: World) -> None:
    for i in range(10):
        assert add(owner, f"{URL}/{i}").status_code == 200
    assert "Ten addresses are the most" in owner.get(AT).text
    assert add(owner, f"{URL}/11").status_code == 422
    assert len(site.read(lambda session: endpoint.all_of(session, site.hearth.id))) == 10


def test_for_a_day_after_a_new_secret_both_sign(owner: TestClient, site: World) -> None:
    first = secret_in(add(owner).text)
    found = only(site)
    page = owner.post(f"{AT}/{found.id}/rotate")
    second = secret_in(page.text)
    assert "one more day" in page.text
    assert site.read(lambda session: endpoint.secrets_of(session, only(site))) == [second, first]


def test_changing_address_and_events_keeps_the_secret(owner: TestClient, site: World) -> None:
    secret = secret_in(add(owner).text)
    found = only(site)
    answer = owner.post(f"{AT}/{found.id}", data={"url": f"{URL}/new", "events": [each.value for each in Event]})
    assert answer.status_code == 303
    changed = only(site)
    assert (changed.url, changed.events) == (f"{URL}/new", [])
    assert site.read(lambda session: endpoint.secrets_of(session, changed)) == [secret]


def test_a_test_event_is_noted_whatever_kinds_are_wanted(owner: TestClient, site: World) -> None:
    add(owner, events=["message.failed"])
    owner.post(f"{AT}/{only(site).id}/test")
    assert [(each.kind, each.status) for each in log(site)] == [(delivery.TEST, "waiting")]
    assert "On its way" in owner.get(f"{AT}/{only(site).id}").text


def test_switching_off_says_and_does_what_it_will_do(owner: TestClient, site: World) -> None:
    add(owner)
    at = f"{AT}/{only(site).id}"
    owner.post(f"{at}/test")
    assert "1 waiting event is dropped" in " ".join(owner.get(at).text.split())
    answer = owner.post(f"{at}/disable")
    assert answer.status_code == 303
    page = owner.get(at).text
    assert "1 waiting event was dropped" in page
    assert f'action="{at}/enable"' in page
    assert "Switched off by a member." in page
    assert [each.status for each in log(site)] == ["dropped"]
    owner.post(f"{at}/test")
    assert len(log(site)) == 1
    owner.post(f"{at}/enable")
    assert only(site).disabled_at is None


def test_a_deleted_address_is_gone_with_its_secret(owner: TestClient, site: World) -> None:
    add(owner)
    at = f"{AT}/{only(site).id}"
    owner.post(f"{at}/test")
    assert owner.post(f"{at}/delete").status_code == 303
    assert owner.get(at).status_code == 404
    assert "No webhook yet" in owner.get(AT).text
    assert only(site).secret == ""
    assert site.write(delivery.prune) == 1
    assert site.read(lambda session: session.exec(select(WebhookEndpoint)).all()) == []
    assert add(owner).status_code == 200


def tried(site: World, **values: Any) -> WebhookDelivery:
    """One delivery that has a past."""

    def work(session: Session) -> WebhookDelivery:
        found = session.exec(select(WebhookEndpoint)).one()
        row = delivery.test(session, found)
        for name, value in values.items():
            setattr(row, name, value)
        return row

    made: WebhookDelivery = site.write(work)
    return made


TRY = {"at": "2026-11-21T23:05:00Z", "status": 500, "problem": "It answered 500."}


def test_the_log_shows_each_try_and_sends_again_under_the_same_id(owner: TestClient, site: World) -> None:
    add(owner)
    at = f"{AT}/{only(site).id}"
    row = tried(site, status="failed", tries=[TRY, TRY | {"status": 0, "problem": "No answer within 5 seconds."}])
    page = owner.get(at).text
    assert "Given up" in page
    assert "2 tries" in page
    assert "It answered 500." in page
    assert "No answer within 5 seconds." in page
    assert "21 November 2026, 18:05" in page
    assert owner.post(f"{at}/deliveries/{row.id}/again").status_code == 303
    now = log(site)[0]
    assert (now.status, now.attempts, now.event_id, len(now.tries)) == ("waiting", 0, row.event_id, 2)


def test_the_log_is_paged_and_refreshes_alone(owner: TestClient, site: World) -> None:
    add(owner)
    at = f"{AT}/{only(site).id}"
    for _ in range(30):
        tried(site)
    first = owner.get(at).text
    assert first.count('id="delivery-') == 25
    older = re.search(r'href="([^"]+\?after=[^"]+)"', first)
    assert older is not None
    assert owner.get(older[1]).text.count('id="delivery-') == 5
    part = owner.get(at, headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert part.lstrip().startswith('<section class="card" id="log"')
    assert owner.get(f"{at}?after=nothing").status_code == 404


def test_the_page_of_an_address_costs_the_same_whatever_its_log_holds(
    app: Starlette, owner: TestClient, site: World
) -> None:
    from sqlalchemy import event

    add(owner)
    at = f"{AT}/{only(site).id}"
    seen: list[str] = []
    event.listen(app.state.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    owner.get(at)
    few = len(seen)
    for _ in range(20):
        tried(site)
    seen.clear()
    owner.get(at)
    assert len(seen) == few


def test_what_an_address_says_cannot_run_in_the_owners_browser(owner: TestClient, site: World) -> None:
    add(owner)
    tried(site, status="failed", tries=[TRY | {"problem": "<script>alert(1)</script>"}])
    page = owner.get(f"{AT}/{only(site).id}").text
    assert "<script>alert" not in page


def test_every_change_leaves_a_trace_without_address_or_secret(owner: TestClient, site: World) -> None:
    page = add(owner).text
    at = f"{AT}/{only(site).id}"
    owner.post(at, data={"url": f"{URL}/2"})
    for verb in ("rotate", "disable", "enable", "delete"):
        owner.post(f"{at}/{verb}")
    rows = site.read(lambda session: session.exec(select(AuditEntry)).all())
    assert [each.action for each in rows] == [
        f"webhook.{verb}" for verb in ("created", "changed", "rotated", "disabled", "enabled", "deleted")
    ]
    trace = str([each.model_dump() for each in rows])
    assert "hooks.example.com" not in trace
    assert secret_in(page) not in trace


def test_the_operator_decides_about_this_machine(app: Starlette, owner: TestClient) -> None:
    assert add(owner, "http://127.0.0.1:9000/").status_code == 422
    app.state.settings = replace(app.state.settings, webhook_allow_loopback=1)
    assert app.state.settings.webhook_rules == Rules(may_loop=True)
    assert add(owner, "http://127.0.0.1:9000/").status_code == 200


def test_staff_have_no_such_page_and_no_such_tab(client: TestClient, site: World) -> None:
    as_member(client, site.bob)
    assert client.get(AT).status_code == 403
    assert AT not in client.get("/settings").text
