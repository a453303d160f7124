"""The API as a program meets it: a token, a few verbs, and clients who have said Yes or STOP before."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import Response
from sqlmodel import Session
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import session as sign_ins
from portal.accounts.member import Role
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Origin, Proof
from portal.messaging import claim, inbox, opt_in, outcome
from portal.messaging.inbox import Rules
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, InboundText
from tests.conftest import OUR_NUMBER, World

CLIENT = "+14155550132"
SECOND = "+14155550133"
STRANGER = "+14155550134"
ROOT = "/api/v1"
_ids = itertools.count(1)


@dataclass(frozen=True)
class Api:
    """Calls with one token; `client` may be used by many."""

    client: TestClient
    token: str | None

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            given["Authorization"] = f"Bearer {self.token}"
        more: dict[str, Any] = {} if body is None else {"json": body}
        answer: Response = self.client.request(method, ROOT + path, headers=given, **more)
        return answer

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, **headers: str) -> Response:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Response:
        return self.call("PATCH", path, body, **headers)


@dataclass(frozen=True)
class Silent:
    """A provider that answers no keyword itself and blocks nobody."""

    name: str = "twilio"

    def answers(self, keyword: str, number: str) -> bool:
        return False

    def blocks(self, number: str) -> bool:
        return False


@dataclass(frozen=True)
class Clients:
    """What Hearth's clients do, without provider and forms."""

    site: World

    @property
    def business(self) -> str:
        return self.site.hearth.id

    def row(self, number: str = CLIENT) -> Any:
        return self.site.read(lambda session: subscription.find(session, self.business, SMS, number))

    def says_yes(self, number: str = CLIENT, words: str = "I agree") -> str:
        """The id of the subscription."""

        def work(session: Session) -> str:
            row = subscription.lock(session, self.business, SMS, number)
            evidence = {"words": words, "wording_version": "v1", "choice": "yes", "ip": "192.0.2.7"}
            opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=Proof.PERSONAL_LINK, actor="client", scope="informational",
                confirmation="form.confirmation", evidence=evidence,
            )  # fmt: skip
            return str(row.id)

        found: str = self.site.write(work)
        return found

    def texts(self, text: str, number: str = CLIENT) -> None:
        event = InboundText(f"in:SM{next(_ids):032x}", "AC", number, OUR_NUMBER, text)
        provider: Any = Silent()

        def receive(session: Session) -> None:
            inbox.receive(
                session, self.business, provider, event, raw=text.encode(), arrived_at=clock.now(), rules=Rules()
            )

        self.site.write(receive)

    def send_all(self) -> list[str]:
        """Everything that is due leaves; the texts in order."""
        left: list[str] = []
        while claims := self.site.write(lambda session: claim.take(session, 10, Limits(0, 0))):
            for each in claims:
                self._mark(each.row)
                left.append(each.row.text)
        return left

    def _mark(self, row: Any) -> None:
        self.site.write(lambda session: outcome.mark(session, row, Accepted(f"SM{row.id}")))

    def entries(self, number: str = CLIENT) -> list[Any]:
        row = self.row(number)
        found: list[Any] = self.site.read(lambda session: ledger.entries(session, self.business, row.id))
        return found


@pytest.fixture
def clients(site: World) -> Clients:
    return Clients(site)


@pytest.fixture
def token_of(site: World) -> Callable[[str, Role], str]:
    """A new token of a business for a role."""

    def make(business_id: str, role: Role) -> str:
        made: str = site.write(
            lambda session: sign_ins.create_token(session, business_id, name=f"tests {role}", role=role)
        )
        return made

    return make


@pytest.fixture
def api(client: TestClient, site: World) -> Api:
    """Hearth's token for managers."""
    return Api(client, site.hearth.token)


@pytest.fixture
def owner(client: TestClient, site: World, token_of: Callable[[str, Role], str]) -> Api:
    return Api(client, token_of(site.hearth.id, Role.OWNER))


@pytest.fixture
def other(client: TestClient, site: World, token_of: Callable[[str, Role], str]) -> Api:
    """Charlie's business, with every right there."""
    return Api(client, token_of(site.other.id, Role.OWNER))
