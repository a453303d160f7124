"""Stopping texts on one's own page: as good as a STOP from the phone (rules.md row 6), on every channel of a number."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.clients.link import Whose
from portal.clients.own_number import OwnNumber
from portal.consent import subscription
from portal.consent.state import Origin, Proof, Status
from portal.messaging import opt_in


def stop(session: Session, opened: Whose, numbers: Sequence[OwnNumber], *, evidence: Mapping[str, Any]) -> list[str]:
    """The subscriptions that stopped, also those that had before: a text on its way to them is waited for (law 6).
    One act is confirmed by one text, however many numbers it stops (rules.md row 4)."""
    stopped: list[str] = []
    should_confirm = True
    for row in _locked(session, opened, numbers):
        was_open = row.status == Status.OPTED_IN
        opt_in.opt_out(
            session, row, origin=Origin.PORTAL, proof=Proof.PERSONAL_LINK, actor=opened.actor,
            should_confirm=should_confirm and was_open, evidence=evidence,
        )  # fmt: skip
        should_confirm = should_confirm and not was_open
        stopped.append(row.id)
    return stopped


def _locked(session: Session, opened: Whose, numbers: Sequence[OwnNumber]) -> Iterator[Any]:
    """Every channel that is known, text messages always: each locked when its turn comes, as it is then."""
    for each in sorted(numbers, key=lambda number: number.number):
        channels = dict.fromkeys([SMS, *(row.channel for row in each.lines)])
        for channel in channels:
            yield subscription.lock(session, opened.business.id, channel, each.number)
