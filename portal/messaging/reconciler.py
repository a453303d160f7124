"""Asks providers what came and what went while we may not have listened, and acts on it by the roads in.

An inbound text goes exactly the way of its webhook, so that it counts once whichever came first; a report about a text
of ours too. The answer of a whole list settles texts of unknown outcome (lost_outcome.py).
"""

import asyncio
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlmodel import Session

from portal import clock, logs, metrics
from portal.accounts import sender
from portal.database import Database, Lane
from portal.errors import SettingsError
from portal.messaging import batch, drain, late_text, lost_outcome, provider_event, reconciliation
from portal.messaging.inbox import Received, Rules
from portal.providers.listing import Listed, ListedText, Lister, NotListed
from portal.providers.provider import InboundText, Provider, Providers

PAGES = 2000  # of one sender in one look; whoever has more says --since
PIECE = 20  # events in one transaction: some milliseconds each, for a STOP may be waiting


@dataclass
class Report:
    """What one sender's list had. `problem` says why it was not asked in whole; `has_list` is false where there is none
    to wait for, `is_whole` where less was asked for than may have been missed."""

    row: Any
    asked: int = 0
    found: int = 0
    settled: int = 0
    unknown: int = 0
    problem: str = ""
    has_list: bool = True
    is_whole: bool = True


