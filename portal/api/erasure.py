"""Erasing a person by a program: the same as the page, for a token with the owner's role."""

from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from portal.api.operation import Answer, Call
from portal.api.value import Given, Told, Words
from portal.database import Database
from portal.erasure import ahead, reason, removal
from portal.erasure.ahead import Ahead
from portal.errors import NotFound


class NewErasure(Given):
    """`reason` is `asked`, `never_text`, `former`, `mistake` or words of your own; those are not kept, since they could
    name the person. `never_text` keeps all of their numbers opted out, as `keeps_suppression` does."""

    reason: Annotated[Words, Field(min_length=1, max_length=500)]
    keeps_suppression: bool = False


class Erasure(Told):
    """What is gone. `suppressed` numbers stay opted out, `shared` ones stay with another contact."""

    texts: int
    submissions: int
    numbers: int
    suppressed: int
    shared: int


def hush(session: Session, call: Call) -> list[str]:
    """Whoever is gone needs no waiting: the call itself says so, or repeats its answer."""
    try:
        return removal.hush(session, call.business.id, call.id)
    except NotFound:
        return []


def clear(database: Database, call: Call) -> Ahead | None:
    """What takes long to find, before anybody's write waits for it."""
    try:
        return ahead.clear(database, call.business.id, call.id)
    except NotFound:
        return None


def create(session: Session, call: Call) -> Answer:
    wanted = call.given(NewErasure)
    done = removal.erase(
        session, call.business.id, call.id, reason=reason.of(wanted.reason), actor=call.actor, ip=call.ip,
        keeps_suppression=wanted.keeps_suppression, looked=call.cleared,
    )  # fmt: skip
    return Answer(
        Erasure(
            texts=done.texts, submissions=done.submissions, numbers=done.numbers, suppressed=done.suppressed,
            shared=done.shared,
        )
    )  # fmt: skip
