"""Which forms, regions and blocks of numbers get no first text, because few of the last ones were completed: there the
client texts first (promises.md B.2 layers 5 and 6, P14).

A key is off the air for a day; then the first five texts decide, and no sixth leaves before one of them is complete.
A region counts for each business by itself, so that nobody who attacks one business changes what another one does
(P10); a block of ten thousand numbers counts for all.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock, logs
from portal.accounts import audit
from portal.accounts import key as keyring
from portal.column import UtcTime, table_of
from portal.consent.phone_number import PhoneNumber
from portal.messaging import completion
from portal.statement import Statement, param, params

WINDOW = 20  # texts that are judged together
PROBATION = 5  # of them are enough once a key was off the air
LASTS = dt.timedelta(hours=24)
_EVER = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
FORM, REGION, PREFIX = "form", "region", "prefix"


class TextFirst(SQLModel, table=True):
    """`until_at`, when `key` may be texted again, stays as the time from which its texts are judged anew."""

    __tablename__ = "text_first"

    key: str = Field(primary_key=True)
    since_at: dt.datetime = Field(sa_type=UtcTime)
    until_at: dt.datetime = Field(sa_type=UtcTime)


@dataclass(frozen=True)
class Stop:
    """What a business is told of: `questionnaire_id`, or the `region` of all its questionnaires, asks for a text first
    since then."""

    questionnaire_id: str
    region: str
    since_at: dt.datetime
    until_at: dt.datetime


_table = table_of(TextFirst)
_FIND = Statement(sa.select(_table).where(_table.c.key == param("key")))
_ANY = Statement(sa.select(_table).where(_table.c.key.in_([param("form"), param("region"), param("prefix")])))
_BEGIN = Statement(
    lambda insert: (
        insert(_table)
        .values(**params("key", "since_at", "until_at"))
        .on_conflict_do_update(
            index_elements=["key"],
            set_={name: param(name, _table.c[name].type) for name in ("since_at", "until_at")},
        )
    )
)
_of_business = sa.or_(_table.c.key.startswith(param("forms")), _table.c.key.startswith(param("regions")))
_SHOWN = Statement(
    sa.select(_table)
    .where(_of_business, _table.c.until_at > param("now", _table.c.until_at.type))
    .order_by(_table.c.key)
    .limit(200)
)
_END = Statement(
    sa.update(_table)
    .where(_of_business, _table.c.until_at > param("now", _table.c.until_at.type))
    .values(until_at=param("now", _table.c.until_at.type))
)
_PRUNE = Statement(sa.delete(_table).where(_table.c.until_at < param("before", _table.c.until_at.type)))


def keys(session: Session, business_id: str, questionnaire_id: str, number: PhoneNumber) -> tuple[str, str, str]:
    """What a first text to `number` because of this form is counted under."""
    secret = keyring.of(session).suppression
    block = hmac.new(secret, f"prefix|{number.e164[:-4]}".encode(), hashlib.sha256).hexdigest()[:40]
    return f"{FORM}:{business_id}:{questionnaire_id}", f"{REGION}:{business_id}:{number.region}", f"{PREFIX}:{block}"


def is_on(session: Session, found: tuple[str, str, str], *, percent: int) -> bool:
    """Whether a form whose text has these keys sends none now. The answer depends on nothing that is known about the
    number itself (P15)."""
    if percent == 0:
        return False
    form, region, prefix = found
    rows = _ANY.rows(session, form=form, region=region, prefix=prefix)
    return any(clock.now() < row.until_at or _is_on_probation(session, row, percent) for row in rows)


def judge(session: Session, found: Sequence[Any], *, percent: int) -> None:
    """Write down what is `completion.known` by now, and take keys off the air that are hardly ever completed."""
    for key in completion.settle(session, found):
        row = _FIND.first(session, key=key)
        if percent == 0 or (row is not None and clock.now() < row.until_at):
            continue
        outcomes = completion.last_known(session, key, since=row.until_at if row else _EVER, most=WINDOW)
        if len(outcomes) >= (PROBATION if row else WINDOW) and _is_low(outcomes, percent):
            _begin(session, key, outcomes)


def shown(session: Session, business_id: str) -> list[Stop]:
    """What of this business asks for a text first at the moment, by itself."""
    return [_stop(row) for row in _SHOWN.rows(session, **_of(business_id), now=clock.now())]


def end(session: Session, business_id: str, *, actor: str, ip: str) -> bool:
    """Text again because of this business's forms, on probation; whether there was anything to end."""
    if not _END.run(session, **_of(business_id), now=clock.now()):
        return False
    audit.note(session, "text_first.ended", actor=actor, business_id=business_id, ip=ip)
    return True


def prune(session: Session) -> int:
    return _PRUNE.run(session, before=clock.now() - completion.KEPT) + completion.prune(session)


def _is_on_probation(session: Session, row: Any, percent: int) -> bool:
    """Whether as many texts as decide are out, and too few of them complete yet."""
    asked = completion.last_asked(session, row.key, since=row.until_at, most=WINDOW)
    return len(asked) >= PROBATION and _is_low(asked, percent)


def _is_low(outcomes: Sequence[bool], percent: int) -> bool:
    return sum(outcomes) * 100 < percent * len(outcomes)


def _begin(session: Session, key: str, outcomes: Sequence[bool]) -> None:
    kind, _, rest = key.partition(":")
    business_id, _, about = rest.partition(":") if kind != PREFIX else (None, "", "")
    _BEGIN.run(session, key=key, since_at=clock.now(), until_at=clock.now() + LASTS)
    texts, complete = len(outcomes), sum(outcomes)
    logs.event("form.text_first", kind=kind, business=business_id or "", about=about, texts=texts, complete=complete)
    audit.note(
        session, "text_first.began", actor="system", business_id=business_id, object=about, kind=kind, texts=texts,
        complete=complete,
    )  # fmt: skip


def _of(business_id: str) -> dict[str, str]:
    """The beginnings of its keys; a block of numbers is nobody's."""
    return {"forms": f"{FORM}:{business_id}:", "regions": f"{REGION}:{business_id}:"}


def _stop(row: Any) -> Stop:
    kind, _, about = row.key.split(":", 2)
    is_form = kind == FORM
    return Stop(about if is_form else "", "" if is_form else about, row.since_at, row.until_at)
