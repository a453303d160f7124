"""`/settings/webhooks/{endpoint}`: one address that gets events, what became of each, and its switches."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from forms.endpoint import WORDS, EndpointForm
from portal.accounts import audit, delivery, endpoint
from portal.accounts.endpoint import WebhookEndpoint
from portal.errors import Conflict, Invalid
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

SHOWN = 25


@dataclass(frozen=True)
class Try:
    """When, and what came of it."""

    at: dt.datetime
    words: str


def show(session: Session, visit: Visit) -> Answer:
    """The log alone where an open page asks for it again."""
    found = _found(session, visit)
    if visit.is_partial:
        return Page("endpoint/_log.html", _log(session, visit, found))
    return _page(session, visit, found, EndpointForm(data={"url": found.url, "events": found.events or list(WORDS)}))


def save(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    form = EndpointForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, found, form, 422)
    try:
        rules = visit.settings.webhook_rules
        endpoint.change(session, found, url=str(form.url.data), events=form.events.data or (), rules=rules)
    except (Invalid, Conflict) as problem:
        form.url.errors = (problem.detail,)
        return _page(session, visit, found, form, 422)
    _note(session, visit, "webhook.changed", found)
    return SeeOther(_url(found), flash="Saved. What is waiting goes to this address too.")


def rotate(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    secret = endpoint.rotate(session, found)
    _note(session, visit, "webhook.rotated", found)
    return Page("endpoint/secret.html", {"found": found, "secret": secret, "is_new": False})


def test(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    if found.disabled_at is not None:
        return SeeOther(_url(found), flash="Switch it on first.", kind="warning")
    delivery.test(session, found)
    return SeeOther(_url(found), flash="A test event is on its way; its answer shows below.")


def disable(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    endpoint.disable(session, found, endpoint.BY_MEMBER)
    session.flush()
    dropped = delivery.drop_waiting(session, found.id)
    _note(session, visit, "webhook.disabled", found)
    lost = f" {dropped} waiting {'event was' if dropped == 1 else 'events were'} dropped." if dropped else ""
    said = f"Switched off: nothing is sent there.{lost}"
    return SeeOther(_url(found), flash=said, undo=Undo(f"{_url(found)}/enable"))


def enable(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    endpoint.enable(session, found)
    _note(session, visit, "webhook.enabled", found)
    return SeeOther(_url(found), flash="Switched on: it hears of everything that happens from now on.")


def delete(session: Session, visit: Visit) -> Answer:
    found = _found(session, visit)
    endpoint.delete(session, found)
    _note(session, visit, "webhook.deleted", found)
    return SeeOther("/settings/webhooks", flash="Deleted. Nothing is sent there any more, and its secret is void.")


def again(session: Session, visit: Visit) -> Answer:
    """One event once more, under its own id, so that a receiver that has it can tell."""
    found = _found(session, visit)
    row = delivery.get(session, found, visit.params["delivery"])
    if found.disabled_at is not None:
        return SeeOther(_url(found), flash="Switch it on first.", kind="warning")
    delivery.again(session, found, row)
    return SeeOther(_url(found), flash="It is sent once more; the answer shows below.")


def _page(session: Session, visit: Visit, found: WebhookEndpoint, form: EndpointForm, status: int = 200) -> Page:
    context = _log(session, visit, found) | {"form": form, "waiting": delivery.waiting(session, found)}
    return Page("endpoint/page.html", context, status)


def _log(session: Session, visit: Visit, found: WebhookEndpoint) -> dict[str, object]:
    after = visit.query.get("after")
    rows, older = delivery.page(session, found, after=after, limit=SHOWN)
    tries = {row.id: [_try(each) for each in row.tries] for row in rows}
    words = {kind.value: said for kind, said in WORDS.items()}
    return {"found": found, "rows": rows, "tries": tries, "older": older, "after": after, "words": words}


def _try(kept: dict[str, Any]) -> Try:
    words = kept["problem"] or f"answered {kept['status']}."
    return Try(dt.datetime.fromisoformat(kept["at"]), words)


def _found(session: Session, visit: Visit) -> WebhookEndpoint:
    return endpoint.get(session, visit.business.id, visit.params["endpoint"])


def _url(found: WebhookEndpoint) -> str:
    return f"/settings/webhooks/{found.id}"


def _note(session: Session, visit: Visit, action: str, found: WebhookEndpoint) -> None:
    audit.note(session, action, actor=visit.actor, business_id=visit.business.id, object=found.id, ip=visit.ip)
