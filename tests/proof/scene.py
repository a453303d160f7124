"""One small business under a random schedule: phones, members, senders and crashes around the real code paths."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session
from starlette.requests import Request as HttpRequest

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.database import Database
from portal.messaging import flight, message, opt_in, outcome, thread
from portal.messaging.dispatch import IDLE, Dispatcher
from portal.messaging.inbox import Received
from portal.messaging.spending import Limits
from portal.providers.provider import Event, InboundText, Providers
from portal.statement import Statement, param
from portal.web import webhook
from tests.proof.carrier import Carrier, inbound
from tests.proof.desk import Desk, Slots, driven
from tests.proof.history import History, Stopped
from tests.proof.scheduler import Scheduler

T = TypeVar("T")
STOPS = ("STOP", "stop", "Stop.", "stop please")
TEXTS = (*STOPS * 3, "START", "START", "UNSTOP", "HELP", "HELP", "YES", "Hello")
OUTSIDE = "outside"  # the group that no crash reaches
LONGEST = 600.0  # virtual seconds until every text has found its end

_m = message.table
_TEXTS = Statement(
    sa.select(_m.c.id).where(_m.c.subscription_id == param("subscription_id"), _m.c.direction == "outbound")
)
_FLYING = Statement(sa.select(flight.table.c.until).where(flight.table.c.subscription_id == param("subscription_id")))
_UNSETTLED = Statement(
    sa.select(_m.c.id).where(
        _m.c.subscription_id == param("subscription_id"), _m.c.status.in_(("queued", "held", "sending"))
    )
)


class Scene:
    """`workers` are the processes that send, `web` the one that takes webhooks; on SQLite they are one."""

    how_many: tuple[int, ...] = (1, 1, 2)  # numbers

    def __init__(
        self,
        database: Database,
        schedule: Scheduler,
        business_id: str,
        *,
        seed: int,
        web: str,
        workers: tuple[str, ...],
    ) -> None:
        self.database, self.schedule, self.business_id = database, schedule, business_id
        self._seed, self._web, self._workers = seed, web, workers
        schedule.begin(seed)
        self.chance = schedule.chance
        self.history = History()
        self.carrier = Carrier(schedule, self.history, self._deliver_later, does_answer=self.chance.random() < 0.3)
        self.providers = Providers({"twilio": self.carrier}, "https://portal.example.com")
        self.numbers = [f"+1{412 + i}{seed % 10_000_000:07d}" for i in range(self.chance.choice(self.how_many))]
        self._clients = 0
        self._is_over = False

    def play(self) -> None:
        for number in self.numbers:
            self.database.write(partial(self._yes, number))
        self._script()
        self.schedule.spawn(OUTSIDE, self._close)
        self.schedule.run()

    def _script(self) -> None:
        """Who will do what, and when."""
        for number in self.numbers:
            self._texts_by_members(number)
            self._texts_by_the_phone(number)
        for group in self._workers:
            self._start(group)
        if self.chance.random() < 0.3:
            self._client(self._crash, self.chance.uniform(0.0, 12.0))

    def observe(self, session: Session, event: Event, received: Received) -> None:
        """Inside the transaction of a STOP: what it leaves behind."""
        if isinstance(event, InboundText) and event.text in STOPS and received.subscription_id:
            entries = ledger.entries(session, self.business_id, received.subscription_id)
            opted_out = [entry.seq for entry in entries if entry.kind == Kind.OPTED_OUT]
            texts = [row.id for row in _TEXTS.rows(session, subscription_id=received.subscription_id)]
            self.history.stops[event.event_id] = Stopped(event.sender, max(opted_out, default=None), frozenset(texts))

    # what the people do

    def _texts_by_members(self, number: str) -> None:
        for turn in range(self.chance.randint(1, 4)):
            self._client(self._after, self.chance.uniform(0.0, 8.0), self._web, self._write, number, turn)

    def _texts_by_the_phone(self, number: str) -> None:
        at = 0.0
        for turn in range(self.chance.randint(1, 4)):
            at += self.chance.choice((0.0, 0.1, 1.0, 4.0, 12.0))
            text = self.chance.choice(TEXTS if turn else STOPS)
            event = inbound(f"SM{self._seed:08x}{number[1:]}{turn}", number, text)
            for _ in range(self.chance.choice((1, 1, 2))):
                self._client(self._deliver, event, at)
            if self.chance.random() < 0.2:
                self._client(self._after, at, self._web, self._says_yes, number)

    def _write(self, number: str, turn: int) -> None:
        def work(session: Session) -> Any:
            row = subscription.find(session, self.business_id, SMS, number)
            return thread.write(
                session, self.business_id, row.id, f"Text {turn}", member_id=None, once_key=f"{number}:{turn}"
            )

        Desk(self).write(work)

    def _says_yes(self, number: str) -> None:
        Desk(self).write(partial(self._yes, number))

    def _yes(self, number: str, session: Session) -> Any:
        row = subscription.lock(session, self.business_id, SMS, number)
        return opt_in.opt_in(
            session, row, origin=Origin.FORM, proof=self.chance.choice((Proof.ANONYMOUS, Proof.PERSONAL_LINK)),
            actor="client", scope="informational", confirmation="form.confirmation",
        )  # fmt: skip

    # what the machines do

    def _deliver_later(self, event: Event) -> None:
        for _ in range(self.chance.choice((1, 1, 2))):
            self._client(self._deliver, event, self.chance.uniform(0.0, 9.0))

    def _deliver(self, event: Event, at: float) -> None:
        """Post one webhook until it is answered, each time with a provider's patience."""
        self.schedule.sleep(at)
        answered: list[int] = []
        while not answered:
            self.schedule.spawn(self._web, self._handle, event, answered)
            for _ in range(6):
                self.schedule.sleep(2.5)
                if answered:
                    break

    def _handle(self, event: Event, answered: list[int]) -> None:
        body = event.event_id.encode()
        self.carrier.events[body] = event
        response = driven(webhook.receive(self._request(body, Desk(self, event))))
        assert response.status_code == 200
        self.history.ack(event.event_id)
        answered.append(response.status_code)

    def _request(self, body: bytes, desk: Desk) -> HttpRequest:
        secrets = {(self.business_id, "twilio"): (self.schedule.monotonic(), [{"auth_token": "x"}])}
        state = SimpleNamespace(
            database=desk,
            providers=self.providers,
            settings=SimpleNamespace(auto_reply_minutes=10),
            webhook_secrets=secrets,
        )
        path = f"/webhooks/twilio/{self.business_id}/messages"
        scope = {
            "type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [], "server": ("h", 443),
            "scheme": "https", "path_params": {"provider": "twilio", "business": self.business_id},
            "app": SimpleNamespace(state=state),
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        return HttpRequest(scope, receive)

    def _start(self, group: str) -> None:
        """A process with its dispatcher and its timetable."""
        desk: Any = Desk(self)
        dispatcher = Dispatcher(desk, self.providers, Limits(0, 0), slots=self.chance.choice((1, 2, 8)))
        slots: Any = Slots(self, group)
        dispatcher._pool = slots
        self.schedule.spawn(group, self._send, dispatcher)
        self.schedule.spawn(group, self._tick)

    def _send(self, dispatcher: Dispatcher) -> None:
        while not self._is_over:
            if not dispatcher._turn():
                self.schedule.sleep(IDLE)

    def _tick(self) -> None:
        while not self._is_over:
            Desk(self).write(outcome.expire_leases)
            self.schedule.sleep(2.0)

    def _crash(self, at: float) -> None:
        self.schedule.sleep(at)
        group = self.chance.choice((self._web, *self._workers))
        self.schedule.kill(group)
        self.schedule.sleep(self.chance.choice((0.2, 3.0)))
        if group in self._workers:
            self._start(group)

    # how it ends

    def _client(self, work: Callable[..., None], *arguments: Any) -> None:
        """An actor that the end of the schedule waits for."""
        self._clients += 1
        self.schedule.spawn(OUTSIDE, self._counted, work, arguments)

    def _counted(self, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        work(*arguments)
        self._clients -= 1

    def _after(self, at: float, group: str, work: Callable[..., None], *arguments: Any) -> None:
        self.schedule.sleep(at)
        self.schedule.spawn(group, work, *arguments)

    def _close(self) -> None:
        until = self.schedule.time + LONGEST
        while self._clients or not self.database.read(self._is_settled):
            self.schedule.sleep(5.0)
            if self.schedule.time > until:
                self._is_over = True
                raise AssertionError("the schedule never came to rest")
        self._is_over = True

    def _rows(self, session: Session) -> list[Any]:
        return [subscription.find(session, self.business_id, SMS, number) for number in self.numbers]

    def _is_settled(self, session: Session) -> bool:
        return not any(
            _UNSETTLED.rows(session, subscription_id=row.id) or _FLYING.rows(session, subscription_id=row.id)
            for row in self._rows(session)
        )


class Duel(Scene):
    """One claim and one STOP at the same moment, and nothing else: the narrow place where locks decide."""

    how_many = (1,)

    def _script(self) -> None:
        self._client(self._deliver, inbound(f"SM{self._seed:08x}{self.numbers[0][1:]}", self.numbers[0], "STOP"), 0.0)
        self._start(self._workers[0])
