"""May we ask this number for consent now? One rule for whoever asks: a first text, an invitation (X-19, X-27).

A number is asked at most once in 24 hours and three times in all, whoever asks it and however; never after a No, and
only with a basis. What is asked is for first_message.py and portal/invitations to say.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, local_time
from portal.accounts.business import Business
from portal.accounts.sender import SMS
from portal.consent import ledger, phone_number
from portal.consent.phone_number import Refused
from portal.consent.purpose import Purpose
from portal.consent.reply import Meaning
from portal.consent.state import Kind, Status
from portal.messaging import gate, invited, message, quarantine
from portal.messaging.gate import Refuse
from portal.messaging.message import Direction
from portal.statement import Statement, param

AGAIN_IN = dt.timedelta(hours=24)
MOST = 3


class Basis(StrEnum):
    """Why a business may ask somebody who has not written first (X-27, rules.md 11.1); kept as evidence."""

    CLIENT_ASKED = "client_asked"
    GAVE_NUMBER = "gave_number"
    TEXTED_FIRST = "texted_first"
    OTHER = "other"


BASES: Mapping[Basis, str] = {
    Basis.CLIENT_ASKED: "They asked us to text them",
    Basis.GAVE_NUMBER: "They gave us this number for this purpose",
    Basis.TEXTED_FIRST: "They texted us first",
    Basis.OTHER: "Something else, in my words",
}


@dataclass(frozen=True)
class Asking:
    """How often we have asked a number since it last agreed, when last, and why it may not be asked now (None: it may).
    `again_at` is when the 24 hours are over, where they are what it waits for."""

    times: int
    last_at: dt.datetime | None
    refusal: Refuse | None
    again_at: dt.datetime | None = None


_m, _e = message.table, ledger.table
_IS_REQUEST = sa.and_(
    sa.or_(_m.c.purpose == Purpose.OPT_IN_REQUEST.value, _m.c.once_key.startswith(invited.ONCE)),
    _m.c.status.not_in(("cancelled", "refused", "failed")),
)
_LAST_REQUEST = Statement(
    sa.select(_m.c.created_at)
    .where(_m.c.subscription_id == param("subscription_id"), _IS_REQUEST)
    .order_by(_m.c.created_at.desc())
    .limit(1)
)
_LAST_WORD = Statement(
    sa.select(_m.c.reading)
    .where(_m.c.subscription_id == param("subscription_id"), _m.c.direction == Direction.INBOUND.value)
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(1)
)


def of(session: Session, business: Business, row: Any) -> Asking:
    """For one number. Raises nothing."""
    refusal = _closed(business, row)
    if refusal is None and row.status == Status.REQUESTED:
        refusal = _doubt(_LAST_WORD.first(session, subscription_id=row.id))
    if refusal is not None:
        return Asking(0, None, refusal)
    times = _times(ledger.entries(session, business.id, row.id))
    last = _LAST_REQUEST.first(session, subscription_id=row.id)
    found = _counted(business, times, last.created_at if last else None)
    closed = None if found.refusal else _no_road(session, business, row.channel)
    return Asking(times, found.last_at, closed) if closed else found


def of_many(session: Session, business: Business, rows: Collection[Any]) -> dict[str, Asking]:
    """The same for many numbers of one channel, by subscription: four queries, however many there are."""
    ids = [each.id for each in rows]
    entries, lasts = _entries(session, business.id, ids), _lasts(session, ids)
    words = _last_words(session, [each.id for each in rows if each.status == Status.REQUESTED])
    closed = _no_road(session, business, next(iter(rows)).channel) if rows else None
    return {
        each.id: _decided(business, each, entries.get(each.id, []), lasts.get(each.id), words.get(each.id), closed)
        for each in rows
    }


def _decided(
    business: Business, row: Any, entries: list[Any], last_at: dt.datetime | None, word: Any, closed: Refuse | None
) -> Asking:
    refusal = _closed(business, row) or (_doubt(word) if row.status == Status.REQUESTED else None)
    if refusal is not None:
        return Asking(0, None, refusal)
    found = _counted(business, _times(entries), last_at)
    return Asking(found.times, found.last_at, closed) if closed and found.refusal is None else found


def _no_road(session: Session, business: Business, channel: str) -> Refuse | None:
    """What keeps every request back, whoever it would go to."""
    ours = quarantine.sender_of(session, business.id, channel)
    if ours is None:
        return gate.refusal("sender_off")
    return gate.refusal("quarantine") if ours.in_quarantine else None


def no_basis(business: Business, basis: Basis, note: str) -> Refuse | None:
    if basis is not Basis.OTHER:
        return None
    if not business.allows_cold_requests:
        return _NO_COLD
    return None if note.strip() else _NO_NOTE


def _closed(business: Business, row: Any) -> Refuse | None:
    """What opens by nothing of ours: their No, their own pause, a number that cannot be texted."""
    if row.returns_to or row.status in (Status.DECLINED, Status.OPTED_OUT):
        return gate.refusal(row.returns_to or row.status)
    if quiet := gate.own_pause_of(row, business.timezone):
        return quiet
    reason = gate.barred(row)
    return gate.refusal(reason, row.channel) if reason else _elsewhere(business, row)


def _doubt(word: Any) -> Refuse | None:
    """Whether their last word to a request may mean stop, which members may not be able to read yet (X-9, X-10)."""
    return _IN_DOUBT if word and (word.reading or {}).get("meaning") == Meaning.REVIEW else None


def _elsewhere(business: Business, row: Any) -> Refuse | None:
    """A landline or a number of a country the business does not text."""
    if row.channel != SMS:
        return None
    found = phone_number.parse(
        row.number, region=business.region, allowed_regions=business.allowed_regions, own_numbers=()
    )
    if isinstance(found, Refused):
        return Refuse("no_consent", found.sentence, "Ask the client for another number.")
    return None


def _times(entries: Collection[Any]) -> int:
    times = 0
    for each in entries:
        times = 0 if each.kind == Kind.OPTED_IN else times + (each.kind == Kind.ASKED)
    return times


def _counted(business: Business, times: int, last_at: dt.datetime | None) -> Asking:
    if last_at is not None and clock.now() < last_at + AGAIN_IN:
        again_at = last_at + AGAIN_IN
        return Asking(times, last_at, _too_soon(again_at, business.timezone), again_at)
    return Asking(times, last_at, _ENOUGH if times >= MOST else None)


def _entries(session: Session, business_id: str, ids: list[str]) -> dict[str, list[Any]]:
    query = sa.select(_e.c.subscription_id, _e.c.kind).where(
        _e.c.business_id == business_id, _e.c.subscription_id.in_(ids), _e.c.kind.in_((Kind.ASKED, Kind.OPTED_IN))
    )
    found: dict[str, list[Any]] = {}
    for each in session.execute(query.order_by(_e.c.seq)):
        found.setdefault(each.subscription_id, []).append(each)
    return found


def _lasts(session: Session, ids: list[str]) -> dict[str, dt.datetime]:
    query = sa.select(_m.c.subscription_id, sa.func.max(_m.c.created_at).label("at"))
    query = query.where(_m.c.subscription_id.in_(ids), _IS_REQUEST).group_by(_m.c.subscription_id)
    return {each.subscription_id: each.at for each in session.execute(query)}


def _last_words(session: Session, ids: list[str]) -> dict[str, Any]:
    """The last inbound text of each; an id grows with its time."""
    mine = sa.select(sa.func.max(_m.c.id)).where(
        _m.c.subscription_id.in_(ids), _m.c.direction == Direction.INBOUND.value
    )
    query = sa.select(_m.c.subscription_id, _m.c.reading).where(_m.c.id.in_(mine.group_by(_m.c.subscription_id)))
    return {each.subscription_id: each for each in session.execute(query)}


def _too_soon(again_at: dt.datetime, zone: str) -> Refuse:
    return Refuse(
        "awaiting_reply",
        "They were asked less than 24 hours ago and have not answered yet.",
        f"You may ask again {local_time.when(again_at, zone)}.",
    )


_ENOUGH = Refuse(
    "awaiting_reply", f"They were asked {MOST} times and did not answer; nobody is asked more often.",
    "Texting opens when they write to you or answer Yes in a questionnaire.",
)  # fmt: skip
_IN_DOUBT = Refuse(
    "awaiting_reply", "They answered the request in words that may mean no; nobody asks them once more.",
    "Texting opens when they answer YES.",
)  # fmt: skip
_NO_COLD = Refuse(
    "no_consent", "Your business asks only clients who asked for texts, gave their number for them or wrote first.",
    "Choose which of these it was; if none is true, ask in another way.",
)  # fmt: skip
_NO_NOTE = Refuse(
    "no_consent", "Please write in a few words why they expect a text from you.", "It is kept as evidence."
)
