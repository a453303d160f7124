"""A questionnaire as clients meet it: hosted at /f/{token}, or in a frame at /embed/{token}. No cookie is read or set.

Reading and checking what was typed happens outside the one transaction that stores it. The answer to an anonymous form
is the same whatever we know about the number (P15).
"""

import hashlib
import secrets as randomness
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from forms.opt_in import YES, as_first_shown, offers_as_first_shown
from forms.phone_number import Dialling
from forms.questionnaire import QuestionnaireForm, build_form
from portal import logs
from portal.consent import visibility
from portal.consent.marketing import Marketing
from portal.consent.visibility import Seen
from portal.contacts import contact
from portal.questionnaires import door
from portal.questionnaires import instance as instances
from portal.questionnaires import submission as submissions
from portal.questionnaires.choice import Act
from portal.questionnaires.instance import Instance
from portal.questionnaires.opened import Opened
from portal.web import client_page, page, rendering, security
from portal.web.visit import Visit

TEMPLATE = "public_form/page.html"
TOO_OLD = "This page was open for too long. Your answers are still here: please press send again."
TOO_FAST = "That was very quick. Your answers are still here: please press send again."
NO_WORK = "Your browser was not ready yet. Your answers are still here: please press send again."


LONGEST_ZONE = 64
KEPT = 512
_EMPTY: dict[tuple[Any, ...], str] = {}
"""Empty forms as they were rendered for somebody, by everything that they depend on."""
_TOKEN, _NONCE = (f"{name}{randomness.token_hex(16)}" for name in ("token", "nonce"))  # where each form has its own


async def show(request: Request) -> Response:
    """The empty form, with a token of its own."""
    visit = await page.visit_of(request, writes=False)
    opened = await client_page.database_of(request).reading(lambda session: client_page.find(session, visit))
    instance = _new_instance(visit, opened)
    if opened.client is not None or visit.state.tour is not None:
        return _form_page(visit, opened, _empty(opened), instance, 200)
    token = instances.seal(visit.state.secrets, instance)
    text = _empty_page(visit, opened, instance).replace(_TOKEN, token).replace(_NONCE, instance.nonce)
    return client_page.answer(visit, opened, text)


async def receive(request: Request) -> Response:
    """303 to the thank-you page, or 422 with the same form. All answers take the same time."""
    return await client_page.on_the_beat(_received(request))


async def _received(request: Request) -> Response:
    visit, database = await page.visit_of(request), client_page.database_of(request)
    instance = instances.unseal(visit.state.secrets, str(visit.form.get("instance", "")))
    opened, is_used = await database.reading(lambda session: _look(session, visit, instance))
    if str(visit.form.get("website", "")):
        logs.event("form.trapped", questionnaire=opened.questionnaire.id, network=security.network(visit.ip))
        return _thank_you(visit, instance)
    if is_used and instance is not None:
        return _thank_you(visit, instance)
    form = _form_class(opened)(visit.form, dialling=_dialling(opened))
    if instance is None or not _belongs(instance, opened) or instance.is_over:
        form.form_errors = [TOO_OLD]
        return _form_page(visit, opened, form, _new_instance(visit, opened), 422)
    form.form_errors = _hurry(visit, instance)
    if form.form_errors or not form.is_valid():
        return _form_page(visit, opened, form, instance, 422)
    act = _act(visit, opened, form, instance)
    # all that it does outside of its session is a line in the log, which a repetition may write twice
    await database.writing(lambda session: _store(session, visit, opened, form, instance, act), may_repeat=True)
    return _thank_you(visit, instance)


def _look(session: Session, visit: Visit, instance: Instance | None) -> tuple[Opened, bool]:
    """The questionnaire in the version this form was made of, if its token holds; and whether it was sent in before."""
    opened = client_page.find(session, visit)
    if instance is None or not _belongs(instance, opened) or instance.is_over:
        return opened, False
    if instance.version != opened.version:
        opened = client_page.find(session, visit, instance.version)
    return opened, submissions.is_used(session, instance.nonce)


def _store(
    session: Session, visit: Visit, opened: Opened, form: QuestionnaireForm, instance: Instance, act: Act | None
) -> None:
    """Raises NotFound when the questionnaire was closed meanwhile."""
    found = door.behind(session, opened.questionnaire.token)  # held, so that nobody asks for its business again
    questionnaire = found[0]
    client = contact.living(session, questionnaire.business_id, instance.contact_id) if instance.contact_id else None
    submissions.receive(
        session, questionnaire, version=instance.version, nonce=instance.nonce, answers=form.answers(), act=act,
        client=client, caps=visit.settings.caps,
    )  # fmt: skip


def _hurry(visit: Visit, instance: Instance) -> list[str]:
    """Why a form came sooner than a person can send it (promises.md B.2 layers 1 and 2)."""
    if instance.age.total_seconds() < visit.settings.form_min_seconds:
        return [TOO_FAST]
    work = str(visit.form.get("work", ""))
    return [] if instances.is_work_done(instance, work, visit.settings.form_work_bits) else [NO_WORK]


