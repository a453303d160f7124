"""The mail with a checkpoint: what it is, in words for an owner who never heard of a hash, and the note itself."""

from typing import Any

from portal.accounts.business import Business


def of(business: Business, row: Any, public_key: str) -> tuple[str, str]:
    """(subject, text)"""
    day = f"{row.day.day} {row.day:%B %Y}"
    entries = "1 entry" if row.size == 1 else f"{row.size:,} entries"
    return f"{business.name}: seal of your consent records, {day}", TEXT.format(
        business=business.name, day=day, entries=entries, note=row.note.rstrip("\n"), key=public_key
    )


TEXT = """\
Please keep this mail. There is nothing else to do.

It seals the consent records of {business} as they were on {day}: {entries}, \
every yes, every STOP and everything else that was written down about consent. Should anybody ever say that a record \
was changed or made later, the lines below prove what there was on that day. Nobody can change a sealed record without \
contradicting them, not even the people who run this portal.

{note}

Public key of this portal: {key}

If you do not keep all of these mails, keep the first of each month.

How it is checked: save this mail and run “portal verify --checkpoint FILE” on the portal, or give it to whoever has \
an evidence packet of one of your clients; the program verify.py in it compares the two and needs nothing of ours.
"""
