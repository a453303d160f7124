"""Handing a client a link of their own: as a QR code, or by mail, a few times a day."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from portal.accounts import allowance, audit
from portal.contacts.contact import Contact
from portal.web.visit import Visit

PER_DAY = 3  # mails to one contact
NO_ADDRESS = "This contact has no e-mail address yet."
ENOUGH = "This client got enough mail from you today. Try again tomorrow, or hand over the link."


def refusal(session: Session, visit: Visit, client: Contact, *, action: str) -> str:
    """Why no mail may go out to this client now; nothing where it may, which is counted and noted at once."""
    if not client.email:
        return NO_ADDRESS
    if not allowance.take(session, f"offer:{client.id}", limit=PER_DAY, window=dt.timedelta(days=1)):
        return ENOUGH
    audit.note(session, action, actor=visit.actor, business_id=visit.business.id, object=client.id, ip=visit.ip)
    return ""


def greeting(client: Contact) -> str:
    """` Rosa Delgado`, or nothing for a contact that is called by its number."""
    return "" if client.name.startswith("+") else f" {client.name}"


def qr(url: str) -> dict[str, Any] | None:
    """The code as one path for an SVG: a page may have no inline style, and needs no image file."""
    if not url:
        return None
    import segno

    matrix = list(segno.make(url, error="m", micro=False).matrix_iter(border=2))
    path = "".join(f"M{x} {y}h1v1h-1z" for y, line in enumerate(matrix) for x, bit in enumerate(line) if bit)
    return {"size": len(matrix), "path": path}
