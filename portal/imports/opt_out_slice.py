"""Some rows of a list of opt-outs: each number is opted out at once, without a text, whether or not anybody knows it
(H-18). Twice is once."""

from collections.abc import Sequence

from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import subscription, subscription_bulk
from portal.consent.state import Origin, Proof
from portal.contacts import contact
from portal.imports.contact_row import Trouble
from portal.imports.import_run import ImportRun
from portal.imports.opt_out_row import OptOutRow
from portal.imports.tally import Tally
from portal.messaging import opt_in

REASON = "imported list"


def take(session: Session, run: ImportRun, rows: Sequence[OptOutRow | Trouble | None], *, writes: bool) -> Tally:
    """Count them, and opt them out where it `writes`. A None is a row of a log about something else."""
    read = [each for each in rows if isinstance(each, OptOutRow)]
    troubles = [each for each in rows if isinstance(each, Trouble)]
    out = subscription_bulk.opted_out(session, run.business_id, SMS, [each.number for each in read])
    new = list({each.number: each for each in reversed(read) if each.number not in out}.values())
    if writes:
        for each in sorted(new, key=lambda each: each.number):
            stop(session, run, each.number, row=each.row, said_at=each.said_at, said=each.said)
    return Tally(
        imported=len(new), known=len(read) - len(new), skipped=len(troubles), passed=sum(1 for r in rows if r is None),
        stopped=len(new), troubles=troubles,
    )  # fmt: skip


def stop(session: Session, run: ImportRun, number: str, *, row: int, said_at: str = "", said: str = "") -> None:
    """Never a text about it: whoever stopped elsewhere did not write to us."""
    locked = subscription.lock(session, run.business_id, SMS, number)
    if locked.contact_id is None:
        contact.label(session, run.business_id, number)
    evidence = {"reason": REASON, "file": run.file_name, "row": row, "file_sha256": run.sha256, "import": run.id}
    evidence |= {name: text for name, text in (("said_at", said_at), ("said", said)) if text}
    opt_in.opt_out(
        session, locked, origin=Origin.OFFLINE, proof=Proof.ATTESTED, actor=run.actor, should_confirm=False,
        evidence=evidence,
    )  # fmt: skip
