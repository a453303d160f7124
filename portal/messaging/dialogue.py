"""Which words belong to which turn of the dialogue about consent: the matrix B2.2 of behaviours.md.

`business_first` is the seeds' MO, `client_first` their MT. Where neither began it, an opt-out takes MO's words while
the first-message gate is on (X-2), and the words of forms while it is off (interface.md 6.4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import member
from portal.accounts.business import Business
from portal.consent import ledger
from portal.consent.state import Kind, Origin
from portal.messaging import message, wording
from portal.messaging.wording_default import NOTICES


@dataclass(frozen=True)
class Turn:
    """The slot of the client's text and of the members' notice."""

    client: str
    user: str


_FORM_YES = Turn("form.confirmation", "notice.opted_in")
_FORM_STOP = Turn("opt_out.confirmation", "notice.opted_out")
_BEGUN_BY = {Origin.BUSINESS_FIRST: "mo", Origin.CLIENT_FIRST: "mt"}


def is_of_gate(origin: str | None) -> bool:
    """Whether the first-message gate asked, or was asked."""
    return origin in _BEGUN_BY


def request(origin: str | None) -> str:
    """The slot of the text that asks."""
    begun = _BEGUN_BY.get(Origin(origin)) if origin else None
    return f"{begun}.request.client" if begun else "form.request"


def accepted(origin: str | None) -> Turn:
    begun = _BEGUN_BY.get(Origin(origin)) if origin else None
    return Turn(f"{begun}.accepted.client", f"{begun}.accepted.user") if begun else _FORM_YES


def rejected(origin: str | None, *, asks_first: bool) -> Turn:
    """`origin` is that of the consent or the request that ends."""
    begun = _BEGUN_BY.get(Origin(origin)) if origin else None
    if begun is None and not asks_first:
        return _FORM_STOP
    return Turn(f"{begun or 'mo'}.rejected.client", f"{begun or 'mo'}.rejected.user")


def tell(session: Session, business: Business | None, row: Any, key: str, *, employee: str = "") -> None:
    """The members' notice of `key` in the thread of `row`, in the words that are in force; `employee` where known."""
    if key in NOTICES:
        message.notice(session, row, NOTICES[key])
        return
    home = business or businesses.get(session, row.business_id)
    words = wording.notice(session, home, key, row.channel, employee=employee or named(session, home, row))
    message.notice(session, row, words.text, wording=words.version)


def named(session: Session, business: Business, row: Any) -> Callable[[], str]:
    """Asks for the employee's name where words have a place for it, and else costs nothing."""
    return partial(employee, session, business, row)


def employee(session: Session, business: Business, row: Any) -> str:
    """Whom the client of `row` hears from: who asked them, else who has the conversation, else the business (S-8)."""
    asked = (each for each in reversed(ledger.entries(session, business.id, row.id)) if each.kind == Kind.ASKED)
    last = next(asked, None)
    if last is not None and last.evidence.get("employee"):
        return str(last.evidence["employee"])
    return assigned(session, business, row)


def assigned(session: Session, business: Business, row: Any) -> str:
    """Who has the conversation, where somebody who still works here has it; else the business (S-8)."""
    who = getattr(row, "assigned_to", None)
    names = member.names(session, business.id) if who else {}
    return names.get(who or "", business.name)
