"""`GET /metrics` for the operator's monitoring: with PORTAL_METRICS_TOKEN as bearer, else there is nothing here."""

import hmac
from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from portal import metrics
from portal.errors import NotFound
from portal.messaging import gauge
from portal.messaging.gauge import Gauges

FORMAT = "text/plain; version=0.0.4"
GAUGES = {
    "outbox_depth": "Texts that wait to be sent.",
    "oldest_due_seconds": "How long the text waits that could have gone out first.",
    "in_flight": "Texts with a provider whose answer is not known yet.",
    "unknown_outcomes": "Texts of the last seven days of which nobody knows whether they left.",
    "send_after_stop_total": "Texts of the last seven days claimed without consent or after an opt-out. Must be 0.",
    "ledger_entries": "Entries of all ledgers.",
}


async def show(request: Request) -> Response:
    """A token in the query string is refused: it would stand in every log on the way."""
    token = request.app.state.settings.metrics_token
    if not token:
        raise NotFound()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return PlainTextResponse("The metrics need their token.", 401, {"WWW-Authenticate": "Bearer"})
    found = await request.app.state.database.reading(gauge.read)
    return PlainTextResponse("\n".join(_lines(found)) + "\n", media_type=FORMAT)


def _lines(found: Gauges) -> Iterator[str]:
    for name, means in GAUGES.items():
        yield from _head(name, means, "gauge")
        yield f"portal_{name} {getattr(found, name):g}"
    for name, means in metrics.NAMES.items():
        yield from _head(name, means, "counter")
        for labels, number in sorted(metrics.counted(name).items()) or [((), 0)]:
            yield f"portal_{name}{_labels(dict(labels))} {number}"


def _head(name: str, means: str, kind: str) -> Iterator[str]:
    yield f"# HELP portal_{name} {means}"
    yield f"# TYPE portal_{name} {kind}"


def _labels(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""
