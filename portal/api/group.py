"""Groups of contacts. *Opted-In* and *Opted-Out* are views of consent: they can be read like groups, and no call writes
to them (X-21). A text to a group is one message per member through the gate."""

from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from portal.accounts import audit
from portal.api import contact
from portal.api.message import LONGEST
from portal.api.operation import Answer, Call
from portal.api.value import Given, Line, Moment, Page, Told, Words
from portal.column import new_id
from portal.contacts import contact_list
from portal.contacts import group as groups
from portal.contacts.group import NAME_LENGTH
from portal.messaging import group_message
from portal.messaging.group_message import Progress

MOST_REFUSED = 200


class NewGroup(Given):
    name: Annotated[Line, Field(min_length=1, max_length=NAME_LENGTH)]


class Group(Told):
    """`view`: it shows what clients answered, and is nobody's to change. A view counts 50,000 contacts at most."""

    id: str
    name: str
    view: bool
    size: int


class Groups(Told):
    items: list[Group]
    next: str | None


class NewGroupMessage(Given):
    text: Annotated[Words, Field(min_length=1, max_length=LONGEST)]


class RefusedMember(Told):
    """`reason` as of a refused message, or `no_number`, or `same_number` where another member has the same phone."""

    contact: str
    reason: str


class GroupMessage(Told):
    """`queued` and `refused` say what was done so far; while it is `sending`, more follows. It is `stopped` where texts
    to groups were switched off meanwhile. `next` goes on in `refused`."""

    id: str
    status: Progress
    total: int
    queued: int
    refused: list[RefusedMember]
    next: str | None
    created_at: Moment


def page(session: Session, call: Call) -> Answer:
    """The two views, then the groups by name."""
    query = call.asked(Page)
    found = groups.page(session, call.business.id, after=query.after, limit=query.limit)
    return Answer(Groups(items=[_told(each) for each in found.rows], next=found.next))


def create(session: Session, call: Call) -> Answer:
    made = groups.create(session, call.business.id, name=call.given(NewGroup).name)
    _note(session, call, made.id, "group.created")
    return Answer(_told(groups.shown(made)), 201, {"Location": f"/api/v1/groups/{made.id}"})


def show(session: Session, call: Call) -> Answer:
    return Answer(_told(groups.show(session, call.business.id, call.id)))


def rename(session: Session, call: Call) -> Answer:
    found = groups.get(session, call.business.id, call.id)
    groups.rename(session, found, name=call.given(NewGroup).name)
    _note(session, call, found.id, "group.renamed")
    return Answer(_told(groups.shown(found)))


def delete(session: Session, call: Call) -> Answer:
    """The contacts stay."""
    found = groups.get(session, call.business.id, call.id)
    said = _told(groups.shown(found))
    groups.delete(session, found)
    _note(session, call, call.id, "group.deleted")
    return Answer(said)


def contacts(session: Session, call: Call) -> Answer:
    """Who is in it, by name."""
    query = call.asked(Page)
    rows, after = groups.members(session, call.business.id, call.id, after=query.after, limit=query.limit)
    listed = contact.listed(session, contact_list.rows(session, rows))
    return Answer(contact.Contacts(items=listed, next=after))


def add(session: Session, call: Call) -> Answer:
    """Once or many times is the same."""
    found = groups.get(session, call.business.id, call.id)
    if groups.add(session, found, [call.params["contact"]]):
        _note(session, call, found.id, "group.contact_added")
    return Answer(_told(groups.shown(found)))


def remove(session: Session, call: Call) -> Answer:
    """The contact itself stays."""
    found = groups.get(session, call.business.id, call.id)
    if groups.remove(session, found, [call.params["contact"]]):
        _note(session, call, found.id, "group.contact_removed")
    return Answer(_told(groups.shown(found)))


def send(session: Session, call: Call) -> Answer:
    """The first members at once, the rest in the background."""
    found = groups.get(session, call.business.id, call.id)
    text = call.given(NewGroupMessage).text
    made = group_message.start(session, call.business, found, text, member_id=None, once_key=f"api:{new_id()}")
    _note(session, call, made.id, "group.texted")
    where = {"Location": f"/api/v1/groups/{found.id}/messages/{made.id}"}
    return Answer(_sent(session, made, Page(limit=MOST_REFUSED, after=None)), 201, where)


def sent(session: Session, call: Call) -> Answer:
    """How far it is, and who did not get it."""
    found = group_message.get(session, call.business.id, call.id, call.params["message"])
    return Answer(_sent(session, found, call.asked(Page)))


def _told(each: groups.Shown) -> Group:
    return Group(id=each.id, name=each.name, view=each.is_view, size=each.size)


def _sent(session: Session, found: group_message.GroupMessage, query: Page) -> GroupMessage:
    rows, after = group_message.refused(session, found, after=query.after, limit=query.limit)
    return GroupMessage(
        id=found.id, status=Progress(found.status), total=found.total, queued=found.queued,
        refused=[RefusedMember(contact=row.contact_id, reason=row.reason) for row in rows], next=after,
        created_at=found.created_at,
    )  # fmt: skip


def _note(session: Session, call: Call, what: str, action: str) -> None:
    audit.note(session, action, actor=call.actor, business_id=call.business.id, object=what, ip=call.ip)
