"""The table of every URL: what it does, who may, and whether it writes. A page that is not here does not exist."""

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from portal import folder
from portal.accounts.member import Right
from portal.api.routes import routes as api_routes
from portal.web import (
    account_page,
    archive_page,
    automation,
    automation_form,
    automations,
    branches,
    canned_replies,
    contact_routes,
    desk_routes,
    endpoint,
    endpoints,
    export_page,
    features,
    form_thanks,
    handshake,
    health,
    keywords,
    live,
    member_page,
    members_page,
    metrics,
    opt_in_proof,
    own_page,
    own_page_consent,
    own_page_data,
    own_page_quiet,
    preference,
    proof,
    public_form,
    questionnaire,
    questionnaire_results,
    questionnaire_share,
    questionnaires,
    reading,
    registration_page,
    retention_page,
    settings_page,
    sign_in,
    switch,
    webhook,
    whatsapp_page,
    wording,
    wording_prefixes,
    wordings,
)
from portal.web.page import PUBLIC, SIGNED_IN
from portal.web.route import TEXTING, acts, opens, reads, writes


def routes() -> list[BaseRoute]:
    """All of them."""
    desk = [*desk_routes.routes(), *contact_routes.routes(), *_automations(), *_questionnaires(), *_own_pages()]
    return [*_doors(), *desk, *_settings(), *_people(), *_words(), *_house()]


def _doors() -> list[BaseRoute]:
    """Providers, and people coming and going."""
    return [
        Route("/webhooks/{provider}/{business}/messages", webhook.receive, methods=["POST"]),
        Route("/webhooks/{provider}/{business}/status", webhook.receive, methods=["POST"]),
        Route("/webhooks/whatsapp/{business}/messages", handshake.answer, methods=["GET"]),
        Route("/webhooks/vonage/{business}/messages", webhook.receive_vonage, methods=["GET"]),
        Route("/webhooks/vonage/{business}/status", webhook.receive_vonage, methods=["GET"]),
        reads("/sign-in", sign_in.show, PUBLIC),
        Route("/sign-in", sign_in.enter, methods=["POST"]),
        reads("/set-up", sign_in.set_up, PUBLIC),
        writes("/set-up", sign_in.finish_set_up, PUBLIC),
        writes("/sign-out", sign_in.leave, SIGNED_IN),
        writes("/switch", switch.switch, SIGNED_IN),
    ]


def _questionnaires() -> list[BaseRoute]:
    """Members ask; clients answer."""
    return [
        reads("/questionnaires", questionnaires.show, Right.READ, TEXTING),
        writes("/questionnaires", questionnaires.create, Right.EDIT_QUESTIONNAIRES, TEXTING),
        reads("/questionnaires/new", questionnaires.new, Right.EDIT_QUESTIONNAIRES, TEXTING),
        writes("/questionnaires/texts-again", questionnaires.text_again, Right.EDIT_QUESTIONNAIRES, TEXTING),
        reads("/questionnaires/{questionnaire}", questionnaire.show, Right.EDIT_QUESTIONNAIRES, TEXTING),
        writes("/questionnaires/{questionnaire}", questionnaire.save, Right.EDIT_QUESTIONNAIRES, TEXTING),
        acts("/questionnaires/{questionnaire}/preview", questionnaire.preview, Right.EDIT_QUESTIONNAIRES),
        writes("/questionnaires/{questionnaire}/archive", questionnaire.archive, Right.EDIT_QUESTIONNAIRES, TEXTING),
        reads("/questionnaires/{questionnaire}/share", questionnaire_share.show, Right.READ, TEXTING),
        writes("/questionnaires/{questionnaire}/share", questionnaire_share.save, Right.EDIT_QUESTIONNAIRES, TEXTING),
        reads("/questionnaires/{questionnaire}/results", questionnaire_results.show, Right.READ, TEXTING),
        opens("/f/{token}", public_form.show),
        opens("/f/{token}", public_form.receive, method="POST"),
        opens("/f/{token}/thanks", form_thanks.show),
        opens("/f/{token}/thanks", form_thanks.confirm, method="POST"),
        opens("/embed/{token}", public_form.show),
        opens("/embed/{token}", public_form.receive, method="POST"),
        opens("/embed/{token}/thanks", form_thanks.show),
        opens("/embed/{token}/thanks", form_thanks.confirm, method="POST"),
        opens("/opt-in/{slug}", opt_in_proof.show),
        opens("/opt-in/{slug}/privacy", opt_in_proof.privacy),
        opens("/opt-in/{slug}/terms", opt_in_proof.terms),
    ]


