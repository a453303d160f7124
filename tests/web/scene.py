"""What happens to Hearth's numbers before a page is looked at, in one line each; and how a page is read."""

import html
import itertools
import re
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.contacts import contact
from portal.messaging import claim, inbox, message, opt_in, outcome, thread
from portal.messaging.inbox import Rules
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, InboundText, Result
from portal.questionnaires import questionnaire
from portal.statement import Statement, param
from tests.conftest import OUR_NUMBER, World, as_member

CLIENT = "+14155550132"
_ids = itertools.count(1)
_OF = Statement(
    message.table.select()
    .where(message.table.c.subscription_id == param("subscription_id"))
    .order_by(message.table.c.created_at, message.table.c.id)
)


@dataclass
class Scene:
    """Alice at her desk, and the clients of Hearth."""

    app: Starlette
    site: World
    client: TestClient

    def write(self, work: Any) -> Any:
        return self.site.database.write(work)

    def named(self, name: str, number: str = CLIENT, email: str = "") -> str:
        """A contact with a number; the answer is the number's subscription."""

        def work(session: Session) -> str:
            row = subscription.lock(session, self.site.hearth.id, SMS, number)
            contact.create(session, self.site.hearth.id, name=name, email=email, numbers=[number])
            return str(row.id)

        return str(self.write(work))

    def says_yes(self, number: str = CLIENT, *, proof: Proof = Proof.HANDSET, scope: str = "informational") -> str:
        def work(session: Session) -> str:
            row = subscription.lock(session, self.site.hearth.id, SMS, number)
            opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=proof, actor="client", scope=scope,
                confirmation="form.confirmation", evidence={"words": "the disclaimer", "choice": "yes"},
            )  # fmt: skip
            return str(row.id)

        return str(self.write(work))

    def texts_us(self, text: str, number: str = CLIENT, provider: str = "twilio") -> None:
        event = InboundText(f"in:SM{next(_ids):032x}", "AC", number, OUR_NUMBER, text)
        carrier = self.app.state.providers.get(provider)

        def work(session: Session) -> Any:
            return inbox.receive(
                session, self.site.hearth.id, carrier, event, raw=b"raw", arrived_at=clock.now(), rules=Rules()
            )

        self.write(work)

    def fact(self, kind: Kind, number: str = CLIENT) -> None:
        """Something the provider or a reply made known."""

        def work(session: Session) -> None:
            row = subscription.lock(session, self.site.hearth.id, SMS, number)
            ledger.record(session, row, kind, origin=Origin.PROVIDER, proof=Proof.HANDSET, actor="provider")

        self.write(work)

    def we_write(self, text: str, number: str = CLIENT) -> None:
        row = self.row(number)
        self.write(
            lambda session: thread.write(
                session, self.site.hearth.id, row.id, text, member_id=self.site.alice.id, once_key=f"s{next(_ids)}"
            )
        )

    def send_all(self, result: Result | None = None) -> list[str]:
        """Hand over everything that is due; the texts that left."""
        left: list[str] = []
        while claims := self.write(lambda session: claim.take(session, 10, Limits(0, 0))):
            for each in claims:
                answer = result or Accepted(f"SM{each.row.id}")
                self.write(lambda session, row=each.row, answer=answer: outcome.mark(session, row, answer))
                left.append(each.row.text)
        return left

    def publish(self, title: str = "Before your session") -> str:
        """A published questionnaire; a new one has an opt-in question."""

        def work(session: Session) -> str:
            made = questionnaire.create(session, self.site.hearth.id, title)
            questionnaire.publish(session, made)
            return made.id

        return str(self.write(work))

    def row(self, number: str = CLIENT) -> Any:
        return self.site.read(lambda session: subscription.find(session, self.site.hearth.id, SMS, number))

    def messages(self, number: str = CLIENT) -> list[Any]:
        row = self.row(number)
        return list(self.site.read(lambda session: _OF.rows(session, subscription_id=row.id)))

    def entries(self, number: str = CLIENT) -> list[Any]:
        row = self.row(number)
        return list(self.site.read(lambda session: ledger.entries(session, self.site.hearth.id, row.id)))

    def alice(self) -> TestClient:
        return as_member(self.client, self.site.alice)


def words(page: str) -> str:
    """What a page says, without its tags, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def field(page: str, name: str) -> str:
    """The value of the first input with this name."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return html.unescape(found.group(1)) if found else ""
