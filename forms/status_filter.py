"""What the status list shows, as it stands in the address: every state of the list is a link."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from portal.messaging.status_list import ME, NOBODY, Order, Wanted

STATUSES = ("opted_in", "requested", "none", "declined", "opted_out")
ORIGINS = {
    "form": "A questionnaire", "reply": "A reply", "member": "Recorded by your team", "provider": "The carrier",
    "business_first": "Your first text", "client_first": "Their first text", "invitation": "An invitation",
    "portal": "Their own page", "offline": "On paper or by word", "system": "Same phone, other spelling",
}  # fmt: skip
ORDERS = ("latest", "name")
LONGEST = 120
FLAGS = {"unread": "Unread", "review": "Needs a look", "snoozed": "Snoozed"}
_PLACES = ("after", "before", "words_after")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "status": STATUSES, "order": ORDERS[1:], "origin": tuple(ORIGINS), "carrier": ("blocked",),
    **dict.fromkeys(FLAGS, ("yes",)),
}  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """One active filter in words, and the list without it."""

    words: str
    url: str


@dataclass(frozen=True)
class StatusFilter:
    """`thread` is the conversation open beside the list. Unknown words mean no filter: any address shows a list.

    `assigned` is `me`, `nobody` or a member's id, `project` a project's. `words_after` pages through the texts that a
    search found.
    """

    status: str = ""
    q: str = ""
    unread: str = ""
    review: str = ""
    snoozed: str = ""
    assigned: str = ""
    project: str = ""
    wording: str = ""
    carrier: str = ""
    origin: str = ""
    order: str = ""
    after: str = ""
    before: str = ""
    words_after: str = ""
    thread: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str], *, thread: str = "") -> "StatusFilter":
        known = {name: query.get(name, "") for name in _WORDS}
        kept = {name: value for name, value in known.items() if value in _WORDS[name]}
        places = {name: query.get(name, "")[:LONGEST] for name in _PLACES}
        ids = {name: query.get(name, "") for name in ("assigned", "project", "wording")}
        return cls(
            **kept, **places, **{name: value for name, value in ids.items() if _is_id(value)},
            q=" ".join(query.get("q", "").replace("\x00", "").split())[:LONGEST],
            thread=thread if thread.isalnum() else "",
        )  # fmt: skip

    @classmethod
    def stored(cls, query: str) -> "StatusFilter":
        """A filter as it was saved: its address without the page and the conversation."""
        return cls.of(dict(parse_qsl(query))).first

    @property
    def url(self) -> str:
        """This list, with the conversation that is open beside it."""
        return f"{self.path}{_query(self.given)}"

    @property
    def path(self) -> str:
        return f"/sms/{self.thread}" if self.thread else "/sms"

    @property
    def query(self) -> str:
        """This list without its page, as a saved view keeps it."""
        return urlencode(self.first.given)

    @property
    def refresh_url(self) -> str:
        """The list alone, for a page that shows it already."""
        return f"/sms{_query(self.given | ({'open': self.thread} if self.thread else {}))}"

    @property
    def first(self) -> "StatusFilter":
        """Its first page."""
        return replace(self, **dict.fromkeys(_PLACES, ""))

    @property
    def given(self) -> dict[str, str]:
        return {
            each.name: value for each in fields(self) if (value := getattr(self, each.name)) and each.name != "thread"
        }

    @property
    def mark(self) -> str:
        """Another one for each filter, for the ids of forms that a refresh must leave alone while somebody types."""
        return f"{zlib.crc32(repr(replace(self.first, q='', thread='')).encode()):08x}"

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            self.status, self.q, Order(self.order or ORDERS[0]), self.after, self.before, origin=self.origin,
            assigned=self.assigned, is_unread=bool(self.unread), is_snoozed=bool(self.snoozed),
            in_review=bool(self.review), is_blocked=bool(self.carrier), project=self.project, wording=self.wording,
            words_after=self.words_after,
        )  # fmt: skip

    @property
    def is_narrowed(self) -> bool:
        return bool(self.status or self.q or self.has_filters)

    @property
    def has_filters(self) -> bool:
        """Beside status and search."""
        return any(
            (
                self.unread,
                self.review,
                self.snoozed,
                self.assigned,
                self.project,
                self.wording,
                self.carrier,
                self.origin,
            )
        )

    @property
    def may_save(self) -> bool:
        """Whether this is more than what everybody has as a view."""
        return self.query not in ("", "unread=yes", "assigned=me")

    @property
    def origins(self) -> list[tuple[str, str]]:
        return list(ORIGINS.items())

    @property
    def may_sort(self) -> bool:
        """What has an index of its own stands in that index's order, and a search in its own."""
        is_scan = not self.assigned or self.assigned == NOBODY
        return is_scan and not any((self.q, self.unread, self.review, self.snoozed, self.carrier, self.wording))

    def with_status(self, status: str) -> str:
        """The list of one status, or of all with ""; a search stays."""
        return replace(self.first, status=status).url

    def with_order(self, order: str) -> str:
        return replace(self.first, order=order if order != ORDERS[0] else "").url

    def page_after(self, cursor: str | None) -> str | None:
        return replace(self.first, after=cursor).url if cursor else None

    def page_before(self, cursor: str | None) -> str | None:
        return replace(self.first, before=cursor).url if cursor else None

    def words_page(self, cursor: str | None) -> str | None:
        """Further texts that a search found, without the list; None leads back to both."""
        return replace(self.first, words_after=cursor or "").url

    def only_search(self) -> str:
        return replace(StatusFilter(), q=self.q, thread=self.thread).url

    def opened(self, subscription_id: str) -> str:
        """One conversation, with the same list beside it."""
        return f"/sms/{subscription_id}{self._suffix}"

    @cached_property
    def _suffix(self) -> str:
        """For fifty links of a page."""
        return _query(self.given)

    def closed(self) -> str:
        return replace(self, thread="").url

    def showing(self, query: str) -> str:
        """Another list, as a saved view has it, beside the same conversation."""
        return replace(StatusFilter.stored(query), thread=self.thread).url

    def cleared(self) -> str:
        return StatusFilter(order=self.order, thread=self.thread).url

    def hidden(self, *but: str) -> list[tuple[str, str]]:
        """What a form that changes only `but` sends along."""
        kept = self.first.given | ({"open": self.thread} if self.thread else {})
        return [(name, value) for name, value in kept.items() if name not in but]

    def chips(self, people: Mapping[str, str], projects: Mapping[str, str]) -> list[Chip]:
        """The active filters beside status and search, each with the list without it."""
        said = {name: words for name, words in FLAGS.items() if getattr(self, name)}
        if self.assigned:
            who = {ME: "you", NOBODY: "nobody"}.get(self.assigned) or people.get(self.assigned, "somebody who left")
            said["assigned"] = f"Assigned to {who}"
        if self.project:
            said["project"] = f"Project: {projects.get(self.project, 'one that is gone')}"
        if self.wording:
            said["wording"] = f"Agreed to the words {self.wording[:8]}"
        if self.carrier:
            said["carrier"] = "Carrier blocked"
        if self.origin:
            said["origin"] = f"Came by: {ORIGINS[self.origin]}"
        return [Chip(words, replace(self.first, **{name: ""}).url) for name, words in said.items()]


def _is_id(value: str) -> bool:
    return value.isalnum() and len(value) <= LONGEST


def _query(given: Mapping[str, str]) -> str:
    return f"?{urlencode(given)}" if given else ""
