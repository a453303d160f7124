"""A packet as `packet.of` makes one, without a database: a paper, a form's Yes, a reminder, a STOP and a START.

Its chain holds (the hashes are made by the ledger's own functions); the number is nobody's. Ask for a new one each
time: it may be changed freely. What other rooms give is null where no world is needed to make it.
"""

import datetime as dt
import hashlib
from itertools import count
from typing import Any

from portal import clock
from portal.consent import evidence, ledger

NUMBER = "+14155550132"
WORDS = (
    "By choosing Yes and entering my number, I agree to receive text messages (SMS), including automated ones, from "
    "Hearth Photography about appointments, reminders and my project at this number. Message frequency varies. Message "
    "and data rates may apply. Reply STOP to opt out or HELP for help. Consent is not a condition of purchase. "
    "See the Hearth Photography Privacy Policy and SMS Terms."
)
BLOCK = (
    '<fieldset class="optin" id="opt_in" role="radiogroup" aria-describedby="opt_in-words">\n'
    "  <legend>May we text you?</legend>\n"
    '  <div class="choices pair">\n'
    '    <label class="choice"><input type="radio" name="opt_in" id="opt_in-0" value="yes"><span>Yes</span></label>\n'
    '    <label class="choice"><input type="radio" name="opt_in" id="opt_in-1" value="no"><span>No</span></label>\n'
    "  </div>\n"
    f'  <p class="disclaimer" id="opt_in-words">{WORDS}</p>\n'
    '  <div class="field optin-phone"><label for="opt_in_number">Mobile number to text</label>'
    '<input class="input" type="tel" name="opt_in_number" id="opt_in_number"></div>\n'
    "</fieldset>"
)
DIGEST = hashlib.sha256(BLOCK.encode()).hexdigest()
WORDING = hashlib.sha256(WORDS.encode()).hexdigest()
PAPER = hashlib.sha256(b"a scanned paper").hexdigest()
CONFIRMATION = (
    "Hearth Photography: you are signed up for texts about appointments, reminders and your project. Msg frequency "
    "varies. Msg & data rates may apply. Reply HELP for help, STOP to opt out."
)
LONG = "Bring whatever you like to wear; layers work well in the meadow. " * 12
BEGIN = dt.datetime(2026, 3, 3, 19, 2, 11, 482113, tzinfo=dt.UTC)
FORM = {
    "question": "May we text you?", "choice": "yes", "default": "none selected", "words": WORDS,
    "wording_version": WORDING, "privacy_url": "https://portal.example/opt-in/hearth#privacy",
    "terms_url": "https://portal.example/opt-in/hearth#terms", "typed": "415 555 0132", "echo": "+1 415 555 0132",
    "questionnaire": "q1", "questionnaire_version": 2, "form_title": "Before your session", "rendered": BLOCK,
    "rendered_sha256": DIGEST, "page_url": "https://portal.example/f/Zk3", "referrer": "https://hearth.example/book",
    "ip": "198.51.100.23", "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148",
    "language": "en-US", "time_zone": "America/Los_Angeles", "offset": "+0000", "personal_link": True,
}  # fmt: skip


def at(days: float = 0, seconds: float = 0) -> str:
    return clock.rfc3339(BEGIN + dt.timedelta(days=days, seconds=seconds))


