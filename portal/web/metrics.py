"""`GET /metrics` for the operator's monitoring: with PORTAL_METRICS_TOKEN as bearer, else there is nothing here."""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import accumulate

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from portal import clock, metrics
from portal.accounts import session as sign_ins
from portal.errors import NotFound
from portal.messaging import gauge, quarantine
from portal.watch import alert, backup_run, self_audit

FORMAT = "text/plain; version=0.0.4"
GAUGES = {
    "clock_skew_seconds": "How far the clock has left an even one since this process started.",
    "outbox_depth": "Texts that wait to be sent.",
    "oldest_due_seconds": "How long the text waits that could have gone out first.",
    "in_flight": "Texts with a provider whose answer is not known yet.",
    "unknown_outcomes": "Texts of the last seven days of which nobody knows whether they left.",
    "send_after_stop_total": "Texts of the last seven days claimed without consent or after an opt-out. Must be 0.",
    "texts_not_covered": "Texts without a fitting receipt, as the audits of the last seven nights found. Must be 0.",
    "ledger_verify_ok": "1 while the last nightly walk of every ledger found it in order.",
    "ledger_entries": "Entries of all ledgers.",
    "sign_ins_active": "Members who are signed in.",
    "alerts_open": "Troubles of all businesses that are known and not over.",
    "backup_age_seconds": "Since the last backup that the installation made by itself; -1: never.",
    "restore_test_age_seconds": "Since one of them was last brought back on trial; -1: never.",
    "quarantine": "1 while nothing is sent by itself.",
}


async def show(request: Request) -> Response:
    """A token in the query string is refused: it would stand in every log on the way."""
    token = request.app.state.settings.metrics_token
    if not token:
        raise NotFound()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return PlainTextResponse("The metrics need their token.", 401, {"WWW-Authenticate": "Bearer"})
    found = await request.app.state.database.reading(_gauges)
    found["clock_skew_seconds"] = round(request.app.state.clock_watch.skew, 3)
    return PlainTextResponse("\n".join(_lines(found)) + "\n", media_type=FORMAT)


def _gauges(session: Session) -> dict[str, float]:
    return asdict(gauge.read(session)) | {
        "sign_ins_active": sign_ins.count(session),
        "alerts_open": alert.count(session),
        **_backups(session),
        "quarantine": int(quarantine.is_on(session)),
        **self_audit.gauges(session),
    }


def _backups(session: Session) -> dict[str, float]:
    found = backup_run.latest(session)
    ages = {"backup_age_seconds": found and found.made_at, "restore_test_age_seconds": found and found.tried_at}
    return {name: (clock.now() - at).total_seconds() if at else -1 for name, at in ages.items()}


def _lines(found: Mapping[str, float]) -> Iterator[str]:
    """What this process counted; what the database knows is the same in every process."""
    for name, means in GAUGES.items():
        yield from _head(name, means, "gauge")
        yield f"portal_{name} {found[name]:g}"
    for name, means in metrics.NAMES.items():
        yield from _head(name, means, "counter")
        for labels, number in sorted(metrics.counted(name).items()) or [((), 0)]:
            yield f"portal_{name}{_labels(dict(labels))} {number}"
    for name, means in metrics.TIMES.items():
        yield from _head(name, means, "histogram")
        yield from _histogram(f"portal_{name}", metrics.times(name))


def _histogram(name: str, times: metrics.Times) -> Iterator[str]:
    """Each bucket counts all that are not above its bound, as Prometheus reads it."""
    bounds = [*(f"{each:g}" for each in metrics.BOUNDS), "+Inf"]
    for bound, so_far in zip(bounds, accumulate(times.within), strict=True):
        yield f'{name}_bucket{{le="{bound}"}} {so_far}'
    yield f"{name}_sum {times.total:.6f}"
    yield f"{name}_count {sum(times.within)}"


def _head(name: str, means: str, kind: str) -> Iterator[str]:
    yield f"# HELP portal_{name} {means}"
    yield f"# TYPE portal_{name} {kind}"


def _labels(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""
