"""One conversation beside the list: read it, write into it, keep it, mark it read (H-16, H-22, X-15, X-17)."""

import hashlib
import secrets
from typing import Any

from sqlmodel import Session

from forms.composer import ComposerForm
from forms.opt_out import OptOutForm
from forms.review import ReviewForm
from forms.status_filter import STATUSES, StatusFilter
from portal.messaging import conversation, desk, segment, status_list, thread
from portal.messaging.gate import Refuse
from portal.web.page import Answer, Page, Plain, SeeOther, Visit

PAGE, FRAGMENT = "thread/page.html", "thread/_thread.html"


def show(session: Session, visit: Visit) -> Answer:
    """The conversation with its list; the conversation alone where an open page asks for it again."""
    return _answer(session, visit, ComposerForm(data={"once": _token()}))


def write(session: Session, visit: Visit) -> Answer:
    """A member's text. A refusal keeps what was typed, and nothing is stored (H-22)."""
    form = ComposerForm(visit.form)
    if not form.is_valid():
        return _answer(session, visit, form, status=422)
    text = str(form.text.data)
    answer = thread.write(
        session, visit.business.id, _id(visit), text, member_id=visit.member.id, once_key=_once_key(visit, form, text)
    )
    if isinstance(answer, Refuse):
        form.text.errors = (f"Not sent. {answer.sentence}",)
        return _answer(session, visit, form, status=422)
    desk.mark_read(session, visit.business.id, _id(visit))
    if not visit.is_partial:
        return SeeOther(_chosen(visit).url)
    return _answer(session, visit, ComposerForm(data={"once": _token()}), should_focus=True)


def mark_read(session: Session, visit: Visit) -> Answer:
    """The thread is on screen. A GET never changes anything, so the page says it by itself."""
    desk.mark_read(session, visit.business.id, _id(visit))
    return Plain(b"", "text/plain", status=204) if visit.is_partial else SeeOther(_chosen(visit).url)


def keep(session: Session, visit: Visit) -> Answer:
    """The reply was no wish to stop: a member says so, with a reason (X-10)."""
    form = ReviewForm(visit.form)
    if not form.is_valid():
        return _answer(session, visit, ComposerForm(data={"once": _token()}), review=form, status=422)
    desk.keep(
        session, visit.business.id, _id(visit), actor=visit.actor, ip=visit.ip, name=visit.member.name,
        reason=str(form.reason.data),
    )  # fmt: skip
    return SeeOther(_chosen(visit).url, flash="Kept. You may go on texting; automated texts go on as well.")


def _answer(
    session: Session,
    visit: Visit,
    composer: ComposerForm,
    *,
    review: ReviewForm | None = None,
    status: int = 200,
    should_focus: bool = False,
) -> Page:
    before = visit.query.get("texts_before")
    found = conversation.read(session, visit.business, _id(visit), before=before)
    chosen = _chosen(visit)
    context: dict[str, Any] = {
        "filter": chosen, "talk": found, "composer": composer, "review": review or ReviewForm(), "before": before,
        "count": segment.count(composer.text.data or ""), "should_focus": should_focus, "is_partial": visit.is_partial,
        "opt_out": OptOutForm(timezone=visit.business.timezone),
    }  # fmt: skip
    if visit.is_partial:
        return Page(FRAGMENT, context, status)
    listed = status_list.page(session, visit.business.id, chosen.wanted, region=visit.business.region)
    return Page(PAGE, context | {"listed": listed, "statuses": STATUSES}, status)


def _chosen(visit: Visit) -> StatusFilter:
    return StatusFilter.of(visit.query, thread=_id(visit))


def _id(visit: Visit) -> str:
    return visit.params["subscription"]


def _token() -> str:
    return secrets.token_urlsafe(16)


def _once_key(visit: Visit, form: ComposerForm, text: str) -> str:
    """The same form with the same words is one text; other words after a step back are another."""
    words = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"composer:{visit.member.id}:{form.once.data or _token()}:{words}"
