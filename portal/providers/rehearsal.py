"""The pretend phone's provider: takes every text at once and fails on demand, without a company or a network.

It answers no keyword and blocks nothing by itself, so that the demo shows our own confirmations.
Nothing arrives from outside: the rehearsal page hands what the owner types straight to messaging/inbox.py.
"""

import secrets as randomness
import threading
from collections.abc import Mapping, Sequence
from enum import StrEnum

from portal import clock
from portal.accounts.attempt import Reply
from portal.accounts.sender import ABSENT, WHATSAPP
from portal.providers.provider import (
    Accepted,
    Event,
    Malformed,
    Outbound,
    Rejected,
    Request,
    Result,
    Trouble,
    Unknown,
)

MAX_NUMBERS = 10_000


class Behaviour(StrEnum):
    """How a pretend phone takes texts."""

    ANSWERS = "answers"
    LANDLINE = "landline"
    BLOCKED = "blocked"
    SILENT = "silent"
    SLOW = "slow"
    NO_WHATSAPP = "no_whatsapp"


_LANDLINE = Rejected(Trouble.UNDELIVERABLE, "30006", "This pretend number is a landline; no text can reach it.")
_BLOCKED = Rejected(Trouble.BLOCKED, "21610", "The pretend carrier holds a STOP from this number.")
_SILENT = Unknown("The pretend carrier took the text and never answered.")
_LATE = Rejected(Trouble.TEMPORARY, "deadline", "The time to start this send had passed.")
_REFUSALS = {Behaviour.LANDLINE: _LANDLINE, Behaviour.BLOCKED: _BLOCKED}


class Rehearsal:
    """Fulfils `Provider`; remembers a behaviour per number in this process only. `slow` is in seconds."""

    name = "rehearsal"

    def __init__(self, *, slow: float = 3.0, room: int = MAX_NUMBERS) -> None:
        self._slow = slow
        self._room = room
        self._lock = threading.Lock()
        self._behaviours: dict[str, Behaviour] = {}

    def behave(self, number: str, behaviour: Behaviour | str) -> None:
        """From now on. Past `room` numbers the one set longest ago goes back to normal. ValueError for another word."""
        chosen = Behaviour(behaviour)
        with self._lock:
            self._behaviours.pop(number, None)
            if chosen is not Behaviour.ANSWERS:
                self._behaviours[number] = chosen
            if len(self._behaviours) > self._room:
                del self._behaviours[next(iter(self._behaviours))]

    def behaviour_of(self, number: str) -> Behaviour:
        with self._lock:
            return self._behaviours.get(number, Behaviour.ANSWERS)

    def answers(self, keyword: str, number: str) -> bool:
        return False

    def blocks(self, number: str) -> bool:
        return False

    def send(self, text: Outbound, *, deadline: float) -> Result:
        if clock.monotonic() >= deadline:
            return _LATE
        behaviour = self.behaviour_of(text.to)
        if behaviour is Behaviour.SILENT:
            return _SILENT
        if behaviour is Behaviour.SLOW:
            threading.Event().wait(self._slow)
        elif text.channel == WHATSAPP:
            return _on_whatsapp(behaviour)
        elif behaviour in _REFUSALS:
            return _REFUSALS[behaviour]
        return _accepted()

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        return False

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        return Malformed("The rehearsal takes nothing from outside.")

    def reply(self) -> tuple[str, bytes]:
        return "text/plain", b""


def _on_whatsapp(behaviour: Behaviour) -> Accepted:
    """As the real one, it takes a text to anybody and says only later that nobody is there (X-20). Carriers have no
    part in it."""
    is_absent = behaviour in (Behaviour.NO_WHATSAPP, Behaviour.LANDLINE)
    return _accepted(ABSENT if is_absent else "")


def _accepted(mark: str = "") -> Accepted:
    return Accepted(f"{mark}RH{randomness.token_hex(16)}")


def receive(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """The pretend receiver of events: in a demo nothing leaves this computer, whatever address somebody adds."""
    return Reply(204, "taken by a pretend receiver; in a demo nothing leaves this computer.")
