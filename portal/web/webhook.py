"""Provider events at the door, in five steps of equal order for every provider (architecture.md section 6).

1 known? · 2 authentic? · 3 well formed? · 4 all events stored and acted on, on disk · 5 drained and answered.
The handler stays on the event loop until the write (speed.md, design 3).
"""

from collections.abc import Mapping, Sequence

from sqlmodel import Session
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from portal import clock, logs, metrics
from portal.accounts import sender
from portal.database import Database, Lane
from portal.errors import NotFound
from portal.messaging import batch, drain
from portal.messaging.inbox import Received, Rules
from portal.providers.provider import Challenger, Malformed, Provider, Providers, Request

READ_AGAIN = 1.0  # seconds between two looks for a business's secrets when none of them fits
KEEP = 5.0  # seconds after which they are looked up again anyway: one that was dropped must not count for ever
Secrets = Sequence[Mapping[str, str]]


async def receive(http: HttpRequest) -> Response:
    """`POST /webhooks/{provider}/{business}/messages` and `…/status`."""
    return await _receive(http, http.path_params["provider"])


async def receive_vonage(http: HttpRequest) -> Response:
    """The same by GET, which is what a new account at Vonage is set to; its signature covers the query."""
    return await _receive(http, "vonage")


async def _receive(http: HttpRequest, name: str) -> Response:
    arrived_at, began = clock.now(), clock.monotonic()
    state = http.app.state
    providers: Providers = state.providers
    provider = providers.get(name)
    business_id = http.path_params["business"]
    if provider is None or not business_id.isalnum():  # PostgreSQL takes no NUL
        raise NotFound()
    request = Request(http.method, _called(http, providers), http.headers, await http.body(), http.query_params)
    secrets = await _authentic(http, provider, business_id, request)
    if not secrets:
        return _unproven(provider, business_id, request)
    events = provider.read(request, secrets)
    if isinstance(events, Malformed):
        return _rejected(provider, business_id, "malformed", PlainTextResponse(events.sentence, 400))
    rules = Rules(state.settings.auto_reply_minutes)
    received = await state.database.writing(
        lambda session: batch.receive(
            session, business_id, provider, events, raw=request.body, arrived_at=arrived_at, rules=rules
        ),
        lane=Lane.CONSENT,
        may_repeat=True,
    )
    metrics.took("webhook_commit_seconds", clock.monotonic() - began)
    await _settle(state.database, provider, received)
    metrics.took("webhook_ack_seconds", clock.monotonic() - began)
    return _answer(provider)


async def _settle(database: Database, provider: Provider, received: Sequence[Received]) -> None:
    """Count them, and wait for every number that stopped while a text to it was on its way. One after the other costs
    no more than all at once: every lease runs meanwhile (flight.LEASE)."""
    for each in received:
        metrics.count("webhook_accepted_total" if each.is_new else "webhook_duplicate_total", provider=provider.name)
    stopped = {each.subscription_id for each in received if each.has_flight and each.subscription_id is not None}
    for each_id in sorted(stopped):
        await drain.wait(database, each_id)


def _unproven(provider: Provider, business_id: str, request: Request) -> Response:
    """Nothing changed. Bandwidth brings its credentials only to who asks for them: that is no rejection yet."""
    if isinstance(provider, Challenger) and (asked := provider.challenge(request)):
        return PlainTextResponse("Please show your credentials.", 401, {"WWW-Authenticate": asked})
    return _rejected(provider, business_id, "signature", PlainTextResponse("The signature does not match.", 403))


def _rejected(provider: Provider, business_id: str, reason: str, response: Response) -> Response:
    logs.event("webhook.rejected", provider=provider.name, reason=reason, business=business_id)
    metrics.count("webhook_rejected_total", provider=provider.name, reason=reason)
    return response


async def _authentic(http: HttpRequest, provider: Provider, business_id: str, request: Request) -> Secrets:
    """The secrets that vouch for this request, or none. Raises NotFound for a business without a sender there.

    They are kept in the process for some seconds, since each costs a decryption; a signature that does not match them
    makes us read them again, at most once a second, so that a new sender or a rotated secret counts at once.
    """
    cache: dict[tuple[str, str], tuple[float, Secrets]] = http.app.state.webhook_secrets
    name = (business_id, provider.name)
    read_at, secrets = cache.get(name, (0.0, ()))
    age = clock.monotonic() - read_at
    if secrets and age < KEEP and provider.is_authentic(request, secrets):
        return secrets
    if secrets and age < READ_AGAIN:
        return ()

    def read(session: Session) -> Secrets:
        return sender.secrets_of(session, business_id, provider.name)

    secrets = await http.app.state.database.reading(read)
    if not secrets:
        raise NotFound()
    cache[name] = (clock.monotonic(), secrets)
    return secrets if provider.is_authentic(request, secrets) else ()


def _called(http: HttpRequest, providers: Providers) -> str:
    """What the provider called: the configured public URL, never Host or X-Forwarded-* (promises.md B.4)."""
    query = http.scope["query_string"].decode()
    return f"{providers.public_url}{http.scope['path']}{'?' + query if query else ''}"


def _answer(provider: Provider) -> Response:
    media_type, body = provider.reply()
    return Response(body, media_type=media_type)