def _own_pages() -> list[BaseRoute]:
    """Clients decide for themselves."""
    return [
        opens("/c/{token}", own_page.show),
        opens("/c/{token}/stop", own_page.stop, method="POST"),
        opens("/c/{token}/pause", own_page_quiet.pause, method="POST"),
        opens("/c/{token}/opt-in", own_page_consent.opt_in, method="POST"),
        opens("/c/{token}/topics", own_page_consent.topic, method="POST"),
        opens("/c/{token}/number", own_page_consent.change_number, method="POST"),
        opens("/c/{token}/data", own_page_data.download, method="POST"),
        opens("/c/{token}/erasure", own_page_data.ask_erasure, method="POST"),
        opens("/c/{token}/resume", own_page_quiet.resume, method="POST"),
        opens("/p/{code}", preference.show),
        opens("/p/{code}/{act}", preference.act, method="POST"),
    ]


def _settings() -> list[BaseRoute]:
    """The business, what it gives to others, what is taken out."""
    return [
        reads("/settings", settings_page.show, Right.READ),
        reads("/settings/preview", settings_page.preview, Right.SETUP),
        writes("/settings", settings_page.save, Right.SETUP),
        reads("/settings/registration", registration_page.show, Right.READ, TEXTING),
        writes("/settings/registration", registration_page.store, Right.SETUP, TEXTING),
        reads("/settings/registration/file", registration_page.download, Right.READ, TEXTING),
        reads("/settings/archive", archive_page.show, Right.SETUP),
        writes("/settings/archive", archive_page.save, Right.SETUP, steps_up=True),
        reads("/settings/export", export_page.show, Right.EXPORT),
        acts("/settings/export", export_page.download, Right.EXPORT, steps_up=True),
        reads("/settings/retention", retention_page.show, Right.READ),
        writes("/settings/retention", retention_page.choose, Right.SETUP),
        writes("/settings/retention/hold", retention_page.place, Right.LEGAL_HOLD),
        writes("/settings/retention/hold/end", retention_page.end, Right.LEGAL_HOLD),
        reads("/settings/whatsapp", whatsapp_page.show, Right.SETUP, TEXTING),
        writes("/settings/whatsapp", whatsapp_page.create, Right.SETUP, TEXTING),
        writes("/settings/whatsapp/{template}", whatsapp_page.mark, Right.SETUP, TEXTING),
        writes("/settings/whatsapp/{template}/delete", whatsapp_page.delete, Right.SETUP, TEXTING),
        reads("/settings/webhooks", endpoints.show, Right.SETUP),
        writes("/settings/webhooks", endpoints.create, Right.SETUP),
        reads("/settings/webhooks/{endpoint}", endpoint.show, Right.SETUP),
        writes("/settings/webhooks/{endpoint}", endpoint.save, Right.SETUP),
        writes("/settings/webhooks/{endpoint}/rotate", endpoint.rotate, Right.SETUP),
        writes("/settings/webhooks/{endpoint}/test", endpoint.test, Right.SETUP),
        writes("/settings/webhooks/{endpoint}/disable", endpoint.disable, Right.SETUP),
        writes("/settings/webhooks/{endpoint}/enable", endpoint.enable, Right.SETUP),
        writes("/settings/webhooks/{endpoint}/delete", endpoint.delete, Right.SETUP),
        writes("/settings/webhooks/{endpoint}/deliveries/{delivery}/again", endpoint.again, Right.SETUP),
    ]