class Reconciler:
    """One per process that runs jobs; `turn` asks for whoever is due."""

    def __init__(self, database: Database, providers: Providers, rules: Rules) -> None:
        self._database, self.providers, self._rules = database, providers, rules
        self.listing = frozenset(name for name, each in providers.by_name.items() if isinstance(each, Lister))

    def turn(self) -> None:
        """One sender that cannot be asked keeps no other waiting."""
        for row in self._database.read(reconciliation.due):
            if not self._database.write(partial(reconciliation.begin, sender_id=row.id)):
                continue
            if row.provider in self.listing:
                self._ask(row, None)
            else:
                self._database.write(partial(reconciliation.cannot, row=row))

    def owe(self) -> int:
        return self._database.write(lambda session: reconciliation.owe(session, self.listing))

    def ask(self, row: Any, *, since: dt.datetime | None = None) -> Report:
        """Look through the whole list of one sender, and act on what is new; also while another process does."""
        self._database.write(partial(reconciliation.begin, sender_id=row.id))
        return self._ask(row, since)

    def _ask(self, row: Any, since: dt.datetime | None) -> Report:
        report, asked_at = Report(row), clock.now()
        try:
            self._look_through(row, since, asked_at, report)
        except Exception as error:
            logs.trace("reconcile.failed")
            report.problem = f"An error in this program: {type(error).__name__}."
        self._database.write(partial(self._note, row=row, report=report, asked_at=asked_at))
        if report.problem:
            logs.event("reconcile.failed", level=40, sender=row.id, provider=row.provider, why=report.problem)
            metrics.count("reconcile_failed_total", provider=row.provider)
        elif report.found or report.settled:
            logs.event(
                "reconcile.found", sender=row.id, provider=row.provider, found=report.found, settled=report.settled
            )
        return report

    def _note(self, session: Session, *, row: Any, report: Report, asked_at: dt.datetime) -> None:
        if report.problem and report.has_list:
            reconciliation.failed(session, row, report.problem)
        elif not report.is_whole:
            reconciliation.leave(session, row)
        else:
            reconciliation.done(session, row, asked_at=asked_at, can_list=report.has_list, trouble=report.problem)

    def _look_through(self, row: Any, since: dt.datetime | None, asked_at: dt.datetime, report: Report) -> None:
        usual = self._database.read(lambda session: reconciliation.since(session, row))
        start = since or usual
        report.is_whole = start <= usual
        inbound: list[InboundText] = []
        ours: list[ListedText] = []
        has_ours = True
        for page in self._pages(row, start):
            if isinstance(page, NotListed):
                report.problem, report.has_list = page.sentence, page.has_list
                return
            has_ours = has_ours and page.has_ours
            report.asked += len(page.texts)
            inbound += [each for each in page.texts if isinstance(each, InboundText)]
            ours += [each for each in page.texts if isinstance(each, ListedText)]
        self._take_in(row, inbound, report)
        self._settle(row, ours, report, since=start, until=asked_at if has_ours else None)

    def _pages(self, row: Any, since: dt.datetime) -> Iterator[Listed | NotListed]:
        provider: Any = self._provider(row)
        assert isinstance(provider, Lister)
        place: str | None = None
        try:
            credentials = self._database.read(lambda session: sender.credentials_of(session, row.credentials))
        except (SettingsError, ValueError):
            yield NotListed("The credentials of this sender cannot be opened.", is_setup=True)
            return
        for _ in range(PAGES):
            page = provider.listed(credentials, row.number, since=since, place=place)
            yield page
            place = None if isinstance(page, NotListed) else page.next
            if place is None:
                return
            self._database.write(partial(reconciliation.renew, sender_id=row.id))
        yield NotListed(f"The list has more than {PAGES} pages; `portal reconcile --since` can ask for less.")

    def _take_in(self, row: Any, inbound: Sequence[InboundText], report: Report) -> None:
        """In the order in which they came to the provider; what is known already costs a read."""
        known = {each.event_id: each for each in inbound}
        new = self._database.read(partial(_unheard, row=row, event_ids=list(known)))
        waiting = sorted((known[each] for each in new), key=lambda each: (each.sent_at or clock.now(), each.event_id))
        for start in range(0, len(waiting), PIECE):
            received = self._database.write(
                partial(self._receive, row=row, events=waiting[start : start + PIECE]), lane=Lane.CONSENT
            )
            fresh = sum(each.is_new for each in received)
            report.found += fresh
            metrics.count("reconcile_missing_total", by=fresh, provider=row.provider)
            for each_id in sorted({each.subscription_id or "" for each in received if each.has_flight}):
                asyncio.run(drain.wait(self._database, each_id))

    def _receive(self, session: Session, *, row: Any, events: Sequence[InboundText]) -> list[Received]:
        received: list[Received] = []
        reconciliation.renew(session, row.id)
        for each in events:
            now = clock.now()
            arrived_at = min(each.sent_at or now, now)
            received += batch.receive(
                session, row.business_id, self._provider(row), [each], raw=each.raw, arrived_at=arrived_at,
                rules=self._rules,
            )  # fmt: skip
            if received[-1].is_new:
                late_text.settle(session, received[-1].subscription_id, each)
        return received

    def _settle(
        self, row: Any, ours: Sequence[ListedText], report: Report, *, since: dt.datetime, until: dt.datetime | None
    ) -> None:
        lost = self._database.read(lambda session: lost_outcome.unknown(session, row.id, since))
        news, strangers = self._database.read(partial(_sorted, row=row, ours=ours))
        found = lost_outcome.matched(lost, strangers)
        for start in range(0, len(news := [*news, *found]), PIECE):
            events = [each.update for each in news[start : start + PIECE]]
            self._database.write(partial(self._report, row=row, events=events), lane=Lane.ROAD)
        settled = {each.update.message_id for each in found}
        gone = [each for each in lost if until and _is_past(each, until) and each.id not in settled]
        gone = [each for each in gone if not lost_outcome.may_be_there(each, strangers)]
        for each in gone:
            settled |= {each.id} if self._database.write(partial(lost_outcome.give_up, each=each)) else set()
        report.settled, report.unknown = len(settled), len(lost) - len(settled)

    def _report(self, session: Session, *, row: Any, events: Sequence[Any]) -> None:
        reconciliation.renew(session, row.id)
        batch.receive(
            session, row.business_id, self._provider(row), events, raw=b"", arrived_at=clock.now(), rules=self._rules
        )

    def _provider(self, row: Any) -> Provider:
        found = self.providers.get(row.provider)
        assert found is not None
        return found


def _unheard(session: Session, *, row: Any, event_ids: Sequence[str]) -> list[str]:
    return [each for each in event_ids if not provider_event.is_kept(session, row.business_id, row.provider, each)]


def _sorted(session: Session, *, row: Any, ours: Sequence[ListedText]) -> tuple[list[ListedText], list[ListedText]]:
    """Texts of ours that have come further, and texts of which we know no id."""
    news, strangers = [], []
    for each in ours:
        is_known, is_news = lost_outcome.standing(session, row.business_id, each)
        news += [each] if is_news else []
        strangers += [] if is_known else [each]
    return news, strangers


def _is_past(each: Any, until: dt.datetime) -> bool:
    return bool(each.claimed_at <= until - lost_outcome.SETTLED_AFTER)
