"""P15: a form's answer never tells whether a number is known, neither by a byte nor by its time.

PORTAL_PROOF_ANSWERS is how often each state of a number is tried. Bytes are always compared; time only when the
variable asks for it, since on a busy machine the machine is measured.
"""

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx2 as httpx
import pytest
import uvloop
from sqlmodel import Session
from starlette.applications import Starlette

from portal.accounts.key import Secrets
from portal.accounts.sender import SMS
from portal.app import create_app, start_roads, stop_roads
from portal.consent import subscription
from portal.consent.state import Status
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.questionnaire import Confirmation, Questionnaire
from portal.settings import Settings
from tests.conftest import NO_CAPS, World, populate
from tests.proof.conftest import size
from tests.proof.same_answer import STATES, Stranger, mann_whitney, prepare, rounds
from tests.web.door import NAME, OPT_IN, made

ANSWERS = size("PORTAL_PROOF_ANSWERS", 3)
IS_TIMED = "PORTAL_PROOF_ANSWERS" in os.environ
CAPS = replace(NO_CAPS, number_day=1)
LEAST_P = 0.01
OPENED = {
    Confirmation.SINGLE: Status.OPTED_IN, Confirmation.REPLY: Status.REQUESTED, Confirmation.CODE: Status.REQUESTED,
    Confirmation.TEXT_FIRST: Status.NONE,
}  # fmt: skip
"""What becomes of a number that nobody knows."""


@pytest.fixture
def app(settings: Settings, secrets: Secrets) -> Iterator[Starlette]:
    """With its jobs and a provider that takes every text: what follows an answer must not be heard in it either."""
    app = create_app(replace(settings, caps=CAPS), secrets=secrets)
    start_roads(app)
    yield app
    stop_roads(app)
    app.state.database.dispose()


@pytest.fixture
def world(app: Starlette, secrets: Secrets) -> World:
    return populate(app.state.database, secrets, provider="rehearsal")


def published(world: World, business_id: str, confirmation: Confirmation) -> Questionnaire:
    def work(session: Session) -> Questionnaire:
        found = made(session, business_id, (NAME, OPT_IN))
        found.confirm_by(confirmation)
        session.add(found)
        return questionnaires.get(session, business_id, found.id)

    asked: Questionnaire = world.write(work)
    return asked


@dataclass(frozen=True)
class Heard:
    """The times of each state, all the different answers there were, and where the numbers stand afterwards."""

    times: dict[str, list[float]]
    told: set[str]
    statuses: dict[str, set[str]]


async def ask(app: Starlette, world: World, confirmation: Confirmation, size: int) -> Heard:
    """Send the form `size` times for each state."""
    ours, theirs = (published(world, home, confirmation) for home in (world.hearth.id, world.other.id))
    plan = rounds(size, random.Random(1))
    for state, number in plan:
        prepare(world, theirs, state, number, CAPS)
    times: dict[str, list[float]] = defaultdict(list)
    told: set[str] = set()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://portal.example.com") as http:
        stranger = Stranger(app, world, ours, http)
        for state, number in plan:
            took, seen = await stranger.sends(number, with_code=confirmation is Confirmation.CODE)
            times[state].append(took)
            told.add(seen)
    return Heard(times, told, world.read(lambda session: standing(session, world, plan)))


def standing(session: Session, world: World, plan: list[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for state, number in plan:
        found[state].add(subscription.find(session, world.hearth.id, SMS, number).status)
    return found


@pytest.mark.covers("P15", "X-29")
@pytest.mark.parametrize("confirmation", list(Confirmation))
def test_six_states_of_a_number_are_answered_with_the_same_bytes(
    app: Starlette, world: World, confirmation: Confirmation
) -> None:
    heard = asyncio.run(ask(app, world, confirmation, min(ANSWERS, 10)))
    opened = {OPENED[confirmation]}
    known = {"active": {Status.OPTED_IN}, "stopped": {Status.OPTED_OUT}, "blocked": {Status.OPTED_IN}}
    assert heard.statuses == known | {"new": opened, "limited": {Status.NONE}, "theirs": opened}
    assert len(heard.told) == 1


@pytest.mark.covers("P15")
def test_six_states_of_a_number_cannot_be_told_by_the_time_of_the_answer(
    app: Starlette, world: World, report: Callable[[str], None]
) -> None:
    """Each state against all others; six comparisons share the one in a hundred."""
    heard = uvloop.run(ask(app, world, Confirmation.SINGLE, ANSWERS))
    assert len(heard.told) == 1
    times = heard.times
    chances = {
        state: mann_whitney(times[state], [took for other in STATES if other != state for took in times[other]])
        for state in STATES
    }
    middle = {state: sorted(found)[len(found) // 2] * 1000 for state, found in times.items()}
    shown = ", ".join(f"{state} {middle[state]:.3f} ms p={chances[state]:.3f}" for state in STATES)
    report(f"P15, {ANSWERS} answers per state, one content; median and p against all others: {shown}")
    assert not IS_TIMED or min(chances.values()) > LEAST_P / len(STATES), shown


@pytest.mark.parametrize(
    ("shift", "is_told"), [(0.0, False), (0.0002, True)], ids=["the same", "a fifth of a millisecond later"]
)
def test_the_test_of_ranks_hears_a_difference_and_nothing_else(shift: float, is_told: bool) -> None:
    chance = random.Random(7)
    one = [chance.gauss(0.04, 0.001) for _ in range(1000)]
    other = [chance.gauss(0.04, 0.001) + shift for _ in range(1000)]
    assert (mann_whitney(one, other) < LEAST_P) is is_told


def test_equal_times_tell_nothing() -> None:
    assert mann_whitney([1.0] * 20, [1.0] * 30) == 1.0
