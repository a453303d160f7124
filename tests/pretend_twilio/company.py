"""What the pretend Twilio knows: accounts, who texted STOP to whom, what was asked of it and what it posted."""

import asyncio
import base64
import itertools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import HMAC_SHA256, RequestValidator

from tests.pretend_twilio.archive import Archive, error
from tests.pretend_twilio.http import Call, Callers, Delivery, Reply, post
from tests.pretend_twilio.rule import Plan, Rule, rule_from

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "0123456789abcdef0123456789abcdef"
SHARED_KEY = "pretend-shared-key-of-the-tests"
STOP_WORDS = frozenset(["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"])
START_WORDS = frozenset(["START", "YES", "UNSTOP"])
HELP_WORDS = frozenset(["HELP", "INFO"])
MAGIC = {  # Twilio's own numbers for trying out errors
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


class Company:
    """Lives on one event loop. `requests` and the log file hold every text asked for, in order of arrival."""

    def __init__(
        self,
        *,
        rules: Iterable[Rule] = (),
        seed: int = 0,
        accounts: Mapping[str, str] | None = None,
        shared_key: str | None = None,
        keeps_stops: bool = True,
        advanced_opt_out: bool = False,
        log: Path | None = None,
    ) -> None:
        self.plan = Plan(rules, seed)
        self.accounts = dict(accounts or {ACCOUNT: TOKEN})
        self.shared_key = shared_key
        self.keeps_stops = keeps_stops
        self.advanced_opt_out = advanced_opt_out
        self.blocked: set[tuple[str, str]] = set()
        self.requests: list[dict[str, Any]] = []
        self.deliveries: list[Delivery] = []
        self.archive = Archive()
        self.callers = Callers()
        self.posting: set[asyncio.Task[None]] = set()
        self._sids = itertools.count(1)
        self._seed = seed
        self._log = log.open("a", buffering=1, encoding="utf-8") if log else None

    def close(self) -> None:
        for task in self.posting:
            task.cancel()
        if self._log:
            self._log.close()

    def handle(self, call: Call) -> Reply | Any:
        path = call.path.partition("?")[0]
        if path == "/_control":
            return self._control(json.loads(call.body or b"{}"))
        if call.method == "GET" and path.startswith("/2010-04-01/Accounts/") and path.endswith("/Messages.json"):
            return self.archive.page(call, path.split("/")[3], self._proof(call, path.split("/")[3]))
        if call.method == "POST" and path.startswith("/2010-04-01/Accounts/") and path.endswith("/Messages.json"):
            return self._message(call, path.split("/")[3])
        return error(404, 20404, "The requested resource was not found")

    def _message(self, call: Call, account: str) -> Reply:
        form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
        rule = self.plan.choose(form.get("To", ""))
        refusal = self._refusal(call, account, form) or _refusal_of(rule)
        taken = refusal is None and rule.taken
        sid = self._new_sid() if taken else None
        self._note(call, form, account=account, sid=sid, act=rule.act, status=refusal.status if refusal else 201)
        if sid and form.get("StatusCallback"):
            self._report_later(rule, form, account, sid)
        reply = refusal or Reply(201, _resource(form, account, sid))
        body = b"<html>busy</html>" if rule.act == "garble" else reply.body
        return Reply(reply.status, body, reply.headers, self.plan.between(rule.latency), rule.act)

    def _refusal(self, call: Call, account: str, form: Mapping[str, str]) -> Reply | None:
        """What Twilio itself would refuse, whatever the rules say."""
        if refusal := self._proof(call, account):
            return refusal
        sender, number = form.get("MessagingServiceSid") or form.get("From"), form.get("To")
        if not number or not sender:
            return error(400, 21604 if not number else 21603, "A 'To' and a 'From' phone number are required.")
        if not form.get("Body"):
            return error(400, 21602, "Message body is required.")
        if len(form["Body"]) > 1600:
            return error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if number in MAGIC:
            return error(400, MAGIC[number], "A number for trying out errors")
        if (sender, number) in self.blocked:
            return error(400, 21610, "Attempt to send to unsubscribed recipient")
        return None

    def _proof(self, call: Call, account: str) -> Reply | None:
        scheme, _, proof = call.headers.get("authorization", "").partition(" ")
        expected = base64.b64encode(f"{account}:{self.accounts.get(account)}".encode()).decode()
        is_known = scheme == "Basic" and proof == expected and account in self.accounts
        return None if is_known else error(401, 20003, "Authenticate")

    def _note(self, call: Call, form: Mapping[str, str], **facts: Any) -> None:
        row: dict[str, Any] = {"at_ns": call.arrived_ns, "monotonic_ns": call.arrived_monotonic_ns}
        row |= {name: form.get(name, "") for name in ("To", "From", "MessagingServiceSid", "Body", "StatusCallback")}
        row |= {"MessageSid": facts.pop("sid"), **facts}
        self.requests.append(row)
        if row["MessageSid"]:
            self.archive.sent(row, account=str(row["account"]))
        if self._log:
            self._log.write(json.dumps(row) + "\n")

    def _new_sid(self, kind: str = "SM") -> str:
        return f"{kind}{self._seed & 0xFFFFFFFF:08x}{next(self._sids):024x}"

    def _report_later(self, rule: Rule, form: Mapping[str, str], account: str, sid: str) -> None:
        words = [word for word in rule.callbacks for _ in range(rule.copies)]
        if rule.shuffled:
            self.plan.chance.shuffle(words)
        if words:
            task = asyncio.ensure_future(self._report(rule, form, account, sid, words))
            self.posting.add(task)
            task.add_done_callback(self.posting.discard)

    async def _report(self, rule: Rule, form: Mapping[str, str], account: str, sid: str, words: list[str]) -> None:
        for word in words:
            self.archive.turned(sid, word, rule.error_code if word in ("failed", "undelivered") else None)
            await asyncio.sleep(self.plan.between(rule.callback_latency))
            params = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": word, "SmsStatus": word}
            params |= {"AccountSid": account, "From": form.get("From", ""), "To": form["To"]}
            params["ApiVersion"] = "2010-04-01"
            if rule.error_code and word in ("failed", "undelivered"):
                params["ErrorCode"] = rule.error_code
            await self.deliver(form["StatusCallback"], params)

    async def deliver(self, url: str, params: Mapping[str, str]) -> Delivery:
        """Sign and post one webhook."""
        headers = {"Content-Type": FORM, "User-Agent": "PretendTwilio", **self.signature(url, params)}
        delivery = await post(url, params, urlencode(params).encode(), headers)
        self.deliveries.append(delivery)
        return delivery

    def signature(self, url: str, params: Mapping[str, str]) -> dict[str, str]:
        if self.shared_key:
            settings = f"key=webhooks_sharedkey_pretend,algorithm={HMAC_SHA256}"
            made = RequestValidator(self.shared_key).compute_signature(url, params, HMAC_SHA256)
            return {"X-Twilio-Signature": made, "X-Twilio-Webhooks-Signature-Settings": settings}
        token = self.accounts[params["AccountSid"]]
        return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, params)}

    async def inbound(self, sender: str, to: str, body: str, url: str, **more: str) -> Delivery:
        """Somebody texts: a bare keyword is acted on as Twilio does, then the webhook goes out. `more` wins."""
        word = body.strip().upper()
        if self.keeps_stops and word in STOP_WORDS:
            self.blocked.add((to, sender))
        elif word in START_WORDS:
            self.blocked.discard((to, sender))
        sid = more.get("MessageSid") or self._new_sid()
        params = {"ToCountry": "US", "FromCity": "", "FromZip": "", "FromCountry": "US", "ApiVersion": "2010-04-01"}
        params |= {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "SmsStatus": "received", "NumMedia": "0"}
        params |= {"NumSegments": "1", "AccountSid": next(iter(self.accounts))}
        params |= {"From": sender, "To": to, "Body": body} | self._opt_out_type(word) | more
        self.archive.came(params)
        return await self.deliver(url, params)

    def _opt_out_type(self, word: str) -> dict[str, str]:
        kinds = {"STOP": STOP_WORDS, "START": START_WORDS, "HELP": HELP_WORDS}
        found = [kind for kind, words in kinds.items() if word in words]
        return {"OptOutType": found[0]} if self.advanced_opt_out and found else {}

    async def _control(self, order: dict[str, Any]) -> Reply:
        """`{"rules": […], "seed": n, "blocked": [[sender, number]], "clear": true, "inbound": {…}, "list": {…}}`,
        all optional. `list` has `trouble` (a status, 0 for none), `lag` (seconds) and `most` (texts a page)."""
        for name, value in order.get("list", {}).items():
            setattr(self.archive, name, value)
        if "rules" in order or "seed" in order:
            self.plan = Plan([rule_from(values) for values in order.get("rules", [])], order.get("seed", self._seed))
        if order.get("clear"):
            self.requests.clear()
            self.deliveries.clear()
        if "blocked" in order:
            self.blocked = {(sender, number) for sender, number in order["blocked"]}
        answer: dict[str, Any] = {"requests": len(self.requests), "deliveries": len(self.deliveries)}
        if "inbound" in order:
            delivery = await self.inbound(**order["inbound"])
            answer["inbound"] = {name: value for name, value in vars(delivery).items() if name != "params"}
            answer["inbound"]["sid"] = delivery.sid
        return Reply(200, json.dumps(answer).encode())


def _refusal_of(rule: Rule) -> Reply | None:
    if rule.act != "refuse":
        return None
    headers = {"Retry-After": rule.retry_after} if rule.retry_after is not None else {}
    if 300 <= rule.status < 400:
        headers["Location"] = "/elsewhere"
    return error(rule.status, rule.code, "Refused by a rule", headers)


def _resource(form: Mapping[str, str], account: str, sid: str | None) -> bytes:
    resource = {"sid": sid, "account_sid": account, "status": "queued", "to": form["To"], "from": form.get("From")}
    resource |= {"body": form["Body"], "error_code": None, "error_message": None, "direction": "outbound-api"}
    return json.dumps(resource).encode()
