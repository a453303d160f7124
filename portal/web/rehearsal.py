"""Pretend phones: the member plays the clients, and every text takes the same roads as a real one.

Only for a business whose sender is the rehearsal; for all others this page does not exist.
"""

import secrets
from typing import Any, Protocol, cast
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.pretend_phone import BEHAVIOURS, PretendBehaviourForm, PretendPhoneForm, PretendTextForm
from portal import clock
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.accounts.sender import REHEARSAL, SMS, WHATSAPP
from portal.consent import phone_number, reply, subscription
from portal.consent.phone_number import Refused
from portal.database import Lane
from portal.errors import NotFound
from portal.messaging import batch, drain, rehearsal
from portal.messaging.inbox import Received, Rules
from portal.providers.provider import InboundText, Provider
from portal.questionnaires import link, offer
from portal.web import page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

MOST_EXTRA = 6
QUICK = ("YES", "Y", "N", "STOP", "HELP", "START")


class Pretend(Provider, Protocol):
    """What the pretend carrier can do beside carrying texts."""

    def behave(self, number: str, behaviour: str) -> None: ...
    def behaviour_of(self, number: str) -> str: ...


def show(session: Session, visit: Visit) -> Answer:
    """The phones; their fragment alone where an open page asks for them again."""
    return _answer(session, visit)


async def text(request: Request) -> Response:
    """The client texts the business: stored, acted on and drained like a provider's webhook."""
    visit = await page.admitted(request, Right.SEND, Capability.TEXTING)
    form = PretendTextForm(visit.form)
    database = request.app.state.database
    if form.is_valid():
        received = await database.writing(lambda session: _receive(session, visit, form), lane=Lane.CONSENT)
        if received.has_flight:
            await drain.wait(database, received.subscription_id)
    if form.errors or visit.is_partial:
        status = 422 if form.errors else 200
        answer = await database.reading(lambda session: _answer(session, visit, status=status))
        return page.respond(request, visit, answer)
    return page.respond(request, visit, SeeOther(_url(visit)))


def behave(session: Session, visit: Visit) -> Answer:
    _our_number(session, visit)
    form = PretendBehaviourForm(visit.form)
    if not form.is_valid():
        return _answer(session, visit, status=422)
    _carrier(visit).behave(str(form.number.data), str(form.behaviour.data))
    return SeeOther(_url(visit), flash="From now on: " + BEHAVIOURS[str(form.behaviour.data)].lower() + ".")


def add(session: Session, visit: Visit) -> Answer:
    """A phone that never had to do with the business: it lives in the address until its first text."""
    ours = _our_number(session, visit)
    form = PretendPhoneForm(visit.form)
    if not form.is_valid():
        return _answer(session, visit, adding=form, status=422)
    business = visit.business
    parsed = phone_number.parse(
        str(form.number.data), region=business.region, allowed_regions=business.allowed_regions, own_numbers=[ours]
    )
    if isinstance(parsed, Refused):
        form.number.errors = (parsed.sentence,)
        return _answer(session, visit, adding=form, status=422)
    return SeeOther(_url(visit, parsed.e164))


def _answer(session: Session, visit: Visit, *, adding: PretendPhoneForm | None = None, status: int = 200) -> Page:
    ours = _our_number(session, visit)
    choices = offer.having_opt_in(session, visit.business.id)
    phones = rehearsal.phones(session, visit.business.id, more=_extra(visit))
    has_whatsapp = rehearsal.our_number(session, visit.business.id, WHATSAPP) is not None
    context: dict[str, Any] = {
        "phones": phones, "our_number": ours, "has_whatsapp": has_whatsapp, "quick": QUICK,
        "behaviours": BEHAVIOURS, "url": _url(visit),
        "behaviour_of": {each.number: str(_carrier(visit).behaviour_of(each.number)) for each in phones},
        "adding": adding or PretendPhoneForm(data={"number": _free_number(session, visit)}),
        "form_url": link.public_url(visit.settings.form_origin, choices[0]) if choices else "",
    }  # fmt: skip
    return Page("rehearsal/_phones.html" if visit.is_partial else "rehearsal/page.html", context, status)


def _receive(session: Session, visit: Visit, form: PretendTextForm) -> Received:
    channel, carrier = str(form.channel.data), _carrier(visit)
    ours = _our_number(session, visit, channel)
    number, words = str(form.number.data), form.words
    if _is_disproved(carrier.behaviour_of(number), channel, words):
        carrier.behave(number, "answers")
    event = InboundText(f"in:RH{secrets.token_hex(16)}", REHEARSAL, number, ours, words, channel=channel)
    (received,) = batch.receive(
        session, visit.business.id, carrier, [event], raw=words.encode("utf-8", "replace"), arrived_at=clock.now(),
        rules=Rules(visit.settings.auto_reply_minutes),
    )  # fmt: skip
    return received


def _is_disproved(behaviour: str, channel: str, words: str) -> bool:
    """START ends a carrier's block at once; who writes on WhatsApp is there."""
    if channel == WHATSAPP:
        return behaviour == "no_whatsapp"
    return behaviour == "blocked" and reply.provider_keyword(words) == "start"


def _our_number(session: Session, visit: Visit, channel: str = SMS) -> str:
    """Raises NotFound where the business has no rehearsal on this channel."""
    found = rehearsal.our_number(session, visit.business.id, channel)
    if found is None:
        raise NotFound()
    return found


def _carrier(visit: Visit) -> Pretend:
    return cast(Pretend, visit.state.providers.get(REHEARSAL))


def _extra(visit: Visit) -> list[str]:
    """Numbers that are shown without a history: the demo's own, and those the member has added."""
    return [*([visit.state.tour.number] if visit.state.tour else []), *_added(visit)]


def _added(visit: Visit) -> list[str]:
    return [number for number in visit.query.getlist("phone") if phone_number.E164.fullmatch(number)][-MOST_EXTRA:]


def _url(visit: Visit, *more: str) -> str:
    added = [number for number in _added(visit) if number not in more]
    query = urlencode([("phone", number) for number in [*added, *more][-MOST_EXTRA:]])
    return f"/rehearsal?{query}" if query else "/rehearsal"


def _free_number(session: Session, visit: Visit) -> str:
    """A number that fiction may use and nobody has here yet; nothing where the region has none of these."""
    if visit.business.region not in ("US", "CA"):
        return ""
    for _ in range(5):
        number = f"+1415555{100 + secrets.randbelow(100):04d}"
        if subscription.find(session, visit.business.id, SMS, number) is None:
            return phone_number.display(number)
    return ""
