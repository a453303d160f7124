"""Erasing a person by a program: the same as the page, for a token with the owner's role."""

from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from portal.api.operation import Answer, Call
from portal.api.value import Given, Told, Words
from portal.erasure import reason, removal
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


def create(session: Session, call: Call) -> Answer:
    wanted = call.given(NewErasure)
    done = removal.erase(
        session, call.business.id, call.id, reason=reason.of(wanted.reason), actor=call.actor, ip=call.ip,
        keeps_suppression=wanted.keeps_suppression,
    )  # fmt: skip
    return Answer(
        Erasure(
            texts=done.texts, submissions=done.submissions, numbers=done.numbers, suppressed=done.suppressed,
            shared=done.shared,
        )
    )  # fmt: skip
