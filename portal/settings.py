"""Every knob, read once from the environment; each may come from a file named by NAME_FILE.

The README's table of settings is checked against `SETTINGS` by a test.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from portal.address import Rules
from portal.budget import CONNECTIONS, LEAST
from portal.errors import SettingsError

DEVELOPMENT_URL = "http://127.0.0.1:8000"


def _setting(name: str, default: Any, means: str, *, is_secret: bool = False) -> Any:
    """A secret is left out where settings are printed, as in the report of an error."""
    return field(default=default, repr=not is_secret, metadata={"name": name, "means": means})


@dataclass(frozen=True)
class Caps:
    """How many texts the public form may cause; promises.md B.2 layer 4 and 7. 0 means no limit."""

    number_day: int = _setting("PORTAL_CAP_NUMBER_DAY", 1, "confirmations to one number in 24 hours, all businesses")
    number_month: int = _setting("PORTAL_CAP_NUMBER_MONTH", 3, "confirmations to one number in 30 days")
    network_hour: int = _setting(
        "PORTAL_CAP_NETWORK_HOUR", 5, "confirmations asked from one network (/24, /64) an hour"
    )
    network_day: int = _setting("PORTAL_CAP_NETWORK_DAY", 20, "the same in a day")
    prefix_hour: int = _setting("PORTAL_CAP_PREFIX_HOUR", 3, "confirmations to numbers alike but for 4 digits, an hour")
    prefix_day: int = _setting("PORTAL_CAP_PREFIX_DAY", 10, "the same in a day")
    form_hour: int = _setting("PORTAL_CAP_FORM_HOUR", 30, "confirmations caused by one questionnaire in an hour")
    business_day: int = _setting("PORTAL_CAP_BUSINESS_DAY", 100, "confirmations caused by one business in a day")
    region_hour: int = _setting("PORTAL_CAP_REGION_HOUR", 20, "confirmations to one region in an hour")
    installation_day: int = _setting("PORTAL_CAP_INSTALLATION_DAY", 500, "confirmations of the installation in a day")
    segments_day: int = _setting("PORTAL_CAP_SEGMENTS_DAY", 5000, "segments one business may send in a day")
    installation_segments_day: int = _setting(
        "PORTAL_CAP_INSTALLATION_SEGMENTS_DAY", 50000, "segments the installation may send in a day"
    )
    automated_day: int = _setting("PORTAL_CAP_AUTOMATED_DAY", 2000, "automated texts of one business in a day")
    member_day: int = _setting("PORTAL_CAP_MEMBER_DAY", 1000, "texts one member may cause in a day, groups included")
    drain_second: int = _setting("PORTAL_CAP_DRAIN_SECOND", 10, "texts a second from one number after an outage")
    completion_percent: int = _setting(
        "PORTAL_COMPLETION_PERCENT", 10,
        "fewer of the last 20 first texts of a form, region or block of numbers arrive: clients text first; 0: off",
    )  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What the operator decides. Built by `from_environment`; tests build it directly."""

    database_url: str = _setting(
        "PORTAL_DATABASE_URL", "sqlite:///portal.db", "where everything is kept", is_secret=True
    )
    database_connections: int = _setting(
        "PORTAL_DATABASE_CONNECTIONS", CONNECTIONS, "connections one process takes of PostgreSQL, at the most"
    )
    secret_key: str = _setting(
        "PORTAL_SECRET_KEY", "", "signs links and forms, encrypts credentials; 32+ characters", is_secret=True
    )
    key_file: str = _setting("PORTAL_KEY_FILE", "", "evidence keys; made on first start beside the SQLite file")
    public_url: str = _setting("PORTAL_PUBLIC_URL", DEVELOPMENT_URL, "what providers and clients call")
    forms_url: str = _setting("PORTAL_FORMS_URL", "", "separate origin for public forms; default the public URL")
    trusted_proxies: str = _setting("PORTAL_TRUSTED_PROXIES", "", "addresses whose X-Forwarded-For is believed")
    smtp_url: str = _setting(
        "PORTAL_SMTP_URL", "", "smtp://user:password@host:587; without it mail goes to the log", is_secret=True
    )
    mail_from: str = _setting("PORTAL_MAIL_FROM", "", "sender of our mail; default portal@ the public URL's host")
    log_format: str = _setting("PORTAL_LOG_FORMAT", "text", "text or json")
    metrics_token: str = _setting(
        "PORTAL_METRICS_TOKEN", "", "opens /metrics; without it /metrics is a 404", is_secret=True
    )
    form_min_seconds: int = _setting("PORTAL_FORM_MIN_SECONDS", 3, "a form sent sooner is taken for a machine")
    form_work_bits: int = _setting("PORTAL_FORM_WORK_BITS", 0, "proof of work a public form asks of the browser")
    auto_reply_minutes: int = _setting("PORTAL_AUTO_REPLY_MINUTES", 10, "one automatic answer per number in this time")
    quiet_hours: str = _setting(
        "PORTAL_QUIET_HOURS", "law", "law: automated texts keep the hours of the number's place; off: any hour"
    )
    automated_per_day: int = _setting(
        "PORTAL_AUTOMATED_PER_DAY", 3, "automated texts to one number in 24 hours; more wait; 0 means no limit"
    )
    api_minute: int = _setting("PORTAL_CAP_API_MINUTE", 600, "API calls of one token in a minute")
    send_slots: int = _setting("PORTAL_SEND_SLOTS", 16, "texts handed to providers at the same time")
    webhook_ports: str = _setting("PORTAL_WEBHOOK_PORTS", "443", "ports that businesses' webhooks may name")
    webhook_allow_loopback: int = _setting(
        "PORTAL_WEBHOOK_ALLOW_LOOPBACK", 0, "1: webhooks may lead to this machine, by plain http too; for tests"
    )
    backup_dir: str = _setting(
        "PORTAL_BACKUP_DIR", "", "a folder, on another disk if possible, for a backup every night; without it none"
    )
    backup_passphrase: str = _setting(
        "PORTAL_BACKUP_PASSPHRASE", "", "seals backups; keep it with the keys: they cannot be opened without",
        is_secret=True,
    )  # fmt: skip
    caps: Caps = field(default_factory=Caps)
    provider_urls: Mapping[str, str] = field(default_factory=dict)
    witness_dir: str = _setting(
        "PORTAL_WITNESS_DIR", "", "a folder outside the database that keeps each day's signed checkpoint; none without"
    )
    demo: bool = False

    @property
    def form_origin(self) -> str:
        return self.forms_url or self.public_url

    @property
    def webhook_rules(self) -> Rules:
        return Rules(frozenset(map(int, self.webhook_ports.split(","))), may_loop=bool(self.webhook_allow_loopback))

    @property
    def key_path(self) -> Path | None:
        """Beside the SQLite file by default; None means keys live in memory only (a database in memory)."""
        if self.key_file:
            return Path(self.key_file)
        path = sqlite_path(self.database_url)
        return path.with_name("portal.keys") if path else Path("portal.keys")


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL, or None for another database."""
    prefix = "sqlite:///"
    return Path(url[len(prefix) :]) if url.startswith(prefix) else None


def documented() -> list[tuple[str, Any, str]]:
    """(name, default, meaning) of every setting, for the README and its test."""
    found = [f for f in (*fields(Settings), *fields(Caps)) if "name" in f.metadata]
    return [(f.metadata["name"], f.default, f.metadata["means"]) for f in found]


def from_environment(environ: Mapping[str, str] = os.environ, *, demo: bool = False) -> Settings:
    """Read all settings. Raises SettingsError with a sentence that names the variable to set."""
    found = _read(Settings, environ)
    caps = Caps(**_read(Caps, environ))
    urls = {
        name.removeprefix("PORTAL_").removesuffix("_API_URL").lower(): value.rstrip("/")
        for name, value in environ.items()
        if name.startswith("PORTAL_") and name.endswith("_API_URL") and value
    }
    settings = Settings(**found, caps=caps, provider_urls=urls, demo=demo)
    return _checked(settings)


def _read(kind: type[Any], environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in fields(kind):
        if "name" in each.metadata:
            text = _text(each.metadata["name"], environ)
            if text is not None:
                values[each.name] = _typed(each.metadata["name"], text, type(each.default))
    return values


def _text(name: str, environ: Mapping[str, str]) -> str | None:
    if name in environ:
        return environ[name]
    path = environ.get(f"{name}_FILE")
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error


def _typed(name: str, text: str, kind: type[Any]) -> Any:
    if kind is not int:
        return text
    try:
        value = int(text)
    except ValueError as error:
        raise SettingsError(f"{name} must be a whole number, not “{text}”.") from error
    if value < 0:
        raise SettingsError(f"{name} must not be negative.")
    return value


def _checked(settings: Settings) -> Settings:
    if not settings.demo and len(settings.secret_key) < 32:
        raise SettingsError(
            "Set PORTAL_SECRET_KEY to at least 32 random characters, for example the output of "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
        )
    if settings.database_connections < LEAST:
        raise SettingsError(f"PORTAL_DATABASE_CONNECTIONS must be at least {LEAST}.")
    if settings.log_format not in ("text", "json"):
        raise SettingsError("PORTAL_LOG_FORMAT must be text or json.")
    if settings.quiet_hours not in ("law", "off"):
        raise SettingsError("PORTAL_QUIET_HOURS must be law or off.")
    for name, url in (("PORTAL_PUBLIC_URL", settings.public_url), ("PORTAL_FORMS_URL", settings.forms_url)):
        if url and not url.startswith(("http://", "https://")):
            raise SettingsError(f"{name} must start with https:// (or http:// on this machine).")
    for each in settings.webhook_ports.split(","):
        if not each.strip().isdecimal() or not 0 < int(each) < 65536:
            raise SettingsError(f"PORTAL_WEBHOOK_PORTS: “{each}” is no port.")
    for each in filter(None, map(str.strip, settings.trusted_proxies.split(","))):
        try:
            ipaddress.ip_network(each, strict=False)
        except ValueError as error:
            raise SettingsError(f"PORTAL_TRUSTED_PROXIES: “{each}” is no address or network.") from error
    return settings
