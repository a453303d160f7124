"""Figures for the operator: only with the token, true, and without a number or a business in them."""

import dataclasses
import datetime as dt
import re
import shutil
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock, metrics
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Origin, Proof
from portal.messaging import claim, message, opt_in, quarantine
from portal.messaging.spending import Limits
from portal.settings import Settings
from tests.conftest import World

TOKEN = "a-token-for-the-metrics"
CHECKS = ("database", "schema", "keys", "disk", "quarantine", "jobs")
BEARER = {"authorization": f"Bearer {TOKEN}"}
NUMBER = "+14155550132"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters belong to a process; each test starts with its own."""
    monkeypatch.setattr(metrics, "_counts", type(metrics._counts)())
    monkeypatch.setattr(metrics, "_times", {})


@pytest.fixture
def watched(app: Starlette) -> Starlette:
    app.state.settings = dataclasses.replace(app.state.settings, metrics_token=TOKEN)
    return app


def figures(client: TestClient) -> dict[str, float]:
    text = client.get("/metrics", headers=BEARER).text
    return {name: float(value) for name, value in re.findall(r"^(portal_\S+) (\S+)$", text, re.MULTILINE)}


def consent(session: Session, business_id: str) -> Any:
    """Opted in, with the confirmation queued; the row as it is then."""
    row = subscription.lock(session, business_id, SMS, NUMBER)
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
        confirmation="form.confirmation",
    )  # fmt: skip
    return subscription.lock(session, business_id, SMS, NUMBER)


def stop(session: Session, business_id: str) -> None:
    row = subscription.lock(session, business_id, SMS, NUMBER)
    opt_in.opt_out(session, row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", should_confirm=True)


def test_without_the_setting_there_are_no_metrics(client: TestClient) -> None:
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    ("headers", "query"),
    [({}, ""), ({"authorization": "Bearer wrong"}, ""), ({"authorization": "Bearer "}, ""), ({}, f"?token={TOKEN}")],
)
def test_metrics_need_their_token_in_the_header(
    watched: Starlette, client: TestClient, headers: dict[str, str], query: str
) -> None:
    answer = client.get(f"/metrics{query}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "portal_" not in answer.text


def test_the_text_is_what_a_scraper_reads(watched: Starlette, client: TestClient) -> None:
    answer = client.get("/metrics", headers=BEARER)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    names = re.findall(r"^# TYPE (\S+) (?:gauge|counter|histogram)$", answer.text, re.MULTILINE)
    assert len(names) == len(set(names))
    samples = {re.split(r"[{ ]", line)[0] for line in answer.text.splitlines() if not line.startswith("#")}
    samples = {re.sub("_seconds_(bucket|sum|count)$", "_seconds", name) for name in samples}
    assert samples == set(names)


def test_what_waits_and_how_long_is_told(watched: Starlette, client: TestClient, site: World) -> None:
    site.write(lambda session: consent(session, site.hearth.id))
    late = sa.update(message.table).values(due_at=clock.now() - dt.timedelta(seconds=90))
    site.write(lambda session: session.connection().execute(late))
    found = figures(client)
    assert found["portal_outbox_depth"] == 1
    assert 89 < found["portal_oldest_due_seconds"] < 120
    assert found["portal_ledger_entries"] == 1


@pytest.mark.covers("P1", "P10")
def test_a_text_claimed_before_the_stop_is_no_violation(watched: Starlette, client: TestClient, site: World) -> None:
    site.write(lambda session: consent(session, site.hearth.id))
    assert len(site.write(lambda session: claim.take(session, 5, Limits(0, 0)))) == 1
    site.write(lambda session: stop(session, site.hearth.id))
    found = figures(client)
    assert (found["portal_in_flight"], found["portal_send_after_stop_total"]) == (1, 0)


@pytest.mark.covers("P1")
def test_a_text_claimed_after_the_stop_would_be_counted(watched: Starlette, client: TestClient, site: World) -> None:
    """What must never happen is done by hand here, or nobody would know that the alarm rings."""
    site.write(lambda session: consent(session, site.hearth.id))
    site.write(lambda session: claim.take(session, 5, Limits(0, 0)))
    site.write(lambda session: stop(session, site.hearth.id))
    wrong = sa.update(message.table).where(message.table.c.purpose == Purpose.OPT_IN_CONFIRMATION)
    later = wrong.values(claimed_at=clock.now() + dt.timedelta(seconds=1))
    site.write(lambda session: session.connection().execute(later))
    assert figures(client)["portal_send_after_stop_total"] == 1
    site.write(lambda session: session.connection().execute(wrong.values(consent_seq=None)))
    assert figures(client)["portal_send_after_stop_total"] == 1


def test_the_answer_to_a_stop_is_no_violation(watched: Starlette, client: TestClient, site: World) -> None:
    site.write(lambda session: consent(session, site.hearth.id))
    site.write(lambda session: stop(session, site.hearth.id))
    [claimed] = site.write(lambda session: claim.take(session, 5, Limits(0, 0)))
    assert claimed.row.purpose == Purpose.OPT_OUT_CONFIRMATION
    assert figures(client)["portal_send_after_stop_total"] == 0


@pytest.mark.covers("P5")
def test_a_refused_webhook_is_counted_with_its_reason(watched: Starlette, client: TestClient, site: World) -> None:
    client.post(f"/webhooks/twilio/{site.hearth.id}/messages", data={"Body": "STOP"})
    text = client.get("/metrics", headers=BEARER).text
    assert 'portal_webhook_rejected_total{provider="twilio",reason="signature"} 1' in text


def test_metrics_name_no_number_and_no_business(watched: Starlette, client: TestClient, site: World) -> None:
    site.write(lambda session: consent(session, site.hearth.id))
    client.post(f"/webhooks/twilio/{site.hearth.id}/messages", data={"Body": NUMBER})
    text = client.get("/metrics", headers=BEARER).text
    for secret in (NUMBER, NUMBER[1:], site.hearth.id, site.hearth.slug, "Hearth"):
        assert secret not in text


def test_a_count_nobody_documented_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        metrics.count("invented_total")


def test_times_are_counted_under_their_bounds(watched: Starlette, client: TestClient) -> None:
    for seconds in (0.001, 0.005, 0.3, 60.0):
        metrics.took("webhook_ack_seconds", seconds)
    text = client.get("/metrics", headers=BEARER).text
    assert 'portal_webhook_ack_seconds_bucket{le="0.005"} 2' in text
    assert 'portal_webhook_ack_seconds_bucket{le="0.5"} 3' in text
    assert 'portal_webhook_ack_seconds_bucket{le="10"} 3' in text
    assert 'portal_webhook_ack_seconds_bucket{le="+Inf"} 4' in text
    assert "portal_webhook_ack_seconds_count 4" in text
    assert "# TYPE portal_webhook_ack_seconds histogram" in text


def test_who_was_refused_and_who_is_signed_in_is_counted(watched: Starlette, client: TestClient, site: World) -> None:
    before = figures(client)["portal_sign_ins_active"]
    client.get("/sms")
    client.post("/sign-in", data={"email": "alice@example.com", "password": "wrong"})
    text = client.get("/metrics", headers=BEARER).text
    assert before == 4, "the tests' people"
    assert 'portal_denied_total{status="401"} 1' in text
    assert "portal_sign_in_failed_total 1" in text


@pytest.mark.covers("P18")
def test_a_quarantine_shows_in_the_figures_and_in_readyz(
    watched: Starlette, client: TestClient, site: World, settings: Settings
) -> None:
    assert settings.key_path is not None
    settings.key_path.touch()
    assert client.get("/readyz").json()["checks"] == dict.fromkeys(CHECKS, True)
    site.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    assert figures(client)["portal_quarantine"] == 1
    watched.state.ready = (-10.0, {})
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["quarantine"]) == (503, False)
    assert client.get("/healthz").status_code == 200, "webhooks must still find their way"


def test_a_lost_key_file_or_a_full_disk_is_not_ready(
    watched: Starlette, client: TestClient, site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 95, 5))
    checks = client.get("/readyz").json()["checks"]
    assert (checks["keys"], checks["disk"]) == (False, False)


@pytest.mark.covers("P21")
def test_many_who_ask_whether_it_is_ready_cost_one_write(watched: Starlette, client: TestClient, site: World) -> None:
    writes: list[int] = []
    real = site.database.writing

    async def counted(*given: Any, **more: Any) -> Any:
        writes.append(1)
        return await real(*given, **more)

    site.database.writing = counted  # type: ignore[method-assign]
    for _ in range(5):
        client.get("/readyz")
    assert len(writes) <= 2, "once a second"
