"""One conversation beside the list: read it, write into it, keep it, mark it read (H-16, H-22, X-15, X-17)."""

import datetime as dt
import hashlib
import secrets
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from forms.composer import ComposerForm
from forms.opt_out import OptOutForm
from forms.review import ReviewForm
from forms.status_filter import STATUSES, StatusFilter
from portal import clock, local_time
from portal.consent import subscription
from portal.consent.purpose import Purpose
from portal.messaging import (
    canned_reply,
    conversation,
    deferral,
    desk,
    message,
    review_decision,
    segment,
    send_later,
    status_pane,
    thread,
)
from portal.messaging.gate import Refuse
from portal.messaging.outbox import Queued
from portal.messaging.review_decision import Decision
from portal.web.page import Answer, Page, Plain, SeeOther
from portal.web.visit import Visit

PAGE, FRAGMENT = "thread/page.html", "thread/_thread.html"


def show(session: Session, visit: Visit) -> Answer:
    """The conversation with its list; the conversation alone where an open page asks for it again."""
    return _answer(session, visit, ComposerForm(data={"once": _token()}))


def write(session: Session, visit: Visit) -> Answer:
    """A member's text, now or for later, or the words of a saved reply for it. A refusal keeps what was typed, and
    nothing is stored (H-22)."""
    act, form = visit.form.get("act"), ComposerForm(visit.form)
    if act == "insert":
        return _inserted(session, visit, form)
    is_valid, is_later = form.is_valid(), act == "later"
    moment = (
        form.moment(visit.business.timezone) if is_later else _opening(session, visit) if act == "opening" else None
    )
    if not is_valid or (is_later and moment is None):
        return _answer(session, visit, form, status=422)
    answer = _queued(session, visit, form, moment)
    if isinstance(answer, Refuse):
        form.text.errors = (f"Not sent. {answer.sentence}",)
        return _answer(session, visit, form, status=422)
    desk.mark_read(session, visit.business.id, _id(visit))
    if not visit.is_partial:
        return SeeOther(_chosen(visit).url, flash="" if moment is None else _said(visit, moment))
    return _answer(session, visit, ComposerForm(data={"once": _token()}), should_focus=True)


def _queued(session: Session, visit: Visit, form: ComposerForm, moment: dt.datetime | None) -> Queued | Refuse:
    text, once_key = str(form.text.data), _once_key(visit, form, moment)
    here, who = _id(visit), visit.member.id
    if moment is None:
        return thread.write(session, visit.business.id, here, text, member_id=who, once_key=once_key)
    return send_later.write(
        session, visit.business.id, here, text, member_id=who, once_key=once_key, due_at=moment
    )  # fmt: skip


def _opening(session: Session, visit: Visit) -> dt.datetime | None:
    """The next hour that suits the client; None where it is one now."""
    row = subscription.get(session, visit.business.id, _id(visit))
    quiet = deferral.quiet(session, row) if row is not None else None
    return None if quiet is None else quiet.until


def _inserted(session: Session, visit: Visit, form: ComposerForm) -> Answer:
    """The composer again with a saved reply in it, filled in for this client; nothing is stored."""
    reply = canned_reply.get(session, visit.business.id, str(visit.form.get("reply") or ""))
    talk = conversation.read(session, visit.business, _id(visit))
    words = canned_reply.fill(reply.text, talk.values(visit.business.name, visit.member.name))
    form.text.data = f"{form.text.data}\n{words}".strip() if form.text.data else words
    return _answer(session, visit, form, should_focus=True)


def mark_read(session: Session, visit: Visit) -> Answer:
    """The thread is on screen. A GET never changes anything, so the page says it by itself."""
    desk.mark_read(session, visit.business.id, _id(visit))
    return Plain(b"", "text/plain", status=204) if visit.is_partial else SeeOther(_chosen(visit).url)


def keep(session: Session, visit: Visit) -> Answer:
    """The reply was no wish to stop: a member says so, with a reason (X-10)."""
    form = ReviewForm(visit.form)
    if not form.is_valid():
        return _answer(session, visit, ComposerForm(data={"once": _token()}), review=form, status=422)
    done = review_decision.decide(
        session, visit.business, _id(visit), Decision.KEEP, seen=None, actor=visit.actor, name=visit.member.name,
        ip=visit.ip, reason=str(form.reason.data),
    )  # fmt: skip
    if not done.has_changed:
        return SeeOther(_chosen(visit).url, flash=done.sentence, kind="info")
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
    again = visit.query.get("again")
    if again and not composer.text.data:
        composer.text.data = _words_of(session, visit, again)
    context: dict[str, Any] = {
        "filter": chosen, "talk": found, "composer": composer, "review": review or ReviewForm(), "before": before,
        "count": segment.count(composer.text.data or ""), "gaps": canned_reply.gaps(composer.text.data or ""),
        "later_at": composer.send_at.data or _tomorrow(visit.business.timezone), "is_read": _is_read(visit, found),
        "should_focus": should_focus, "is_partial": visit.is_partial,
        "opt_out": OptOutForm(timezone=visit.business.timezone),
    }  # fmt: skip
    if visit.is_partial:
        return Page(FRAGMENT, context, status)
    listed = status_pane.read(session, visit.business, visit.member, chosen.wanted)
    return Page(PAGE, context | {"listed": listed, "statuses": STATUSES}, status)


def _chosen(visit: Visit) -> StatusFilter:
    return StatusFilter.of(visit.query, thread=_id(visit))


def _id(visit: Visit) -> str:
    return visit.params["subscription"]


def _token() -> str:
    return secrets.token_urlsafe(16)


def _once_key(visit: Visit, form: ComposerForm, moment: dt.datetime | None) -> str:
    """The same form with the same words for the same time is one text; others after a step back are another."""
    said = f"{form.text.data}\0{moment}" if moment else str(form.text.data)
    words = hashlib.sha256(said.encode()).hexdigest()[:16]
    return f"composer:{visit.member.id}:{form.once.data or _token()}:{words}"


def _words_of(session: Session, visit: Visit, message_id: str) -> str:
    """A text of ours in this conversation, to be written again; nothing for any other."""
    found = message.get(session, visit.business.id, message_id)
    is_ours = found is not None and found.subscription_id == _id(visit) and found.purpose == Purpose.CONVERSATION
    return str(found.text) if is_ours else ""


def _tomorrow(zone: str) -> str:
    """Nine in the morning."""
    day = clock.now().astimezone(ZoneInfo(zone)).date() + dt.timedelta(days=1)
    return f"{day.isoformat()}T09:00"


def _is_read(visit: Visit, talk: conversation.Conversation) -> bool:
    """Whether an open page asks again without a new word of the client: somebody marked it as unread on purpose."""
    return visit.is_partial and visit.query.get("seen") == talk.last_inbound_id


def _said(visit: Visit, moment: dt.datetime) -> str:
    return f"It goes out {local_time.when(moment, visit.business.timezone)}."
