"""The seal beside an export: a file of its own, since a line of it in a table would break whoever reads the table.

It is signed after the last row was read, so every ledger entry that a row names is in it, and it is stored: `portal
verify --checkpoint` compares it with the ledger, and a packet that is made later shows that its ledger goes on from it.
"""

from sqlmodel import Session

from portal import clock, local_time
from portal.accounts.business import Business
from portal.evidence import checkpoint

NAME = "checkpoint.txt"
TEXT = """\
This seals the consent records of {business} as they stood when “{file}” was taken out, on {day}: {entries}, every \
yes, every STOP and everything else that was written down about consent.

{note}

Public key of this portal: {key}

What it proves: entries up to number {size} can no longer be changed, taken away or made later without contradicting \
these lines. Where “{file}” names a ledger entry (such as consent_entry of a text), it is one of them. The file itself \
is not signed.

How it is checked: run “portal verify --checkpoint {name}” on the portal; or “python verify.py evidence.json {name}” \
with an evidence packet of this business that was made later, which needs nothing of ours. The key has to be the one \
in the mails that the owners keep.
"""
NOTHING = "“{file}” was taken out on {day} without a seal: {why}\n"
EMPTY = "nothing was ever written down about consent here."


def text(session: Session, business_id: str, *, file: str) -> str:
    """What stands in it, for the export called `file`; without a seal, why. Makes a checkpoint in a writing
    transaction."""
    made = checkpoint.make(session, business_id)
    home = session.get_one(Business, business_id)
    day = local_time.day_of(clock.now(), home.timezone)
    if made.row is None:
        return NOTHING.format(file=file, day=day, why=made.problem or EMPTY)
    size = made.row.size
    return TEXT.format(
        business=home.name, file=file, day=day, name=NAME, size=size, note=made.row.note.rstrip("\n"),
        entries="1 entry" if size == 1 else f"{size:,} entries", key=checkpoint.public_key(session),
    )  # fmt: skip
