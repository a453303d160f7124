"""Somebody before a published questionnaire of Hearth Photography, with nothing but a browser."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select
from starlette.testclient import TestClient

from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.contacts import contact
from portal.messaging import message
from portal.questionnaires import link
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.question import Question
from portal.questionnaires.questionnaire import Questionnaire
from portal.questionnaires.submission import Submission
from portal.statement import Statement
from tests.conftest import World

NAME = Question("name", "text", "Your name", True)
EMAIL = Question("email", "email", "E-mail address")
DAYS = Question("days", "choices", "Which days?", False, ("Saturday", "Sunday"))
GUESTS = Question("guests", "choice", "Guests?", False, ("Some", "None"))
DATE = Question("date", "date", "When?")
CALL = Question("call", "phone", "A number to call")
NOTE = Question("note", "paragraph", "Anything else?")
OPT_IN = Question("optin", "opt_in", "May we text you?", True)
ALL = (NAME, EMAIL, DAYS, GUESTS, DATE, CALL, NOTE, OPT_IN)
NUMBER = "(415) 555-0132"
E164 = "+14155550132"
YES = {"q_name": "Rosa", "q_optin": "yes", "q_optin_number": NUMBER}
NO = {"q_name": "Rosa", "q_optin": "no"}


@dataclass
class Door:
    """One published questionnaire of Hearth, and somebody before it with nothing but a browser."""

    client: TestClient
    site: World
    questionnaire: Questionnaire
    personal: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    is_embedded: bool = False

    @property
    def url(self) -> str:
        place = "embed" if self.is_embedded else "f"
        return f"/{place}/{self.questionnaire.token}" + (f"?c={self.personal}" if self.personal else "")

    def page(self) -> Any:
        return self.client.get(self.url, headers=self.headers)

    def token(self) -> str:
        return token_of(self.page().text)

    def send(self, typed: dict[str, Any], *, token: str | None = None) -> Any:
        """Open a form of one's own, unless a token is given, and send it in."""
        instance_token = self.token() if token is None else token
        return self.client.post(
            self.url, data={"instance": instance_token, "work": "", "website": ""} | typed, headers=self.headers
        )

    def thanks(self, typed: dict[str, Any]) -> str:
        answer = self.send(typed)
        assert answer.status_code == 303, answer.text
        return str(self.client.get(answer.headers["location"]).text)

    def as_(self, contact_id: str) -> "Door":
        """The same door by the personal link of a contact."""

        def make(session: Session) -> str:
            client = contact.get(session, self.site.hearth.id, contact_id)
            return link.personal_url(self.site.secrets, "", self.questionnaire, client)

        return replace(self, personal=self.site.read(make).partition("?c=")[2])

    def contact(self, *numbers: str) -> str:
        made: str = self.site.write(
            lambda session: contact.create(session, self.site.hearth.id, name="Rosa Delgado", numbers=numbers).id
        )
        return made

    def row(self, number: str = E164) -> Any:
        return self.site.read(lambda session: subscription.find(session, self.site.hearth.id, SMS, number))

    def texts(self) -> list[tuple[str, str]]:
        """(number, purpose) of every text there is."""
        query = Statement(
            sa.select(message.table.c.number, message.table.c.purpose).where(message.table.c.direction == "outbound")
        )
        return [(row.number, row.purpose) for row in self.site.read(query.rows)]

    def submissions(self) -> list[Submission]:
        """Oldest first."""

        def find(session: Session) -> list[Submission]:
            return sorted(session.exec(select(Submission)).all(), key=lambda each: each.created_at)

        found: list[Submission] = self.site.read(find)
        return found

    def change(self, **values: Any) -> None:
        self.site.write(
            lambda session: businesses.change(session, businesses.get(session, self.site.hearth.id), **values)
        )


def token_of(text: str) -> str:
    found = re.search(r'name="instance" value="([^"]+)"', text)
    assert found
    return found[1]


def made(session: Session, business_id: str, questions: tuple[Question, ...] = ALL) -> Questionnaire:
    found = questionnaires.create(session, business_id, "Before your session")
    questionnaires.save_draft(session, found, title="Before your session", questions=questions)
    questionnaires.publish(session, found)
    return found
