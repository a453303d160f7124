"""Mail over a real SMTP conversation on loopback, and what happens without a server or to a hostile address."""

import logging
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest

from portal import mail
from portal.errors import Invalid, SettingsError, Unavailable
from portal.settings import Settings


@dataclass
class PostOffice:
    """An SMTP server of one conversation after the other; it keeps what it was told."""

    offers: tuple[str, ...] = ()
    refuses: str = ""
    said: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    bound: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.bound.getsockname()[1]}"

    @property
    def mail(self) -> EmailMessage:
        [only] = self.mails
        return message_from_bytes(only, policy=policy.default)

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.bound.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                self._converse(stream)

    def _converse(self, stream: object) -> None:
        pipe = cast("socket.SocketIO", stream)

        def answer(line: str) -> None:
            pipe.write(f"{line}\r\n".encode())
            pipe.flush()

        answer("220 here")
        while line := pipe.readline():
            said = line.decode().strip()
            self.said.append(said)
            word = said.split(" ")[0].upper()
            if self.refuses and word == self.refuses:
                answer("550 no")
            elif word == "EHLO":
                answer("250-here")
                for each in self.offers:
                    answer(f"250-{each}")
                answer("250 HELP")
            elif word == "AUTH":
                answer("235 welcome")
            elif word == "DATA":
                answer("354 go on")
                self.mails.append(self._body(pipe))
                answer("250 taken")
            elif word == "QUIT":
                answer("221 bye")
                return
            else:
                answer("250 ok")

    @staticmethod
    def _body(pipe: "socket.SocketIO") -> bytes:
        lines = []
        while (line := pipe.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    made = PostOffice()
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    yield made
    made.bound.shutdown(socket.SHUT_RDWR)
    made.bound.close()
    thread.join(5)


def settings(smtp_url: str = "", **values: object) -> Settings:
    known = {"secret_key": "s" * 40, "public_url": "https://portal.example.com", "smtp_url": smtp_url}
    return Settings(**(known | values))  # type: ignore[arg-type]


def send(to: str = "rosa@delgado.example", *, subject: str = "Before your session", **values: object) -> None:
    mail.send(settings(**values), to=to, subject=subject, text="Please open\nhttps://portal.example.com/f/x\n")  # type: ignore[arg-type]


def test_a_mail_arrives_with_its_words_and_its_sender(office: PostOffice) -> None:
    send(smtp_url=office.url)
    assert office.mail["To"] == "rosa@delgado.example"
    assert office.mail["From"] == "portal@portal.example.com"
    assert office.mail["Subject"] == "Before your session"
    assert office.mail["Auto-Submitted"] == "auto-generated"
    assert "https://portal.example.com/f/x" in office.mail.get_content()


def test_words_beyond_ascii_arrive_as_they_are(office: PostOffice) -> None:
    mail.send(
        settings(office.url), to="tomas@rivera.example", subject="Vor Ihrem Termin – für Tomás", text="¡Hola! 你好"
    )
    assert office.mail["Subject"] == "Vor Ihrem Termin – für Tomás"
    assert office.mail.get_content().strip() == "¡Hola! 你好"


def test_the_operator_names_the_sender(office: PostOffice) -> None:
    send(smtp_url=office.url, mail_from="hello@hearth.example")
    assert office.mail["From"] == "hello@hearth.example"
    assert office.said[1] == "mail FROM:<hello@hearth.example>" or "hello@hearth.example" in office.said[1]


def test_a_password_goes_to_a_server_on_this_machine(office: PostOffice) -> None:
    office.offers = ("AUTH PLAIN",)
    send(smtp_url=office.url.replace("smtp://", "smtp://me:p%40ss@"))
    assert any(line.startswith("AUTH PLAIN") for line in office.said)
    assert len(office.mails) == 1


def test_a_password_never_goes_elsewhere_in_clear(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office.offers = ("AUTH PLAIN",)
    monkeypatch.setattr(mail, "_is_here", lambda host: False)
    with pytest.raises(Unavailable):
        send(smtp_url=office.url.replace("smtp://", "smtp://me:secret@"))
    assert not any(line.startswith("AUTH") for line in office.said)
    assert office.mails == []


def test_encryption_is_used_where_it_is_offered(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office.offers = ("STARTTLS",)
    contexts: list[object] = []

    def starttls(self: smtplib.SMTP, *, context: ssl.SSLContext) -> None:
        contexts.append(context)

    monkeypatch.setattr(smtplib.SMTP, "starttls", starttls)
    send(smtp_url=office.url)
    [context] = contexts
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    "to",
    [
        "", "nobody", "a@b.example\nBcc: all@c.example", "a@b.example\r\n\r\nhello", "a@b.example, c@d.example",
        "<a@b.example>", "Rosa <rosa@delgado.example>", "a b@c.example", "a@b.example\x00", "@b.example",
    ],
)  # fmt: skip
def test_an_address_that_is_not_exactly_one_is_refused(office: PostOffice, to: str) -> None:
    with pytest.raises(Invalid):
        send(to, smtp_url=office.url)
    assert office.said == []


@pytest.mark.parametrize("subject", ["a\nBcc: all@c.example", "a\r\n\r\nb", "a\x00b", "a\x1b[31m"])
def test_a_subject_is_one_line(office: PostOffice, subject: str) -> None:
    with pytest.raises(Invalid):
        send(subject=subject, smtp_url=office.url)
    assert office.said == []


def test_a_server_that_refuses_is_said_so_in_a_sentence(office: PostOffice) -> None:
    office.refuses = "RCPT"
    with pytest.raises(Unavailable, match="could not be sent"):
        send(smtp_url=office.url)


def test_a_server_that_is_not_there_is_said_so_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable, match="could not be sent"):
        send(smtp_url=f"smtp://127.0.0.1:{port}")


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:notaport"])
def test_a_server_that_is_none_is_the_operators_matter(url: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_SMTP_URL"):
        send(smtp_url=url)


def test_without_a_server_the_log_names_subject_and_domain_only(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        send()
    [record] = caplog.records
    assert record.facts == {"to_domain": "delgado.example", "subject": "Before your session"}  # type: ignore[attr-defined]
    assert capsys.readouterr().out == ""


def test_a_demo_shows_the_whole_mail_on_its_console(capsys: pytest.CaptureFixture[str]) -> None:
    send(demo=True)
    shown = capsys.readouterr().out
    assert "rosa@delgado.example" in shown
    assert "https://portal.example.com/f/x" in shown


def send_archive(smtp_url: str) -> None:
    mail.send_file(
        settings(smtp_url), to="archive@example.com", subject="Archive of Hearth: items 1 to 2", text="Zoë: =x\n" * 300,
        key="archive.b1.1-2", date="Sat, 21 Nov 2026 23:05:00 +0000", headers={"X-Archive-First-Number": "1"},
        file=("archive-1-2.jsonl", '{"number": 1}\n{"number": 2, "text": "é"}\n'.encode()),
    )  # fmt: skip


def test_an_archive_is_the_same_mail_whenever_it_is_sent(office: PostOffice) -> None:
    send_archive(office.url)
    send_archive(office.url)
    assert office.mails[0] == office.mails[1]
    got = message_from_bytes(office.mails[0], policy=policy.default)
    assert got["Message-ID"] == "<archive.b1.1-2@portal.example.com>"
    assert got["X-Archive-First-Number"] == "1"
    body, file = got.iter_parts()
    assert body.get_content().startswith("Zoë: =x")
    assert file.get_filename() == "archive-1-2.jsonl"
    assert file.get_content().decode() == '{"number": 1}\n{"number": 2, "text": "é"}\n'


def test_an_archive_without_a_server_goes_nowhere_and_into_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unavailable, match="PORTAL_SMTP_URL"):
        send_archive("")
    assert caplog.text == ""
