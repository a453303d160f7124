"""Before switching on: who would get it, who is skipped and why, in which words, and what it costs in segments.

Nothing is stored and nothing is sent. The gate and the words are those of the real run (recipient.py).
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import sender
from portal.accounts.business import Business
from portal.automations import candidate, moment, reason, recipient
from portal.automations.candidate import Candidate
from portal.automations.rule import Event
from portal.messaging import preference_link, segment

MOST = 10_000  # texts looked at; more are “more than 10,000”
SAMPLE = 50
AHEAD = dt.timedelta(days=364)  # of a date; so every client has one birthday in it


@dataclass(frozen=True)
class Line:
    """One number: `text` are the words it would get; with a `reason` it gets nothing, and `sentence` says why."""

    subscription_id: str
    contact_id: str | None
    name: str
    number: str
    project_id: str | None
    about_on: dt.date | None
    due_at: dt.datetime | None
    text: str
    segments: int
    reason: str = ""

    @property
    def sentence(self) -> str:
        return reason.sentence(self.reason)


@dataclass(frozen=True)
class DryRun:
    """`is_example`: it waits for something clients do, so that switching it on reaches none of these; they are those to
    whom it happened last. `has_more`: there are more than the `counted`, which the counts stop at. `segments` are those
    of all that would be sent. `next_at` is when the first one would go out."""

    lines: list[Line]
    counted: int
    sends: int
    skips: int
    skipped: Mapping[str, int] = field(default_factory=dict)
    segments: int = 0
    next_at: dt.datetime | None = None
    is_example: bool = False
    has_more: bool = False

    @property
    def reasons(self) -> list[tuple[str, str, int]]:
        """(reason, its sentence, how many), the most frequent first."""
        found = sorted(self.skipped.items(), key=lambda each: (-each[1], each[0]))
        return [(name, reason.sentence(name), count) for name, count in found]


def dry_run(
    session: Session, business: Business, rule: Any, *, now: dt.datetime | None = None, form_origin: str = ""
) -> DryRun:
    """`rule` is a Rule, checked, or an automation. `form_origin`: where clients' pages are."""
    now = now or clock.now()
    found = list(_candidates(session, business, rule, now))
    has_more, found = len(found) > MOST, found[:MOST]
    has_sender = sender.of(session, business.id) is not None
    today = moment.today(now, business.timezone)
    ending = preference_link.sample(form_origin) if business.has_preference_links and form_origin else ""
    measure = cache(lambda text: segment.count(text + ending).segments)
    lines = [_line(each, rule, business, today, has_sender, measure) for each in found]
    skipped = Counter(line.reason for line in lines if line.reason)
    sent = [line for line in lines if not line.reason]
    return DryRun(
        lines[:SAMPLE], len(lines), len(sent), len(lines) - len(sent), dict(skipped),
        sum(line.segments for line in sent), min((line.due_at for line in sent if line.due_at), default=None),
        rule.event != Event.DATE, has_more,
    )  # fmt: skip


def _candidates(session: Session, business: Business, rule: Any, now: dt.datetime) -> Iterator[Candidate]:
    """One more than are counted, in pieces."""
    place: candidate.Place | None = candidate.START
    left = MOST + 1
    while place is not None and left > 0:
        found, place = candidate.piece(
            session, business, rule, since=now, until=now + AHEAD, place=place, limit=min(left, 1000)
        )
        left -= len(found)
        yield from found


def _line(
    each: Candidate, rule: Any, business: Business, today: dt.date, has_sender: bool, measure: Any
) -> Line:  # fmt: skip
    row = each.row
    why = recipient.refusal(row, recipient.purpose(rule)) or ("" if has_sender else "sender_off")
    values = recipient.facts(row, business.name, each.about_on, today, project_name=each.project_name)
    words, missing = recipient.words(rule.text, values)
    return Line(
        row.id, each.contact_id, row.contact_name or row.name or row.number, row.number, each.project_id,
        each.about_on, each.due_at, words, 0 if why or missing else measure(words), why or missing,
    )  # fmt: skip
