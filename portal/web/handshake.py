"""Meta asks a webhook address once whether it is ours, before it sends anything there (rules.md section 6)."""

import hmac

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from portal.accounts import sender
from portal.accounts.sender import WHATSAPP

LONGEST = 256  # characters of a challenge; Meta's have about ten


async def answer(request: Request) -> Response:
    """`GET /webhooks/whatsapp/{business}/messages`: echoes the challenge to whoever knows a verify token of ours."""
    business_id, query = request.path_params["business"], request.query_params
    challenge = query.get("hub.challenge", "")
    if query.get("hub.mode") != "subscribe" or not challenge.isalnum() or len(challenge) > LONGEST:
        return _refused()
    if not business_id.isalnum():  # PostgreSQL takes no NUL
        return _refused()
    secrets = await request.app.state.database.reading(
        lambda session: sender.secrets_of(session, business_id, WHATSAPP)
    )
    given = query.get("hub.verify_token", "").encode()
    known = (secret.get("verify_token", "").encode() for secret in secrets)
    is_known = any(token.strip() and hmac.compare_digest(token, given) for token in known)
    return PlainTextResponse(challenge) if is_known else _refused()


def _refused() -> Response:
    """The same whatever is wrong, and for a business that does not exist."""
    return PlainTextResponse("The verify token does not match.", 403)
