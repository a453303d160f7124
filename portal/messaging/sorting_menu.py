"""What a member chooses from when a message, or a thread's new ones, are sorted: the suggested project first (X-23)."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.consent import subscription
from portal.contacts import project_choice
from portal.contacts.project_choice import Choice
from portal.errors import NotFound
from portal.messaging import message


@dataclass(frozen=True)
class SortingMenu:
    """`message` is None where the thread's new ones are meant. `numbered` are (digit, project) as the thread shows
    them, the suggested one first; `others` have no digit. `current` is where the message is now."""

    row: Any
    message: Any
    numbered: tuple[tuple[int, Choice], ...]
    others: tuple[Choice, ...]
    suggested: Choice | None
    current: Choice | None


def read(session: Session, business: Business, subscription_id: str, message_id: str | None) -> SortingMenu:
    """Raises NotFound for a thread that is not ours or a message that is not in it."""
    row = subscription.get(session, business.id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    found = _message(session, business.id, row.id, message_id) if message_id else None
    zone = ZoneInfo(business.timezone)
    current_id = found.project_id if found is not None else row.project_id
    mentioned = [current_id] if current_id else []
    today = clock.now().astimezone(zone).date()
    choices = project_choice.read(session, business.id, row.contact_id, today=today, mentioned=mentioned)
    suggested = choices.suggested(found.created_at.astimezone(zone).date() if found is not None else today)
    numbered = sorted(enumerate(choices.shown, 1), key=lambda each: each[1] != suggested)
    shown = {each.id for each in choices.shown}
    others = tuple(each for each in choices.known.values() if each.id not in shown and not each.is_archived)
    return SortingMenu(row, found, tuple(numbered), others, suggested, choices.known.get(current_id or ""))


def _message(session: Session, business_id: str, subscription_id: str, message_id: str) -> Any:
    found = message.get(session, business_id, message_id)
    is_here = found is not None and found.subscription_id == subscription_id and not found.is_hidden
    if not is_here or found.direction == message.Direction.NOTICE:
        raise NotFound("There is no such message.")
    return found
