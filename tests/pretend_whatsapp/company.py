"""What the pretend Meta knows: one sender, who is on WhatsApp, what was asked of it and what it posted."""

import asyncio
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterable, Sequence
from typing import Any

from tests.pretend_twilio.http import Call, Callers, Delivery, Reply, post
from tests.pretend_twilio.rule import Plan, Rule

ACCOUNT = "106540352242922"
NUMBER = "+12025550166"
TOKEN = "pretend-access-token"
SECRET = "pretend-app-secret-of-the-tests"
NOT_REACHABLE = 131026


class Company:
    """Lives on one event loop. `batch` is how many statuses go into one webhook; `webhook` where they are posted, and
    `is_held` keeps them back until somebody waits for them."""

    def __init__(
        self,
        *,
        rules: Iterable[Rule] = (),
        seed: int = 0,
        webhook: str = "",
        absent: Iterable[str] = (),
        batch: int = 1,
        is_held: bool = False,
    ) -> None:
        self.plan = Plan(rules, seed)
        self.webhook, self.absent, self.batch = webhook, set(absent), batch
        self.requests: list[dict[str, Any]] = []
        self.deliveries: list[Delivery] = []
        self.callers = Callers()
        self.posting: set[asyncio.Task[None]] = set()
        self.may_report = asyncio.Event()
        if not is_held:
            self.may_report.set()
        self._ids = itertools.count(1)

    def close(self) -> None:
        for task in self.posting:
            task.cancel()

    def handle(self, call: Call) -> Reply:
        parts = call.path.strip("/").split("/")
        if call.method != "POST" or len(parts) != 3 or parts[1:] != [ACCOUNT, "messages"]:
            return _error(404, 100, "Unsupported post request")
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, 190, "Invalid OAuth access token")
        return self._message(json.loads(call.body))

    def _message(self, asked: dict[str, Any]) -> Reply:
        to = asked.get("to") or asked.get("recipient", "")
        rule = self.plan.choose(f"+{to}")
        refusal = (
            _error(rule.status, rule.code, "Refused by a rule", rule.retry_after) if rule.act == "refuse" else None
        )
        message_id = f"wamid.PRETEND{next(self._ids):08d}==" if refusal is None and rule.taken else ""
        self.requests.append({**asked, "id": message_id})
        if message_id:
            self._report_later(rule, to, message_id, asked.get("biz_opaque_callback_data"))
        said = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": to}],
            "messages": [{"id": message_id}],
        }
        reply = refusal or Reply(200, json.dumps(said).encode())
        body = b"<html>busy</html>" if rule.act == "garble" else reply.body
        return Reply(reply.status, body, reply.headers, self.plan.between(rule.latency), rule.act)

    def _report_later(self, rule: Rule, to: str, message_id: str, ours: str | None) -> None:
        words = ("failed",) if f"+{to}" in self.absent else rule.callbacks
        statuses = [_status(message_id, to, word, ours) for word in words for _ in range(rule.copies)]
        if rule.shuffled:
            self.plan.chance.shuffle(statuses)
        if statuses and self.webhook:
            task = asyncio.ensure_future(self._report(statuses))
            self.posting.add(task)
            task.add_done_callback(self.posting.discard)

    async def _report(self, statuses: Sequence[dict[str, Any]]) -> None:
        await self.may_report.wait()
        for start in range(0, len(statuses), self.batch):
            await self.deliver([change(statuses=[each]) for each in statuses[start : start + self.batch]])

    async def deliver(self, changes: Sequence[dict[str, Any]]) -> Delivery:
        """Sign and post one webhook with all of these changes."""
        body = payload(changes)
        headers = {"Content-Type": "application/json", **signature(body)}
        delivery = await post(self.webhook, {}, body, headers)
        self.deliveries.append(delivery)
        return delivery

    async def inbound(self, number: str, words: str, **more: Any) -> Delivery:
        """Somebody writes to us; `more` goes into the message."""
        return await self.deliver([change(messages=[message(f"wamid.IN{next(self._ids):08d}", number, words, **more)])])


def message(message_id: str, number: str, words: str, **more: Any) -> dict[str, Any]:
    said = {"from": number.removeprefix("+"), "id": message_id, "timestamp": "1795305600", "type": "text"}
    return {**said, "text": {"body": words}, **more}


def change(account: str = ACCOUNT, **value: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": NUMBER.removeprefix("+"), "phone_number_id": account}
    return {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}


def payload(changes: Sequence[Any], account: str = "102290129340398") -> bytes:
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": account, "changes": changes}]}).encode()


def signature(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def _status(message_id: str, to: str, word: str, ours: str | None) -> dict[str, Any]:
    status: dict[str, Any] = {"id": message_id, "status": word, "timestamp": "1795305600", "recipient_id": to}
    if ours:
        status["biz_opaque_callback_data"] = ours
    if word == "failed":
        status["errors"] = [{"code": NOT_REACHABLE, "title": "Message undeliverable"}]
    return status


def _error(status: int, code: int | None, words: str, retry_after: str | None = None) -> Reply:
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    said = {"error": {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "pretend"}}
    return Reply(status, json.dumps(said).encode(), headers)
