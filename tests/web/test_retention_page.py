"""`/settings/retention`: how long things are kept; an owner changes it, and sees first what would go."""

import datetime as dt
import re
from functools import partial

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import subscription
from portal.messaging import message
from portal.retention import nightly, period
from portal.retention.period import Kind
from tests.conftest import as_member
from tests.retention.conftest import nights_before
from tests.web.scene import CLIENT, Scene, words

URL = "/settings/retention"


def _age(session: Session, table: sa.Table, column: str, at: dt.datetime) -> None:
    session.execute(sa.update(table).values({column: at}))


def kept(scene: Scene, kind: Kind) -> int:
    return int(scene.site.read(lambda session: period.of(session, scene.site.hearth.id))[kind].length)


@pytest.fixture
def old_text(scene: Scene) -> str:
    """A text of a year ago; the answer is its conversation."""
    row_id = scene.says_yes()
    scene.texts_us("Zanzibar")
    long_ago = clock.now() - dt.timedelta(days=365)
    for table, column in ((message.table, "created_at"), (subscription.table, "last_message_at")):
        scene.site.write(partial(_age, table=table, column=column, at=long_ago))
    return f"/sms/{row_id}"


def test_a_shorter_period_says_how_many_would_go_before_it_is_saved(scene: Scene, old_text: str) -> None:
    client = scene.alice()
    shown = client.post(URL, data={"kind": "texts", "length": "6"})
    assert shown.status_code == 422
    assert "would go in the next night" in words(shown.text)
    assert kept(scene, Kind.TEXTS) == 24
    client.post(URL, data={"kind": "texts", "length": "6", "is_seen": "y"})
    assert kept(scene, Kind.TEXTS) == 6


@pytest.mark.parametrize(
    ("kind", "length", "sentence"),
    [
        ("texts", "3", "between 6 and 120 months"),
        ("texts", "x", "whole number"),
        ("texts", "", "whole number"),
        ("answers", "3", "between 6 and 120 months"),
        ("addresses", "30", "between 90 and 730 days"),
        ("consent", "1", "fixed"),
        ("opt_outs", "1", "fixed"),
    ],
)
def test_what_lies_outside_the_bounds_is_refused_with_a_sentence(
    scene: Scene, kind: str, length: str, sentence: str
) -> None:
    answer = scene.alice().post(URL, data={"kind": kind, "length": length})
    assert answer.status_code == 422
    assert sentence in words(answer.text) or kind in ("consent", "opt_outs")


def test_a_text_that_has_run_out_says_so_in_its_conversation(scene: Scene, old_text: str) -> None:
    client = scene.alice()
    client.post(URL, data={"kind": "texts", "length": "6", "is_seen": "y"})
    later = clock.now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: later + dt.timedelta(days=1))
        scene.site.write(lambda session: nights_before(session, scene.site.hearth.id))
        nightly.work_off(scene.site.database)
    page = client.get(old_text).text
    assert "<em>The text was deleted after 6 months.</em>" in page
    assert "Zanzibar" not in page
    assert re.search(r"Texts and notes: \d", words(client.get(URL).text))


@pytest.mark.covers("P17")
def test_a_hold_on_everything_is_placed_and_ended_here(scene: Scene) -> None:
    alice = scene.alice()
    row_id = scene.says_yes()
    assert alice.post(f"{URL}/hold", data={"reason": ""}).status_code == 422
    alice.post(f"{URL}/hold", data={"reason": "A lawsuit"})
    assert "Everything is on legal hold" in words(alice.get(URL).text)
    assert "Everything of" in words(alice.get(f"/sms/{row_id}/hold").text)
    alice.post(f"{URL}/hold/end", data={"reason": "Settled"})
    assert "Everything is on legal hold" not in words(alice.get(URL).text)


@pytest.mark.covers("P10")
def test_a_colleague_reads_it_and_changes_nothing(scene: Scene) -> None:
    bob = as_member(scene.client, scene.site.bob)
    assert bob.get(URL).status_code == 200
    assert bob.post(URL, data={"kind": "texts", "length": "60"}).status_code == 403
    assert bob.post(f"{URL}/hold", data={"reason": "x"}).status_code == 403
    assert CLIENT not in bob.get(URL).text