def _people() -> list[BaseRoute]:
    """Who may sign in, where, with which role; one's own account."""
    return [
        reads("/settings/account", account_page.show, SIGNED_IN),
        acts("/settings/account/password", account_page.change_password, SIGNED_IN),
        writes("/settings/account/shortcuts", account_page.set_shortcuts, SIGNED_IN),
        writes("/settings/account/sign-ins/{sign_in}/end", account_page.end_one, SIGNED_IN),
        writes("/settings/account/sign-ins/end-others", account_page.end_others, SIGNED_IN),
        reads("/settings/members", members_page.show, Right.PEOPLE),
        acts("/settings/members", members_page.add, Right.PEOPLE, steps_up=True),
        reads("/settings/members/{member}", member_page.show, Right.PEOPLE),
        writes("/settings/members/{member}/name", member_page.rename, Right.PEOPLE),
        writes("/settings/members/{member}/role", member_page.change_role, Right.PEOPLE, steps_up=True),
        writes("/settings/members/{member}/disable", member_page.disable, Right.PEOPLE),
        writes("/settings/members/{member}/enable", member_page.enable, Right.PEOPLE, steps_up=True),
        acts("/settings/members/{member}/password", member_page.set_password, Right.PEOPLE, steps_up=True),
        reads("/settings/branches", branches.show, Right.PEOPLE),
        writes("/settings/branches", branches.create, Right.PEOPLE, steps_up=True),
        reads("/settings/prove", proof.show, SIGNED_IN),
        acts("/settings/prove", proof.enter, SIGNED_IN),
    ]


def _words() -> list[BaseRoute]:
    """What the business says: by hand, from saved replies, and by itself."""
    return [
        reads("/settings/replies", canned_replies.show, Right.READ, TEXTING),
        writes("/settings/replies", canned_replies.create, Right.SEND, TEXTING),
        reads("/settings/replies/{reply}", canned_replies.show_one, Right.SEND, TEXTING),
        writes("/settings/replies/{reply}", canned_replies.save, Right.SEND, TEXTING),
        writes("/settings/replies/{reply}/delete", canned_replies.delete, Right.SEND, TEXTING),
        writes("/settings/replies/{reply}/restore", canned_replies.restore, Right.SEND, TEXTING),
        reads("/settings/features", features.show, Right.SETUP, TEXTING),
        writes("/settings/features", features.save_policy, Right.SETUP, TEXTING),
        reads("/settings/features/change", features.ask, Right.SETUP, TEXTING),
        writes("/settings/features/change", features.switch, Right.SETUP, TEXTING),
        reads("/settings/reading", reading.show, Right.READ, TEXTING),
        reads("/settings/wordings", wordings.show, Right.SETUP, TEXTING),
        reads("/settings/wordings/edit", wording.show, Right.SETUP, TEXTING),
        writes("/settings/wordings/edit", wording.save, Right.SETUP, TEXTING),
        reads("/settings/wordings/preview", wording.preview, Right.SETUP, TEXTING),
        reads("/settings/wordings/keywords", keywords.show, Right.SETUP, TEXTING),
        writes("/settings/wordings/keywords", keywords.save, Right.SETUP, TEXTING),
        reads("/settings/wordings/prefixes", wording_prefixes.show, Right.SETUP, TEXTING),
        writes("/settings/wordings/prefixes", wording_prefixes.tidy, Right.SETUP, TEXTING),
    ]


def _automations() -> list[BaseRoute]:
    """What goes out by itself."""
    return [
        reads("/automations", automations.show, Right.READ, TEXTING),
        reads("/automations/new", automation_form.new, Right.EDIT_QUESTIONNAIRES, TEXTING),
        writes("/automations/new", automation_form.create, Right.EDIT_QUESTIONNAIRES, TEXTING),
        acts("/automations/contacts", automation_form.find, Right.EDIT_QUESTIONNAIRES),
        acts("/automations/preview", automation_form.preview, Right.EDIT_QUESTIONNAIRES),
        reads("/automations/scheduled", automations.scheduled, Right.READ, TEXTING),
        writes("/automations/scheduled/{scheduled_text}/cancel", automation.cancel, Right.EDIT_QUESTIONNAIRES, TEXTING),
        reads("/automations/{automation}", automation.show, Right.READ, TEXTING),
        reads("/automations/{automation}/edit", automation_form.edit, Right.EDIT_QUESTIONNAIRES, TEXTING),
        writes("/automations/{automation}/edit", automation_form.save, Right.EDIT_QUESTIONNAIRES, TEXTING),
        writes("/automations/{automation}/switch", automation.switch, Right.EDIT_QUESTIONNAIRES, TEXTING),
        writes("/automations/{automation}/test", automation.test, Right.EDIT_QUESTIONNAIRES, TEXTING),
    ]


def _house() -> list[BaseRoute]:
    """For operators, live pages and other programs."""
    return [
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", metrics.show),
        Route("/events", live.events),
        *api_routes(),
        Mount("/static", StaticFiles(directory=folder.of("static")), name="static"),
    ]
