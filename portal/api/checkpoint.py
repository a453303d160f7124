"""The signed checkpoints of a ledger, to be kept somewhere else by a program."""

import datetime as dt

from pydantic import Field
from sqlmodel import Session

from portal.api.operation import Answer, Call
from portal.api.value import Limited, Moment, Told
from portal.evidence import seal_list


class CheckpointPage(Limited):
    """`after` is the size of the last checkpoint seen; the newest come first."""

    after: int | None = Field(None, ge=1, le=2**31 - 1)


class Checkpoint(Told):
    """`note` is the signed text (c2sp.org/tlog-checkpoint); `size` and `root` stand in it too."""

    size: int
    root: str
    day: dt.date
    made_at: Moment
    mailed_at: Moment | None
    mailed_to: int
    note: str


class Checkpoints(Told):
    """`key`: the public key of this installation, in base64."""

    items: list[Checkpoint]
    next: int | None
    key: str


def page(session: Session, call: Call) -> Answer:
    query = call.asked(CheckpointPage)
    found = seal_list.of(session, call.business.id, below=query.after, limit=query.limit)
    items = [
        Checkpoint(
            size=row.size, root=row.root, day=row.day, made_at=row.made_at, mailed_at=row.mailed_at,
            mailed_to=row.mailed_to, note=row.note,
        )
        for row in found.rows
    ]  # fmt: skip
    return Answer(Checkpoints(items=items, next=found.older, key=found.key))
