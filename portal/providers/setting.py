"""Which addresses a provider has set to call when somebody texts one of our numbers: asked by the doctor alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from portal.providers import part
from portal.providers.connection import Answer, Line


@dataclass(frozen=True)
class Setting:
    """`urls` in the order in which they are tried, none where none is set; `remarks` are sentences about what else is
    to be changed there. `trouble` says why it could not be asked, and then the rest means nothing."""

    urls: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    trouble: str = ""


@runtime_checkable
class Inspector(Protocol):
    """A provider that tells its settings."""

    def setting(self, credentials: Mapping[str, str], number: str) -> Setting:
        """Of our sender `number`. Blocks for seconds at most; never raises."""
        ...


def asked(line: Line, path: str, headers: Mapping[str, str]) -> Mapping[str, Any] | Setting:
    """The object at `path`, or the trouble."""
    try:
        answer = line.get(path, headers)
    except ValueError:  # a credential that cannot stand in a header
        return Setting(trouble="The credentials are not accepted.")
    if not isinstance(answer, Answer):
        return Setting(trouble=answer.sentence)
    if answer.status in (401, 403):
        return Setting(trouble="The credentials are not accepted.")
    if answer.status == 404:
        return Setting(trouble="The number or what it belongs to is not in this account.")
    found = part.said(answer.body)
    return found if answer.status == 200 and found else Setting(trouble=f"It answered {answer.status}.")


def urls(*given: object) -> tuple[str, ...]:
    """Those that are set."""
    return tuple(part.plain(each) for each in given if isinstance(each, str) and each.strip())
