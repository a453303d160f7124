"""The URLs of the desk, where members work all day: Today, the list, conversations, replies in doubt; and reports."""

from starlette.routing import BaseRoute

from portal.accounts.member import Right
from portal.web import (
    agreed_words,
    bulk,
    contact_data,
    evidence_page,
    legal_hold_page,
    new_message,
    opt_out,
    personal_link,
    rehearsal,
    report,
    report_silence,
    report_table,
    report_texts,
    report_unreachable,
    review,
    saved_views,
    seals,
    sorting,
    status_page,
    texting,
    thread,
    thread_ask,
    thread_care,
    thread_contact,
    thread_evidence,
    thread_held,
    thread_later,
    thread_note,
    thread_replies,
    thread_task,
    thread_template,
    thread_why,
    today,
)
from portal.web.page import SIGNED_IN
from portal.web.route import TEXTING, acts, reads, writes


def routes() -> list[BaseRoute]:
    return [*_reports(), *_desk(), *_thread(), *_first_text(), *_evidence(), *_pretence()]


def _evidence() -> list[BaseRoute]:
    """Can we prove it?"""
    return [
        reads("/evidence", evidence_page.show, Right.READ, TEXTING),
        reads("/evidence/words", agreed_words.show, Right.READ, TEXTING),
        reads("/evidence/nights.csv", evidence_page.download, Right.READ, TEXTING),
        acts("/evidence/check", evidence_page.check, Right.SEND),
    ]


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
        reads("/evidence/checkpoints", seals.show, Right.READ, TEXTING),
        reads("/evidence/checkpoints/{checkpoint}", seals.download, Right.READ, TEXTING),
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


def _reports() -> list[BaseRoute]:
    """What owners look at."""
    return [
        reads("/reports", report.show, Right.READ, TEXTING),
        reads("/reports/silence", report_silence.show, Right.READ, TEXTING),
        reads("/reports/unreachable", report_unreachable.show, Right.READ, TEXTING),
        reads("/reports/texts", report_texts.show, Right.READ, TEXTING),
        writes("/reports/table", report_table.download, Right.EXPORT, TEXTING),
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
        reads("/sms/{subscription}/hold", legal_hold_page.show, Right.READ, TEXTING),
        writes("/sms/{subscription}/hold", legal_hold_page.place, Right.LEGAL_HOLD, TEXTING),
        writes("/sms/{subscription}/hold/end", legal_hold_page.end, Right.LEGAL_HOLD, TEXTING),
        reads("/sms/{subscription}/data", contact_data.show, Right.EXPORT, TEXTING),
        acts("/sms/{subscription}/data", contact_data.download, Right.EXPORT, steps_up=True),
        reads("/sms/{subscription}/why", thread_why.show, Right.READ, TEXTING),
        reads("/sms/{subscription}/evidence", thread_evidence.show, Right.READ, TEXTING),
        acts("/sms/{subscription}/evidence", thread_evidence.take, SIGNED_IN),
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
