"""The table of every call of the API. What is not here does not exist; above all, no call opts anybody in (law 4)."""

from starlette.routing import BaseRoute, Route

from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.api import (
    archive,
    automation,
    business,
    checkpoint,
    contact_routes,
    endpoint_routes,
    evidence,
    legal_hold,
    message,
    openapi,
    opt_in_request,
    project,
    questionnaire,
    registration,
    report,
    review,
    self_audit,
    subscription,
    wording,
)
from portal.api.call import call
from portal.api.meter import Meter
from portal.api.operation import Operation
from portal.api.shared_meter import SharedMeter
from portal.api.value import Page
from portal.database import Lane

PREFIX = "/api/v1"
TEXTING = Capability.TEXTING
RULES = Right.EDIT_QUESTIONNAIRES
COUNTED_BY_THE_EDGE = 2**62  # Starlette says 413 in plain text; call.py reads 64 kB at most and says it as a problem

OPERATIONS = (
    Operation("GET", "/business", business.show, Right.READ, "The business", business.Business),
    Operation(
        "PATCH", "/business", business.change, Right.SETUP, "Change what the business says about itself",
        business.Business, body=business.BusinessChange,
    ),
    Operation(
        "GET", "/registration", registration.show, Right.READ,
        "What to register before texting, checked, and whether it still is so", registration.Registration,
        needs=TEXTING,
    ),
    Operation(
        "POST", "/questionnaires", questionnaire.create, Right.EDIT_QUESTIONNAIRES, "Make and publish a questionnaire",
        questionnaire.Questionnaire, body=questionnaire.NewQuestionnaire, status=201, needs=TEXTING,
    ),
    Operation(
        "GET", "/questionnaires", questionnaire.page, Right.READ, "Questionnaires, newest first",
        questionnaire.Questionnaires, query=Page, needs=TEXTING,
    ),
    Operation(
        "GET", "/questionnaires/{id}", questionnaire.show, Right.READ, "One questionnaire",
        questionnaire.Questionnaire, needs=TEXTING,
    ),
    Operation(
        "GET", "/questionnaires/{id}/submissions", questionnaire.submissions, Right.READ,
        "What was sent in, newest first, with the labels as they were", questionnaire.Submissions, query=Page,
        needs=TEXTING,
    ),
    *contact_routes.OPERATIONS,
    Operation(
        "GET", "/subscriptions", subscription.page, Right.READ, "Where each number stands, by name",
        subscription.Subscriptions, query=subscription.SubscriptionPage, needs=TEXTING,
    ),
    Operation(
        "GET", "/subscriptions/{id}", subscription.show, Right.READ, "Where one number stands",
        subscription.Subscription, needs=TEXTING,
    ),
    Operation(
        "POST", "/subscriptions/{id}/opt-out", subscription.opt_out, Right.OPT_OUT,
        "Record that the client asked to stop", subscription.Subscription, body=subscription.OptOut, needs=TEXTING,
        lane=Lane.CONSENT, drains=True,
    ),
    Operation(
        "GET", "/subscriptions/{id}/ledger", evidence.ledger, Right.READ, "Every fact about it, oldest first",
        evidence.Ledger, query=evidence.LedgerPage, needs=TEXTING,
    ),
    Operation(
        "GET", "/subscriptions/{id}/evidence", evidence.file, Right.TAKE_EVIDENCE,
        "A packet that proves its consent and can be checked offline", evidence.EvidenceFile,
        query=evidence.EvidenceMoment, needs=TEXTING, notes=evidence.note, also=(evidence.PDF, evidence.ZIP),
    ),
    Operation(
        "GET", "/evidence/checkpoints", checkpoint.page, Right.READ,
        "The signed checkpoints of the ledger, newest first, to be kept elsewhere", checkpoint.Checkpoints,
        query=checkpoint.CheckpointPage, needs=TEXTING,
    ),
    Operation(
        "GET", "/messages/{id}/evidence", evidence.of_message, Right.TAKE_EVIDENCE,
        "The same about one text: whether it was allowed, by what, and in which words", evidence.EvidenceFile,
        query=evidence.EvidenceMoment, needs=TEXTING, notes=evidence.note_message, also=(evidence.PDF, evidence.ZIP),
    ),
    Operation(
        "GET", "/subscriptions/{id}/legal-hold", legal_hold.show, Right.READ, "Whether it is under legal hold",
        legal_hold.LegalHold, needs=TEXTING,
    ),
    Operation(
        "POST", "/subscriptions/{id}/legal-hold", legal_hold.place, Right.LEGAL_HOLD,
        "Put it under legal hold: nothing of it is erased or runs out", legal_hold.LegalHold,
        body=legal_hold.HoldReason, needs=TEXTING,
    ),
    Operation(
        "DELETE", "/subscriptions/{id}/legal-hold", legal_hold.end, Right.LEGAL_HOLD, "End its own legal hold",
        legal_hold.LegalHold, body=legal_hold.HoldReason, needs=TEXTING,
    ),
    Operation(
        "GET", "/reports/consent", report.consent, Right.READ,
        "Who can be texted, why the others cannot, and who opted in and out", report.ConsentReport,
        query=report.ConsentReportDays, needs=TEXTING,
    ),
    Operation(
        "GET", "/archive", archive.page, Right.EXPORT,
        "Everything that was said and every fact about consent, in one numbered sequence", archive.Archive,
        query=archive.ArchivePage, needs=TEXTING,
    ),
    Operation(
        "GET", "/self-audits", self_audit.page, Right.READ,
        "What each night's audit found, newest first: texts after opt-out must be 0", self_audit.SelfAudits,
        query=self_audit.SelfAuditPage, needs=TEXTING,
    ),
    Operation(
        "GET", "/reviews", review.page, Right.READ, "Replies that may mean stop, oldest first", review.Reviews,
        query=Page, needs=TEXTING,
    ),
    Operation(
        "POST", "/reviews/{id}", review.decide, Right.OPT_OUT, "Keep texting, or opt out", subscription.Subscription,
        body=review.NewDecision, needs=TEXTING, lane=Lane.CONSENT, drains=True,
        refuses="It is `settled`, by somebody or the client, or the client wrote again since (`changed`).",
    ),
    Operation(
        "GET", "/wordings", wording.page, Right.READ, "The words of automatic texts, as they go out now",
        wording.Wordings, query=wording.WordingPage, needs=TEXTING,
    ),
    Operation(
        "PUT", "/wordings/{key}", wording.change, Right.SETUP, "Word one text in one language, from the next one on",
        wording.Wording, body=wording.NewWording, needs=TEXTING,
        refuses="These words are fixed, or decided in the main business (`inherited`).",
    ),
    Operation(
        "POST", "/messages", message.send, Right.SEND, "Send one text", message.Accepted, body=message.NewMessage,
        status=201, needs=TEXTING, refuses="The number may not be texted now; `reason` and `unlock` say why.",
    ),
    Operation(
        "POST", "/opt-in-requests", opt_in_request.create, Right.SEND, "Ask one number for consent",
        opt_in_request.Request, body=opt_in_request.NewRequest, status=201, needs=TEXTING,
        refuses="The number may not be asked now; `reason` and `unlock` say why.",
    ),
    Operation(
        "GET", "/messages", message.page, Right.READ, "Messages, newest first", message.Messages,
        query=message.MessagePage, needs=TEXTING,
    ),
    Operation("GET", "/messages/{id}", message.show, Right.READ, "One message", message.Message, needs=TEXTING),
    Operation(
        "PATCH", "/messages/{id}", message.sort, Right.EDIT_CONTACTS,
        "Sort one message, or all from it on, into a project; change a held one", message.Message,
        body=message.MessageChange, needs=TEXTING,
        refuses="The project is archived, more than 5,000 texts follow, it is a note for members, or it is not held.",
    ),
    Operation(
        "DELETE", "/messages/{id}", message.cancel, Right.SEND, "Cancel a text that still waits", message.Message,
        needs=TEXTING, refuses="It has left, or it is an automatic answer about consent.",
    ),
    Operation(
        "POST", "/projects", project.create, Right.EDIT_CONTACTS, "Make a project", project.Project,
        body=project.NewProject, status=201,
    ),
    Operation(
        "GET", "/projects", project.page, Right.READ, "Projects, by next date", project.Projects,
        query=project.ProjectPage,
    ),
    Operation("GET", "/projects/{id}", project.show, Right.READ, "One project", project.Project),
    Operation(
        "PATCH", "/projects/{id}", project.change, Right.EDIT_CONTACTS, "Change it, archive it or bring it back",
        project.Project, body=project.ProjectChange,
    ),
    Operation(
        "GET", "/projects/{id}/messages", project.texts, Right.READ, "Its own messages from all threads, newest first",
        message.Messages, query=Page,
    ),
    *endpoint_routes.OPERATIONS,
    Operation(
        "POST", "/automations", automation.create, RULES, "Make an automation; it is on at once unless a draft",
        automation.Automation, body=automation.NewAutomation, status=201, needs=TEXTING,
    ),
    Operation(
        "GET", "/automations", automation.page, Right.READ, "Automations, newest first", automation.Automations,
        query=Page, needs=TEXTING,
    ),
    Operation(
        "GET", "/automations/{id}", automation.show, Right.READ, "One automation", automation.Automation, needs=TEXTING
    ),
    Operation(
        "PATCH", "/automations/{id}", automation.change, RULES,
        "Change it for what happens from now on; what is scheduled stays", automation.Automation,
        body=automation.AutomationChange, needs=TEXTING, refuses="It has ended.",
    ),
    *(
        Operation(
            "POST", f"/automations/{{id}}/{verb}", work, RULES, summary, automation.Automation, needs=TEXTING,
            refuses="Its condition does not allow this.",
        )
        for verb, work, summary in (
            ("switch-on", automation.switch_on, "Switch a draft on: from now on, and never back"),
            ("pause", automation.pause, "Send nothing; what becomes due meanwhile is skipped"),
            ("resume", automation.resume, "Go on with what is due from now on"),
            ("end", automation.end, "End it for good; what waits will be skipped"),
        )
    ),
    Operation(
        "GET", "/automations/{id}/scheduled-texts", automation.scheduled_texts, Right.READ,
        "What it has scheduled and what became of it, latest due first", automation.ScheduledTexts,
        query=automation.ScheduledTextPage, needs=TEXTING,
    ),
    Operation(
        "DELETE", "/scheduled-texts/{id}", automation.cancel, RULES, "Cancel one that still waits",
        automation.ScheduledText, needs=TEXTING, refuses="It has left, or was skipped or cancelled before.",
    ),
)  # fmt: skip


def routes() -> list[BaseRoute]:
    """One route per path, so that a 405 names every method of it; the body's limit is the edge's own (call.py)."""
    alone, shared = Meter(), SharedMeter()
    paths: dict[str, dict[str, Operation]] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method] = each
    return [
        Route(f"{PREFIX}/openapi.json", openapi.served(OPERATIONS), methods=["GET"]),
        *(
            Route(PREFIX + path, call(methods, alone, shared), methods=list(methods), max_body_size=COUNTED_BY_THE_EDGE)
            for path, methods in paths.items()
        ),
    ]
