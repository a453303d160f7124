"""Who signed a request from Sinch: HMAC-SHA256 of body, nonce and time under the webhook's secret (rules.md 5.5)."""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence

from portal import clock
from portal.providers.provider import Request

SIGNATURE = "x-sinch-webhook-signature"
NONCE, TIMESTAMP = f"{SIGNATURE}-nonce", f"{SIGNATURE}-timestamp"
OLDEST = 24 * 3600
"""Seconds. Sinch repeats for nearly 23 hours and does not say whether it signs anew; a 403 would end that, and a STOP
with it. A replay within the day is harmless: an id counts once, for ever (promises.md 0.3)."""
AHEAD = 300
"""Seconds that its clock may be before ours."""
_SECONDS = re.compile(r"[0-9]{1,12}")


def signers(request: Request, secrets: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The senders whose webhook secret signed these very bytes: only for them may it speak. An empty secret signs
    nothing."""
    given = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
    nonce, at = request.headers.get(NONCE, ""), request.headers.get(TIMESTAMP, "")
    if not given or not nonce or not _is_timely(at):
        return []
    return [
        secret
        for secret in secrets
        if (key := secret.get("webhook_secret", "")).strip()
        and hmac.compare_digest(signature(key, request.body, nonce, at), given)
    ]


def is_signed(request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
    return bool(signers(request, secrets))


def signature(key: str, body: bytes, nonce: str, at: str) -> bytes:
    told = b".".join((body, nonce.encode("utf-8", "replace"), at.encode("utf-8", "replace")))
    return b64encode(hmac.new(key.encode(), told, "sha256").digest())


def _is_timely(at: str) -> bool:
    return bool(_SECONDS.fullmatch(at)) and -AHEAD <= clock.now().timestamp() - int(at) <= OLDEST
