"""The code that a form's thank-you page shows, texted by the handset: where clients text first (promises.md B.2).

It counts for the typed number alone, texted from that very number. The disclaimer that was shown names it, and consent
is tied to the exact number given (H-1, H-10); from any other handset the code may as well have been guessed, read over
a shoulder or passed on to somebody who never saw the form. In doubt nobody is opted in: who has a typing error to mend
fills in the form again.

The code is kept nowhere: it is made anew from the claim in the ledger, for thirty minutes, once. Whatever the client
says against texts after the form ends it. Five wrong ones from a number, and none is taken from it for a day; nothing
tells so.
"""

import datetime as dt
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import allowance, key
from portal.accounts.key import Secrets
from portal.accounts.sender import SMS
from portal.consent import ledger, marketing
from portal.consent.reply import Meaning, Verdict
from portal.consent.state import Carrier, Kind, Origin, Proof
from portal.messaging import opt_in
from portal.statement import Statement, param

LASTS = dt.timedelta(minutes=30)
DIGITS = 6
TRIES = 5
WINDOW = dt.timedelta(days=1)
MARK = "asks_for_text"
"""In the evidence of a claim: its page showed a code."""

MOST = 100  # entries that are looked through
_ENDS = frozenset({Kind.OPTED_OUT, Kind.DECLINED})
_TYPED = re.compile(r"(?:yes|y)?([0-9]{6})")
_t = ledger.table
_RECENT = Statement(
    sa.select(_t)
    .where(
        _t.c.business_id == param("business_id"), _t.c.subscription_id == param("subscription_id"),
        _t.c.kind.in_([each.value for each in (Kind.CLAIMED, Kind.OPTED_IN, *sorted(_ENDS))]),
        _t.c.recorded_at > param("since", _t.c.recorded_at.type),
    )
    .order_by(_t.c.seq.desc())
    .limit(MOST)
)  # fmt: skip


def of(secrets: Secrets, submission_id: str, number: str) -> str:
    """The six digits of one form that was sent in. Never those that a text brings (one_time_code.py): who sees this
    page must not be able to type what only the handset can read."""
    digest = hmac.new(secrets.derived("texted code"), f"{submission_id}|{number}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}d}"


def digits(text: str) -> str | None:
    """The code in “YES 482913”, however it is spelled; digits of any script, since keyboards have their own."""
    if len(text) > 40:
        return None
    plain = "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
    found = _TYPED.fullmatch("".join(str(unicodedata.decimal(char, char)) for char in plain))
    return found[1] if found else None


def claim(session: Session, row: Any, text: str, verdict: Verdict) -> Any:
    """The ledger entry of the form whose code `text` is, sent by the number of the locked `row`; None for every other
    text. A STOP was read before, and is one whatever else it looks like."""
    code = digits(text)
    if code is None or row.channel != SMS or verdict.meaning is Meaning.OPT_OUT:
        return None
    waiting = _waiting(session, row)
    if not waiting or not allowance.has_room(session, _bucket(row), limit=TRIES, window=WINDOW):
        return None
    secrets = key.of(session)
    for each in waiting:
        if hmac.compare_digest(code, of(secrets, each.submission_id, row.number)):
            return each
    allowance.spend(session, _bucket(row), window=WINDOW)
    return None


def accept(
    session: Session,
    row: Any,
    claimed: Any,
    *,
    message_id: str,
    occurred_at: dt.datetime,
    carrier: Carrier | None,
    texted: Mapping[str, Any],
) -> None:
    """The Yes of the form, now given by the handset: also after an earlier opt-out, as through a personal link
    (interface.md 6.1). What the client read stays the evidence; what they `texted` is added."""
    scope, proved = marketing.reach(row, claimed.evidence)
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor=claimed.actor, confirmation="form.confirmation",
        scope=scope, carrier=carrier, occurred_at=occurred_at, message_id=message_id,
        submission_id=claimed.submission_id,
        evidence={
            **proved, "confirmed_by": "code texted by the handset", "claim_entry": claimed.seq,
            "texted": dict(texted),
        },
    )  # fmt: skip


def _waiting(session: Session, row: Any) -> list[Any]:
    """Claims of the last half hour whose code is still good, latest first."""
    since = clock.now() - LASTS
    found = _RECENT.rows(session, business_id=row.business_id, subscription_id=row.id, since=since)
    ended = max((each.seq for each in found if each.kind in _ENDS), default=0)
    used = {each.submission_id for each in found if each.kind == Kind.OPTED_IN}
    return [
        each for each in found
        if each.kind == Kind.CLAIMED and each.seq > ended and each.submission_id and each.submission_id not in used
        and each.evidence.get(MARK)
    ]  # fmt: skip


def _bucket(row: Any) -> str:
    return f"texted code:{row.id}"
