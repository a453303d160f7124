"""`/texting`: is texting working? In words, with pictures, for every member."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from portal.accounts import sender
from portal.messaging.spending import Limits
from portal.providers.provider import Rejected, Trouble, Unknown
from portal.statement import Statement
from portal.watch import backup_run
from portal.watch.alarm import Alarm
from tests.conftest import as_member
from tests.web.scene import Scene, words

QUERIES = 16


def test_a_business_that_works_is_told_yes(scene: Scene) -> None:
    scene.says_yes()
    scene.send_all()
    said = words(scene.alice().get("/texting").text)
    assert "Yes, texting works." in said
    assert "Nothing is stuck" in said


def test_what_is_broken_is_named_first_with_what_to_do(scene: Scene) -> None:
    scene.write(partial(sender.switch, business_id=scene.site.hearth.id, channel="sms", on=False))
    page = scene.alice().get("/texting").text
    said = words(page)
    assert "No. Something is broken." in said
    assert said.index("No number to text from") < said.index("Nothing is stuck")
    assert "Ask the operator" in said


@pytest.mark.covers("promises F")
def test_a_backup_that_cannot_be_brought_back_does_not_say_that_texting_is_broken(scene: Scene) -> None:
    scene.write(lambda session: backup_run.note(session, backup_run.Kind.TRIED, seconds=1, problem="damaged"))
    assert "Texting works, but not its backup." in words(scene.alice().get("/texting").text)
    scene.write(partial(sender.switch, business_id=scene.site.hearth.id, channel="sms", on=False))
    assert "No. Something is broken." in words(scene.alice().get("/texting").text)


def test_the_day_is_drawn_by_what_became_of_its_texts(scene: Scene) -> None:
    scene.says_yes()
    scene.send_all(Unknown("The answer was lost."))
    scene.we_write("See you")
    scene.send_all(Rejected(Trouble.CONTENT, "30007", "Filtered."))
    scene.texts_us("Hello?")
    page = scene.alice().get("/texting").text
    assert '<rect class="bad"' in page
    assert "Failed 2" in words(page)
    assert "Came in 1" in words(page)


def test_today_points_at_a_trouble_that_is_known(scene: Scene) -> None:
    assert "Texting needs a look" not in words(scene.alice().get("/").text)
    scene.write(partial(sender.switch, business_id=scene.site.hearth.id, channel="sms", on=False))
    Alarm(scene.site.database, Limits(0, 0), letter=lambda *_: None, url="https://portal.example.com").turn()
    page = scene.alice().get("/").text
    assert "Texting needs a look" in words(page)
    assert "Known since" in words(scene.alice().get("/texting").text)


@pytest.mark.covers("P10")
def test_nobody_sees_another_business(scene: Scene) -> None:
    scene.texts_us("Hello?")
    said = words(as_member(scene.client, scene.site.charlie).get("/texting").text)
    assert "Came in 0" in said
    assert "+1 202-555-0199" not in said


def test_the_page_costs_the_same_few_queries_however_much_there_is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in range(12):
        scene.texts_us("Hello?", f"+141555501{each:02d}")
    seen: list[str] = []
    ready = Statement._ready

    def watched(self: Statement, session: Session) -> Any:
        seen.append("statement")
        return ready(self, session)

    monkeypatch.setattr(Statement, "_ready", watched)
    event.listen(scene.site.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    assert scene.alice().get("/texting").status_code == 200
    assert len(seen) <= QUERIES, seen
