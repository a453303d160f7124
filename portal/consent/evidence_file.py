"""The paper behind a consent that was given offline: kept as it came, handed out as a download, never rendered."""

import datetime as dt
import hashlib
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, new_id, table_of
from portal.errors import Invalid, NotFound

MOST_BYTES = 5 * 1024 * 1024
MAGIC = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


class EvidenceFile(SQLModel, table=True):
    """`sha256` also stands in the ledger entry that the file is evidence of."""

    __tablename__ = "evidence_file"
    __table_args__ = (sa.Index("evidence_file_by_subscription", "subscription_id", "created_at", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    subscription_id: str = Field(foreign_key="subscription.id")
    sha256: str
    media_type: str
    size: int
    content: bytes = Field(sa_type=sa.LargeBinary)
    actor: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


table = table_of(EvidenceFile)


def media_type(content: bytes) -> str:
    """By its first bytes, whatever its name says. Raises Invalid for anything but a PDF, PNG or JPEG of 5 MB."""
    found = next((kind for begin, kind in MAGIC if content.startswith(begin)), "")
    said = ""
    if not content:
        said = "Please choose the file that shows what the client agreed to."
    elif len(content) > MOST_BYTES:
        said = f"Please choose a file of at most {MOST_BYTES // 1024 // 1024} MB."
    elif not found:
        said = "Please choose a PDF, PNG or JPEG file."
    if said:
        raise Invalid(said, fields={"file": [said]})
    return found


def keep(session: Session, business_id: str, subscription_id: str, content: bytes, *, actor: str) -> EvidenceFile:
    """Raises Invalid as `media_type`."""
    made = EvidenceFile(
        business_id=business_id, subscription_id=subscription_id, sha256=hashlib.sha256(content).hexdigest(),
        media_type=media_type(content), size=len(content), content=content, actor=actor,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def get(session: Session, business_id: str, file_id: str) -> EvidenceFile:
    """Raises NotFound for an unknown or somebody else's."""
    found = session.get(EvidenceFile, file_id)
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such file.")
    return found


def of(session: Session, subscription_id: str) -> list[Any]:
    """Rows without their content, newest first."""
    columns = (table.c.id, table.c.media_type, table.c.size, table.c.sha256, table.c.created_at)
    query = sa.select(*columns).where(table.c.subscription_id == subscription_id)
    return list(session.execute(query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(20)).all())
