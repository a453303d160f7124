"""Templates to text: one environment, autoescaped, with the few names that every page may use."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal import clock, folder, glyph, local_time
from portal.accounts.business import Business, Capability
from portal.clients import standing, topic
from portal.consent import phone_number
from portal.messaging import quiet_hours


@dataclass(frozen=True)
class Tour:
    """What a demo shows a newcomer: the questionnaire to open, the number to give, and (role, e-mail, password)."""

    form_url: str
    number: str
    sign_ins: Sequence[tuple[str, str, str]]


def banner(tour: Tour | None, path: str) -> Markup | None:
    """The numbered steps on top of every page of a demo."""
    return Markup(render("_tour.html", {"tour": tour, "request_path": path})) if tour else None  # noqa: S704 (ours)


@cache
def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(folder.of("templates")),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    found.globals["static"] = static_url
    found.filters["phone"] = lru_cache(4096)(phone_number.display)
    found.filters["shown"] = glyph.shown
    found.filters["day_of"] = local_time.day_of
    found.filters["standing"] = standing.of
    found.filters["topics"] = topic.offered
    found.filters["topic"] = lambda scope: standing.TOPICS[scope]
    found.filters["hour"] = local_time.hour
    found.filters["day"] = local_time.day
    found.filters["when"] = local_time.when
    found.filters["clocks_at"] = quiet_hours.clocks
    found.filters["date"] = local_time.date
    found.filters["short_time"] = local_time.short
    found.filters["full_time"] = local_time.full
    found.filters["rfc3339"] = clock.rfc3339
    return found


BESIDE = {"/contacts": ("/groups", "/invite", "/flows", "/import")}
"""Pages that belong to one of the main ones under another address."""


def nav(
    path: str, business: Business | None, *, is_rehearsal: bool = False, badges: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The main pages of a signed-in member's business; `current` marks the one that `path` belongs to, `badges` say by
    address what waits there."""
    if business is None:
        return []
    items = [("/", "Today", "sun")]
    if business.may_use(Capability.TEXTING):
        items += [("/sms", "SMS Status", "message-square-text"), ("/review", "Review", "triangle-alert")]
    items += [("/contacts", "Contacts", "users"), ("/projects", "Projects", "folder")]
    if business.may_use(Capability.TEXTING):
        items += [
            ("/questionnaires", "Questionnaires", "clipboard-list"),
            ("/automations", "Automations", "bot"),
            ("/evidence", "Proof", "shield-check"),
            ("/reports", "Reports", "signal"),
        ]
    if is_rehearsal:
        items += [("/rehearsal", "Pretend phones", "smartphone")]
    items += [("/settings", "Settings", "settings")]
    return [
        {
            "url": url,
            "label": label,
            "icon": icon,
            "badge": (badges or {}).get(url, ""),
            "current": _is_current(path, url),
        }
        for url, label, icon in items
    ]


def _is_current(path: str, url: str) -> bool:
    mine = (url, *BESIDE.get(url, ()))
    return any(path == each or (each != "/" and path.startswith(f"{each}/")) for each in mine)


@cache
def static_url(name: str) -> str:
    """The URL of a static file with a hash of its content, so that browsers may keep it for ever."""
    content = (folder.of("static") / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def render(template: str, context: dict[str, Any]) -> str:
    return environment().get_template(template).render(context)


def qr_code(text: str) -> Markup:
    """`text`, an address or a text message of ours, as a QR code in inline SVG: no other place learns what it says."""
    import segno

    drawn = segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 (drawn by segno: squares and nothing else)
