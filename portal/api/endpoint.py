"""Addresses that get events, signed by Standard Webhooks. A secret is answered once: when it is made."""

from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from portal.accounts import audit, delivery, endpoint
from portal.accounts.delivery import WebhookDelivery
from portal.accounts.endpoint import Event, WebhookEndpoint
from portal.address import LONGEST
from portal.api.operation import Answer, Call
from portal.api.value import Given, Line, Moment, Page, Told

Url = Annotated[Line, Field(min_length=1, max_length=LONGEST)]
Events = Annotated[list[Event], Field(max_length=len(Event))]


class NewEndpoint(Given):
    """`url` is https on the public internet. Without `events`, all kinds, also those that come later."""

    url: Url
    events: Events = []


class EndpointChange(Given):
    """What is left out stays. `enabled` switches it off, dropping what waits, or on again."""

    url: Url | None = None
    events: Events | None = None
    enabled: bool | None = None


class Endpoint(Told):
    """`failing_since`: nothing has got through since then; after five days it is switched off."""

    id: str
    url: str
    events: list[Event]
    enabled: bool
    disabled_why: str | None
    failing_since: Moment | None
    created_at: Moment


class Secret(Told):
    """Keep it: nobody can read it again."""

    secret: str


class CreatedEndpoint(Endpoint):
    secret: str


class Endpoints(Told):
    """At most ten in all, oldest first."""

    items: list[Endpoint]
    next: str | None


class Try(Told):
    """`status` is 0 where no answer came; then `problem` says why."""

    at: str
    status: int
    problem: str


class Delivery(Told):
    """`event` is the webhook-id of every try; `object` the id of what it is about."""

    id: str
    event: str
    kind: str
    object: str
    status: str
    tries: list[Try]
    due_at: Moment | None
    created_at: Moment


class Deliveries(Told):
    items: list[Delivery]
    next: str | None


def create(session: Session, call: Call) -> Answer:
    """Raises Invalid for an address that we must not call, Conflict past the tenth or for one that is there."""
    wanted = call.given(NewEndpoint)
    rules = call.settings.webhook_rules
    made, secret = endpoint.create(session, call.business.id, wanted.url, events=wanted.events, rules=rules)
    _note(session, call, "webhook.created", made)
    told = CreatedEndpoint(secret=secret, **_told(made).model_dump())
    return Answer(told, 201, {"Location": f"/api/v1/webhook-endpoints/{made.id}"})


def page(session: Session, call: Call) -> Answer:
    query = call.asked(Page)
    there = endpoint.all_of(session, call.business.id)
    if query.after is not None:
        endpoint.get(session, call.business.id, query.after)
    rest = [each for each in there if query.after is None or each.id > query.after]
    after = rest[query.limit - 1].id if len(rest) > query.limit else None
    return Answer(Endpoints(items=[_told(each) for each in rest[: query.limit]], next=after))


def show(session: Session, call: Call) -> Answer:
    return Answer(_told(_found(session, call)))


def change(session: Session, call: Call) -> Answer:
    wanted, found = call.given(EndpointChange), _found(session, call)
    events = list(found.events) if wanted.events is None else wanted.events
    url = found.url if wanted.url is None else wanted.url
    endpoint.change(session, found, url=url, events=events, rules=call.settings.webhook_rules)
    if wanted.enabled is not None and wanted.enabled != (found.disabled_at is None):
        _switch(session, found, wanted.enabled)
    session.flush()
    _note(session, call, "webhook.changed", found)
    return Answer(_told(found))


def rotate(session: Session, call: Call) -> Answer:
    """The secret before it signs too for a day."""
    found = _found(session, call)
    secret = endpoint.rotate(session, found)
    _note(session, call, "webhook.rotated", found)
    return Answer(Secret(secret=secret))


def delete(session: Session, call: Call) -> Answer:
    """With its log; what waits is not sent. The answer is how it was."""
    found = _found(session, call)
    told = _told(found)
    endpoint.delete(session, found)
    _note(session, call, "webhook.deleted", found)
    return Answer(told)


def deliveries(session: Session, call: Call) -> Answer:
    query = call.asked(Page)
    rows, after = delivery.page(session, _found(session, call), after=query.after, limit=query.limit)
    return Answer(Deliveries(items=[_delivery(row) for row in rows], next=after))


def _switch(session: Session, found: WebhookEndpoint, enabled: bool) -> None:
    if enabled:
        endpoint.enable(session, found)
        return
    endpoint.disable(session, found, endpoint.BY_PROGRAM)
    session.flush()
    delivery.drop_waiting(session, found.id)


def _found(session: Session, call: Call) -> WebhookEndpoint:
    return endpoint.get(session, call.business.id, call.id)


def _told(found: WebhookEndpoint) -> Endpoint:
    return Endpoint(
        id=found.id, url=found.url, events=[Event(each) for each in found.events], enabled=found.disabled_at is None,
        disabled_why=found.disabled_why or None, failing_since=found.failing_since_at, created_at=found.created_at,
    )  # fmt: skip


def _delivery(row: WebhookDelivery) -> Delivery:
    return Delivery(
        id=row.id, event=row.event_id, kind=row.kind, object=row.object_id, status=row.status,
        tries=[Try.model_validate(each) for each in row.tries],
        due_at=row.due_at if row.status == "waiting" else None, created_at=row.created_at,
    )  # fmt: skip


def _note(session: Session, call: Call, action: str, found: WebhookEndpoint) -> None:
    audit.note(session, action, actor=call.actor, business_id=call.business.id, object=found.id, ip=call.ip)
