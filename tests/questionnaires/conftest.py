"""A published questionnaire of Hearth Photography, and clients who answer it, without the web."""

import secrets as randomness
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import disclaimer, ledger, phone_number, subscription
from portal.consent.marketing import Marketing
from portal.consent.phone_number import PhoneNumber
from portal.contacts import contact
from portal.messaging import message
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires import submission
from portal.questionnaires.choice import Act
from portal.questionnaires.question import Question
from portal.questionnaires.questionnaire import Confirmation, Questionnaire
from portal.questionnaires.submission import Answer
from portal.settings import Caps
from portal.statement import Statement
from tests.conftest import NO_CAPS, World

CLIENT = "+14155550132"
OTHER = "+14155550147"
NAME = Question("name", "text", "Your name", True)
OPT_IN = Question("optin", "opt_in", "May we text you?", True)


def made(session: Session, business_id: str, questions: Sequence[Question] = (NAME, OPT_IN)) -> Questionnaire:
    found = questionnaires.create(session, business_id, "Before your session")
    questionnaires.save_draft(session, found, title="Before your session", questions=questions)
    questionnaires.publish(session, found)
    return found


@dataclass
class Form:
    """What a test does with one questionnaire, in one line each."""

    world: World
    business: str
    questionnaire: Questionnaire
    caps: Caps = field(default_factory=lambda: NO_CAPS)

    def answer(
        self, choice: str, number: str = CLIENT, *, client: str = "", nonce: str = "", network: str = "192.0.2.0/24",
        offers: str | None = None,
    ) -> str | None:  # fmt: skip
        """Send the form in; `client` is the contact of a personal link, `offers` what is said to marketing."""
        more: dict[str, Any] = {"client": client, "nonce": nonce, "network": network, "offers": offers}
        sent: str | None = self.world.write(lambda session: self.arrives(session, choice, number, **more))
        return sent

    def arrives(
        self, session: Session, choice: str, number: str, *, client: str = "", nonce: str = "",
        network: str = "192.0.2.0/24", offers: str | None = None,
    ) -> str | None:  # fmt: skip
        """The same in a transaction that others share."""
        found = questionnaires.get(session, self.business, self.questionnaire.id)
        act = self.act(session, choice, number, network) if choice else None
        act = replace(act, marketing=self.marketing(session, offers)) if act and offers is not None else act
        who = contact.get(session, self.business, client) if client else None
        answers = [
            Answer("name", "Your name", "text", "Rosa"),
            Answer("optin", "May we text you?", "opt_in", choice, number if choice == "yes" else ""),
        ]
        return submission.receive(
            session, found, version=1, nonce=nonce or randomness.token_hex(8), answers=answers, act=act, client=who,
            caps=self.caps,
        )  # fmt: skip

    def act(self, session: Session, choice: str, number: str, network: str) -> Act:
        shown = disclaimer.current(businesses.get(session, self.business), public_url="https://portal.example.com")
        found = phone_number.parse(number, region="US", allowed_regions=["US"])
        assert isinstance(found, PhoneNumber)
        return Act(
            choice=choice, number=found if choice == "yes" else None, typed=number, label=OPT_IN.label, shown=shown,
            rendered="<fieldset>…</fieldset>", rendered_sha256="0" * 64, page_url="https://portal.example.com/f/x",
            referrer="", ip="192.0.2.7", network=network, user_agent="tests", language="en-US",
        )  # fmt: skip

    def marketing(self, session: Session, choice: str) -> Marketing:
        shown = disclaimer.marketing(businesses.get(session, self.business), public_url="https://portal.example.com")
        return Marketing(choice, "Offers too?", shown, "<fieldset>offers</fieldset>", "1" * 64)

    def with_caps(self, **limits: int) -> "Form":
        return replace(self, caps=replace(NO_CAPS, **limits))

    def asks_for_a_reply(self) -> None:
        self.asks_for(Confirmation.REPLY)

    def asks_for(self, confirmation: Confirmation) -> None:
        def work(session: Session) -> None:
            found = questionnaires.get(session, self.business, self.questionnaire.id)
            found.confirm_by(confirmation)
            session.add(found)

        self.world.write(work)

    def contact(self, *numbers: str, name: str = "Rosa Delgado") -> str:
        made: str = self.world.write(
            lambda session: contact.create(session, self.business, name=name, numbers=numbers).id
        )
        return made

    def row(self, number: str = CLIENT) -> Any:
        return self.world.read(lambda session: subscription.find(session, self.business, SMS, number))

    def kinds(self, number: str = CLIENT) -> list[str]:
        """The ledger of one number, oldest first."""
        return [entry.kind for entry in self.entries(number)]

    def entries(self, number: str = CLIENT) -> list[Any]:
        row = self.row(number)
        found: list[Any] = (
            self.world.read(lambda session: ledger.entries(session, self.business, row.id)) if row else []
        )
        return found

    def texts(self, number: str = CLIENT) -> list[str]:
        """The purposes of all texts ever queued to the number."""
        query = Statement(
            sa.select(message.table.c.purpose)
            .where(message.table.c.number == number, message.table.c.direction == "outbound")
            .order_by(message.table.c.id)
        )
        return [row.purpose for row in self.world.read(query.rows)]


@pytest.fixture
def form(world: World) -> Form:
    questionnaire = world.write(lambda session: made(session, world.hearth.id))
    return Form(world, world.hearth.id, questionnaire)
