"""What Twilio has set for a number: its two addresses, and whether a text that failed comes again (rules.md fact 5)."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from portal.providers import part
from portal.providers.connection import Line
from portal.providers.setting import Setting, asked, urls

_IN_A_SERVICE = "It sends through a Messaging Service, whose own addresses count; look at its Integration page."
_ONCE = "Its address does not end in #rc=2&rp=all, so a text that we could not take is not repeated."


def ask(line: Line, credentials: Mapping[str, str], number: str) -> Setting:
    """The list of the account's numbers has them; those of a Messaging Service are kept at another host."""
    if credentials.get("messaging_service_sid"):
        return Setting(trouble=_IN_A_SERVICE)
    account = credentials.get("account_sid", "")
    proof = b64encode(f"{account}:{credentials.get('auth_token', '')}".encode()).decode()
    path = (
        f"/2010-04-01/Accounts/{quote(account, safe='')}/IncomingPhoneNumbers.json?PhoneNumber={quote(number, safe='')}"
    )
    found = asked(line, path, {"Authorization": f"Basic {proof}", "Accept": "application/json"})
    if isinstance(found, Setting):
        return found
    ours = [each for each in part.items(found, "incoming_phone_numbers") if _is(each, number)]
    return _read(ours[0]) if ours else Setting(trouble="This account has no such number.")


def _is(found: Any, number: str) -> bool:
    return isinstance(found, dict) and found.get("phone_number") == number


def _read(found: Mapping[str, Any]) -> Setting:
    set_ = urls(found.get("sms_url"), found.get("sms_fallback_url"))
    remarks = [] if not set_ or "rc=" in set_[0].partition("#")[2] else [_ONCE]
    if set_ and str(found.get("sms_method", "POST")) != "POST":
        remarks.append("Its method is to be HTTP POST.")
    return Setting(set_, tuple(remarks))
