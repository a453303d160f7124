"""Automations of Hearth and what they have scheduled, in one line each."""

import datetime as dt
import itertools
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.automations import automation as automations
from portal.automations.automation import Automation
from portal.automations.rule import Rule
from portal.automations.scheduled_text import ScheduledText, Standing
from tests.web.scene import CLIENT, Scene

_occasions = itertools.count(1)
TEXT = "Hi {first_name|there}, this is {business}. See you soon!"
ACTOR = "member:tests"


def an_automation(scene: Scene, *, is_on: bool = False, **values: Any) -> str:
    """The day after opting in, unless `values` say something else; a draft unless `is_on`."""
    given: dict[str, Any] = {"name": "Say hello", "text": TEXT, "event": "opted_in", "delay_minutes": 24 * 60}

    def work(session: Session) -> str:
        made = automations.create(session, scene.site.hearth.id, Rule(**(given | values)), actor=ACTOR)
        if is_on:
            automations.switch_on(session, made, actor=ACTOR)
        return made.id

    return str(scene.write(work))


def a_text(
    scene: Scene, automation_id: str, *, due_in: dt.timedelta = dt.timedelta(hours=2), number: str = CLIENT,
    status: Standing = Standing.DUE, reason: str = "",
) -> str:  # fmt: skip
    """One application of it to a number that has a conversation."""
    row = scene.row(number)

    def work(session: Session) -> str:
        due_at = clock.now() + due_in
        made = ScheduledText(
            business_id=scene.site.hearth.id, automation_id=automation_id, version=1, subscription_id=row.id,
            contact_id=row.contact_id, number=number, occasion=f"test:{next(_occasions)}", text=TEXT, due_at=due_at,
            expires_at=due_at + dt.timedelta(hours=6), status=status, reason=reason, created_at=clock.now(),
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id

    return str(scene.write(work))


def read(scene: Scene, automation_id: str) -> Automation:
    found: Automation = scene.site.read(lambda session: automations.get(session, scene.site.hearth.id, automation_id))
    return found
