"""The pretend Twilio's list of texts: newest first, by `To` or `From` and by day, page by page."""

import json
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.pretend_twilio.http import Call, Reply


def error(status: int, code: int | None, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    said = {"code": code, "message": message, "more_info": "", "status": status}
    return Reply(status, json.dumps(said).encode(), headers or {})


class Archive:
    """`trouble` is a status that every look is answered with; texts younger than `lag` seconds are not listed yet;
    `most` texts are on one page, whatever is asked for."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.trouble, self.lag, self.most = 0, 0.0, 1000
        self.looks = 0

    def sent(self, row: Mapping[str, Any], *, account: str) -> None:
        self._keep(row["MessageSid"], account, row["From"], row["To"], row["Body"], "outbound-api", "queued")

    def came(self, params: Mapping[str, str]) -> None:
        self._keep(
            params["MessageSid"], params["AccountSid"], params["From"], params["To"], params["Body"], "inbound",
            "received",
        )  # fmt: skip

    def turned(self, sid: str, word: str, code: str | None) -> None:
        for each in self.texts:
            if each["sid"] == sid:
                each.update(status=word, error_code=int(code) if code else None)

    def page(self, call: Call, account: str, refusal: Reply | None) -> Reply:
        self.looks += 1
        if refusal is not None or self.trouble:
            return refusal or error(self.trouble, 20500, "The list is out of order")
        query = {name: values[0] for name, values in parse_qs(urlsplit(call.path).query).items()}
        found = [each for each in reversed(self.texts) if self._is_wanted(each, account, query)]
        size, number = min(int(query.get("PageSize", "50")), self.most), int(query.get("Page", "0"))
        here = found[number * size : (number + 1) * size]
        path = urlsplit(call.path).path
        following = {**query, "Page": str(number + 1), "PageToken": f"PA{number + 1}"}
        more = f"{path}?{urlencode(following)}" if len(found) > (number + 1) * size else None
        said = {"messages": [_told(each) for each in here], "next_page_uri": more, "page": number, "page_size": size}
        return Reply(200, json.dumps(said).encode())

    def _is_wanted(self, each: Mapping[str, Any], account: str, query: Mapping[str, str]) -> bool:
        if each["account_sid"] != account or each["at"] > time.time() - self.lag:
            return False
        if any(each[name.lower()] != query[name] for name in ("To", "From") if name in query):
            return False
        day = query.get("DateSent>", "")
        return time.strftime("%Y-%m-%d", time.gmtime(each["at"])) >= day[:10]

    def _keep(self, sid: str, account: str, sender: str, to: str, body: str, direction: str, status: str) -> None:
        self.texts.append(
            {"sid": sid, "account_sid": account, "from": sender, "to": to, "body": body, "direction": direction,
             "status": status, "at": time.time(), "error_code": None}
        )  # fmt: skip


def _told(each: Mapping[str, Any]) -> dict[str, Any]:
    date = formatdate(each["at"], usegmt=True).replace("GMT", "+0000")
    shown = {name: value for name, value in each.items() if name != "at"}
    return shown | {"date_created": date, "date_sent": date, "num_segments": "1", "num_media": "0"}
