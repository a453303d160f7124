"""P15: numbers about which everything differs, the same form for all of them, and what a stranger sees and measures."""

import itertools
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import httpx2 as httpx
from sqlmodel import Session
from starlette.applications import Starlette

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import disclaimer, ledger, phone_number, subscription
from portal.consent.phone_number import PhoneNumber
from portal.consent.state import Kind, Origin, Proof
from portal.contacts import contact
from portal.messaging import opt_in
from portal.questionnaires import instance
from portal.questionnaires.questionnaire import Questionnaire
from portal.settings import Caps
from tests.conftest import World
from tests.questionnaires.conftest import Form

STATES = ("new", "active", "stopped", "blocked", "limited", "theirs")
WRONG = "000000"


def numbers() -> Iterator[str]:
    """Numbers of fiction (555-01xx) in the areas of the country, each once; ours are in 202."""
    every = (f"+1{area}55501{line:02d}" for area, line in itertools.product(range(203, 990), range(100)))
    return (
        each for each in every if isinstance(phone_number.parse(each, region="US", allowed_regions=["US"]), PhoneNumber)
    )


@dataclass
class Stranger:
    """Somebody who types numbers into the form and looks at a stopwatch."""

    app: Starlette
    world: World
    questionnaire: Questionnaire
    http: httpx.AsyncClient

    async def sends(self, number: str, *, with_code: bool) -> tuple[float, str]:
        """The seconds until the form is answered, and everything seen, but for what is random or the number itself."""
        data = {"instance": self._token(), "work": "", "website": "", "q_name": "Rosa", "q_optin": "yes",
                "q_optin_number": number}  # fmt: skip
        started = clock.monotonic()
        answer = await self.http.post(f"/f/{self.questionnaire.token}", data=data)
        took = clock.monotonic() - started
        assert answer.status_code == 303, answer.text
        where = answer.headers["location"]
        seen = [answer, await self.http.get(where)]
        if with_code:
            seen += [await self.http.post(where, data={"code": WRONG}), await self.http.get(where)]
        return took, self._told(seen, number)

    def _token(self) -> str:
        """What showing the form would have given."""

        def words(session: Session) -> Any:
            business = businesses.get(session, self.questionnaire.business_id)
            return disclaimer.current(business, public_url="https://portal.example.com")

        shown = self.world.read(words)
        made = instance.new(self.questionnaire.id, self.questionnaire.version, shown, contact_id="", referrer="")
        return instance.seal(self.world.secrets, made)

    @staticmethod
    def _told(answers: Sequence[httpx.Response], number: str) -> str:
        everything = repr([(each.status_code, sorted(each.headers.items()), each.content) for each in answers])
        everything = re.sub(r"<svg.*?</svg>|YES(?: |%20)[0-9]{6}|'content-length', '[0-9]+'", "", everything)
        spaced = f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"
        return re.sub(r"n=[\w-]+", "n=", everything).replace(spaced, "NUMBER").replace(number, "NUMBER")


def prepare(world: World, theirs: Questionnaire, state: str, number: str, caps: Caps) -> None:
    """Bring a number into its state before the form sees it; a new one stays unknown."""
    if state == "limited":  # today's one confirmation went out for somebody else's form
        Form(world, world.other.id, theirs, caps).answer("yes", number)
    if state in ("active", "stopped", "blocked", "theirs"):
        world.write(lambda session: _known(session, world, state, number))


def _known(session: Session, world: World, state: str, number: str) -> None:
    home = world.other.id if state == "theirs" else world.hearth.id
    row = subscription.lock(session, home, SMS, number)
    contact.create(session, home, name="Rosa Delgado", numbers=[number])
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
        confirmation="form.confirmation", evidence={"words": "the disclaimer"},
    )  # fmt: skip
    row = subscription.lock(session, home, SMS, number)
    if state == "stopped":
        opt_in.opt_out(session, row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", should_confirm=False)
    if state == "blocked":
        ledger.record(session, row, Kind.CARRIER_BLOCKED, origin=Origin.PROVIDER, proof=Proof.HANDSET, actor="provider")


def rounds(size: int, chance: random.Random) -> list[tuple[str, str]]:
    """`size` times every state in an order of chance, each time with a number of its own."""
    fresh = numbers()
    return [(state, next(fresh)) for _ in range(size) for state in chance.sample(STATES, len(STATES))]


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """The two-sided p of Mann and Whitney's test: the normal approximation, with equal values at their mean rank."""
    ordered = sorted([(value, True) for value in one] + [(value, False) for value in other])
    total, sum_of_ranks, ties, start = len(ordered), 0.0, 0, 0
    for _, group in itertools.groupby(ordered, key=lambda each: each[0]):
        mine = [is_mine for _, is_mine in group]
        sum_of_ranks += (start + (len(mine) + 1) / 2) * sum(mine)
        ties += len(mine) ** 3 - len(mine)
        start += len(mine)
    n, m = len(one), len(other)
    excess = sum_of_ranks - n * (n + 1) / 2 - n * m / 2
    spread = math.sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    return 2 * NormalDist().cdf(-abs(excess) / spread) if spread else 1.0
