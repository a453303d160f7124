"""Templates to text: one environment, autoescaped, with the few names that every page may use."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal import clock
from portal.consent import phone_number

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """`templates` or `static`: inside the package when installed as a wheel, beside it in a checkout."""
    inside = _PACKAGE / f"_{name}"
    return inside if inside.is_dir() else _PACKAGE.parent / name


@cache
def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    found.globals["static"] = static_url
    found.filters["phone"] = phone_number.display
    found.filters["rfc3339"] = clock.rfc3339
    return found


@cache
def static_url(name: str) -> str:
    """The URL of a static file with a hash of its content, so that browsers may keep it for ever."""
    content = (folder("static") / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def render(template: str, context: dict[str, Any]) -> str:
    return environment().get_template(template).render(context)
