"""A thread as members see it: lines with their explanation, who wrote them, and whether the composer is open."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from portal import clock
from portal.accounts import member
from portal.accounts.business import Business
from portal.consent import legal_hold, own_pause
from portal.consent.legal_hold import Held
from portal.consent.purpose import Purpose
from portal.consent.state import Status
from portal.contacts import contact, project_choice
from portal.contacts.project_choice import Choice, Choices
from portal.messaging import (
    breaker,
    canned_reply,
    care,
    deferral,
    explanation,
    first_message,
    gate,
    held_text,
    quarantine,
    send_later,
    task,
    thread,
)
from portal.messaging.deferral import SENTENCES
from portal.messaging.first_message import Asking
from portal.messaging.gate import Hold, Refuse
from portal.messaging.message import Direction
from portal.messaging.quiet_hours import Quiet
from portal.messaging.send_later import Waiting


@dataclass(frozen=True)
class Line:
    """One message or notice. `is_new_day`: the first line of its day, in the business's time zone. `project` is the
    one it belongs to. `is_note`: a member wrote it for the team. `wording` says whose words an automatic text used.
    `waits_until`: no hour for it before. `is_emptied`: its words have run out."""

    id: str
    direction: str
    is_note: bool
    text: str
    at: dt.datetime
    is_new_day: bool
    status: str
    purpose: str
    author: str
    segments: int
    explanation: str
    reading: str
    why: str
    project: Choice | None
    wording: str
    waits_until: dt.datetime | None
    is_emptied: bool


@dataclass(frozen=True)
class Conversation:
    """`lock` is None while a member may write. `our_number` is what the client would text START to. `projects` are
    those that its messages may go to. `later` waits for its time, and stands on the newest page alone. `replies` are
    ids and names of what is written often. `contact_name` is empty where nobody has given the number a name. `tasks`
    are what a client who stopped also asked for.

    While the client has still to say YES: `hold` says what happens to a text, `asking` whether they may be asked,
    `held` are our texts that wait, `hidden` counts theirs. On WhatsApp free words go until `free_until_at`. `quiet`: it
    is no hour for texts where the client is, and they did not just write. `legal_hold`: nothing of it may be erased."""

    row: Any
    lines: tuple[Line, ...]
    older: str | None
    lock: Refuse | None
    our_number: str
    name: str
    email: str
    projects: Choices
    later: tuple[Waiting, ...]
    replies: tuple[tuple[str, str], ...]
    assigned: str
    contact_name: str
    tasks: tuple[Any, ...]
    hold: Hold | None
    asking: Asking | None
    held: tuple[Any, ...]
    hidden: int
    free_until_at: dt.datetime | None
    quiet: Quiet | None
    legal_hold: Held | None

    @property
    def is_to_be_asked(self) -> bool:
        """Nothing was agreed and nobody has asked: texting starts with the request (M-1, W-6)."""
        return self.asking is not None and self.row.status == Status.NONE

    @property
    def last_id(self) -> str:
        return self.lines[-1].id if self.lines else ""

    @property
    def last_inbound_id(self) -> str:
        """The client's last word on this page."""
        return next((line.id for line in reversed(self.lines) if line.direction == Direction.INBOUND), "")

    @property
    def is_named(self) -> bool:
        return bool(self.name) and self.name != self.row.number

    @property
    def is_snoozed(self) -> bool:
        return care.is_snoozed(self.row.snoozed_until_at)

    @property
    def quiet_until_at(self) -> dt.datetime | None:
        """The client's own pause, while it lasts."""
        return own_pause.until(self.row)

    @property
    def is_snoozed_until_they_write(self) -> bool:
        return bool(self.row.snoozed_until_at == care.UNTIL_THEY_WRITE)

    def values(self, business: str, writer: str) -> dict[str, str]:
        """What a canned reply is filled with."""
        project = self.projects.known.get(self.row.project_id or "")
        return canned_reply.values(
            name=self.contact_name, business=business, project=project.name if project else "", member=writer
        )


def read(session: Session, business: Business, subscription_id: str, *, before: str | None = None) -> Conversation:
    """Raises NotFound for an unknown or somebody else's."""
    found = thread.read(session, business.id, subscription_id, before=before)
    row = found.subscription
    ours = quarantine.sender_of(session, business.id, row.channel)
    decision = gate.decide(
        row, Purpose.CONVERSATION, has_sender=ours is not None, asks_first=business.asks_first(row.channel),
        zone=business.timezone, is_window_open=gate.may_write_freely(row), in_quarantine=quarantine.holds(ours),
    )  # fmt: skip
    known = contact.get(session, business.id, row.contact_id) if row.contact_id else None
    called = known.name if known else row.name
    names = {each.id: each.name for each in member.all_of(session, business.id)}
    projects = _projects(session, business, found)
    return Conversation(
        row=row,
        lines=tuple(_lines(found.messages, names, projects.known, business.timezone, ours)),
        older=found.older,
        lock=decision if isinstance(decision, Refuse) else None,
        our_number=ours.number if ours else "",
        name=row.name,
        email=known.email if known else "",
        projects=projects,
        later=() if before else tuple(send_later.waiting(session, row.id)),
        replies=() if isinstance(decision, Refuse) else _replies(session, business.id),
        assigned=names.get(row.assigned_to or "", ""),
        contact_name=called if called != row.number else "",
        tasks=tuple(task.here(session, row.id)),
        hold=decision if isinstance(decision, Hold) else None,
        asking=first_message.asking(session, business, row) if isinstance(decision, Hold) else None,
        held=() if before else tuple(held_text.of(session, row.id)),
        hidden=len(held_text.hidden(session, row.id)) if row.status != Status.OPTED_IN else 0,
        free_until_at=gate.free_until_at(row),
        quiet=None if isinstance(decision, Refuse | Hold) else deferral.quiet(session, row),
        legal_hold=legal_hold.of(session, business.id, row.id),
    )


def _replies(session: Session, business_id: str) -> tuple[tuple[str, str], ...]:
    return tuple((each.id, each.name) for each in canned_reply.all_of(session, business_id))


def _projects(session: Session, business: Business, found: thread.Thread) -> Choices:
    row, today = found.subscription, clock.now().astimezone(ZoneInfo(business.timezone)).date()
    mentioned = {each.project_id for each in (row, *found.messages) if each.project_id}
    return project_choice.read(session, business.id, row.contact_id, today=today, mentioned=mentioned)


def _lines(
    messages: Iterable[Any], names: Mapping[str, str], projects: Mapping[str, Choice], zone: str, ours: Any
) -> Iterator[Line]:
    last: dt.date | None = None
    rest = breaker.sentence(ours, zone) if ours else ""
    for each in messages:
        day = each.created_at.astimezone(ZoneInfo(zone)).date()
        yield Line(
            each.id, each.direction, _is_note(each), each.text, each.created_at, day != last, each.status,
            each.purpose or "", names.get(each.member_id or "", ""), each.segments, explanation.of(each, rest),
            explanation.reading(each), explanation.why(each), projects.get(each.project_id or ""),
            explanation.wording(each), each.due_at if each.status == "queued" and each.reason in SENTENCES else None,
            each.emptied_at is not None,
        )  # fmt: skip
        last = day


def _is_note(each: Any) -> bool:
    return each.direction == Direction.NOTICE and each.member_id is not None
