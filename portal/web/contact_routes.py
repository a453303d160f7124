"""The URLs about clients: who they are, groups of them, and what is done for them."""

from starlette.routing import BaseRoute

from portal.accounts.member import Right
from portal.database import Lane
from portal.web import (
    contact,
    contact_data,
    contact_erasure,
    contact_merge,
    contacts,
    flow,
    flows,
    group,
    group_pick,
    group_text,
    groups,
    import_list,
    import_run_page,
    invite,
    offline_consent,
    own_link,
    project,
    projects,
)
from portal.web.route import TEXTING, acts, reads, writes


def routes() -> list[BaseRoute]:
    return [*_contacts(), *_groups(), *_invitations(), *_projects(), *_imports()]


def _contacts() -> list[BaseRoute]:
    """Who the clients are."""
    return [
        reads("/contacts", contacts.show, Right.READ),
        writes("/contacts", contacts.create, Right.EDIT_CONTACTS),
        reads("/contacts/new", contacts.new, Right.EDIT_CONTACTS),
        reads("/contacts/{contact}", contact.show, Right.READ),
        reads("/contacts/{contact}/edit", contact.edit, Right.EDIT_CONTACTS),
        writes("/contacts/{contact}/edit", contact.save, Right.EDIT_CONTACTS),
        reads("/contacts/{contact}/own-page", own_link.show, Right.SEND, TEXTING),
        acts("/contacts/{contact}/own-page/mail", own_link.send, Right.SEND),
        writes("/contacts/{contact}/own-page/renew", own_link.renew, Right.SEND, TEXTING),
        reads("/contacts/{contact}/erasure", contact_erasure.show, Right.PEOPLE, steps_up=True),
        acts("/contacts/{contact}/erasure", contact_erasure.erase, Right.PEOPLE, steps_up=True),
        reads("/contacts/{contact}/data", contact_data.show, Right.EXPORT),
        acts("/contacts/{contact}/data", contact_data.download, Right.EXPORT, steps_up=True),
        reads("/contacts/{contact}/merge", contact_merge.show, Right.EDIT_CONTACTS),
        writes("/contacts/{contact}/merge", contact_merge.merge, Right.EDIT_CONTACTS),
        writes("/contacts/{contact}/merge/undo", contact_merge.undo, Right.EDIT_CONTACTS),
    ]


def _groups() -> list[BaseRoute]:
    """Contacts together, and one text to all of a group."""
    return [
        reads("/groups", groups.show, Right.READ),
        writes("/groups", groups.create, Right.EDIT_CONTACTS),
        reads("/groups/{group}", group.show, Right.READ),
        writes("/groups/{group}", group.rename, Right.EDIT_CONTACTS),
        writes("/groups/{group}/delete", group.delete, Right.EDIT_CONTACTS),
        writes("/groups/{group}/contacts/{contact}/add", group.add, Right.EDIT_CONTACTS),
        writes("/groups/{group}/contacts/{contact}/remove", group.remove, Right.EDIT_CONTACTS),
        reads("/groups/{group}/pick", group_pick.show, Right.EDIT_CONTACTS),
        writes("/groups/{group}/pick", group_pick.add, Right.EDIT_CONTACTS),
        reads("/groups/{group}/text", group_text.write, Right.SEND, TEXTING),
        writes("/groups/{group}/text", group_text.send, Right.SEND, TEXTING, lane=Lane.BULK),
        reads("/groups/{group}/text/{group_message}", group_text.sent, Right.READ, TEXTING),
        writes("/contacts/{contact}/groups", group.put, Right.EDIT_CONTACTS),
    ]


def _invitations() -> list[BaseRoute]:
    """Asking one by one."""
    return [
        reads("/flows", flows.show, Right.READ, TEXTING),
        writes("/flows", flows.create, Right.EDIT_QUESTIONNAIRES, TEXTING),
        reads("/flows/{flow}", flow.show, Right.EDIT_QUESTIONNAIRES, TEXTING),
        writes("/flows/{flow}", flow.save, Right.EDIT_QUESTIONNAIRES, TEXTING),
        reads("/flows/{flow}/preview", flow.preview, Right.EDIT_QUESTIONNAIRES, TEXTING),
        reads("/invite", invite.show, Right.SEND, TEXTING),
        writes("/invite/{group}/{contact}", invite.invite, Right.SEND, TEXTING),
    ]


def _projects() -> list[BaseRoute]:
    """Pieces of client work with their own messages."""
    return [
        reads("/projects", projects.show, Right.READ),
        writes("/projects", projects.create, Right.EDIT_CONTACTS),
        reads("/projects/new", projects.new, Right.EDIT_CONTACTS),
        reads("/projects/{project}", project.show, Right.READ),
        writes("/projects/{project}", project.save, Right.EDIT_CONTACTS),
        writes("/projects/{project}/contacts/{contact}/add", project.add_contact, Right.EDIT_CONTACTS),
        writes("/projects/{project}/contacts/{contact}/remove", project.remove_contact, Right.EDIT_CONTACTS),
        writes("/projects/{project}/archive", project.archive, Right.EDIT_CONTACTS),
        writes("/projects/{project}/restore", project.restore, Right.EDIT_CONTACTS),
    ]


def _imports() -> list[BaseRoute]:
    """Lists of clients come in; and what a client agreed to on paper."""
    return [
        reads("/import", import_list.show, Right.IMPORT_CLIENTS),
        acts("/import", import_list.upload, Right.IMPORT_CLIENTS),
        reads("/import/{import_run}", import_run_page.show, Right.IMPORT_CLIENTS),
        writes("/import/{import_run}/columns", import_run_page.choose, Right.IMPORT_CLIENTS, lane=Lane.BULK),
        writes("/import/{import_run}/start", import_run_page.start, Right.IMPORT_CLIENTS, lane=Lane.BULK),
        writes("/import/{import_run}/cancel", import_run_page.cancel, Right.IMPORT_CLIENTS),
        reads("/import/{import_run}/problems.csv", import_run_page.problems, Right.IMPORT_CLIENTS),
        reads("/contacts/{contact}/consent/{subscription}", offline_consent.show, Right.READ, TEXTING),
        acts("/contacts/{contact}/consent/{subscription}", offline_consent.record, Right.RECORD_CONSENT),
        reads("/contacts/{contact}/consent/{subscription}/{file}", offline_consent.download, Right.READ, TEXTING),
    ]
