"""P14: the public form cannot be made to text strangers in bulk.

PORTAL_PROOF_PUMPING is how many forms are sent in (10,000 in the long form, then over a day and at 500 businesses).
"""

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx2 as httpx
import pytest
import time_machine
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.accounts.key import Secrets
from portal.app import create_app
from portal.questionnaires.submission import Submission
from portal.settings import Caps, Settings
from tests.conftest import NO_CAPS, World, populate
from tests.proof.conftest import size
from tests.proof.pumping import Siege, throws
from tests.web.door import Door, made

FORMS = size("PORTAL_PROOF_PUMPING", 180)
TENANTS, HOURS = (500, 24) if FORMS >= 5000 else (6, 8)
NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
PRICE = 0.0113
"""US dollars a segment: what the best known carrier asked for a text to a US mobile in 2025, with the carriers' fee.
For the report; nothing depends on it."""


@pytest.mark.covers("P14")
def test_six_attacks_at_once_end_at_the_caps_and_the_next_day_at_nothing(
    world: World, report: Callable[[str], None]
) -> None:
    siege, caps = Siege(world, Caps()), Caps()
    with time_machine.travel(NOON, tick=False) as traveller:
        siege.open(TENANTS)
        thrown = throws(FORMS, TENANTS, random.Random(14))
        siege.storm(thrown, lasting=dt.timedelta(hours=HOURS), traveller=traveller)
        first, worst = siege.out(), max(siege.hours().values())
        refused = siege.refused
        siege.send()
        traveller.shift(dt.timedelta(hours=24))
        siege.judge()
        siege.storm(thrown[: FORMS // 3], lasting=dt.timedelta(hours=HOURS), traveller=traveller)
        second = siege.out()[len(first) :]
    by_number = Counter(each.number for each in first)
    by_block = Counter(each.number[:-4] for each in first)
    days = Counter(each.created_at.date() for each in first)
    report(
        f"P14, {FORMS} forms in {HOURS} h at {1 + TENANTS} businesses, {refused} numbers refused: "
        f"{len(first)} texts; worst hour {worst} segments, ${worst * PRICE:.2f}; the day after, "
        f"{sum(each.business_id == world.hearth.id for each in second)} at the form whose breaker is out and "
        f"{sum(each.business_id != world.hearth.id for each in second)} at all others"
    )
    assert worst <= 2 * caps.region_hour, "a confirmation is of two segments at most"
    assert max(days.values()) <= caps.installation_day
    assert (max(by_number.values()), max(by_block.values()) <= 2 * caps.prefix_day) == (1, True)
    assert first, "an attack that nothing answers proves nothing"
    assert [each for each in second if each.business_id == world.hearth.id] == []
    assert len(second) <= caps.number_day * (1 + HOURS // 24), "one victim, at whichever business"


@pytest.fixture
def busy(settings: Settings, secrets: Secrets) -> Iterator[Starlette]:
    made_app = create_app(replace(settings, caps=NO_CAPS), with_jobs=False, secrets=secrets)
    yield made_app
    made_app.state.database.dispose()


@pytest.mark.covers("P14")
def test_one_showing_of_a_form_sent_in_many_times_at_once_is_one_submission_and_one_text(
    busy: Starlette, secrets: Secrets
) -> None:
    """Seed (f): tokens are harvested and replayed, in parallel, each time with another number."""
    world = populate(busy.state.database, secrets)
    asked = world.write(lambda session: made(session, world.hearth.id))
    door = Door(TestClient(busy, base_url="https://portal.example.com", follow_redirects=False), world, asked)
    tokens = [door.token() for _ in range(3)]
    answers = asyncio.run(replay(busy, door.url, tokens * 8))
    assert set(answers) == {303}
    assert len(world.read(lambda session: session.exec(select(Submission)).all())) == len(tokens)
    assert len(door.texts()) == len(tokens)


async def replay(app: Starlette, url: str, tokens: list[str]) -> list[int]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://portal.example.com") as http:

        async def send(n: int, token: str) -> int:
            typed = {"q_name": "Rosa", "q_optin": "yes", "q_optin_number": f"(415) 555-01{n:02d}"}
            answer = await http.post(url, data={"instance": token, "work": "", "website": ""} | typed)
            return int(answer.status_code)

        return list(await asyncio.gather(*(send(n, token) for n, token in enumerate(tokens))))
