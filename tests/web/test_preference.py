"""Short links to one number's texting choices, in automated texts: they only lower, and show nothing else (P12)."""

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.automations import trial
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import preference_link
from portal.web import preference
from tests.web.scene import Scene, words

ORIGIN = "https://portal.example.com"


@pytest.fixture
def code(scene: Scene) -> str:
    """Of a link that a client who opted in got in a text."""
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.send_all()
    tail = str(scene.write(lambda session: preference_link.tail(session, scene.row(), ORIGIN)))
    found = re.fullmatch(r"\nYour texting choices: https://portal\.example\.com/p/([A-Za-z0-9_-]{10})", tail)
    assert found
    return found[1]


def test_a_link_shows_the_choices_of_its_number_and_nothing_else(scene: Scene, code: str) -> None:
    scene.texts_us("A secret of mine")
    page = scene.client.get(f"/p/{code}")
    assert "You get texts" in words(page.text)
    assert not [each for each in ("Rosa", "secret", "555", "disclaimer") if each in page.text.split("<main")[1]]
    assert (page.headers["referrer-policy"], page.headers["x-robots-tag"]) == ("no-referrer", "noindex, nofollow")


@pytest.mark.covers("rules 6")
def test_one_tap_stops_with_evidence(scene: Scene, code: str) -> None:
    answer = scene.client.post(f"/p/{code}/stop")
    assert answer.status_code == 303
    assert "Texts are off" in words(scene.client.get(answer.headers["location"]).text)
    entry = scene.entries()[-1]
    assert (scene.row().status, entry.origin, entry.proof) == (Status.OPTED_OUT, "portal", "personal_link")
    assert entry.evidence["words"] == "Stop all texts"
    assert len(scene.send_all()) == 1


def test_a_pause_and_fewer_kinds_need_no_digits(scene: Scene, code: str) -> None:
    assert scene.client.post(f"/p/{code}/topics", data={"scope": "conversational"}).status_code == 303
    assert scene.row().scope == "conversational"
    assert scene.client.post(f"/p/{code}/pause", data={"until": "yesterday"}).status_code == 422
    soon = (clock.now() + dt.timedelta(days=9)).date().isoformat()
    assert scene.client.post(f"/p/{code}/pause", data={"until": soon}).status_code == 303
    assert scene.row().paused_until_at is not None


@pytest.mark.covers("P12")
def test_nothing_behind_a_short_link_raises_consent(scene: Scene, code: str) -> None:
    scene.client.post(f"/p/{code}/topics", data={"scope": "conversational"})
    for scope in ("informational", "marketing"):
        assert scene.client.post(f"/p/{code}/topics", data={"scope": scope}).status_code == 422
    scene.client.post(f"/p/{code}/stop")
    assert "Stop all texts" not in scene.client.get(f"/p/{code}").text
    for act in ("topics", "pause", "stop", "opt-in", "resume"):
        scene.client.post(f"/p/{code}/{act}", data={"scope": "conversational", "until": "2026-12-24", "choice": "yes"})
    assert (scene.row().status, scene.row().scope) == (Status.OPTED_OUT, None)


def test_an_unknown_an_old_and_a_misspelt_code_are_the_same_404(
    scene: Scene, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [scene.client.get(f"/p/{each}") for each in ("a1B2c3D4e5", "x", "é", f"{code}x")]
    monkeypatch.setattr(preference_link, "LASTS", -preference_link.LASTS)
    answers.append(scene.client.get(f"/p/{code}"))
    assert {answer.status_code for answer in answers} == {404}
    assert len({words(answer.text) for answer in answers}) == 1


def test_wrong_codes_are_counted_and_close_the_door(scene: Scene, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preference, "PER_NETWORK", 3)
    for _ in range(3):
        scene.client.get("/p/a1B2c3D4e5")
    assert scene.client.get(f"/p/{code}").status_code == 404


def test_only_a_hash_of_the_code_is_kept_and_a_month_has_one(scene: Scene, code: str) -> None:
    again = str(scene.write(lambda session: preference_link.tail(session, scene.row(), ORIGIN)))
    assert again.endswith(code)
    query = sa.select(sa.func.count(), sa.func.max(preference_link.PreferenceLink.id))
    count, kept = scene.site.read(lambda session: session.execute(query).one())
    assert (count, code in kept) == (1, False)


def test_the_editor_counts_the_link_where_the_business_wants_it(scene: Scene) -> None:
    def shown(session: Any) -> str:
        home = businesses.get(session, scene.site.hearth.id)
        businesses.change(session, home, has_preference_links=True)
        return trial.preview("See you soon", home, form_origin=ORIGIN)

    assert scene.write(shown) == f"See you soon\nYour texting choices: {ORIGIN}/p/a1B2c3D4e5"


def test_the_switch_on_the_settings_page_is_off_at_first_and_stays_as_it_is_put(scene: Scene) -> None:
    alice = scene.alice()
    assert "has_preference_links" in alice.get("/settings").text
    form = {
        "name": "Hearth Photography", "purposes": "your appointments", "language": "en",
        "timezone": "America/New_York", "allowed_regions": "US", "has_preference_links": "y",
    }  # fmt: skip
    assert not home(scene).has_preference_links
    assert alice.post("/settings", data=form).status_code == 303
    assert home(scene).has_preference_links
    form.pop("has_preference_links")
    alice.post("/settings", data=form)
    assert not home(scene).has_preference_links


def home(scene: Scene) -> Any:
    return scene.site.read(lambda session: businesses.get(session, scene.site.hearth.id))


@pytest.mark.covers("P12")
def test_a_forwarded_link_shortens_no_pause_and_widens_no_other_channel(scene: Scene, code: str) -> None:
    late, soon = ((clock.now() + dt.timedelta(days=days)).date().isoformat() for days in (90, 2))
    assert scene.client.post(f"/p/{code}/pause", data={"until": late}).status_code == 303
    paused = scene.row().paused_until_at
    assert scene.client.post(f"/p/{code}/pause", data={"until": soon}).status_code == 422
    assert scene.row().paused_until_at == paused

    def other_channel(session: Session) -> str:
        sms = scene.row()
        row = subscription.lock(session, sms.business_id, "whatsapp", sms.number)
        for scope in ("informational", "conversational"):
            row = ledger.record(
                session, row, Kind.OPTED_IN, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", scope=scope
            ).row
        return str(row.id)

    row_id = scene.write(other_channel)
    assert scene.client.post(f"/p/{code}/topics", data={"scope": "informational"}).status_code == 303
    scope = sa.select(subscription.table.c.scope).where(subscription.table.c.id == row_id)
    assert scene.site.read(lambda session: session.scalar(scope)) == "conversational"
