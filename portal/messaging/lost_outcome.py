"""Texts of unknown outcome, settled by a provider's list: found in it, or proven never to have been taken.

Nothing is ever sent again by itself (promises.md 0.4); where the provider has no such text, a member is told so.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.database import announce
from portal.messaging import message
from portal.providers.listing import ListedText
from portal.statement import Statement, param, params

NEAR = dt.timedelta(minutes=10)  # between our claim and the provider's own time of the text, clocks included
SETTLED_AFTER = dt.timedelta(minutes=15)  # by then a list has what was taken
ABSENT = "The provider was asked and has no such text, so it did not leave. You may send it again."

_m = message.table
_UNKNOWN = Statement(
    sa.select(_m.c.id, _m.c.business_id, _m.c.subscription_id, _m.c.number, _m.c.text, _m.c.claimed_at)
    .where(_m.c.sender_id == param("sender_id"), _m.c.status == "unknown", _m.c.claimed_at >= param("since"))
    .order_by(_m.c.claimed_at)
    .limit(1000)
)
_OURS = Statement(
    sa.select(_m.c.provider_id, _m.c.provider_rank).where(
        _m.c.business_id == param("business_id"), _m.c.provider_id == param("provider_id"),
        _m.c.direction == "outbound",
    )
)  # fmt: skip
_ABSENT = Statement(
    sa.update(_m)
    .where(_m.c.id == param("id"), _m.c.status == "unknown", _m.c.provider_id.is_(None))
    .values(status="failed", **params("reason", "finished_at"))
)


def unknown(session: Session, sender_id: str, since: dt.datetime) -> list[Any]:
    """The texts of a sender, claimed since then, of which nobody knows whether they left."""
    return _UNKNOWN.rows(session, sender_id=sender_id, since=since)


def standing(session: Session, business_id: str, listed: ListedText) -> tuple[bool, bool]:
    """Whether it is a text of ours that is known here, and whether it has come further since."""
    found = _OURS.first(session, business_id=business_id, provider_id=listed.update.provider_id)
    return found is not None, found is not None and bool(found.provider_rank < listed.update.rank)


def matched(lost: Sequence[Any], strangers: Sequence[ListedText]) -> list[ListedText]:
    """The listed texts that are one of the lost, with our id: each side must have exactly one that fits."""
    pairs = [(each, listed) for each in lost for listed in strangers if _fits(each, listed)]
    of_lost, of_listed = Counter(each.id for each, _ in pairs), Counter(text.update.provider_id for _, text in pairs)
    return [
        replace(listed, update=replace(listed.update, message_id=each.id))
        for each, listed in pairs
        if of_lost[each.id] == 1 and of_listed[listed.update.provider_id] == 1
    ]


def may_be_there(each: Any, strangers: Sequence[ListedText]) -> bool:
    """Whether any listed text to this number could be it, whatever its words: then its absence is not proven."""
    return any(listed.to == each.number and _is_near(each, listed) for listed in strangers)


def give_up(session: Session, each: Any) -> bool:
    """Nobody has it. False where something was heard of it meanwhile."""
    announce(session, f"thread:{each.business_id}:{each.subscription_id}")
    return _ABSENT.run(session, id=each.id, reason=ABSENT, finished_at=clock.now()) == 1


def _fits(each: Any, listed: ListedText) -> bool:
    if listed.update.message_id is not None:
        return bool(listed.update.message_id == each.id)
    is_same = listed.to == each.number and listed.text.strip() == each.text.strip()
    return is_same and _is_near(each, listed)


def _is_near(each: Any, listed: ListedText) -> bool:
    return listed.created_at is None or bool(abs(listed.created_at - each.claimed_at) <= NEAR)
