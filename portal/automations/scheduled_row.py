"""One scheduled text as pages and the API show it: where it stands, why, and when it may leave."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from portal.automations import reason, variable
from portal.messaging import deferral


class Standing(StrEnum):
    """`sent` and `failed` are never stored: they are what became of the message of a queued one."""

    DUE = "due"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DEFERRED = "deferred"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


WAITING = (Standing.DUE, Standing.DEFERRED)


@dataclass(frozen=True)
class Row:
    """One line of a list. `status` tells what became of it, message included; `reason` why, `sentence` the same for
    members. `forecast`: why one that is not due yet would be skipped now; after a STOP at once `opted_out`."""

    id: str
    automation_id: str
    automation: str
    version: int
    subscription_id: str
    contact_id: str | None
    name: str
    number: str
    project_id: str | None
    about_on: dt.date | None
    text: str
    due_at: dt.datetime
    expires_at: dt.datetime
    status: Standing
    reason: str
    message_id: str | None
    finished_at: dt.datetime | None
    forecast: str = ""
    leaves_at: dt.datetime | None = None

    @property
    def shown(self) -> str:
        """Its words, with variables by name while they are not filled in."""
        return self.text if self.message_id is not None else variable.shown(self.text)

    @property
    def sentence(self) -> str:
        return deferral.SENTENCES[self.reason] if self._is_put_off else reason.sentence(self.reason or self.forecast)

    @property
    def waits_until(self) -> dt.datetime | None:
        """When it may leave, where the hours of its number or the day's limit hold it back."""
        return (self.leaves_at or self.due_at) if self._is_put_off else None

    @property
    def _is_put_off(self) -> bool:
        return self.reason in deferral.SENTENCES and self.may_cancel

    @property
    def may_cancel(self) -> bool:
        return self.status in WAITING or self.status is Standing.QUEUED
