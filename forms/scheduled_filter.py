"""Which scheduled texts a list shows, as it stands in the address: every state of the list is a link."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from portal.automations.scheduled_text import Standing

LONGEST = 64


@dataclass(frozen=True)
class ScheduledFilter:
    """`path` is the page that shows the list. Exactly one of the ids, or none, says whose texts they are."""

    path: str
    automation: str = ""
    thread: str = ""
    contact: str = ""
    status: str = ""
    after: str = ""

    @classmethod
    def of(
        cls, query: Mapping[str, str], *, path: str, automation: str = "", thread: str = "", contact: str = ""
    ) -> "ScheduledFilter":
        """Unknown words mean no filter."""
        status = query.get("standing", "")
        return cls(
            path, automation, thread, contact, status if status in set(Standing) else "",
            query.get("after", "")[:LONGEST],
        )  # fmt: skip

    @property
    def wanted(self) -> dict[str, Any]:
        """For `scheduled_text.page`."""
        return {
            "automation_id": self.automation or None, "subscription_id": self.thread or None,
            "contact_id": self.contact or None, "status": Standing(self.status) if self.status else None,
            "after": self.after or None,
        }  # fmt: skip

    @property
    def url(self) -> str:
        given = {"standing": self.status, "after": self.after}
        query = urlencode({name: value for name, value in given.items() if value})
        joint = "&" if "?" in self.path else "?"
        return f"{self.path}{joint}{query}" if query else self.path

    @property
    def home(self) -> str:
        """What a list is a part of: where to go on after cancelling one."""
        return "thread" if self.thread else "contact" if self.contact else "automation"

    def with_standing(self, status: str) -> str:
        return replace(self, status=status, after="").url

    def page_after(self, cursor: str | None) -> str | None:
        return replace(self, after=cursor).url if cursor else None

    def first(self) -> str | None:
        return replace(self, after="").url if self.after else None
