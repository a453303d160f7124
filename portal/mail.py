"""Mail to one person at a time: over SMTP where a server is set, else as a line in the log.

It blocks, up to 10 s a step, so it is called outside every transaction.
"""

import ipaddress
import re
import smtplib
import ssl
import sys
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

from portal import logs
from portal.errors import Invalid, SettingsError, Unavailable
from portal.settings import Settings

TIMEOUT = 10.0  # seconds
PORTS = {"smtp": 587, "smtps": 465}
_PLAIN = r"[^\s\x00-\x1f\x7f-\x9f@<>,;:\"()\[\]\\]"
_ADDRESS = re.compile(_PLAIN + "{1,64}@" + _PLAIN + "{1,253}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def send(settings: Settings, *, to: str, subject: str, text: str) -> None:
    """Send one mail. Raises Invalid for an address or subject that could smuggle headers, Unavailable when the mail
    server does not take it."""
    mail = _composed(settings, to, subject, text)
    if settings.smtp_url:
        _deliver(settings.smtp_url, mail)
        logs.event("mail.sent", to_domain=_domain(to), subject=subject)
    else:
        _write(settings, mail, text)


def send_file(
    settings: Settings,
    *,
    to: str,
    subject: str,
    text: str,
    key: str,
    date: str,
    headers: Mapping[str, str],
    file: tuple[str, bytes],
) -> None:
    """Send one mail with a file of JSON lines: the same bytes and Message-ID whenever it is sent again with this `key`
    and `date`. Raises as `send` does, and Unavailable without a server, since such a file never goes to the log."""
    if not settings.smtp_url:
        raise Unavailable("There is no mail server: PORTAL_SMTP_URL is not set.")
    mail = _composed(settings, to, subject, text)
    mail.replace_header("Date", date)
    mail.replace_header("Message-ID", f"<{key}@{_domain(mail['From'])}>")
    for name, value in headers.items():
        mail[name] = value
    name, content = file
    mail.add_attachment(content, maintype="application", subtype="x-ndjson", filename=name)
    mail.set_boundary(f"={key}=")
    try:
        _deliver(settings.smtp_url, mail)
    except Unavailable as error:
        raise Unavailable("The mail server did not take the mail.") from error
    logs.event("mail.sent", to_domain=_domain(to), subject="an archive")


def is_address(text: str) -> bool:
    """Whether it is one address that mail may go to."""
    return _ADDRESS.fullmatch(text) is not None


def check(smtp_url: str) -> SplitResult:
    """The parts of PORTAL_SMTP_URL. Raises SettingsError when it is not one."""
    parts = urlsplit(smtp_url)
    try:
        is_good = parts.scheme in PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good:
        raise SettingsError("PORTAL_SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465.")
    return parts


def _composed(settings: Settings, to: str, subject: str, text: str) -> EmailMessage:
    if not _ADDRESS.fullmatch(to):
        raise Invalid("This is not one e-mail address.", fields={"email": ["Please give one e-mail address."]})
    if _CONTROL.search(subject):
        raise Invalid("The subject of a mail is one line.")
    mail = EmailMessage()
    mail["From"] = _from(settings)
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = make_msgid(domain=_domain(mail["From"]))
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    return mail


def _from(settings: Settings) -> str:
    if settings.mail_from:
        if not _ADDRESS.fullmatch(settings.mail_from):
            raise SettingsError("PORTAL_MAIL_FROM must be one e-mail address.")
        return settings.mail_from
    return f"portal@{urlsplit(settings.public_url).hostname or 'localhost'}"


def _deliver(smtp_url: str, mail: EmailMessage) -> None:
    parts = check(smtp_url)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    try:
        with _connected(parts.scheme, host, port) as server:
            if parts.username:
                _demand_privacy(server, host)
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        logs.event("mail.failed", level=40, error=type(error).__name__)
        raise Unavailable("The mail could not be sent. Please try again later, or send it yourself.") from error


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    """Encrypted from the start, or as soon as the server offers it."""
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
    except BaseException:
        server.close()
        raise
    return server


def _demand_privacy(server: smtplib.SMTP, host: str) -> None:
    if not isinstance(server.sock, ssl.SSLSocket) and not _is_here(host):
        raise smtplib.SMTPNotSupportedError("no encryption, so the password is not sent")


def _is_here(host: str) -> bool:
    """Whether the server is this machine, where a password in clear is read by nobody."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _write(settings: Settings, mail: EmailMessage, text: str) -> None:
    """No server: the log tells subject and domain; the whole text is shown only in a demo, where nobody is real."""
    logs.event("mail.written", to_domain=_domain(str(mail["To"])), subject=str(mail["Subject"]))
    if settings.demo:
        sys.stdout.write(f"\n--- mail to {mail['To']}: {mail['Subject']}\n{text}\n---\n")
        sys.stdout.flush()


def _domain(address: str) -> str:
    return str(address).rpartition("@")[2]