def _belongs(instance: Instance, opened: Opened) -> bool:
    """A token is good for one questionnaire, and for the person it was made for."""
    client_id = opened.client.id if opened.client else ""
    return (instance.questionnaire_id, instance.contact_id) == (opened.questionnaire.id, client_id)


def _new_instance(visit: Visit, opened: Opened) -> Instance:
    return instances.new(
        opened.questionnaire.id, opened.version, opened.shown(visit.settings.public_url),
        contact_id=opened.client.id if opened.client else "", referrer=visit.headers.get("referer", ""),
        offers=opened.offers(visit.settings.public_url),
    )  # fmt: skip


def _act(visit: Visit, opened: Opened, form: QuestionnaireForm, instance: Instance) -> Act | None:
    """The client's choice and its evidence: the block as this form first showed it, and who sent it from where."""
    question = form.opt_in_question
    if question is None or not form.choice:
        return None
    block = as_first_shown(question, instance.shown, _dialling(opened))
    rendered, sha256 = _rendered("public_form/_opt_in.html", {"opt_in": block})
    seen = visibility.read(str(visit.form.get("visibility", "")))
    return Act(
        choice=form.choice, number=form.number, typed=form.typed_number if form.number else "", label=question.label,
        shown=instance.shown, rendered=rendered, rendered_sha256=sha256, visibility=seen[visibility.WORDS],
        marketing=_marketing(form, instance, seen[visibility.MARKETING]),
        page_url=f"{visit.settings.form_origin}{visit.path}", referrer=instance.referrer, ip=visit.ip,
        network=security.network(visit.ip), user_agent=client_page.header(visit, "user-agent"),
        language=client_page.header(visit, "accept-language"), form_title=opened.title,
        time_zone=str(visit.form.get("time_zone", ""))[:LONGEST_ZONE],
    )  # fmt: skip


def _marketing(form: QuestionnaireForm, instance: Instance, seen: Seen) -> Marketing | None:
    """What was said to the question about marketing, and its block; nothing without a Yes to texts."""
    question = form.marketing_question
    if question is None or form.choice != YES or instance.offers is None:
        return None
    block = offers_as_first_shown(question, instance.offers)
    rendered, sha256 = _rendered("public_form/_offers.html", {"offers": block})
    return Marketing(form.marketing_choice, question.label, instance.offers, rendered, sha256, seen)


def _rendered(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """A block as the evidence keeps it, and its hash."""
    text = rendering.render(template, context)
    return text, hashlib.sha256(text.encode()).hexdigest()


def _dialling(opened: Opened) -> Dialling:
    return Dialling(opened.business.region, tuple(opened.business.allowed_regions), opened.own_numbers)


def _form_class(opened: Opened) -> type[QuestionnaireForm]:
    return build_form(opened.questionnaire.id, opened.version, opened.questions)


def _empty(opened: Opened) -> QuestionnaireForm:
    return _form_class(opened)(dialling=_dialling(opened))


def _thank_you(visit: Visit, instance: Instance | None) -> Response:
    """The same for everybody: also for a machine in the trap, and for a form that was sent before."""
    nonce = instance.nonce if instance else instances.nonce()
    return RedirectResponse(client_page.url(visit, f"{visit.path.rstrip('/')}/thanks", n=nonce), status_code=303)


def _empty_page(visit: Visit, opened: Opened, instance: Instance) -> str:
    """Rendered once for all who come without a personal link, until something in it changes."""
    key = (
        opened.questionnaire.id, opened.version, instance.shown, instance.offers, opened.business.name,
        _dialling(opened),
        client_page.is_embedded(visit), visit.settings.form_work_bits,
    )  # fmt: skip
    if key not in _EMPTY:
        if len(_EMPTY) >= KEPT:
            _EMPTY.clear()
        _EMPTY[key] = client_page.rendered(
            visit, opened, TEMPLATE, _context(visit, opened, _empty(opened), instance, _TOKEN, _NONCE)
        )
    return _EMPTY[key]


def _form_page(visit: Visit, opened: Opened, form: QuestionnaireForm, instance: Instance, status: int) -> Response:
    token = instances.seal(visit.state.secrets, instance)
    context = _context(visit, opened, form, instance, token, instance.nonce)
    return client_page.html(visit, opened, TEMPLATE, context, status)


def _context(
    visit: Visit, opened: Opened, form: QuestionnaireForm, instance: Instance, token: str, nonce: str
) -> dict[str, Any]:  # fmt: skip
    return {
        "form": form, "title": opened.title, "shown": instance.shown, "offered": instance.offers, "nonce": nonce,
        "token": token,
        "work_bits": visit.settings.form_work_bits, "who": opened.client.name if opened.client else "",
    }  # fmt: skip
