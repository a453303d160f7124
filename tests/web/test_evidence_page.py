"""`/evidence`: what the nights found, in words a member understands; and a look at today."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal import clock
from portal.accounts.business import Business
from portal.column import table_of
from portal.evidence import auditing
from portal.messaging import message, receipt
from portal.messaging.message import Direction, Fate
from portal.watch import self_audit
from tests.conftest import as_member
from tests.web.scene import Scene, words

DAY = dt.timedelta(days=1)


def look(scene: Scene, days_ago: int = 0) -> None:
    business = scene.site.hearth.id
    zone = scene.site.read(lambda session: session.get(Business, business)).timezone
    auditing.look(scene.site.database, business, self_audit.today(zone) - days_ago * DAY)


def smuggle(scene: Scene) -> None:
    """A text that the gate never saw, from today."""
    scene.site.write(
        lambda session: session.connection().execute(sa.update(receipt.start).values(since_at=clock.now() - DAY))
    )
    scene.site.write(
        lambda session: message.add(
            session, scene.row(), direction=Direction.OUTBOUND, status=Fate.SENT, text="Buy", purpose="conversation"
        )
    )


def test_on_the_first_day_it_says_when_the_first_audit_runs_and_offers_one_now(scene: Scene) -> None:
    scene.says_yes()
    scene.send_all()
    scene.texts_us("STOP")
    alice = scene.alice()
    assert "The first audit runs tonight" in words(alice.get("/evidence").text)
    answer = alice.post("/evidence/check")
    assert (answer.status_code, answer.headers["location"]) == (303, "/evidence")
    said = words(alice.get("/evidence").text)
    assert "Texts after opt-out: 0. Slowest suppression" in said
    assert "so far" in said


@pytest.mark.covers("P1")
def test_a_text_that_is_not_covered_is_named_with_what_to_do(scene: Scene) -> None:
    scene.says_yes()
    smuggle(scene)
    look(scene)
    page = scene.alice().get("/evidence").text
    said = words(page)
    assert "Something was found" in said
    assert "It left without the gate: there is no receipt." in said
    assert "What to do." in said
    last = scene.site.read(lambda session: scene.row())
    assert f"/sms/{last.id}/messages/" in page


def test_texting_points_at_what_the_night_found(scene: Scene) -> None:
    scene.says_yes()
    smuggle(scene)
    look(scene)
    assert "The nightly audit found something" in words(scene.alice().get("/texting").text)


def test_nights_come_page_by_page_and_as_a_table(scene: Scene) -> None:
    business = table_of(Business)
    born = sa.update(business).values(created_at=clock.now() - 60 * DAY)
    scene.site.write(lambda session: session.connection().execute(born))
    for days_ago in range(1, 33):
        look(scene, days_ago)
    alice = scene.alice()
    first = alice.get("/evidence").text
    assert first.count('<th scope="row">') == 30
    older = first.split('href="/evidence?before=')[1][:10]
    second = alice.get(f"/evidence?before={older}").text
    assert second.count('<th scope="row">') == 2
    assert alice.get("/evidence?before=nonsense").status_code == 200
    file = alice.get("/evidence/nights.csv")
    assert file.headers["content-disposition"].endswith('-self-audit.csv"')
    assert len(file.text.splitlines()) == 33


@pytest.mark.covers("P10")
def test_nobody_sees_the_nights_of_another_business(scene: Scene) -> None:
    look(scene)
    charlie = as_member(scene.client, scene.site.charlie)
    assert "The first audit runs tonight" in words(charlie.get("/evidence").text)
    assert len(charlie.get("/evidence/nights.csv").text.splitlines()) == 1
