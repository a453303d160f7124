"""The style gallery and its sample pages, rendered without the application: what the tests of the design look at."""

from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from wtforms import Form

from forms.gallery import GalleryForm
from tests import house

NAV: tuple[tuple[str, str, int | None], ...] = (
    ("Today", "sun", 3),
    ("SMS Status", "message-square-text", None),
    ("Questionnaires", "clipboard-list", None),
)
NAV += (("Contacts", "users", None), ("Settings", "settings", None))


def environment() -> Environment:
    loader = FileSystemLoader(house.ROOT / "templates")
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    env.globals["static"] = lambda name: f"/static/{name}"
    return env


def pages() -> dict[str, str]:
    """Path on the test server → HTML."""
    return {
        "/gallery": _render("gallery/page.html", form=_wrong(), flash=[("success", "Saved.")]),
        "/desk": _render("gallery/desk.html", open=True, locked=False),
        "/locked": _render("gallery/desk.html", open=True, locked=True),
        "/list": _render("gallery/desk.html", open=False, locked=False, banner="Demo: nothing leaves this computer."),
        "/phones": _render("gallery/phones.html"),
        "/questionnaire": _render("gallery/questionnaire.html", form=_short(_form()), chosen=None, wrong=False),
        "/wrong": _render("gallery/questionnaire.html", form=_short(_wrong()), chosen="yes", wrong=True),
        "/thanks": _render("gallery/thanks.html", privacy_url="/privacy", terms_url="/terms"),
        "/sign-in": _render("gallery/sign_in.html", business=None),
        "/error": _render(
            "error/page.html", title="This page does not exist", sentence="It may be old.", reference="7f"
        ),
    }


def _render(template: str, **context: Any) -> str:
    shell = {
        "business": SimpleNamespace(name="Fernhill Photography"),
        "member": SimpleNamespace(name="Ana Whitfield", email="ana@fernhill.example", role="owner", has_shortcuts=True),
        "nav": [{"url": "#", "label": n, "icon": i, "badge": b, "current": n == "SMS Status"} for n, i, b in NAV],
        "csrf_token": "token",
        "flash": [],
        "request_path": "/",
    }
    return environment().get_template(template).render(shell | context)


def _wrong() -> Form:
    form = _form(FormData({"email": "not an address"}))
    form.validate()
    return form


def _form(typed: FormData | None = None, kind: type[Form] = GalleryForm) -> Form:
    return kind(typed)


def _short(form: Form) -> Form:
    """Only what a client is asked in the sample questionnaire."""
    for name in ("number", "how", "reason", "confirm"):
        del form[name]
    return form
