"""Twilio's list of texts: the second way to learn of a STOP whose webhook nobody heard, and what became of ours.

`GET …/Messages.json?To=|From=&DateSent>=day`, newest first, pages by `next_page_uri`. The day is all that its
documents promise to understand, so texts from before `since` come along and count once all the same. How far behind
events the list may be is not told by them; whoever asks looks back by some minutes.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from portal.providers import part, twilio_event
from portal.providers.connection import Answer
from portal.providers.listing import Listed, ListedText, NotListed
from portal.providers.provider import InboundText

WITHIN = 20.0  # seconds for one page
MAX_PAGE = 4 * 1024 * 1024  # bytes
PAGE = 100  # texts; of the longest and widest, a page still fits
NO_LIST = (400, 404, 405, 422, 501)
"""Our question is not understood there, now or later, so that nothing is to be waited for."""
TO, FROM = "to:", "from:"
_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
_NUMBER = re.compile(r"\+[0-9]{3,15}|[0-9]{3,8}")
_WORD = re.compile(r"[a-z][a-z_-]{0,31}")


def address(path: str, number: str, since: dt.datetime, place: str | None) -> str:
    """Where the page is; `place` comes from `read`."""
    kind, _, rest = (place or TO).partition(":")
    if rest:
        return rest
    day = since.astimezone(dt.UTC).date().isoformat()
    return f"{path}?{urlencode({kind.title(): number, 'DateSent>': day, 'PageSize': PAGE})}"


def read(
    answer: Answer, path: str, number: str, since: dt.datetime, place: str | None, *, has_ours: bool
) -> Listed | NotListed:
    """A page that cannot be read whole is no page: nothing may be concluded from half a list."""
    said = part.said(answer.body)
    if answer.status != 200 or not isinstance(said.get("messages"), list):
        return _refused(answer, said)
    rows = [each for each in said["messages"] if isinstance(each, dict)]
    following = said.get("next_page_uri")
    if following and not str(following).startswith(f"{path}?"):
        return NotListed("Twilio's list goes on at an address that is not of this account.")
    kind = FROM if (place or TO).startswith(FROM) else TO
    after = None if _is_behind(rows, since) else following
    texts = tuple(text for each in rows if (text := _text(each, kind, number)) is not None)
    return Listed(texts, f"{kind}{after}" if after else (FROM if kind == TO else None), has_ours)


def _refused(answer: Answer, said: Mapping[str, Any]) -> NotListed:
    if answer.status in NO_LIST or answer.status < 300:
        return NotListed("There is no list of texts at this address.", is_setup=True, has_list=False)
    words = " ".join(str(said.get("message") or "").split())[:200]
    sentence = f"Twilio answered {answer.status} when asked for its list of texts. {words}".strip()
    return NotListed(sentence, is_setup=answer.status in (401, 403))


def _is_behind(rows: list[dict[str, Any]], since: dt.datetime) -> bool:
    """Whether what follows is older still; only where this page shows that it goes from new to old."""
    times = [at for each in rows if (at := _at(each)) is not None]
    return len(times) > 1 and times == sorted(times, reverse=True) and times[0] > times[-1] and times[-1] < since


def _text(each: Mapping[str, Any], kind: str, number: str) -> InboundText | ListedText | None:
    """None for what is not about this number, or not a text message."""
    sid, sender, recipient = (str(each.get(name) or "") for name in ("sid", "from", "to"))
    word, is_inbound = str(each.get("status") or "").lower(), each.get("direction") == "inbound"
    if not _SID.fullmatch(sid) or not _WORD.fullmatch(word) or is_inbound is not (kind == TO):
        return None
    if not (_NUMBER.fullmatch(recipient) and (recipient if is_inbound else sender) == number):
        return None
    account, body, raw = str(each.get("account_sid") or ""), part.plain(each.get("body")), json.dumps(each).encode()
    if is_inbound:
        if word == "receiving":
            return None
        counts = (
            int(each[name]) if str(each.get(name)).isdecimal() else None for name in ("num_segments", "num_media")
        )
        segments, media = counts
        return InboundText(
            f"in:{sid}", account, sender, recipient, body, segments=segments or 1, media=media or 0, raw=raw,
            sent_at=_at(each),
        )  # fmt: skip
    code = str(each.get("error_code") or "")[:16]
    return ListedText(twilio_event.update(sid, account, word, code, raw=raw), recipient, body, _at(each))


def _at(each: Mapping[str, Any]) -> dt.datetime | None:
    """When it was made, by Twilio's clock; None where that cannot be read."""
    return next((at for name in ("date_created", "date_sent") for at in _times(each.get(name))), None)


def _times(said: Any) -> Iterator[dt.datetime]:
    try:
        found = parsedate_to_datetime(str(said))
    except ValueError:
        return
    if found.tzinfo is not None:
        yield found.astimezone(dt.UTC)
