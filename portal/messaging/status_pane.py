"""The left side of the desk in one reading: the page of numbers, and what stands around it for this member."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import member as members
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.contacts import project_choice
from portal.messaging import care, saved_view, status_list, word_search
from portal.messaging.care import Moment
from portal.messaging.status_list import ME, StatusPage, Wanted
from portal.messaging.word_search import Found


@dataclass(frozen=True)
class Pane(StatusPage):
    """`people` are the members by id, `projects` those to choose from; `views` the saved filters of this member;
    `words` the texts that a search found, or None where none were looked for; `moments` when a conversation that is put
    off may come back."""

    people: Mapping[str, str]
    projects: Mapping[str, str]
    views: tuple[Any, ...]
    words: Found | None
    moments: tuple[Moment, ...]


def read(session: Session, business: Business, member: Member, wanted: Wanted) -> Pane:
    """Five queries, one more for a search, and what a cursor or an early end costs. Raises NotFound for a cursor that
    leads nowhere."""
    if wanted.assigned == ME:
        wanted = replace(wanted, assigned=member.id)
    listed = status_list.page(session, business.id, wanted, region=business.region)
    return Pane(
        **vars(listed),
        people=members.names(session, business.id),
        projects=project_choice.offered(session, business.id, wanted.project),
        views=saved_view.all_of(session, member.id),
        words=_words(session, business.id, wanted),
        moments=tuple(care.moments(clock.now(), business.timezone)),
    )


def _words(session: Session, business_id: str, wanted: Wanted) -> Found | None:
    """Texts are looked for in all conversations, so only where no filter says otherwise."""
    if not wanted.q or wanted.wishes:
        return None
    return word_search.find(session, business_id, wanted.q, after=wanted.words_after)