def sample_packet() -> dict[str, Any]:
    """One number with everything that can happen to it; the whole format, key by key."""
    entries = _entries()
    return {
        "format": "portal-evidence-2",
        "made_at": at(40),
        "business": {"id": "b1", "name": "Hearth Photography"},
        "subscription": {"id": "s1", "channel": "sms", "number": NUMBER, "contact": "c1"},
        "state": {"at": at(40), "status": "opted_in", "scope": "informational", "words": "START"},
        "entries": entries,
        "head": {"seq": 91, "hash": hashlib.sha256(b"the last").hexdigest(), "mac": hashlib.sha256(b"mac").hexdigest()},
        "how_to_verify": list(evidence.HOW_TO_VERIFY),
        "contact": {"name": "Maria Example"},
        "about": None,
        "consents": _consents(),
        "opt_outs": _opt_outs(),
        "messages": _messages(),
        "cut": None,
        "redacted": {
            "places": 2, "rule": "Telephone numbers and e-mail addresses of others are masked.",
            "kept_everything": False, "withheld": [{"seq": 52, "name": "texted"}],
        },
        "checkpoint": None,
        "inclusion": None,
        "earlier": None,
        "seal_problem": "",
        "legal_hold": {"since": at(30), "by": "Counsel", "reason": "A letter of 1 April"},
        "verifier": "print('the verifier stands here')\n",
    }  # fmt: skip


def _entries() -> list[dict[str, Any]]:
    paper = {
        "words": "Yes, text me about my session.", "agreed_on": "2026-02-27", "way": "paper", "note": "At the counter",
        "taken_by": "Alice", "file": "f1", "file_sha256": PAPER,
    }  # fmt: skip
    stop = {"words": "STOP", "rule": "exact", "grammar_version": "7", "provider": "twilio", "provider_id": "in:SM1"}
    start = {**stop, "words": "START", "provider_id": "in:SM2", "texted": "call me at +14155550177"}
    made = [
        _entry(3, "opted_in", "offline", "attested", "member:m1", at(-3), at(-3), paper, scope="informational"),
        _entry(7, "opted_in", "form", "personal_link", "contact:c1", at(), at(), FORM, scope="informational"),
        _entry(31, "opted_out", "reply", "handset", "client", at(9, 0.12), at(9, 0.538), stop, carrier="blocked",
               message_id="m5"),
        _entry(52, "opted_in", "reply", "handset", "client", at(20), at(20, 0.4), start, scope="informational",
               carrier="clear", message_id="m7"),
    ]  # fmt: skip
    for name in ("values", "salts"):
        made[3][name].pop("texted")
    return made


def _entry(
    seq: int,
    kind: str,
    origin: str,
    proof: str,
    actor: str,
    occurred_at: str,
    recorded_at: str,
    values: dict[str, Any],
    **more: Any,
) -> dict[str, Any]:
    known = {"number": NUMBER, **values}
    salts = {name: hashlib.sha256(f"{seq}{name}".encode()).hexdigest()[:32] for name in known}
    sealed = {
        "version": 1, "business_id": "b1", "seq": seq, "subscription_id": "s1", "channel": "sms", "kind": kind,
        "origin": origin, "proof": proof, "scope": None, "carrier": None, "actor": actor, "occurred_at": occurred_at,
        "recorded_at": recorded_at, "message_id": None, "submission_id": "u1" if origin == "form" else None,
        "commitments": {name: ledger.commitment(salts[name], value) for name, value in known.items()},
        "previous_hash": hashlib.sha256(f"before {seq}".encode()).hexdigest(), **more,
    }  # fmt: skip
    return {
        "seq": seq, "kind": kind, "at": occurred_at, "origin": origin, "actor": actor, "words": known.get("words"),
        "wording_version": known.get("wording_version"), "message": sealed["message_id"],
        "submission": sealed["submission_id"], "previous_hash": sealed["previous_hash"],
        "hash": ledger.entry_hash(sealed), "sealed": sealed, "values": known, "salts": salts,
    }  # fmt: skip


def _consent(seq: int, when: str, **known: Any) -> dict[str, Any]:
    nothing = dict.fromkeys((
        "question", "answer", "block_html", "block_sha256", "text", "wording_version", "shown_default", "privacy_url",
        "terms_url", "form_title", "form_version", "page", "referrer", "ip", "user_agent", "time_zone", "visibility",
        "confirmation",
    ))  # fmt: skip
    made = {"seq": seq, "at": when, "origin": "form", "proof": "handset", "local_time": None, **nothing, **known}
    not_kept = [name for name in nothing if made[name] is None and name != "confirmation"]
    return {"attachments": [], "not_kept": not_kept, **made}


