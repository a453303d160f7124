"""One client of Hearth Photography and everything that happened, at times that a test names."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import disclaimer, subscription
from portal.consent.state import Origin, Proof
from portal.contacts import contact
from portal.database import Database
from portal.evidence import packet
from portal.messaging import opt_in
from portal.providers.provider import StatusUpdate
from tests.conftest import World
from tests.messaging.conftest import CLIENT, Road

BEGIN = dt.datetime(2026, 3, 3, 19, 2, 11, tzinfo=dt.UTC)
BLOCK = "<fieldset><legend>May we text you?</legend></fieldset>"


@dataclass
class Case:
    """A road, and the packet of what happened on it."""

    road: Road
    time: Any

    def later(self, **passed: float) -> None:
        self.time.shift(dt.timedelta(**passed))

    def fills_in_the_form(self, **more: Any) -> None:
        def work(session: Session) -> None:
            home = businesses.get(session, self.road.business)
            shown = disclaimer.current(home, public_url="https://portal.example.com")
            made = contact.create(session, home.id, name="Rosa Delgado", email="rosa@example.com", numbers=[CLIENT])
            row = subscription.lock(session, home.id, SMS, CLIENT)
            evidence = {
                "words": shown.text, "wording_version": shown.id, "privacy_url": shown.privacy_url,
                "terms_url": shown.terms_url, "question": "May we text you?", "choice": "yes",
                "default": "none selected", "typed": "(415) 555-0132", "echo": "+1 415 555 0132",
                "questionnaire_version": 2, "rendered": BLOCK, "rendered_sha256": "0" * 64,
                "page_url": "https://portal.example.com/f/x", "referrer": "", "ip": "192.0.2.7",
                "user_agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15", **more,
            }  # fmt: skip
            opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=Proof.PERSONAL_LINK, actor=f"contact:{made.id}",
                scope="informational", confirmation="form.confirmation", evidence=evidence,
            )  # fmt: skip

        self.road.write(work)

    def delivered(self) -> None:
        """Everything that is due leaves, and arrives three seconds later."""
        self.road.send_all()
        self.later(seconds=3)
        for each in self.road.outbound():
            if each.status == "sent":
                self.road.report(
                    StatusUpdate(f"st:{each.id}", "AC", each.provider_id, "delivered", 5, message_id=each.id)
                )

    def packet(self, **asked: Any) -> dict[str, Any]:
        def read(session: Session) -> dict[str, Any]:
            home = businesses.get(session, self.road.business)
            row = subscription.find(session, home.id, SMS, CLIENT)
            return packet.of(session, home, row, **asked)

        return self.road.database.read(read)


@pytest.fixture
def case(world: World, database: Database) -> Iterator[Case]:
    with time_machine.travel(BEGIN, tick=False) as time:
        yield Case(Road(world, database), time)
