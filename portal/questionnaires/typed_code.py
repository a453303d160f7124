"""The code from the text, typed on the thank-you page: the handset's own Yes to one submission (X-29).

It lasts ten minutes and five tries, opens once, and loses against anything the handset said after it was asked. The
tries are counted by allowance.py: it keeps no number, forgets by itself, and locks its row before it is read.
"""

import datetime as dt
import hmac
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import allowance, key
from portal.accounts.sender import SMS
from portal.consent import ledger, marketing, subscription
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import message, one_time_code, opt_in
from portal.questionnaires.submission import Submission, number_of
from portal.statement import Statement, param

TRIES = 5
WINDOW = dt.timedelta(days=1)  # far longer than a code lasts, so that no try is forgotten while it counts
_ENDS = frozenset({Kind.OPTED_IN, Kind.OPTED_OUT, Kind.DECLINED, Kind.LAPSED})
_m = message.table
_FROM_HANDSET = Statement(
    sa.select(_m.c.text).where(
        _m.c.subscription_id == param("subscription_id"),
        _m.c.direction == "inbound",
        _m.c.created_at >= param("since", _m.c.created_at.type),
    )
)


class Verdict(StrEnum):
    """The same for every number that got no code, whatever we know about it (P15)."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"


@dataclass(frozen=True)
class Typed:
    """The client's act and what proves it (rules.md section 9)."""

    code: str
    page_url: str
    ip: str
    user_agent: str
    language: str


def is_over(session: Session, sent: Submission) -> bool:
    """Whether no code for this submission is taken any more."""
    return _is_late(sent) or _tries(session, sent) > TRIES - 1


def check(session: Session, sent: Submission, typed: Typed) -> Verdict:
    """Count the try, and opt in when the code is right and nothing else was said meanwhile. Counted before it is
    compared, so that two tries at once are two (promises.md B.2)."""
    if _is_late(sent):
        return Verdict.OVER
    allowance.spend(session, _bucket(sent), window=WINDOW)
    tries, number = _tries(session, sent), number_of(sent)
    if tries > TRIES:
        return Verdict.OVER
    code = one_time_code.of(key.of(session), sent.id, number)
    if hmac.compare_digest(typed.code.encode(), code.encode()) and _opt_in(session, sent, number, code, typed):
        return Verdict.RIGHT
    return Verdict.OVER if tries > TRIES - 1 else Verdict.WRONG


def _opt_in(session: Session, sent: Submission, number: str, code: str, typed: Typed) -> bool:
    """Whether the number is opted in by this code now: only while its own request is open. A second click is told the
    same as the first."""
    row = subscription.lock(session, sent.business_id, SMS, number)
    entries = ledger.entries(session, row.business_id, row.id)
    mine = {each.kind: each for each in entries if each.submission_id == sent.id}
    asked = mine.get(Kind.ASKED)
    if asked is None or Kind.OPTED_IN in mine:
        return asked is not None and row.status == Status.OPTED_IN
    has_ended = any(each.seq > asked.seq and each.kind in _ENDS for each in entries)
    if row.status != Status.REQUESTED or has_ended or _is_known(session, row, code, asked.recorded_at):
        return False
    scope, _ = marketing.reach(row, asked.evidence)
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor=asked.actor, scope=scope,
        confirmation="form.confirmation", submission_id=sent.id, evidence=_evidence(asked, typed),
    )  # fmt: skip
    return True


def _is_known(session: Session, row: Any, code: str, since: dt.datetime) -> bool:
    """Whether the client texted the code to us, where members read it: then it proves nothing on a page."""
    texts = _FROM_HANDSET.rows(session, subscription_id=row.id, since=since)
    return any(code in re.sub(r"\D", "", unicodedata.normalize("NFKC", each.text)) for each in texts)


def _evidence(asked: Any, typed: Typed) -> dict[str, Any]:
    """What the client read and chose, from the request; and who then typed the code, when and where."""
    return {
        **asked.evidence,
        "confirmed_by": "one-time code", "code_typed_at": clock.rfc3339(clock.now()), "request_entry": asked.seq,
        "page_url": typed.page_url, "ip": typed.ip, "user_agent": typed.user_agent, "language": typed.language,
    }  # fmt: skip


def _is_late(sent: Submission) -> bool:
    return clock.now() - sent.created_at >= one_time_code.LASTS


def _tries(session: Session, sent: Submission) -> float:
    return allowance.used(session, _bucket(sent), window=WINDOW)


def _bucket(sent: Submission) -> str:
    return f"code:{sent.id}"
