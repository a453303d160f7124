"""Lets a sender rest whose provider does not take its texts, so that an outage uses up no text (promises.md G, P7).

After a few failures in a row, or when the provider names a time (Retry-After), its texts stay queued, and now and then
one of them probes; the first that is taken ends the rest. A sender that is not set up (suspended, wrong credentials) is
halted in the same way with longer rests: correcting it needs no switch, the next probe finds it. Rests are in the
database, where all processes see them.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import chance, clock, local_time, logs, metrics
from portal.accounts import audit, sender
from portal.database import announce
from portal.messaging import flight
from portal.providers.provider import Trouble
from portal.statement import Statement, param, params


@dataclass(frozen=True)
class Rule:
    """`after` so many failures in a row it rests; `first` and `longest` bound a rest, in seconds."""

    after: int
    first: float
    longest: float


RULES: Mapping[str, Rule] = {Trouble.TEMPORARY: Rule(5, 10.0, 300.0), Trouble.SENDER: Rule(3, 300.0, 3600.0)}
PROBE = flight.LEASE + dt.timedelta(seconds=3)
"""A probe whose process died is taken for lost, and another one may go."""
LONGEST = dt.timedelta(hours=2)
"""A rest that seems to last longer was written before the clock was set back, and is over."""

_s = sender.table
_STATE = (_s.c.business_id, _s.c.failures, _s.c.rests, _s.c.resting_since_at, _s.c.rests_until_at)
_FAIL = Statement(sa.update(_s).where(_s.c.id == param("id")).values(failures=_s.c.failures + 1).returning(*_STATE))
_REST = Statement(
    sa.update(_s)
    .where(_s.c.id == param("id"))
    .values(**params("rests", "rest_trouble", "resting_since_at", "rests_until_at"))
)
_WORKS = Statement(
    sa.update(_s)
    .where(_s.c.id == param("id"), sa.or_(_s.c.failures > 0, _s.c.rests > 0))
    .values(failures=0, rests=0, rest_trouble="", resting_since_at=None, rests_until_at=None)
)
_until = _s.c.rests_until_at
_PROBE = Statement(
    sa.update(_s)
    .where(
        _s.c.id == param("id"),
        _s.c.rests > 0,
        sa.or_(_until <= param("now", _until.type), _until > param("too_late", _until.type)),
    )
    .values(rests_until_at=param("until"))
)
_RESUME = Statement(sa.update(_s).where(_s.c.id == param("id"), _s.c.rests > 0).values(rests_until_at=param("until")))
_RESTING = Statement(
    sa.select(_s.c.id, _s.c.channel, _s.c.number, _s.c.rest_trouble, _s.c.resting_since_at, _s.c.rests_until_at)
    .where(_s.c.business_id == param("business_id"), _s.c.rests > 0)
    .order_by(_s.c.resting_since_at, _s.c.id)
    .limit(20)
)


def may_probe(session: Session, sender_id: str, *, now: dt.datetime) -> dt.datetime | None:
    """Take the one probe of a rest that is over: until when it is ours, or None where another process has it."""
    until = now + PROBE
    taken = _PROBE.run(session, id=sender_id, now=now, too_late=now + LONGEST, until=until)
    return until if taken == 1 else None


def is_open(row: Any, *, now: dt.datetime) -> bool:
    """Whether texts of this sender, or a probe of them, may be looked for."""
    return row.rests == 0 or row.rests_until_at is None or not now < row.rests_until_at <= now + LONGEST


def not_probed(session: Session, sender_id: str, *, now: dt.datetime) -> None:
    """The probe did not leave; another one may at once."""
    _RESUME.run(session, id=sender_id, until=now)


def works(session: Session, claimed: Any) -> None:
    """The provider took this text, or refused it for its number's sake. Costs nothing where all was well before."""
    if claimed.failures or claimed.rests:
        found = _WORKS.run(session, id=claimed.sender_id)
        if found and claimed.rests:
            logs.event("sender.works", business=claimed.business_id, sender=claimed.sender_id)
            _note(session, claimed, "sender.works")


def failed(session: Session, claimed: Any, trouble: Trouble, *, retry_after: float | None = None) -> bool:
    """Count it. Whether the sender rests, so that it is not this text's fault."""
    found = _FAIL.first(session, id=claimed.sender_id)
    is_probe = claimed.rests > 0
    rule = RULES[trouble]
    if found.rests and not is_probe:  # it was on its way when others began the rest
        _stretch(session, claimed, found, retry_after)
        return True
    if not found.rests and not retry_after and found.failures < rule.after:
        return False
    now, longest = clock.now(), min(rule.longest, rule.first * 2 ** min(found.rests, 16))
    wait = max(retry_after or 0.0, chance.between(longest / 2, longest))
    _REST.run(
        session, id=claimed.sender_id, rests=found.rests + 1, rest_trouble=trouble,
        resting_since_at=found.resting_since_at or now, rests_until_at=now + dt.timedelta(seconds=wait),
    )  # fmt: skip
    if not found.rests:
        _say(session, claimed, trouble)
    announce(session, f"business:{claimed.business_id}")
    return True


def _stretch(session: Session, claimed: Any, found: Any, retry_after: float | None) -> None:
    until = clock.now() + dt.timedelta(seconds=retry_after or 0.0)
    if found.rests_until_at is None or until > found.rests_until_at:
        _RESUME.run(session, id=claimed.sender_id, until=until)


def resting(session: Session, business_id: str) -> list[Any]:
    """The senders of a business that rest: id, channel, number, rest_trouble, resting_since_at, rests_until_at."""
    return _RESTING.rows(session, business_id=business_id)


def sentence(row: Any, zone: str) -> str:
    """Of a sender's row, for members: since when its texts wait and when the next one is tried; nothing while it works.
    Hours are of `zone`."""
    if not row.rests or row.resting_since_at is None:
        return ""
    since = local_time.when(row.resting_since_at, zone)
    is_later = row.rests_until_at is not None and row.rests_until_at > clock.now()
    then = f"the next try is at {local_time.hour(row.rests_until_at, zone)}" if is_later else "it is tried again now"
    does = "refuses your number" if row.rest_trouble == Trouble.SENDER else "takes no texts"
    return f"The provider {does} since {since}; {then}."


def _say(session: Session, claimed: Any, trouble: Trouble) -> None:
    """Once at the beginning of a rest; a sender that is not set up needs a person."""
    level = logging.ERROR if trouble is Trouble.SENDER else logging.WARNING
    logs.event("sender.rests", level=level, business=claimed.business_id, sender=claimed.sender_id, trouble=trouble)
    metrics.count("sender_rests_total", provider=claimed.provider, trouble=str(trouble))
    _note(session, claimed, "sender.rests", trouble=str(trouble))


def _note(session: Session, claimed: Any, action: str, **details: Any) -> None:
    audit.note(session, action, actor="system", business_id=claimed.business_id, object=claimed.sender_id, **details)
