"""The packet as one ZIP: the paper for people, the data for checkers, the checker itself, and the files behind it.

The same packet makes the same bytes, whenever and wherever it is packed: its files stand in one order, and their times
are the packet's own.
"""

import io
import textwrap
import zipfile
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import table_of
from portal.consent.evidence_file import EvidenceFile
from portal.evidence import fingerprint, paper
from portal.statement import Statement, param

FOLDER = "attachments/"
READ_ME = """\
What this is
============
Evidence about one telephone number and the business named below: what the person at
that number was shown, what they answered, which texts they were then sent, and how
they stopped them, where they did.

  Business:      {business}
  Made at:       {made_at}
  Packet format: {format}

What is in it
=============
  evidence.pdf    to be read: the whole story, in order, with the words as they were
  evidence.json   to be checked: the same with everything that proves it
  verify.py       a short program that checks evidence.json; it needs nothing but
                  Python 3.9 or newer, no network and nothing from the business
{attachments}
How to check it
===============
1. Open a terminal in this folder and run:   python3 verify.py evidence.json
2. It says that the entries are as they were signed, or names what is not.
3. Compare the key that it names with the one in a mail that the business got before
   there was a dispute. Whoever makes a file can make a key; nobody can make an old
   mail. Save that mail, and:  python3 verify.py evidence.json mail.txt --key KEY
4. It is short enough to be read. Who trusts no program of others can follow the steps
   under "how_to_verify" in evidence.json by hand; they need SHA-256 and nothing else.
5. An attachment is genuine when its SHA-256 is the "file_sha256" among the values of
   the entry in whose name it is.

What this cannot prove
======================
- That nothing was left out. Each entry here is proven; that another one about this
  number was held back is not seen from here, nor are texts. Whoever runs the portal
  can show it, with the whole ledger and the command "portal verify".
- The texts under "messages", and what became of them. They are not sealed, and the
  business could write them otherwise; the provider has records of its own.
- Anything else beside "entries": names, the state, the story as the paper tells it.
  The state, the consents and the opt-outs are told of the entries a second time, and
  "portal verify --from evidence.json" compares them.
- When an entry was written, but that it was before the mail that seals it.
- That an entry was true when it was written.

What is left out
================
{redacted}
"""


def attachments(session: Session, packet: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that the packet names, by the names it gives them."""
    wanted = {each["file"]: each["name"] for consent in packet["consents"] for each in consent["attachments"]}
    found = _FILES.rows(session, business_id=packet["business"]["id"], subscription_id=packet["subscription"]["id"])
    return {wanted[row.id]: row.content for row in found if row.id in wanted}


def of(packet: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """The ZIP. Pure, and slow enough to be made outside of any transaction."""
    parts: dict[str, bytes] = {
        "READ-ME.txt": _read_me(packet).encode(),
        "evidence.pdf": paper.of(packet),
        "evidence.json": data(packet),
        "verify.py": str(packet["verifier"] or "").encode(),
    }
    parts |= {f"{FOLDER}{name}": files[name] for name in sorted(files)}
    at = clock.parse_rfc3339(packet["made_at"])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in parts.items():
            archive.writestr(_info(name, (at.year, at.month, at.day, at.hour, at.minute, at.second)), content)
    return made.getvalue()


def data(packet: Mapping[str, Any]) -> bytes:
    """The packet as JSON that people can look at."""
    return fingerprint.written(packet)


def name(packet: Mapping[str, Any], ending: str) -> str:
    """For a download: the number without its plus, which every system takes."""
    digits = "".join(filter(str.isdecimal, packet["subscription"]["number"]))
    return f"evidence-{digits or packet['subscription']['id']}.{ending}"


def _info(name: str, at: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    """Nothing of the machine that packed it; a ZIP knows no year before 1980."""
    info = zipfile.ZipInfo(name, max(at, (1980, 1, 1, 0, 0, 0)))
    info.create_system, info.external_attr, info.compress_type = 3, 0o644 << 16, zipfile.ZIP_DEFLATED
    return info


def _read_me(packet: Mapping[str, Any]) -> str:
    listed = [each for consent in packet["consents"] for each in consent["attachments"]]
    lines = [f"  {FOLDER}{each['name']}\n                  SHA-256 {each['sha256']}\n" for each in listed]
    redacted = packet["redacted"]
    left_out = [textwrap.fill(redacted["rule"], 84), f"Places masked: {redacted['places']}."]
    if packet["cut"]:
        left_out.append(packet["cut"]["sentence"])
    return READ_ME.format(
        business=packet["business"]["name"], made_at=packet["made_at"], format=packet["format"],
        attachments="".join(lines), redacted="\n".join(left_out),
    )  # fmt: skip


_f = table_of(EvidenceFile)
_FILES = Statement(
    sa.select(_f.c.id, _f.c.content)
    .where(_f.c.business_id == param("business_id"), _f.c.subscription_id == param("subscription_id"))
    .order_by(_f.c.created_at, _f.c.id)
    .limit(20)
)
