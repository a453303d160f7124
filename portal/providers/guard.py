"""The only way out to an address that a business chose: it leads to the public internet or nowhere (promises.md B.5).

A name is looked up once, every address it has is checked, and one of exactly these is connected to; so nobody can
answer the check with one address and the call with another. No redirects, no proxies; the answer's body is not read.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any

from portal import address, clock
from portal.accounts.attempt import Reply
from portal.address import Refused, Rules, Target
from portal.providers import exchange, wire
from portal.providers.exchange import Answer, AnswerError, Reader

TIMEOUT = 5.0  # seconds for everything together
MOST = 64 * 1024  # bytes of an answer's head that are looked at

Resolve = Callable[[str, int, float], list[Any]]


class Guard:
    """`context` and `resolve` are other ones in tests only."""

    def __init__(self, rules: Rules, *, context: ssl.SSLContext | None = None, resolve: Resolve = wire.resolve) -> None:
        self._rules, self._resolve = rules, resolve
        self._context = context

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """One exchange within five seconds; whatever goes wrong is a reply that says so."""
        until = clock.monotonic() + TIMEOUT
        target = address.parse(url, self._rules)
        if isinstance(target, Refused):
            return Reply(0, target.sentence)
        try:
            found = self._resolve(target.host, target.port, until)
            if any(address.is_refused(str(each[4][0]), self._rules) for each in found):
                return Reply(0, "Its name leads to an address that is not on the public internet.")
            return self._exchange(target, found, body, headers, until)
        except (OSError, ValueError) as error:
            return Reply(0, _sentence(error))

    def _exchange(
        self, target: Target, found: list[Any], body: bytes, headers: Mapping[str, str], until: float
    ) -> Reply:
        plain = wire.connect(found, until)
        try:
            return _answer(self._secured(plain, target), _request(target, body, headers), until)
        finally:
            plain.close()

    def _secured(self, plain: socket.socket, target: Target) -> socket.socket:
        """Checked against the name, though an address was dialled; the whole handshake has the socket's timeout."""
        if target.scheme == "http":
            return plain
        return (self._context or wire.trusted()).wrap_socket(plain, server_hostname=target.host)


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    head = {
        "Host": target.authority, "User-Agent": "client-portal-webhooks/1", "Content-Type": "application/json",
        "Connection": "close", **headers,
    }  # fmt: skip
    return exchange.request("POST", target.path, head, body)


def _answer(line: socket.socket, request: bytes, until: float) -> Reply:
    """The status and nothing else: what a stranger's server says is shown to nobody."""
    held = wire.Wire(line)
    try:
        held.send(request, until)
        return _reply(Reader(held, most=MOST).read_head(until))
    finally:
        held.close()


def _reply(answer: Answer) -> Reply:
    status = answer.status
    if 200 <= status < 300:
        return Reply(status)
    if 300 <= status < 400:
        return Reply(status, "It answered with a redirect, and those are not followed.")
    return Reply(status, f"It answered {status}.", answer.retry_after.strip()[:20])


def _sentence(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"No answer within {TIMEOUT:.0f} seconds."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not valid: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "No secure connection could be made."
    if isinstance(error, socket.gaierror | UnicodeError):
        return "Its name has no address."
    if isinstance(error, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(error, AnswerError):
        return "Its answer is not HTTP."
    return "The connection failed."
