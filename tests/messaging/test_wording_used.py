"""A business that wrote all twelve messages and two keywords of its own: each event uses them, in both cases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import member
from portal.accounts.language import Language
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Status
from portal.messaging import first_message, keyword, wording
from portal.messaging.first_message import Basis
from portal.messaging.wording_slot import TWELVE
from tests.messaging.conftest import CLIENT, Road

TAIL = "reply OK or YES, or STOP"


@pytest.fixture
def worded(road: Road) -> Road:
    def work(session: Session) -> None:
        home = businesses.get(session, road.business)
        businesses.change_policy(session, home, has_first_message_gate=True)
        keyword.change(session, home, {"opt_in": ["OK"], "opt_out": ["ENDE"]})
        for key, slot in TWELVE.items():
            text = f"<employee  name> {key} {TAIL}"
            wording.save(session, home, slot, Language.EN, text, actor="member:x", ip="")

    road.write(work)
    return road


def ask(road: Road) -> Any:
    def work(session: Session) -> Any:
        row = subscription.lock(session, road.business, SMS, CLIENT)
        alice = member.get(session, road.business, road.world.alice.id)
        home = businesses.get(session, road.business)
        return first_message.ask(
            session, home, row, basis=Basis.CLIENT_ASKED, note="", member=alice, actor=f"member:{alice.id}"
        )

    return road.write(work)


BEGIN: dict[str, Callable[[Road], Any]] = {"mo": ask, "mt": lambda road: road.texts_us("Hello?")}


@pytest.mark.covers("M-5", "M-15", "M-16", "M-17", "X-7", "X-10")
@pytest.mark.parametrize("begun", BEGIN)
def test_own_words_are_read_by_both_sides_and_own_keywords_count(worded: Road, begun: str) -> None:
    BEGIN[begun](worded)
    texts, states = worded.send_all(), []
    for answer in ("ok!", "Ende"):
        worded.texts_us(answer)
        texts += worded.send_all()
        states.append(worded.row().status)
    name = "Alice" if begun == "mo" else "Hearth Photography"
    events = ("request", "accepted", "rejected")
    assert [text.removeprefix(name).strip() for text in texts] == [f"{begun}.{each}.client {TAIL}" for each in events]
    notices = [each for each in worded.messages() if each.direction == "notice" and each.wording]
    assert [each.wording for each in notices] == [f"{begun}.{each}.user/en/1" for each in events]
    assert all(f"{begun}." in each.text and "<" not in each.text for each in notices)
    assert states == [Status.OPTED_IN, Status.OPTED_OUT]


@pytest.mark.covers("M-16", "M-17")
def test_the_fixed_words_count_beside_the_own_ones(worded: Road) -> None:
    ask(worded)
    worded.send_all()
    worded.texts_us("yes")
    assert worded.row().status == Status.OPTED_IN
    worded.texts_us("Stop.")
    assert worded.row().status == Status.OPTED_OUT