def _consents() -> list[dict[str, Any]]:
    confirmed = {"message": "m1", "text": CONFIRMATION, "sent_at": at(0, 2), "delivered_at": at(0, 5),
                 "status": "delivered"}  # fmt: skip
    return [
        _consent(
            3, at(-3), origin="offline", proof="attested", text="Yes, text me about my session.",
            local_time="2026-02-28 14:02:11 -05:00 (America/New_York, of the business)",
            attachments=[{"name": "1-paper.pdf", "sha256": PAPER, "media_type": "application/pdf"}],
        ),
        _consent(
            7, at(), proof="personal_link", question=FORM["question"], answer="yes", block_html=BLOCK,
            block_sha256=DIGEST, text=WORDS, wording_version=WORDING, shown_default="none selected",
            privacy_url=FORM["privacy_url"], terms_url=FORM["terms_url"], form_title="Before your session",
            form_version=2, page=FORM["page_url"], referrer=FORM["referrer"], ip=FORM["ip"],
            user_agent=FORM["user_agent"], time_zone="America/Los_Angeles",
            local_time="2026-03-03 11:02:11 -08:00 (America/Los_Angeles, of the client)", confirmation=confirmed,
            visibility={"in_view": True, "font_px": 14, "contrast": 7.4},
        ),
        _consent(
            52, at(20), origin="reply", text="START",
            local_time="2026-03-23 15:02:11 -04:00 (America/New_York, of the business)",
            confirmation={"message": "m8", "text": CONFIRMATION, "sent_at": at(20, 2), "delivered_at": None,
                          "status": "sent"},
        ),
    ]  # fmt: skip


def _opt_outs() -> list[dict[str, Any]]:
    return [
        {
            "seq": 31, "kind": "opted_out", "received_at": at(9, 0.12), "suppressed_at": at(9, 0.538),
            "seconds": 0.418, "words": "STOP", "meaning": "opted out", "origin": "reply", "message": "m5",
        }
    ]  # fmt: skip


def _messages() -> list[dict[str, Any]]:
    ids = count(1)

    def line(direction: str, when: str, text: str | None, status: str, **known: Any) -> dict[str, Any]:
        number = next(ids)
        is_out = direction == "outbound"
        return {
            "id": f"m{number}", "direction": direction, "at": when, "purpose": None, "text": text, "why_no_text": None,
            "status": status, "reason": None, "provider_id": f"SM{number:032x}", "segments": 1, "entry": None,
            "receipt": hashlib.sha256(f"receipt {number}".encode()).hexdigest() if is_out else None,
            "sent_at": when if is_out else None, "delivered_at": when if status == "delivered" else None, **known,
        }  # fmt: skip

    return [
        line("outbound", at(0, 2), CONFIRMATION, "delivered", purpose="opt_in_confirmation", entry=7, segments=2),
        line("inbound", at(1), "Thanks! 🌿 Can my sister come too? Her number is [number masked]", "received"),
        line("outbound", at(1, 60), LONG, "delivered", purpose="conversation", entry=7, segments=6),
        line("outbound", at(8), "Hearth Photography: a reminder of your session tomorrow at 15:00. Reply STOP to opt "
             "out.", "delivered", purpose="automated", entry=7),
        line("inbound", at(9, 0.12), "STOP", "received"),
        line("outbound", at(10), "See you soon", "refused", purpose="conversation", reason="opted_out",
             provider_id=None, sent_at=None),
        line("inbound", at(20), "START", "received"),
        line("outbound", at(20, 2), CONFIRMATION, "sent", purpose="opt_in_confirmation", entry=52, segments=2),
        line("inbound", at(21), None, "received", why_no_text="Hidden until the client answers YES."),
        line("inbound", at(22), "שלום, see [e-mail masked]", "received"),
    ]  # fmt: skip
