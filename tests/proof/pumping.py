"""The attack of promises.md B.2: what somebody who wants texts to go to many strangers throws at public forms."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import sender
from portal.consent import phone_number
from portal.consent.phone_number import Refused
from portal.messaging import completion, message, text_first
from portal.messaging.message import Direction, Fate
from portal.questionnaires.questionnaire import Questionnaire
from portal.settings import Caps
from portal.statement import Statement
from tests.conftest import World
from tests.proof.same_answer import numbers
from tests.questionnaires.conftest import Form, made

SPELLINGS = (
    "+14155550132", "4155550132", "(415) 555-0132", "415.555.0132", "1-415-555-0132", "+1 415 555 0132", "415 555 0132",
    "001 415 555 0132", "+1(415)5550132", "415-555-0132 ", "+1 (415) 555 0132", "1 (415) 555-0132", "415/555/0132",
    "+1-415-555-0132", "+1.415.555.0132", "(415)555-0132", "(415)5550132", "1.415.555.0132", "14155550132",
    "415  555  0132", " 4155550132", "+1 4155550132", "+1 415-555-0132", "+1415 5550132", "+1 415 5550132",
    "+1415-555-0132", "(415) 555 0132", "(415).555.0132", "1 415 555 0132", "４１５５５５０１３２",
)  # fmt: skip
ELSEWHERE = ("+18765550142", "+18095550142", "+88213300655", "+979123456789")
SENT = (Fate.QUEUED, Fate.SENDING, Fate.SENT, Fate.DELIVERED, Fate.FAILED, Fate.UNKNOWN)
_m = message.table
_OUT = Statement(
    sa.select(_m.c.business_id, _m.c.number, _m.c.created_at, _m.c.segments)
    .where(_m.c.direction == Direction.OUTBOUND.value, _m.c.status.in_([each.value for each in SENT]))
    .order_by(_m.c.created_at)
)  # fmt: skip
_TAKEN = Statement(sa.update(_m).where(_m.c.status == Fate.QUEUED.value).values(status=Fate.SENT.value))


@dataclass(frozen=True)
class Throw:
    """One form that is sent in: by which seed, from where, at whose form, with which number as typed."""

    seed: str
    typed: str
    network: str
    tenant: int = 0


def throws(size: int, tenants: int, chance: random.Random) -> list[Throw]:
    """`size` of them, the seeds (a) to (f) in equal parts and in an order of chance."""
    seeds = (_one_network(), _one_block(), _one_victim(), _elsewhere(), _many_tenants(tenants), _replayed())
    found = [each for seed in seeds for each in islice(seed, size // len(seeds))]
    chance.shuffle(found)
    return found


def _one_network() -> Iterator[Throw]:
    for number in cycle(list(islice(numbers(), 5000))):
        yield Throw("a: one network, numbers of the whole country", number, "192.0.2.0/24")


def _one_block() -> Iterator[Throw]:
    for n in cycle(range(5000)):
        yield Throw("b: many networks, one block of numbers", f"+1646555{100 + n % 100:04d}", _network(10, n))


def _one_victim() -> Iterator[Throw]:
    for n in cycle(range(5000)):
        yield Throw("c: many networks, one number in 30 spellings", SPELLINGS[n % 30], _network(11, n))


def _elsewhere() -> Iterator[Throw]:
    for n in cycle(range(5000)):
        yield Throw("d: numbers that are dear", ELSEWHERE[n % 4], _network(12, n))


def _many_tenants(tenants: int) -> Iterator[Throw]:
    for n in cycle(range(5000)):
        yield Throw("e: many businesses, one number", "+12125550177", _network(13, n), 1 + n % tenants)


def _replayed() -> Iterator[Throw]:
    """The same showing of a form sent in again and again, with another number each time."""
    for n, number in enumerate(cycle(list(islice(numbers(), 8000, 13000)))):
        yield Throw(f"f: replay of form {n // 50}", number, _network(14, n))


def _network(first: int, n: int) -> str:
    return f"{first}.{n // 256 % 256}.{n % 256}.0/24"


@dataclass
class Siege:
    """The forms under attack, and what left because of it."""

    world: World
    caps: Caps
    forms: list[Form] = field(default_factory=list)
    refused: int = 0

    def open(self, tenants: int) -> None:
        """Hearth's form, and one of each of so many other businesses."""
        self.forms.append(Form(self.world, self.world.hearth.id, self._form(self.world.hearth.id), self.caps))
        for n in range(tenants):
            home = self.world.write(partial(_business, n=n))
            self.forms.append(Form(self.world, home, self._form(home), self.caps))

    def _form(self, business_id: str) -> Questionnaire:
        asked: Questionnaire = self.world.write(lambda session: made(session, business_id))
        return asked

    def take(self, throw: Throw) -> None:
        """As the public form does: what is no number of ours never reaches the questionnaire."""
        parsed = phone_number.parse(throw.typed, region="US", allowed_regions=["US"])
        if isinstance(parsed, Refused):
            self.refused += 1
            return
        nonce = throw.seed if throw.seed.startswith("f") else ""
        self.forms[throw.tenant].answer("yes", parsed.e164, network=throw.network, nonce=nonce)

    def storm(self, thrown: Sequence[Throw], *, lasting: dt.timedelta, traveller: Any) -> None:
        for each in thrown:
            self.take(each)
            traveller.shift(lasting / len(thrown))

    def send(self) -> None:
        """The carrier takes what waits, and nobody ever says a word to it."""
        self.world.write(_TAKEN.run)

    def judge(self) -> None:
        """What the job does, until nothing more is known."""
        while found := self.world.read(completion.known):
            self.world.write(partial(text_first.judge, found=found, percent=self.caps.completion_percent))

    def out(self) -> list[Any]:
        """Every text that left or waits to leave."""
        found: list[Any] = self.world.read(_OUT.rows)
        return found

    def hours(self) -> Counter[dt.datetime]:
        """Segments by hour."""
        counted: Counter[dt.datetime] = Counter()
        for each in self.out():
            counted[each.created_at.replace(minute=0, second=0, microsecond=0)] += each.segments
        return counted


def _business(session: Session, n: int) -> str:
    business = businesses.create(session, f"Shop {n}")
    sender.add(
        session, business, channel="sms", number=f"+1202556{n:04d}", provider="twilio",
        credentials={"account_sid": f"AC{n:032x}", "auth_token": "t" * 32},
    )  # fmt: skip
    return business.id
