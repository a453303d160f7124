"""Every knob: where it may come from, and the sentence for one that is wrong (interface.md section 2)."""

from pathlib import Path

import pytest

from portal import app, settings
from portal.accounts import key
from portal.errors import SettingsError
from portal.settings import Caps

KEY = {"PORTAL_SECRET_KEY": "s" * 40}


def test_without_anything_but_a_key_the_defaults_hold() -> None:
    found = settings.from_environment(KEY)
    assert found.database_url == "sqlite:///portal.db"
    assert found.caps == Caps()
    assert (found.caps.number_day, found.caps.form_hour, found.caps.installation_day) == (1, 30, 500)
    assert found.form_min_seconds == 3


def test_every_setting_of_the_environment_arrives() -> None:
    words = {
        "PORTAL_LOG_FORMAT": "json",
        "PORTAL_PUBLIC_URL": "https://a.example",
        "PORTAL_FORMS_URL": "https://f.example",
        "PORTAL_TRUSTED_PROXIES": "10.0.0.0/8",
        "PORTAL_WEBHOOK_PORTS": "443, 8443",
        "PORTAL_QUIET_HOURS": "off",
    }
    for name, default, _ in settings.documented():
        value = words.get(name) or ("7" if isinstance(default, int) else "x" * 40)
        found = settings.from_environment(KEY | {name: value})
        held = [getattr(part, each) for part in (found, found.caps) for each in part.__dataclass_fields__]
        assert (int(value) if isinstance(default, int) else value) in held, name


def test_a_setting_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("f" * 40 + "\n")
    found = settings.from_environment({"PORTAL_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert found.secret_key == "f" * 40


def test_the_value_itself_is_stronger_than_its_file(tmp_path: Path) -> None:
    found = settings.from_environment(KEY | {"PORTAL_SECRET_KEY_FILE": str(tmp_path / "absent")})
    assert found.secret_key == "s" * 40


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"PORTAL_SECRET_KEY": ""}, "Set PORTAL_SECRET_KEY"),
        ({"PORTAL_SECRET_KEY": "s" * 31}, "Set PORTAL_SECRET_KEY"),
        ({"PORTAL_FORM_MIN_SECONDS": "three"}, "PORTAL_FORM_MIN_SECONDS must be a whole number"),
        ({"PORTAL_CAP_NUMBER_DAY": "-1"}, "PORTAL_CAP_NUMBER_DAY must not be negative"),
        ({"PORTAL_CAP_NUMBER_DAY": "1.5"}, "must be a whole number"),
        ({"PORTAL_QUIET_HOURS": "on"}, "PORTAL_QUIET_HOURS must be law or off"),
        ({"PORTAL_LOG_FORMAT": "xml"}, "PORTAL_LOG_FORMAT must be text or json"),
        ({"PORTAL_PUBLIC_URL": "portal.example.com"}, "PORTAL_PUBLIC_URL must start with https://"),
        ({"PORTAL_FORMS_URL": "ftp://forms.example.com"}, "PORTAL_FORMS_URL must start with https://"),
        ({"PORTAL_TRUSTED_PROXIES": "10.0.0.0/8, proxy.local"}, "PORTAL_TRUSTED_PROXIES: “proxy.local”"),
        ({"PORTAL_WEBHOOK_PORTS": "443, all"}, "PORTAL_WEBHOOK_PORTS: “ all” is no port"),
        ({"PORTAL_WEBHOOK_PORTS": "70000"}, "PORTAL_WEBHOOK_PORTS: “70000” is no port"),
        ({"PORTAL_SMTP_URL_FILE": "/nowhere/url"}, "PORTAL_SMTP_URL_FILE names /nowhere/url"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(values: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        settings.from_environment(KEY | values)


def test_a_demo_needs_no_key() -> None:
    assert settings.from_environment({}, demo=True).demo


def test_an_operator_points_a_provider_elsewhere() -> None:
    found = settings.from_environment(KEY | {"PORTAL_TWILIO_API_URL": "http://127.0.0.1:9999/"})
    assert found.provider_urls == {"twilio": "http://127.0.0.1:9999"}


def test_each_provider_is_pointed_elsewhere_by_its_own_variable() -> None:
    found = settings.from_environment(KEY | {"PORTAL_WHATSAPP_API_URL": "http://127.0.0.1:9998"})
    usual = {name: url for name, (_, url) in app.REAL.items()}
    assert app.base_urls(found) == usual | {"whatsapp": "http://127.0.0.1:9998"}


def test_a_secret_shows_in_no_printed_settings() -> None:
    values = {
        "PORTAL_SECRET_KEY": "hush" * 10,
        "PORTAL_METRICS_TOKEN": "hush-token",
        "PORTAL_SMTP_URL": "smtp://me:hush@a.example",
    }
    values["PORTAL_DATABASE_URL"] = "postgresql+psycopg://me:hush@db.example/portal"
    assert "hush" not in repr(settings.from_environment(values))
    assert repr(key.in_memory()) == "Secrets()"
