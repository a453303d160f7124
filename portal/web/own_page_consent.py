"""On a client's own page: Yes or No to texts, which kinds of them, and a new number."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.own_page import NewNumberForm, OptInForm, TopicForm
from forms.phone_number import Dialling
from portal.accounts import sender
from portal.clients import evidence, new_number, own_opt_in
from portal.clients import topic as topics
from portal.clients.link import Opened
from portal.clients.own_number import OwnNumber
from portal.clients.standing import TOPICS
from portal.consent.purpose import Scope
from portal.consent.state import Carrier
from portal.database import Lane
from portal.questionnaires.instance import Instance
from portal.questionnaires.question import OPT_IN_LABEL
from portal.web import own_frame
from portal.web.own_frame import Act, Done
from portal.web.visit import Visit

TOO_OLD = "This page was open for too long. Please answer again."
ENOUGH = "This was changed often today. Please try again tomorrow, or reply START to one of our texts."
NOT_OFFERED = "Please choose one of these."
SAME = "This is the number we have."
YES = "Texts are on. One text confirms it."
BLOCKED = "Thank you. One thing is left: your mobile carrier waits for your START, see below."
NO = "Nothing is sent. You said No to texts."
CHANGED = (
    "Thank you. The old number gets no more texts. The new one shows here once it has answered YES to a text of ours."
)


async def opt_in(request: Request) -> Response:
    return await own_frame.perform(
        request, "opt-in", lambda _, visit, opened: OptInForm(visit.form), _opt_in, lane=Lane.CONSENT
    )


async def topic(request: Request) -> Response:
    return await own_frame.perform(
        request, "topics", lambda _, visit, opened: TopicForm(visit.form), _topic, lane=Lane.CONSENT
    )


async def change_number(request: Request) -> Response:
    return await own_frame.perform(request, "number", _new_number_form, _change_number, lane=Lane.CONSENT)


def _new_number_form(session: Session, visit: Visit, opened: Opened) -> NewNumberForm:
    business = opened.business
    own = tuple(sender.numbers(session, business.id))
    return NewNumberForm(visit.form, dialling=Dialling(business.region, business.allowed_regions, own))


def _opt_in(act: Act, form: Any) -> Done | None:
    showing = act.showing(form)
    if showing is None:
        form.choice.errors = (TOO_OLD,)
        return None
    number, choice = act.number, str(form.choice.data)
    proof = _evidence(act, showing, choice, number)
    if choice == "no":
        stopped = own_opt_in.say_no(act.session, act.opened, number, showing.shown, evidence=proof)
        return Done(NO, tuple(stopped))
    caps = act.visit.settings.caps
    if not own_opt_in.say_yes(act.session, act.opened, number, showing.shown, evidence=proof, caps=caps):
        form.form_errors = [ENOUGH]
        return None
    is_blocked = number.sms is not None and number.sms.carrier == Carrier.BLOCKED
    return Done(BLOCKED if is_blocked else YES)


def _topic(act: Act, form: Any) -> Done | None:
    number, scope = act.number, str(form.scope.data)
    said = TOPICS[Scope(scope)] if scope in list(Scope) else ""
    rendered = act.block("own_page/_topics.html", each=number, offered=topics.offered(number.sms))
    proof = evidence.of(act.browser, said, rendered, choice=scope)
    if not said or not topics.choose(act.session, act.opened, number, scope, evidence=proof):
        form.scope.errors = (NOT_OFFERED,)
        return None
    return Done(f"Saved: {said[:1].lower()}{said[1:]}.")


def _change_number(act: Act, form: Any) -> Done | None:
    showing = act.showing(form)
    old, new = act.number, form.new.number
    if showing is None:
        form.choice.errors = (TOO_OLD,)
        return None
    if new.e164 == old.number:
        form.new.errors = (SAME,)
        return None
    proof = _evidence(act, showing, str(form.choice.data), old, typed=str(form.new.data))
    new_number.change(act.session, act.opened, old, new)
    if form.choice.data == "yes":
        new_number.ask(
            act.session, act.opened, new, showing.shown, evidence=proof, network=act.browser.network,
            caps=act.visit.settings.caps,
        )  # fmt: skip
    return Done(CHANGED)


def _evidence(act: Act, showing: Instance, choice: str, number: OwnNumber, **more: str) -> dict[str, Any]:
    rendered = act.block("own_page/_question.html", shown=showing.shown, act="own", each=number)
    return evidence.of_disclaimer(act.browser, showing.shown, rendered, question=OPT_IN_LABEL, choice=choice, **more)
