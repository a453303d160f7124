"""What the status list shows, as it stands in the address: every state of the list is a link."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from portal.messaging.status_list import Order, Wanted

STATUSES = ("opted_in", "requested", "none", "declined", "opted_out")
ORDERS = ("latest", "name")
LONGEST = 120


@dataclass(frozen=True)
class StatusFilter:
    """`thread` is the conversation open beside the list. Unknown words mean no filter: any address shows a list."""

    status: str = ""
    q: str = ""
    order: str = ""
    after: str = ""
    before: str = ""
    thread: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str], *, thread: str = "") -> "StatusFilter":
        status, order = query.get("status", ""), query.get("order", "")
        return cls(
            status if status in STATUSES else "",
            " ".join(query.get("q", "").replace("\x00", "").split())[:LONGEST],
            order if order in ORDERS and order != ORDERS[0] else "",
            query.get("after", "")[:LONGEST],
            query.get("before", "")[:LONGEST],
            thread if thread.isalnum() else "",
        )

    @property
    def url(self) -> str:
        """This list, with the conversation that is open beside it."""
        return f"{self.path}{_query(self._given())}"

    @property
    def path(self) -> str:
        return f"/sms/{self.thread}" if self.thread else "/sms"

    @property
    def refresh_url(self) -> str:
        """The list alone, for a page that shows it already."""
        return f"/sms{_query(self._given() | ({'open': self.thread} if self.thread else {}))}"

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.status, self.q, Order(self.order or ORDERS[0]), self.after, self.before)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.status or self.q)

    def with_status(self, status: str) -> str:
        """The list of one status, or of all with ""; a search stays."""
        return replace(self, status=status, after="", before="").url

    def with_order(self, order: str) -> str:
        return replace(self, order=order if order != ORDERS[0] else "", after="", before="").url

    def page_after(self, cursor: str | None) -> str | None:
        return replace(self, after=cursor, before="").url if cursor else None

    def page_before(self, cursor: str | None) -> str | None:
        return replace(self, after="", before=cursor).url if cursor else None

    def opened(self, subscription_id: str) -> str:
        """One conversation, with the same list beside it."""
        return replace(self, thread=subscription_id).url

    def closed(self) -> str:
        return replace(self, thread="").url

    def cleared(self) -> str:
        return replace(self, status="", q="", after="", before="").url

    def _given(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value and name != "thread"}


def _query(given: Mapping[str, str]) -> str:
    return f"?{urlencode(given)}" if given else ""
