"""Everything about one person in one answer: what they may ask a business for (GDPR 15)."""

from typing import Any

from sqlmodel import Session

from portal.accounts import audit
from portal.api.operation import Answer, Call
from portal.api.value import Moment, Told
from portal.clients import subject, subject_data
from portal.evidence import checkpoint


class PersonData(Told):
    """`texts` are the newest 5,000; `texts_are_cut` says whether there are more. `consent` is every fact with what was
    noted of it. Numbers and addresses of other people are masked, as `masked` says. `checkpoint` is the signed note
    that seals those facts (c2sp.org/tlog-checkpoint), or null where nothing is sealed."""

    format: str
    made_at: Moment
    business: dict[str, Any]
    person: dict[str, Any]
    numbers: list[dict[str, Any]]
    consent: list[dict[str, Any]]
    texts: list[dict[str, Any]]
    texts_are_cut: bool
    questionnaires: list[dict[str, Any]]
    invitations: list[dict[str, Any]]
    planned: list[dict[str, Any]]
    also_sent_to: list[dict[str, Any]]
    masked: str
    checkpoint: str | None


def show(session: Session, call: Call) -> Answer:
    who = subject.of_contact(session, call.business.id, call.id)
    told = subject_data.of(session, call.business, who)
    last = max((each["entry"] for each in told["consent"]), default=0)
    sealed = checkpoint.newest(session, call.business.id, covering=last).row
    return Answer(told | {"checkpoint": sealed.note if sealed is not None else None})


def note(session: Session, call: Call) -> None:
    """As the page does it (web/contact_data.py)."""
    who = subject.of_contact(session, call.business.id, call.id).id or call.id
    audit.note(
        session, "person.exported", actor=call.actor, business_id=call.business.id, object=who, ip=call.ip,
        token=call.token.name,
    )  # fmt: skip
