"""The archive of a business, number by number, for programs that keep a copy of it elsewhere."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from sqlmodel import Session

from portal.api.operation import Answer, Call
from portal.api.value import Limited, Moment, Told
from portal.messaging import archive_line

_NUMBER = re.compile(r"0|[1-9]\d{0,9}", re.ASCII)


def _plain(typed: Any) -> Any:
    """Numbers as we write them: an id of something else that happens to read as one is no number."""
    if isinstance(typed, str) and not _NUMBER.fullmatch(typed):
        raise ValueError("the number of an item is expected")
    return typed


class ArchivePage(Limited):
    """`after` is the number of the last item you have."""

    after: Annotated[int, BeforeValidator(_plain)] = Field(0, ge=0, le=2**31 - 1)


class ArchiveItem(Told):
    """`at` is when it was taken in. `message` is a text or notice whole, or of an outcome its id, status and reason;
    `entry` is a fact about consent with everything that its hash covers. Of what was erased, that is said. A text that
    waits for its writer's YES is here too, marked `hidden`: an archive is evidence, and no page for members."""

    number: int
    what: Literal["message", "entry", "outcome"]
    at: Moment
    message: dict[str, Any] | None
    entry: dict[str, Any] | None


class Archive(Told):
    """`next` is null when this was the newest item: ask again later with the last number."""

    items: list[ArchiveItem]
    next: int | None


def page(session: Session, call: Call) -> Answer:
    """As the other feeds tell it, and therefore not through the model above; empty where the archive was never on."""
    query = call.asked(ArchivePage)
    items = archive_line.page(session, call.business.id, after=query.after, limit=query.limit)
    return Answer({"items": items, "next": items[-1]["number"] if len(items) == query.limit else None})
