"""What a client sees after sending, and the code from the text where the questionnaire asks for it (X-29).

Nothing here depends on what we know about a number that came through an anonymous form (P15): the page asks everybody
for a code, and a code that nobody was sent is as wrong as any other.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from forms.typed_code import TypedCodeForm
from portal import clock
from portal.accounts.key import Secrets
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Carrier
from portal.contacts import contact
from portal.messaging import texted_code
from portal.questionnaires import instance as instances
from portal.questionnaires import submission as submissions
from portal.questionnaires import typed_code
from portal.questionnaires.opened import Opened
from portal.questionnaires.questionnaire import Confirmation
from portal.questionnaires.submission import Submission
from portal.questionnaires.typed_code import Typed, Verdict
from portal.web import client_page, page, rendering
from portal.web.visit import Visit

NOT_RIGHT = "This code is not right. Please look at our latest text again."


@dataclass(frozen=True)
class Sent:
    """What was sent in with the form of this address; nothing where nobody did, or too long ago to tell the number."""

    opened: Opened
    submission: Submission | None
    number: str
    is_blocked: bool
    is_over: bool

    @property
    def choice(self) -> str:
        return self.submission.opt_in if self.submission else ""

    @property
    def asks_text(self) -> bool:
        """Whether the client is to text us first."""
        return self.submission is not None and self.submission.asks_for_text and bool(self.number)

    @property
    def asks_code(self) -> bool:
        is_asked = self.choice == "yes" and bool(self.number) and not self.asks_text
        return is_asked and self._confirms is Confirmation.CODE

    @property
    def needs_reply(self) -> bool:
        return self._confirms is Confirmation.REPLY

    @property
    def _confirms(self) -> Confirmation:
        return self.opened.questionnaire.confirms


async def show(request: Request) -> Response:
    """What the client sees after sending; the number is told only as long as a form lasts."""
    visit = await page.visit_of(request, writes=False)
    sent = await client_page.database_of(request).reading(lambda session: _find(session, visit))
    is_done = sent.asks_code and _is_done(visit)
    return _page(visit, sent, TypedCodeForm(), is_done=is_done, is_over=sent.is_over)


async def confirm(request: Request) -> Response:
    """303 to the page that says so when the code is right, or 422 with the same page. All answers take the same
    time."""
    return await client_page.on_the_beat(_confirmed(request))


async def _confirmed(request: Request) -> Response:
    visit = await page.visit_of(request)
    database, form = client_page.database_of(request), TypedCodeForm(visit.form)
    sent = await database.reading(lambda session: _find(session, visit))
    submission = sent.submission
    if submission is None or not sent.asks_code:
        return _see(visit)
    if not form.is_valid():
        return _page(visit, sent, form, status=422, is_over=sent.is_over)
    typed = Typed(
        form.digits, f"{visit.settings.form_origin}{visit.path}", visit.ip,
        client_page.header(visit, "user-agent"), client_page.header(visit, "accept-language"),
    )  # fmt: skip
    verdict = await database.writing(lambda session: typed_code.check(session, submission, typed))
    if verdict is Verdict.RIGHT:
        return _see(visit, done=_done(visit.state.secrets, submission.nonce))
    form.code.errors = (NOT_RIGHT,)
    return _page(visit, sent, form, status=422, is_over=verdict is Verdict.OVER)


def _find(session: Session, visit: Visit) -> Sent:
    opened, nonce = client_page.find(session, visit), visit.query.get("n", "")
    sent = submissions.find(session, opened.questionnaire, nonce) if nonce.isprintable() else None
    if sent is None or clock.now() - sent.created_at >= instances.LASTS:
        return Sent(opened, None, "", is_blocked=False, is_over=False)
    number = submissions.number_of(sent)
    found = Sent(opened, sent, number, is_blocked=_is_blocked(session, opened, number), is_over=False)
    return replace(found, is_over=_is_over(session, found, sent))


def _is_over(session: Session, sent: Sent, submission: Submission) -> bool:
    """Whether the code of this page, typed or texted, is taken no more."""
    if sent.asks_text:
        return clock.now() - submission.created_at >= texted_code.LASTS
    return sent.asks_code and typed_code.is_over(session, submission)


def _is_blocked(session: Session, opened: Opened, number: str) -> bool:
    """Told only to the holder of a personal link, and only about the contact's own number (X-17)."""
    if opened.client is None or not number:
        return False
    own = {each.number for each in contact.numbers(session, opened.client) if each.is_current}
    row = subscription.find(session, opened.business.id, SMS, number) if number in own else None
    return row is not None and row.carrier == Carrier.BLOCKED


def _page(
    visit: Visit, sent: Sent, form: TypedCodeForm, *, status: int = 200, is_done: bool = False, is_over: bool = False
) -> Response:
    context = {
        "sent": sent, "sender": sent.opened.sender, "is_personal": sent.opened.client is not None,
        "form": form, "is_done": is_done, "is_over": is_over, "texting": _texting(visit, sent),
        "form_url": client_page.url(visit, visit.path.removesuffix("/thanks")),
    }  # fmt: skip
    return client_page.html(visit, sent.opened, "public_form/thanks.html", context, status)


def _texting(visit: Visit, sent: Sent) -> dict[str, Any] | None:
    """The text that the handset is to send us, and how to send it by a touch or with another phone's camera."""
    if not sent.asks_text or sent.submission is None or not sent.opened.sender:
        return None
    words = f"YES {texted_code.of(visit.state.secrets, sent.submission.id, sent.number)}"
    to = sent.opened.sender
    return {"words": words, "url": f"sms:{to}?&body={quote(words)}", "code": rendering.qr_code(f"SMSTO:{to}:{words}")}


def _see(visit: Visit, **query: str) -> Response:
    url = client_page.url(visit, visit.path, n=visit.query.get("n", ""), **query)
    return RedirectResponse(url, status_code=303)


def _is_done(visit: Visit) -> bool:
    """Whether the right code was typed for this form. The address proves it, so that showing it reads and writes
    nothing about the number."""
    expected = _done(visit.state.secrets, visit.query.get("n", ""))
    return hmac.compare_digest(visit.query.get("done", "").encode(), expected.encode())


def _done(secrets: Secrets, nonce: str) -> str:
    return hmac.new(secrets.derived("code was right"), nonce.encode(), hashlib.sha256).hexdigest()[:32]
