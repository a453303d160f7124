"""The URLs of the desk, where members work all day: Today, the list, conversations, replies in doubt."""

from starlette.routing import BaseRoute

from portal.accounts.member import Right
from portal.web import (
    bulk,
    new_message,
    opt_out,
    personal_link,
    rehearsal,
    review,
    saved_views,
    sorting,
    status_page,
    texting,
    thread,
    thread_ask,
    thread_care,
    thread_contact,
    thread_held,
    thread_later,
    thread_note,
    thread_replies,
    thread_task,
    thread_template,
    thread_why,
    today,
)
from portal.web.route import TEXTING, acts, reads, writes


def routes() -> list[BaseRoute]:
    return [*_desk(), *_thread(), *_first_text(), *_pretence()]


def _desk() -> list[BaseRoute]:
    """Where a member works all day."""
    return [
        reads("/", today.show, Right.READ),
        reads("/sms", status_page.show, Right.READ, TEXTING),
        reads("/sms/new", new_message.show, Right.SEND, TEXTING),
        writes("/sms/new", new_message.start, Right.SEND, TEXTING),
        reads("/sms/views", saved_views.show, Right.READ, TEXTING),
        writes("/sms/views", saved_views.save, Right.READ, TEXTING),
        writes("/sms/views/{view}", saved_views.rename, Right.READ, TEXTING),
        writes("/sms/views/{view}/delete", saved_views.delete, Right.READ, TEXTING),
        writes("/sms/bulk", bulk.act, Right.SEND, TEXTING),
        writes("/sms/bulk/undo", bulk.undo, Right.SEND, TEXTING),
        reads("/sms/bulk/opt-out", bulk.ask, Right.OPT_OUT, TEXTING),
        acts("/sms/bulk/opt-out", bulk.opt_out, Right.OPT_OUT),
        reads("/texting", texting.show, Right.READ, TEXTING),
        reads("/review", review.show, Right.READ, TEXTING),
        acts("/review/{subscription}", review.decide, Right.OPT_OUT),
        reads("/sms/{subscription}", thread.show, Right.READ, TEXTING),
        writes("/sms/{subscription}", thread.write, Right.SEND, TEXTING),
        writes("/sms/{subscription}/read", thread.mark_read, Right.SEND, TEXTING),
        writes("/sms/{subscription}/review", thread.keep, Right.OPT_OUT, TEXTING),
        reads("/sms/{subscription}/opt-out", opt_out.show, Right.OPT_OUT, TEXTING),
        acts("/sms/{subscription}/opt-out", opt_out.record, Right.OPT_OUT),
        reads("/sms/{subscription}/contact", thread_contact.show, Right.EDIT_CONTACTS, TEXTING),
        writes("/sms/{subscription}/contact", thread_contact.save, Right.EDIT_CONTACTS, TEXTING),
        reads("/sms/{subscription}/messages/{message}", sorting.find, Right.READ, TEXTING),
        reads("/sms/{subscription}/sort", sorting.menu, Right.EDIT_CONTACTS, TEXTING),
        writes("/sms/{subscription}/sort", sorting.sort, Right.EDIT_CONTACTS, TEXTING),
        writes("/sms/{subscription}/sort/{sorting}/undo", sorting.undo, Right.EDIT_CONTACTS, TEXTING),
        reads("/sms/{subscription}/questionnaire", personal_link.show, Right.SEND, TEXTING),
        acts("/sms/{subscription}/questionnaire", personal_link.send, Right.SEND),
    ]


def _pretence() -> list[BaseRoute]:
    """The clients' phones, where they are played."""
    return [
        reads("/rehearsal", rehearsal.show, Right.READ, TEXTING),
        acts("/rehearsal/text", rehearsal.text, Right.SEND),
        writes("/rehearsal/phones", rehearsal.add, Right.SEND, TEXTING),
        writes("/rehearsal/behaviour", rehearsal.behave, Right.SEND, TEXTING),
    ]


def _first_text() -> list[BaseRoute]:
    """Before a client has agreed."""
    return []


def _thread() -> list[BaseRoute]:
    """What stands beside one conversation."""
    return [
        reads("/sms/{subscription}/ask", thread_ask.show, Right.SEND, TEXTING),
        writes("/sms/{subscription}/ask", thread_ask.send, Right.SEND, TEXTING),
        reads("/sms/{subscription}/template", thread_template.show, Right.SEND, TEXTING),
        writes("/sms/{subscription}/template", thread_template.send, Right.SEND, TEXTING),
        reads("/sms/{subscription}/held/{message}", thread_held.show, Right.SEND, TEXTING),
        writes("/sms/{subscription}/held/{message}", thread_held.save, Right.SEND, TEXTING),
        writes("/sms/{subscription}/held/{message}/cancel", thread_held.cancel, Right.SEND, TEXTING),
        writes("/sms/{subscription}/held/{message}/send", thread_held.approve, Right.SEND, TEXTING),
        reads("/sms/{subscription}/why", thread_why.show, Right.READ, TEXTING),
        reads("/sms/{subscription}/evidence", thread_why.proof, Right.READ, TEXTING),
        reads("/sms/{subscription}/assign", thread_care.choose_member, Right.SEND, TEXTING),
        writes("/sms/{subscription}/assign", thread_care.assign, Right.SEND, TEXTING),
        reads("/sms/{subscription}/snooze", thread_care.choose_time, Right.SEND, TEXTING),
        writes("/sms/{subscription}/snooze", thread_care.snooze, Right.SEND, TEXTING),
        writes("/sms/{subscription}/unread", thread_care.mark_unread, Right.SEND, TEXTING),
        reads("/sms/{subscription}/note", thread_note.show, Right.SEND, TEXTING),
        writes("/sms/{subscription}/note", thread_note.save, Right.SEND, TEXTING),
        writes("/sms/{subscription}/note/{message}/remove", thread_note.remove, Right.SEND, TEXTING),
        writes("/sms/{subscription}/tasks/{task}/done", thread_task.finish, Right.SEND, TEXTING),
        writes("/sms/{subscription}/tasks/{task}/reopen", thread_task.reopen, Right.SEND, TEXTING),
        reads("/sms/{subscription}/replies", thread_replies.show, Right.SEND, TEXTING),
        reads("/sms/{subscription}/later/{message}", thread_later.show, Right.SEND, TEXTING),
        writes("/sms/{subscription}/later/{message}", thread_later.save, Right.SEND, TEXTING),
        writes("/sms/{subscription}/later/{message}/cancel", thread_later.cancel, Right.SEND, TEXTING),
    ]
