"""A business that texts by itself: its clients, its rules, its clock, and the jobs that a timetable would run."""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from portal.automations import automation, due, plan, scheduled_text
from portal.automations.automation import Automation
from portal.automations.candidate import Place
from portal.automations.rule import Rule
from portal.automations.scheduled_text import Row
from portal.contacts import contact, project
from portal.contacts.contact_date import ContactDate
from portal.contacts.project import Project
from portal.database import Database
from portal.providers.provider import Accepted
from tests.conftest import World
from tests.messaging.conftest import CLIENT, Road

SECOND = "+14155550133"
NOON = dt.datetime(2026, 11, 23, 17, 0, tzinfo=dt.UTC)  # a Monday, 12:00 in New York


@dataclass
class Shop(Road):
    """What members and clients do, and what the jobs make of it."""

    time: Any = None

    def client(self, name: str = "Maria Lopez", number: str = CLIENT, *, agrees: bool = True, **more: Any) -> str:
        """A contact made by a member, who has said Yes; its id."""
        made = self.write(
            lambda session: contact.create(session, self.business, name=name, numbers=[number], actor="member:alice").id
        )
        if agrees:
            self.says_yes(number, **more)
        return str(made)

    def project(self, *contact_ids: str, name: str = "Garden wedding", **dates: Any) -> str:
        return str(
            self.write(
                lambda session: project.create(session, self.business, name=name, contact_ids=contact_ids, **dates).id
            )
        )

    def change_project(self, project_id: str, **values: Any) -> None:
        def work(session: Session) -> None:
            found = session.get_one(Project, project_id)
            for name, value in values.items():
                setattr(found, name, value)

        self.write(work)

    def date(self, contact_id: str, name: str, on: dt.date) -> None:
        self.write(
            lambda session: session.add(
                ContactDate(
                    business_id=self.business, contact_id=contact_id, name=name, key=name.casefold(), on_date=on
                )
            )
        )

    def draft(self, **values: Any) -> str:
        given = {"name": "A rule", "text": "Hello from {business}", "event": "opted_in"}
        rule = Rule(**(given | values))
        return str(
            self.write(lambda session: automation.create(session, self.business, rule, actor="member:alice").id)
        )  # fmt: skip

    def rule(self, **values: Any) -> str:
        """An automation that is on."""
        made = self.draft(**values)
        self.does(made, "switch_on")
        return made

    def does(self, automation_id: str, verb: str, **values: Any) -> None:
        def work(session: Session) -> None:
            found = automation.get(session, self.business, automation_id)
            getattr(automation, verb)(session, found, actor="member:alice", **values)

        self.write(work)

    def automation(self, automation_id: str) -> Automation:
        found: Automation = self.database.read(lambda session: automation.get(session, self.business, automation_id))
        return found

    def plan(self) -> None:
        """What the timetable's two jobs do, once."""
        while self.write(plan.take_events):
            pass
        for each in self.database.read(plan.waiting):
            place: Place | None = plan.START
            while place is not None:
                piece = self.database.read(partial(plan.look, automation_id=each, place=place))
                self.write(partial(plan.store, piece=piece))
                place = piece.next

    def tick(self) -> list[str]:
        """Plan, decide what is due, and send; the automated texts that left, in order."""
        self.plan()
        self.decide()
        return self.leave()

    def decide(self) -> None:
        while self.write(due.run):
            pass

    def leave(self) -> list[str]:
        """A claim that only ends what may not go answers nothing, so one more is made."""
        left: list[str] = []
        empty = 0
        while empty < 2:
            claims = self.claim()
            for each in claims:
                self.land(each.row, Accepted(f"SM{each.row.id}"))
                left += [each.row.text] if each.row.purpose == "automated" else []
            empty = 0 if claims else empty + 1
        return left

    def texts(self, **wanted: Any) -> list[Row]:
        """Scheduled ones, the first due first."""
        found, _ = self.database.read(
            lambda session: scheduled_text.page(session, self.business, limit=200, **wanted)
        )  # fmt: skip
        return list(reversed(found))

    def stands(self, **wanted: Any) -> list[tuple[str, str]]:
        return [(str(each.status), each.reason) for each in self.texts(**wanted)]

    def pass_time(self, **passed: float) -> None:
        self.time.shift(dt.timedelta(**passed))


@pytest.fixture
def shop(world: World, database: Database) -> Any:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield Shop(world, database, time=travelled)
