"""`/evidence/checkpoints`: the seals of the consent ledger, and each one as a file to keep."""

from sqlmodel import Session

from portal.errors import NotFound
from portal.evidence import checkpoint, seal_list
from portal.web.page import Answer, Page, Plain
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    below = _number(visit.query.get("below"))
    found = seal_list.of(session, visit.business.id, below=below)
    context = {"seals": found, "is_first": below is None, "fingerprint": seal_list.fingerprint}
    return Page("seals/page.html", context)


def download(session: Session, visit: Visit) -> Answer:
    """The signed note. Raises NotFound for another size than one that was signed for this business."""
    row = checkpoint.one(session, visit.business.id, _number(visit.params["checkpoint"]) or 0)
    if row is None:
        raise NotFound("There is no such seal.")
    name = f"seal-{visit.business.slug}-{row.size}.txt"
    return Plain(row.note, "text/plain; charset=utf-8", {"Content-Disposition": f'attachment; filename="{name}"'})


def _number(text: str | None) -> int | None:
    is_number = text is not None and text.isascii() and text.isdecimal() and len(text) <= 10
    return min(int(text or 0), checkpoint.MOST) if is_number else None
