"""The evidence packet: everything that proves what one number agreed to, and what it was then sent.

Made to be read by a lawyer and to be checked by a stranger. It holds what `portal-evidence-1` held, key by key, so
that whoever checks that can check this; the rest tells the same in the order in which people ask. It knows at most
MOST texts, and costs the same few questions to the database whatever there is (portal/evidence/text.py).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import member, sender
from portal.accounts.business import Business
from portal.consent import evidence, ledger, legal_hold, phone_number
from portal.consent.state import Kind
from portal.contacts import contact
from portal.evidence import about, agreement, moment, sealing, text, verifier, withdrawal
from portal.evidence.redaction import Redaction

FORMAT = "portal-evidence-2"


def of(
    session: Session,
    business: Business,
    row: Any,
    *,
    at: dt.datetime | None = None,
    message_id: str | None = None,
    keeps_everything: bool = False,
) -> dict[str, Any]:
    """The packet of subscription `row`, plain values throughout. Raises NotFound for a text of somebody else."""
    redaction = _redaction(session, business, row, keeps_everything=keeps_everything)
    entries, shown = _redacted(ledger.entries(session, business.id, row.id), redaction)
    rows, is_cut = text.latest(session, business.id, row.id, limit=text.MOST)
    wanted = text.one(session, business.id, row.id, message_id) if message_id is not None else None
    older = [wanted] if wanted is not None and wanted.id not in {each.id for each in rows} else []
    texts = {each.id: text.told(each, redaction) for each in older + rows}
    packet = evidence.told(business, row, entries, evidence.end(session, business.id), at=at)
    state = evidence.state_at(entries, at or clock.parse_rfc3339(packet["made_at"]))
    keys = {key: texts[each.id] for key, each in text.by_key(rows).items()}
    return packet | {
        "format": FORMAT, "how_to_verify": [*packet["how_to_verify"], text.HOW_TO_VERIFY],
        "contact": _contact(session, business, row),
        "time_zone": business.timezone,
        "region": business.region,
        "state_told": moment.sentence(state, business.timezone),
        "about": about.of(wanted, texts[wanted.id], entries, business.timezone) if wanted else None,
        "consents": _consents(session, business, row, entries, shown, keys),
        "opt_outs": _opt_outs(entries, shown, texts),
        "messages": list(texts.values()),
        "cut": _cut(session, business, row) if is_cut else None,
        "legal_hold": _held(session, business, row, redaction),
        "redacted": redaction.told(),
        **_sealed(session, business, entries),
        "verifier": Path(verifier.__file__).read_text(encoding="utf-8"),
    }  # fmt: skip


def _consents(
    session: Session,
    business: Business,
    row: Any,
    entries: Sequence[Any],
    shown: Mapping[int, Mapping[str, Any]],
    keys: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """`keys` finds the text that confirmed each of them (messaging/opt_in.py)."""
    papers = agreement.files(session, business.id, row.id)
    return [
        agreement.told(
            entry, shown[entry.seq], zone=business.timezone, papers=papers,
            confirmation=agreement.confirmed(keys.get(f"opt_in:{row.id}:{entry.seq}")),
        )
        for entry in entries
        if entry.kind == Kind.OPTED_IN
    ]  # fmt: skip


def _opt_outs(
    entries: Sequence[Any], shown: Mapping[int, Mapping[str, Any]], texts: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [
        withdrawal.told(entry, shown[entry.seq], texts.get(entry.message_id or ""))
        for entry in entries
        if entry.kind in withdrawal.ENDS
    ]


def _redacted(rows: Sequence[Any], redaction: Redaction) -> tuple[list[Any], dict[int, Mapping[str, Any]]]:
    """The entries as they leave, and by number their values as they are told."""
    pairs = [redaction.entry(each) for each in rows]
    return [entry for entry, _ in pairs], {entry.seq: shown for entry, shown in pairs}


def _redaction(session: Session, business: Business, row: Any, *, keeps_everything: bool) -> Redaction:
    """The subscription's own number in every spelling, the business's own, and the addresses of both."""
    own = {*phone_number.aliases(row.number), *sender.numbers(session, business.id)}
    own |= {phone_number.readable(business.phone, region=business.region) or ""} - {""}
    mails = {each.email for each in member.all_of(session, business.id)}
    if row.contact_id:
        mails.add(contact.get(session, business.id, row.contact_id).email)
    return Redaction(
        own=frozenset(own), mails=frozenset(mails), region=business.region, keeps_everything=keeps_everything
    )


def _contact(session: Session, business: Business, row: Any) -> dict[str, Any] | None:
    if not row.contact_id:
        return None
    return {"name": contact.get(session, business.id, row.contact_id).name}


def _sealed(session: Session, business: Business, entries: Sequence[Any]) -> dict[str, Any]:
    """The signed checkpoint that the entries are in; without one, `seal_problem` says why."""
    found = sealing.of(session, business.id, [each.seq for each in entries])
    if found.checkpoint is None:
        return {"checkpoint": None, "inclusion": None, "earlier": None, "seal_problem": found.problem}
    return {
        "checkpoint": found.checkpoint, "inclusion": found.inclusion, "earlier": found.earlier, "seal_problem": "",
    }  # fmt: skip


def _held(session: Session, business: Business, row: Any, redaction: Redaction) -> dict[str, Any] | None:
    """While it is on, nothing in this packet is erased or runs out."""
    held = legal_hold.of(session, business.id, row.id)
    if held is None:
        return None
    return {"since": clock.rfc3339(held.since), "by": held.by, "reason": redaction.text(held.reason or "")}


def _cut(session: Session, business: Business, row: Any) -> dict[str, Any]:
    many = text.count(session, business.id, row.id)
    return {"texts": many, "told": text.MOST, "sentence": f"The latest {text.MOST:,} of {many:,} texts are told."}
