"""A ledger entry in a sentence for members: what happened to consent, and how."""

from collections.abc import Mapping
from typing import Any

from portal.consent.state import Kind, Origin

OTHERWISE = ""
SENTENCES: Mapping[str, Mapping[str, str]] = {
    Kind.ASKED: {
        Origin.FORM: "Was asked to confirm their Yes",
        Origin.INVITATION: "Was invited to opt in",
        Origin.BUSINESS_FIRST: "Was asked to opt in before your first text",
        Origin.CLIENT_FIRST: "Was asked to opt in after their first text",
        OTHERWISE: "Was asked to opt in",
    },
    Kind.CLAIMED: {
        OTHERWISE: "Somebody said Yes for this number in a questionnaire. Nothing proves who it was, so nothing opened"
    },
    Kind.OPTED_IN: {
        Origin.FORM: "Opted in: Yes in a questionnaire",
        Origin.REPLY: "Opted in by text",
        Origin.INVITATION: "Opted in: replied to an invitation",
        Origin.BUSINESS_FIRST: "Opted in: replied YES",
        Origin.CLIENT_FIRST: "Opted in: replied YES",
        Origin.PORTAL: "Opted in on their own page",
        Origin.OFFLINE: "Opted in on paper or by word; unproven until the phone answers",
        OTHERWISE: "Opted in",
    },
    Kind.DECLINED: {Origin.FORM: "Said No to texts in a questionnaire", OTHERWISE: "Said No to texts"},
    Kind.OPTED_OUT: {
        Origin.REPLY: "Opted out by text",
        Origin.FORM: "Opted out: No in a questionnaire",
        Origin.MEMBER: "Opted out: recorded by your team",
        Origin.PROVIDER: "Opted out: reported by the carrier",
        Origin.PORTAL: "Opted out on their own page",
        Origin.OFFLINE: "Opted out: on an imported list",
        Origin.SYSTEM: "Opted out: the same phone in another spelling, or before it was erased",
        OTHERWISE: "Opted out",
    },
    Kind.LAPSED: {
        Origin.PROVIDER: "Switched off marketing in WhatsApp; the consent stands for other messages",
        OTHERWISE: "The request to opt in lapsed without an answer",
    },
    Kind.PAUSED: {OTHERWISE: "Paused: the client opted out on another of their numbers"},
    Kind.CARRIER_BLOCKED: {OTHERWISE: "The carrier blocks our texts to this number"},
    Kind.CARRIER_CLEARED: {OTHERWISE: "The carrier takes our texts"},
    Kind.UNDELIVERABLE: {OTHERWISE: "Texts do not reach this number"},
    Kind.REACHABLE: {OTHERWISE: "Texts reach this number again"},
    Kind.REVIEW_OPENED: {OTHERWISE: "A reply may mean stop; automated texts wait for a look"},
    Kind.REVIEW_KEPT: {OTHERWISE: "A member read the reply and kept texting"},
}


def sentence(entry: Any) -> str:
    """`entry` has a kind and an origin; every kind has its words."""
    words = SENTENCES[entry.kind]
    return words.get(entry.origin, words[OTHERWISE])
