"""Whether the live settings are still what was registered, field by field: computed whenever somebody looks, never
stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal.accounts.business import Business
from portal.registration import field, pack, registration
from portal.registration.pack import Pack

GONE = "Not sent any more"
NOTHING = "Nothing"


@dataclass(frozen=True)
class Change:
    """One field that is not what it was; `url` leads to where it is changed back."""

    name: str
    title: str
    was: str
    now: str
    url: str


@dataclass(frozen=True)
class Standing:
    """`registered` is the row of the newest registration, None before the first."""

    registered: Any
    changes: tuple[Change, ...]


def standing(session: Session, business: Business, *, public_url: str, form_origin: str) -> Standing:
    """One query where nothing was registered yet, two where something was."""
    rows = registration.newest(session, business.id)
    if not rows:
        return Standing(None, ())
    found = pack.read(session, business, public_url=public_url, form_origin=form_origin)
    return Standing(rows[0], of(rows[0].snapshot["fields"], found))


def of(then: Mapping[str, Any], found: Pack) -> tuple[Change, ...]:
    """A field that the registered snapshot did not know yet is no change."""
    live = field.now(found, then)
    return tuple(
        Change(each.name, each.title, *_words(then[each.name], live[each.name]), each.url)
        for each in field.FIELDS
        if each.name in then and then[each.name] != live[each.name]
    )


def _words(was: Any, now: Any) -> tuple[str, str]:
    """Of samples and lists only what is different: the rest is the same on both sides."""
    if isinstance(was, dict):
        names = [name for name in was if was[name] != now.get(name)]
        return _lines([was[name] for name in names]), _lines([now.get(name) or GONE for name in names])
    if isinstance(was, list):
        return _lines([each for each in was if each not in now]), _lines([each for each in now if each not in was])
    return was or NOTHING, now or NOTHING


def _lines(texts: list[str]) -> str:
    return "\n".join(texts) or NOTHING
