"""The world outside the house in a schedule: a provider that accepts, refuses, loses and reports, and the phones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from portal.providers.provider import (
    Accepted,
    Event,
    InboundText,
    Malformed,
    Outbound,
    Rejected,
    Request,
    Result,
    StatusUpdate,
    Trouble,
    Unknown,
)
from tests.conftest import OUR_NUMBER
from tests.proof.history import History
from tests.proof.scheduler import Scheduler

LATE = Rejected(Trouble.TEMPORARY, "deadline", "The time to start this send had passed.")
BUSY = Rejected(Trouble.TEMPORARY, "503", "The provider is busy.", 5.0)
BLOCKED = Rejected(Trouble.BLOCKED, "21610", "The number is unsubscribed.")
LOST = Unknown("The answer was lost.")
CONNECTING = (0.0, 0.0, 0.0, 0.4, 1.9, 2.5)  # seconds until the first byte could leave
SEND_WITHIN = 8.0
BUSY_AT_MOST = 2  # refusals of one text, so that every schedule ends
WORDS = {"sent": 3, "delivered": 4}


@dataclass
class Carrier:
    """Fulfils `Provider`, in the time of the scheduler. `texts` holds what each claimed text may refer to."""

    schedule: Scheduler
    history: History
    deliver: Callable[[Event], None]
    does_answer: bool = False
    texts: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    events: dict[bytes, Event] = field(default_factory=dict)
    name: str = "twilio"

    def answers(self, keyword: str, number: str) -> bool:
        return self.does_answer

    def blocks(self, number: str) -> bool:
        return self.does_answer

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        return True

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        return (self.events[request.body],)

    def reply(self) -> tuple[str, bytes]:
        return "text/xml", b"<Response/>"

    def send(self, text: Outbound, *, deadline: float) -> Result:
        """As the real line does: the deadline is looked at last of all before the first byte."""
        self.schedule.sleep(self.schedule.chance.choice(CONNECTING))
        if self.schedule.monotonic() >= deadline:
            return LATE
        post = self.history.post(text.to, text.message_id, *self.texts[text.message_id])
        post.result = self._result(text)
        if isinstance(post.result, Accepted):
            self._report_later(post.result.provider_id, text.message_id)
        is_lost = isinstance(post.result, Unknown)
        self.schedule.sleep(SEND_WITHIN if is_lost else self.schedule.chance.uniform(0.0, 6.0))
        return post.result

    def _result(self, text: Outbound) -> Result:
        throw = self.schedule.chance.random()
        earlier = [post for post in self.history.posts if post.message_id == text.message_id]
        if throw < 0.15 and len(earlier) <= BUSY_AT_MOST:
            return BUSY
        if throw < 0.18:
            return BLOCKED
        if throw < 0.28:
            return LOST
        return Accepted(f"SM{text.message_id}")

    def _report_later(self, sid: str, message_id: str) -> None:
        words = [word for word in WORDS if self.schedule.chance.random() < 0.4]
        self.schedule.chance.shuffle(words)
        for word in words:
            report = StatusUpdate(f"st:{sid}:{word}", "AC", sid, word, WORDS[word], message_id=message_id)
            self.deliver(report)


def inbound(sid: str, number: str, text: str) -> InboundText:
    return InboundText(f"in:{sid}", "AC", number, OUR_NUMBER, text)
