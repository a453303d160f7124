"""The calls about who the clients are: contacts, and the groups that members put them into."""

from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.api import contact, contact_data, erasure, flow, group
from portal.api.operation import Operation
from portal.api.value import Page
from portal.database import Lane

TEXTING = Capability.TEXTING
VIEW = "It is a view: only the client's own answer moves them."

OPERATIONS = (
    Operation(
        "POST", "/contacts", contact.create, Right.EDIT_CONTACTS, "Add a contact", contact.Contact,
        body=contact.NewContact, status=201,
    ),
    Operation(
        "GET", "/contacts", contact.page, Right.READ, "Contacts by name", contact.Contacts, query=contact.ContactPage,
    ),
    Operation("GET", "/contacts/{id}", contact.show, Right.READ, "One contact", contact.Contact),
    Operation(
        "PATCH", "/contacts/{id}", contact.change, Right.EDIT_CONTACTS, "Change a contact", contact.Contact,
        body=contact.ContactChange, refuses="It was merged into another contact; `unlock` names it.",
    ),
    Operation(
        "GET", "/contacts/{id}/data", contact_data.show, Right.EXPORT,
        "Everything about one person, for when they ask for it", contact_data.PersonData,
        notes=contact_data.note,
    ),
    Operation(
        "GET", "/flows", flow.page, Right.READ, "Opt-in flows, the sample first", flow.Flows, query=Page, needs=TEXTING
    ),
    Operation(
        "PATCH", "/flows/{id}", flow.change, Right.EDIT_QUESTIONNAIRES,
        "Change its name or words; the required parts stay", flow.Flow, body=flow.FlowChange, needs=TEXTING,
        refuses="Another flow has this name.",
    ),
    Operation(
        "POST", "/flows/{id}/invitations", flow.invite, Right.SEND, "Invite one contact to opt in", flow.Invitation,
        body=flow.NewInvitation, status=201, needs=TEXTING,
        refuses="The number may not be asked now; `reason` and `unlock` say why.",
    ),
    Operation(
        "POST", "/contacts/{id}/erasure", erasure.create, Right.PEOPLE,
        "Erase a person everywhere, for good; an opt-out stays under a keyed hash", erasure.Erasure,
        body=erasure.NewErasure, hushes=erasure.hush, clears=erasure.clear,
        refuses="A text to them is just leaving, or they have more than 5,000 (`many`).",
    ),
    Operation("GET", "/groups", group.page, Right.READ, "The two views, then groups by name", group.Groups, query=Page),
    Operation(
        "POST", "/groups", group.create, Right.EDIT_CONTACTS, "Make a group", group.Group, body=group.NewGroup,
        status=201, refuses="The name is taken, or a view's, or there are 1,000 groups.",
    ),
    Operation("GET", "/groups/{id}", group.show, Right.READ, "One group or view", group.Group),
    Operation(
        "PATCH", "/groups/{id}", group.rename, Right.EDIT_CONTACTS, "Give a group another name", group.Group,
        body=group.NewGroup, refuses="It is a view, or the name is taken.",
    ),
    Operation(
        "GET", "/groups/{id}/contacts", group.contacts, Right.READ, "Who is in a group or view, by name",
        contact.Contacts, query=Page,
    ),
    Operation(
        "PUT", "/groups/{id}/contacts/{contact}", group.add, Right.EDIT_CONTACTS, "Put a contact into a group",
        group.Group, refuses="It is a view: only the client's own answer moves them; or 50,000 are in it.",
    ),
    Operation(
        "DELETE", "/groups/{id}/contacts/{contact}", group.remove, Right.EDIT_CONTACTS, "Take a contact out of a group",
        group.Group, refuses=VIEW,
    ),
    Operation(
        "POST", "/groups/{id}/messages", group.send, Right.SEND, "Text a group: one message per member",
        group.GroupMessage, body=group.NewGroupMessage, status=201, needs=TEXTING, lane=Lane.BULK,
        refuses="The first-message gate is on, it is a view, or nobody is in it.",
    ),
    Operation(
        "GET", "/groups/{id}/messages/{message}", group.sent, Right.READ, "How far a text to a group is",
        group.GroupMessage, query=Page, needs=TEXTING,
    ),
    Operation(
        "DELETE", "/groups/{id}", group.delete, Right.EDIT_CONTACTS, "Delete a group; its contacts stay", group.Group,
        refuses=VIEW,
    ),
)  # fmt: skip
