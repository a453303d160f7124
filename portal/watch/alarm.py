"""Tells owners and managers by mail when texting does not work at their business; never by a text, for it may be what
does not work."""

from collections.abc import Callable
from functools import partial

from portal import logs
from portal.accounts import member
from portal.accounts.member import Role
from portal.database import Database, Lane
from portal.messaging.spending import Limits
from portal.watch import alert
from portal.watch.alert import News

TOLD = (Role.OWNER, Role.MANAGER)

Letter = Callable[[str, str, str], None]
"""(to, subject, text): one mail. It may raise."""


class Alarm:
    """One per process that runs jobs; `turn` is called by the timetable. Looks in short transactions of the lane of
    bulk work, one business each, and mails outside of any."""

    def __init__(self, database: Database, limits: Limits, *, letter: Letter, url: str) -> None:
        self._database, self._limits, self._letter, self._url = database, limits, letter, url.rstrip("/")

    def turn(self) -> None:
        """One business that cannot be looked at keeps no other waiting."""
        for business_id in self._database.read(alert.unseen):
            try:
                self._look(business_id)
            except Exception:
                logs.trace(f"alert.failed {business_id}")

    def _look(self, business_id: str) -> None:
        work = partial(alert.look, business_id=business_id, limits=self._limits)
        news = self._database.write(work, lane=Lane.BULK)
        if news is not None and self._has_told(news):
            kinds = [each.kind for each in news.signs]
            told = partial(alert.mark_told, business_id=business_id, kinds=kinds)
            self._database.write(told, lane=Lane.BULK)

    def _has_told(self, news: News) -> bool:
        """Somebody got it; where nobody did, it is tried again when the claim is over."""
        people = self._database.read(lambda session: member.all_of(session, news.business.id))
        sent = 0
        for each in people:
            if each.role in TOLD and each.disabled_at is None:
                sent += self._has_sent(each.email, news)
        return sent > 0

    def _has_sent(self, to: str, news: News) -> bool:
        try:
            self._letter(to, subject(news), text(news, self._url))
        except Exception:
            logs.trace("alert.mail_failed")
            return False
        return True


def subject(news: News) -> str:
    first, *more = news.signs
    also = f", and {len(more)} more" if more else ""
    return f"{news.business.name}: {first.title[:1].lower()}{first.title[1:]}{also}"


def text(news: News, url: str) -> str:
    """Figures and advice; no client's name, number or words."""
    parts = [f"{each.title}. {each.words} {each.advice}".strip() for each in news.signs]
    return "\n\n".join([*parts, f"All of it at a glance: {url}/texting"])
