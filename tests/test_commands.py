"""The `portal` command: what it does, what it says, and how it refuses (interface.md section 1)."""

import base64
import datetime as dt
import io
import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from portal import app, clock, commands, engine, logs, schema
from portal.accounts import business as businesses
from portal.accounts import key, member, sender
from portal.accounts import session as sign_ins
from portal.accounts.audit import AuditEntry
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.accounts.sender import Sender
from portal.commands import program
from portal.consent import evidence, ledger_seal, subscription
from portal.consent.state import Origin, Proof
from portal.contacts import contact_export
from portal.database import Database
from portal.evidence import checkpoint, note
from portal.messaging import archive, message, opt_in, quarantine
from tests.conftest import ON_POSTGRES, OTHER_NUMBER, OUR_NUMBER, World, populate

OFFERED = {
    "demo", "serve", "worker", "migrate", "business", "member", "sender", "token", "jobs", "verify", "read", "doctor",
    "export", "import", "backup", "restore", "reconcile", "retention",
}  # fmt: skip
PASSWORD = "a few words in a row"
NUMBER = "+14155550132"
Run = Callable[..., "Done"]


class Done:
    """What a command did: its exit code and both its outputs."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def __iter__(self) -> Iterator[Any]:
        return iter((self.code, self.out, self.err))

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of an installation, and no others."""
    for name in list(os.environ):
        if name.startswith("PORTAL_") and not name.startswith("PORTAL_TEST"):
            monkeypatch.delenv(name)
    path = tmp_path / "portal.keys"
    key.load(path, root="s" * 40, may_create=True)
    values = {
        "PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": "s" * 40, "PORTAL_KEY_FILE": str(path),
        "PORTAL_PUBLIC_URL": "https://portal.example.com",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    return values


@pytest.fixture
def run(environment: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: str, stdin: str = "") -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        try:
            code = commands.main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return run


@pytest.fixture
def kept(environment: dict[str, str], database_url: str) -> Iterator[Database]:
    """The installation's database, with its own keys."""
    secrets = key.load(Path(environment["PORTAL_KEY_FILE"]), root="s" * 40, may_create=False)
    found = Database(database_url, secrets=secrets)
    yield found
    found.dispose()


@pytest.fixture
def town(kept: Database) -> World:
    """Two businesses with rehearsal senders."""
    return populate(kept, key.in_memory(), provider="rehearsal")


@pytest.fixture
def real_town(kept: Database) -> World:
    """The same, texting for real."""
    return populate(kept, key.in_memory())


def opted_in(session: Session, business_id: str) -> None:
    row = subscription.lock(session, business_id, "sms", NUMBER)
    opt_in.opt_in(
        session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", scope="informational",
        confirmation="form.confirmation", evidence={"words": "I agree"},
    )  # fmt: skip


# the command itself


def test_exactly_the_commands_of_this_release_are_offered() -> None:
    [actions] = [each for each in program.parser()._actions if each.choices and each.dest != "help"]
    assert set(actions.choices or ()) == OFFERED


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["demo"], ["serve"], ["worker"], ["migrate"], ["business"], ["business", "create"], ["business", "grant"],
        ["member", "password"], ["sender", "add"], ["sender", "rotate"], ["token", "create"], ["jobs", "run"],
        ["verify"], ["read"], ["doctor"], ["backup"], ["restore"],
    ],
)  # fmt: skip
def test_every_command_explains_itself(run: Run, arguments: list[str]) -> None:
    done = run(*arguments, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("usage: portal")


@pytest.mark.parametrize(
    "arguments",
    [[], ["dance"], ["backup"], ["business"], ["business", "create"], ["serve", "--port", "x"], ["read"],
     ["business", "grant", "--business", "b", "--capability", "flying"], ["read", "STOP", "--jsonl"]],
)  # fmt: skip
def test_wrong_usage_ends_with_two(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "usage: portal" in done.err


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["verify"], ["migrate"], ["jobs", "run"]])
def test_a_missing_setting_is_named_in_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.delenv("PORTAL_SECRET_KEY")
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert re.fullmatch(r"portal: Set PORTAL_SECRET_KEY to at least 32 random characters.*\n", err)


def test_a_database_that_does_not_answer_is_named_in_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/nothing?connect_timeout=2")
    code, out, err = run("migrate")
    assert (code, out) == (1, "")
    assert err.startswith("portal: The database cannot be used:")
    assert err.count("\n") == 1


# businesses, members, senders, tokens


def create(run: Run, *more: str, email: str = "fern@example.com", password: str = PASSWORD) -> Done:
    arguments = ("--name", "Fern Studio", "--owner-email", email, "--owner-password-stdin")
    done = run("business", "create", *arguments, *more, stdin=f"{password}\n")
    assert isinstance(done, Done)
    return done


def test_a_business_is_created_with_an_owner_who_may_sign_in(run: Run, kept: Database) -> None:
    made = create(run, "--json", "--region", "CA", "--timezone", "America/Toronto").json
    assert set(made) == {"business", "slug", "member"}
    business = kept.read(lambda session: businesses.get(session, made["business"]))
    assert (business.slug, business.region, business.timezone) == ("fern-studio", "CA", "America/Toronto")
    assert business.allowed_regions == ["CA"]
    owner = kept.read(lambda session: session.exec(select(Member)).one())
    assert (owner.id, owner.role) == (made["member"], "owner")
    assert member.is_password_right(owner.password_hash, PASSWORD)


@pytest.mark.covers("M-11")
def test_a_branch_is_created_under_a_business_and_its_owner_may_be_the_same(run: Run, kept: Database) -> None:
    main = create(run, "--json", "--region", "CA").json
    under = ("business", "create", "--name", "Fern North", "--main", "fern-studio", "--json")
    made = run(*under, "--owner-email", "fern@example.com").json
    branch = kept.read(lambda session: businesses.get(session, made["business"]))
    assert (branch.main_id, branch.region, branch.allowed_regions) == (main["business"], "CA", ["CA"])
    owners = kept.read(lambda session: member.all_of(session, branch.id))
    assert [(each.id, each.role, each.business_id) for each in owners] == [(main["member"], "owner", main["business"])]
    done = run(*under, "--owner-email", "new@example.com")
    assert (done.code, "--owner-password-stdin" in done.err) == (1, True)
    done = run("business", "create", "--name", "X", "--main", "fern-north", "--owner-email", "fern@example.com")
    assert (done.code, "is a branch itself" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("more", "kept_fields", "sentence"),
    [
        ([], {"password": "short"}, "at least 15 characters"),
        ([], {"email": "no address"}, "Please give an e-mail address."),
        (["--region", "Mars"], {}, "There is no region “Mars”"),
        (["--timezone", "Mars/Olympus"], {}, "There is no time zone"),
    ],
)
def test_a_business_that_cannot_be_is_refused_and_nothing_is_stored(
    run: Run, kept: Database, more: list[str], kept_fields: dict[str, str], sentence: str
) -> None:
    done = create(run, *more, **kept_fields)
    assert (done.code, done.out) == (1, "")
    assert sentence in done.err
    assert kept_fields.get("password", PASSWORD) not in done.err
    assert not kept.read(businesses.exists)


def test_an_address_signs_in_for_one_business_only(run: Run) -> None:
    create(run)
    done = create(run)
    assert (done.code, "Somebody already signs in" in done.err) == (1, True)


@pytest.mark.covers("H-26")
def test_the_operator_grants_and_takes_a_capability(run: Run, town: World) -> None:
    def has_texting() -> bool:
        return bool(
            town.read(lambda session: businesses.get(session, town.hearth.id).may_use(businesses.Capability.TEXTING))
        )

    grant = ("business", "grant", "--business", town.hearth.slug, "--capability", "texting")
    assert run(*grant, "--revoke").code == 0
    assert not has_texting()
    assert run(*grant).code == 0
    assert run(*grant).code == 0
    assert has_texting()
    business = town.read(lambda session: businesses.get(session, town.hearth.id))
    assert business.capabilities.count("texting") == 1


def test_a_business_nobody_knows_is_a_sentence(run: Run) -> None:
    done = run("business", "grant", "--business", "nobody", "--capability", "texting")
    assert (done.code, done.err) == (1, "portal: There is no such business.\n")


def test_a_lost_password_is_replaced_and_every_browser_signed_out(run: Run, town: World) -> None:
    done = run("member", "password", "--email", "alice@example.com", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done.code == 0
    assert PASSWORD not in done.out
    assert town.read(lambda session: sign_ins.find(session, town.alice.cookie)) is None
    alice = town.read(lambda session: member.by_email(session, "alice@example.com"))
    assert member.is_password_right(alice.password_hash, PASSWORD)


def add_sender(
    run: Run, real_town: World, *more: str, number: str = "+1 (415) 555-0100", provider: str = "twilio"
) -> Done:
    done = run(
        "sender", "add", "--business", real_town.hearth.slug, "--channel", "sms", "--number", number,
        "--provider", provider, *more,
    )  # fmt: skip
    assert isinstance(done, Done)
    return done


def credentials(real_town: World) -> dict[str, str]:
    def read(session: Session) -> dict[str, str]:
        sealed = session.exec(select(Sender.credentials).where(Sender.number == "+14155550100")).one()
        return sender.credentials_of(session, sealed)

    found: dict[str, str] = real_town.read(read)
    return found


def test_a_senders_credentials_come_from_values_files_and_the_environment_and_are_never_shown(
    run: Run, real_town: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("token-from-a-file\n")
    monkeypatch.setenv("PORTAL_CREDENTIAL_SHARED_KEY", "key-from-the-environment")
    done = add_sender(
        run, real_town, "--credential", "account_sid=AC1-by-value", f"auth_token=@{tmp_path / 'token'}", "--json"
    )
    assert (done.code, done.err) == (0, "")
    assert set(done.json) == {"sender", "channel", "number", "provider", "messages_url", "status_url"}
    assert done.json["number"] == "+14155550100"
    base = f"https://portal.example.com/webhooks/twilio/{real_town.hearth.id}"
    assert (done.json["messages_url"], done.json["status_url"]) == (f"{base}/messages", f"{base}/status")
    assert credentials(real_town) == {
        "account_sid": "AC1-by-value", "auth_token": "token-from-a-file", "shared_key": "key-from-the-environment",
    }  # fmt: skip
    assert not any(secret in done.out + done.err for secret in credentials(real_town).values())


@pytest.mark.parametrize(
    ("more", "fields", "sentence"),
    [
        (["--credential", "account_sid=hush"], {}, "missing: auth_token"),
        (["--credential", "account_sid=hush", "auth_token=hush", "pin=hush"], {}, "unknown: pin"),
        (["--credential", "hush"], {}, "--credential takes NAME=VALUE"),
        (["--credential", "auth_token=@/nowhere/hush.txt"], {}, "cannot be read"),
        (["--credential", "account_sid=AC1", "auth_token=hush"], {"number": "not a number"}, "digits"),
        (
            ["--credential", "account_sid=AC1", "auth_token=hush"],
            {"number": OTHER_NUMBER},
            "already belongs to a business",
        ),
        ([], {"provider": "rehearsal"}, "either rehearses or texts for real"),
        ([], {"provider": "pigeon"}, "There is no provider “pigeon”"),
    ],
)
def test_a_sender_that_cannot_be_is_refused_without_repeating_a_secret(
    run: Run, real_town: World, more: list[str], fields: dict[str, str], sentence: str
) -> None:
    done = add_sender(run, real_town, *more, **fields)
    assert (done.code, done.out) == (1, "")
    assert sentence in done.err
    assert "hush" not in done.err.replace("/nowhere/hush.txt", "")
    assert real_town.read(lambda session: set(sender.numbers(session, real_town.hearth.id))) == {OUR_NUMBER}


def test_a_new_sender_is_told_with_the_addresses_to_set_at_its_provider(run: Run, real_town: World) -> None:
    done = add_sender(run, real_town, "--credential", "auth_id=MA1", "auth_token=hush", provider="plivo")
    base = f"https://portal.example.com/webhooks/plivo/{real_town.hearth.id}"
    assert done.code == 0
    assert all(each in done.out for each in (f"{base}/messages\n", f"{base}/status\n", "portal/docs/plivo.md"))
    assert "hush" not in done.out


def test_a_rehearsal_has_no_address_to_set(run: Run, town: World) -> None:
    done = add_sender(run, town, provider="rehearsal")
    assert (done.code, done.out) == (0, "+14155550100 sends through rehearsal.\n")


def audited(real_town: World) -> list[AuditEntry]:
    def read(session: Session) -> list[AuditEntry]:
        return list(session.exec(select(AuditEntry).where(AuditEntry.action == "sender.rotated")).all())

    found: list[AuditEntry] = real_town.read(read)
    return found


@pytest.mark.covers("P5")
def test_a_rotated_secret_is_used_at_once_noted_and_never_shown(run: Run, real_town: World, tmp_path: Path) -> None:
    add_sender(run, real_town, "--credential", "account_sid=AC1", "auth_token=hush-old")
    (tmp_path / "token").write_text("hush-new\n")
    done = run(
        "sender", "rotate", "--number", "+1 415 555 0100", "--credential", f"auth_token=@{tmp_path / 'token'}", "--json"
    )
    assert (done.code, done.err, done.json["changed"]) == (0, "", ["auth_token"])
    assert credentials(real_town) == {"account_sid": "AC1", "auth_token": "hush-new"}
    (entry,) = audited(real_town)
    assert (entry.object, entry.details) == (done.json["sender"], {"changed": ["auth_token"], "previous": "kept"})
    dropped = run("sender", "rotate", "--sender", done.json["sender"], "--drop-previous")
    assert dropped.out == "+14155550100: webhooks count by the secrets in use only.\n"
    assert "hush" not in done.out + dropped.out + str([each.details for each in audited(real_town)])


ROTATIONS = [
    ([], "in use already"),
    (["--drop-previous"], "in use already"),
    (["--credential", "auth_token=hush"], "in use already"),
    (["--credential", "auth_token="], "missing: auth_token"),
    (["--credential", "pin=hush"], "unknown: pin"),
    (["--credential", "previous=hush"], "unknown: previous"),
    (["--credential", "hush"], "--credential takes NAME=VALUE"),
]


def test_a_rotation_that_changes_nothing_or_cannot_be_is_refused(run: Run, real_town: World) -> None:
    add_sender(run, real_town, "--credential", "account_sid=AC1", "auth_token=hush")
    refusals = [(run("sender", "rotate", "--number", "+14155550100", *more), said) for more, said in ROTATIONS]
    nobody = run("sender", "rotate", "--sender", "nobody", "--credential", "auth_token=new")
    for done, sentence in [*refusals, (nobody, "There is no such sender")]:
        assert (done.code, done.out, sentence in done.err, "hush" in done.err) == (1, "", True, False)
    assert credentials(real_town) == {"account_sid": "AC1", "auth_token": "hush"}


def test_a_token_opens_the_api_for_its_business(run: Run, town: World) -> None:
    done = run("token", "create", "--business", town.hearth.slug, "--name", "website", "--json")
    assert set(done.json) == {"token"}
    token, business = town.read(lambda session: sign_ins.find_token(session, done.json["token"]))
    assert (business.id, token.role, token.name) == (town.hearth.id, "manager", "website")


# the schema, the jobs, the ledger


def test_migrate_brings_an_empty_database_to_head_and_says_so_again(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    monkeypatch.setenv("PORTAL_DATABASE_URL", url)
    assert run("migrate").out == f"The database is new and at schema {schema.HEAD}.\n"
    assert run("migrate").out == f"The database is at schema {schema.HEAD}.\n"
    assert schema.revision(url) == schema.HEAD


def test_what_migrate_made_has_its_keys(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    monkeypatch.setenv("PORTAL_KEY_FILE", str(tmp_path / "new.keys"))
    run("migrate")
    assert run("verify").out == "There is no ledger yet.\n"


def test_a_database_of_a_newer_program_is_left_alone(run: Run, kept: Database) -> None:
    kept.write(lambda session: session.connection().execute(sa.text("UPDATE alembic_version SET version_num = '9999'")))
    done = run("migrate")
    assert done.code == 1
    assert "newer than this program" in done.err


def test_jobs_run_sends_what_is_due_and_leaves_it_on_disk(run: Run, town: World) -> None:
    town.write(lambda session: opted_in(session, town.hearth.id))
    assert run("jobs", "run").code == 0
    sent = town.read(lambda session: session.connection().execute(
        sa.select(message.table.c.status).where(message.table.c.direction == "outbound")).scalars().all())  # fmt: skip
    assert sent in (["sent"], ["delivered"])  # a later job reports it, when a second has gone by


def test_one_job_can_be_run_by_its_name(run: Run, town: World) -> None:
    assert run("jobs", "run", "--name", "prune_allowances").out == "Ran prune_allowances.\n"
    done = run("jobs", "run", "--name", "dance")
    assert done.code == 1
    assert "There is no job “dance”" in done.err


@pytest.mark.covers("P11")
def test_verify_walks_every_ledger(run: Run, town: World) -> None:
    town.write(lambda session: opted_in(session, town.hearth.id))
    town.write(lambda session: opted_in(session, town.other.id))
    done = run("verify")
    assert done.code == 0
    assert sorted(done.out.splitlines()) == [
        "hearth-photography: 1 entry, all in order", "other-contracting: 1 entry, all in order",
    ]  # fmt: skip


@pytest.mark.covers("P11")
def test_verify_names_the_business_whose_ledger_is_broken(run: Run, town: World) -> None:
    town.write(lambda session: opted_in(session, town.hearth.id))
    town.write(lambda session: opted_in(session, town.other.id))
    broken = sa.text("UPDATE ledger_head SET seq = 2 WHERE business_id = :id")
    town.write(lambda session: session.connection().execute(broken, {"id": town.other.id}))
    done = run("verify")
    assert done.code == 1
    assert "other-contracting: 1 entry, broken: Entry 2 is missing" in done.out
    assert "hearth-photography: 1 entry, all in order" in done.out
    assert run("verify", "--business", town.hearth.slug).code == 0
    assert run("verify", "--business", "nobody").code == 1


@pytest.mark.covers("P11")
def test_verify_compares_the_ledger_with_a_mailed_seal(run: Run, town: World, tmp_path: Path) -> None:
    town.write(lambda session: opted_in(session, town.hearth.id))
    mail = tmp_path / "mail.txt"
    row = town.write(lambda session: checkpoint.make(session, town.hearth.id).row)
    mail.write_text(f"Please keep this mail.\n\n{row.note}", encoding="utf-8")
    done = run("verify", "--checkpoint", str(mail))
    assert (done.code, done.out) == (0, "hearth-photography: 1 entry, all in order, 1 of your checkpoints kept\n")
    assert run("verify", "--business", town.other.slug, "--checkpoint", str(mail)).code == 1
    root = base64.b64encode(b"x" * 32).decode()
    stranger = note.signed(key.in_memory(), town.hearth.id, size=1, root=b"x" * 32)
    assert root in stranger
    mail.write_text(stranger, encoding="utf-8")
    assert "signed with this installation" in run("verify", "--checkpoint", str(mail)).err
    other = town.write(lambda session: note.signed(key.of(session), town.hearth.id, size=1, root=b"x" * 32))
    mail.write_text(other, encoding="utf-8")
    done = run("verify", "--checkpoint", str(mail))
    assert (done.code, "the ledger was rewritten" in done.out) == (1, True)
    mail.write_text(other.replace("\n1\n", "\n9\n"), encoding="utf-8")
    assert run("verify", "--checkpoint", str(mail)).code == 1


@pytest.mark.covers("P11")
def test_verify_looks_at_a_file_without_any_database(
    run: Run, town: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town.write(lambda session: opted_in(session, town.hearth.id))
    (number,) = town.read(
        lambda session: session.connection().execute(sa.select(subscription.table.c.number)).scalars().all()
    )
    home = town.read(lambda session: session.get(Business, town.hearth.id))
    told = town.read(
        lambda session: evidence.file(session, home, subscription.find(session, home.id, sender.SMS, number))
    )
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.delenv("PORTAL_SECRET_KEY")
    assert run("verify", "--from", str(file)).out == f"{file}: all in order\n"
    file.write_text(json.dumps(told | {"entries": []}), encoding="utf-8")
    done = run("verify", "--from", str(file))
    assert (done.code, "not what the entries add up to" in done.out) == (1, True)
    assert run("verify", "--from", str(tmp_path / "absent.json")).code == 1


def test_the_doctor_looks_at_the_second_place_and_at_ledgers_that_cannot_be_signed(
    run: Run, town: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORTAL_WITNESS_DIR", str(tmp_path / "absent"))
    town.write(lambda session: ledger_seal.say(session, town.hearth.id, "Entry 3 is missing."))
    out = run("doctor").out
    assert "FAIL  checkpoints: PORTAL_WITNESS_DIR" in out
    assert "Entry 3 is missing. Nothing is signed until that is understood" in out
    monkeypatch.setenv("PORTAL_WITNESS_DIR", str(tmp_path))
    same_disk = "ok    checkpoints: " if ON_POSTGRES else "warn  checkpoints: "  # a server keeps its files elsewhere
    assert same_disk in run("doctor").out


def test_verify_makes_neither_a_database_nor_keys(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path / 'absent.db'}")
    before = set(tmp_path.iterdir())
    done = run("verify")
    assert done.code == 1
    assert "There is no database at" in done.err
    assert set(tmp_path.iterdir()) == before


# reading replies


@pytest.mark.covers("X-10", "rules 1")
@pytest.mark.parametrize(
    ("text", "meaning"),
    [("STOP", "opt_out"), ("Stop!!", "opt_out"), ("HELP", "help"), ("START", "start"), ("YES", "yes"), ("No", "none"),
     ("can you stop by at 5?", "none"), ("is there a way to stop these reminders?", "review"), ("see you", "none")],
)  # fmt: skip
def test_read_says_how_a_reply_is_read(run: Run, text: str, meaning: str) -> None:
    done = run("read", text)
    assert done.code == 0
    assert done.out.startswith(f"{meaning} (rule ")


def test_read_answers_many_lines_in_their_order(run: Run) -> None:
    asked = [
        {"text": "STOP"},
        {"text": "no", "context": "optin_pending"},
        {"text": "no"},
        {"text": "Yes", "context": "opted_out_no_request"},
        {"text": "Reply STOP to opt out", "recent_outbound": ["Thanks. Reply STOP to opt out"]},
    ]
    done = run("read", "--jsonl", stdin="\n".join(json.dumps(each) for each in asked) + "\n\n")
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [set(each) for each in answers] == [{"meaning", "rule", "matched"}] * 5
    assert [each["meaning"] for each in answers][:4] == ["opt_out", "opt_out", "none", "none"]


@pytest.mark.parametrize(
    "line",
    ["STOP", "[]", "{}", '{"text": 5}', '{"text": "a", "recent_outbound": "b"}', '{"text": "a", "context": "dream"}'],
)
def test_read_names_a_line_that_is_none(run: Run, line: str) -> None:
    done = run("read", "--jsonl", stdin=f'{{"text": "STOP"}}\n{line}\n')
    assert done.code == 1
    assert done.err.startswith("portal: Line 2")


def test_reading_needs_no_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_SECRET_KEY")
    monkeypatch.setenv("PORTAL_DATABASE_URL", "nonsense")
    assert run("read", "STOP").code == 0


# the doctor


class Answers(BaseHTTPRequestHandler):
    """A provider that is there."""

    date = ""
    said: Mapping[str, Any] = {}
    """What it answers to questions, by the end of the path."""

    def do_GET(self) -> None:
        found = next((said for end, said in self.said.items() if self.path.endswith(end)), None)
        self.send_response_only(404 if found is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def do_HEAD(self) -> None:
        self.send_response_only(405)
        self.send_header("Date", self.date or self.date_time_string())
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answers]]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    for name in app.REAL:
        monkeypatch.setenv(f"PORTAL_{name.upper()}_API_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(Answers, "date", "")
    monkeypatch.setattr(Answers, "said", {})
    yield Answers
    server.shutdown()
    server.server_close()
    thread.join()


def findings(done: Done) -> dict[str, tuple[str, str]]:
    """What the doctor says, by what it is about."""
    found = re.findall(r"^(ok|warn|FAIL) +([^:]+): (.+)$", done.out, re.MULTILINE)
    assert len(found) == len(done.out.splitlines())
    return {what: (verdict, sentence) for verdict, what, sentence in found}


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' PostgreSQL runs without fsync, which the doctor would rightly call a broken promise."""
    monkeypatch.setattr(engine, "durability", lambda _: {"journal_mode": "wal", "synchronous": "2"})


def test_the_doctor_finds_a_good_installation_well(
    run: Run,
    real_town: World,
    provider: type[Answers],
    durable: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORTAL_SMTP_URL", "smtp://mail.example.com")
    monkeypatch.setenv("PORTAL_BACKUP_DIR", str(tmp_path))
    houses = (real_town.hearth.id, OUR_NUMBER), (real_town.other.id, OTHER_NUMBER)
    monkeypatch.setattr(provider, "said", {number[1:]: at_twilio(number, called(home)) for home, number in houses})
    done = run("doctor")
    said = findings(done)
    assert {verdict for verdict, _ in said.values()} == {"ok"}, done.out
    expected = {
        "settings",
        "public URL",
        "mail",
        "disk",
        "backups",
        "database",
        "key file",
        "secret key",
        "twilio",
        "clock",
    }
    expected |= {f"twilio {OUR_NUMBER}", f"twilio {OTHER_NUMBER}"}
    assert set(said) == expected | ({"connections", "role"} if ON_POSTGRES else set())
    assert done.code == 0


def called(business_id: str, provider: str = "twilio") -> str:
    return f"https://portal.example.com/webhooks/{provider}/{business_id}/messages"


def at_twilio(number: str, url: str) -> dict[str, Any]:
    """A number as Twilio tells it."""
    known = {"phone_number": number, "sms_url": f"{url}#rc=2&rp=all", "sms_fallback_url": url, "sms_method": "POST"}
    return {"incoming_phone_numbers": [known]}


def test_the_doctor_says_what_to_change_where_a_provider_calls_somebody_else(
    run: Run, real_town: World, provider: type[Answers], durable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = called(real_town.hearth.id)
    monkeypatch.setattr(provider, "said", {OUR_NUMBER[1:]: at_twilio(OUR_NUMBER, "https://elsewhere.example.com")})
    done = run("doctor")
    sentence = f"It calls https://elsewhere.example.com instead of {wanted}. portal/docs/twilio.md says where"
    assert findings(done)[f"twilio {OUR_NUMBER}"] == ("warn", sentence)
    assert findings(done)[f"twilio {OTHER_NUMBER}"][1].endswith("is not in this account.")
    assert done.code == 0


def test_the_doctor_asks_telnyx_for_the_profile_and_plivo_for_the_application(
    run: Run, real_town: World, provider: type[Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_sender(run, real_town, "--credential", "auth_id=MA1", "auth_token=t", provider="plivo", number="+14155550101")
    more = ("--credential", "api_key=KEY", "public_key=p", "messaging_profile_id=profile-1")
    add_sender(run, real_town, *more, provider="telnyx", number="+14155550102")
    at_telnyx, at_plivo = (called(real_town.hearth.id, name) for name in ("telnyx", "plivo"))
    profile = {"webhook_url": at_telnyx, "webhook_failover_url": at_telnyx, "enabled": True, "webhook_api_version": "2"}
    said: dict[str, Any] = {
        "/messaging_profiles/profile-1": {"data": profile},
        "/Number/14155550101/": {"application": "/v1/Account/MA1/Application/29/"},
        "/Application/29/": {"message_url": at_plivo, "message_method": "POST"},
    }
    monkeypatch.setattr(provider, "said", said)
    found = findings(run("doctor"))
    assert found["telnyx +14155550102"] == ("ok", f"inbound texts come to {at_telnyx}")
    assert found["plivo +14155550101"] == ("ok", f"inbound texts come to {at_plivo}")


def fails(run: Run, what: str, sentence: str) -> None:
    done = run("doctor")
    verdict, said = findings(done)[what]
    assert (done.code, verdict) == (1, "FAIL")
    assert sentence in said


def test_the_doctor_names_a_provider_that_does_not_answer(
    run: Run, real_town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("PORTAL_TWILIO_API_URL", f"http://127.0.0.1:{port}")
    fails(run, "twilio", "does not answer")


def test_the_doctor_compares_our_clock_with_the_providers(
    run: Run, real_town: World, provider: type[Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "date", "Sat, 21 Nov 2020 10:00:00 GMT")
    fails(run, "clock", "seconds from a provider's")


def test_the_doctor_sees_a_clock_behind_the_ledger(
    run: Run, real_town: World, provider: type[Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    real_town.write(lambda session: opted_in(session, real_town.hearth.id))
    yesterday = clock.now() - dt.timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: yesterday)
    fails(run, "clock", "in the future")


def test_the_doctor_wants_keys_that_only_their_owner_reads(
    run: Run, real_town: World, provider: type[Answers], environment: dict[str, str]
) -> None:
    Path(environment["PORTAL_KEY_FILE"]).chmod(0o644)
    fails(run, "key file", "chmod 600")


def test_the_doctor_tries_the_secret_key(
    run: Run, real_town: World, provider: type[Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "another key than the credentials were sealed with")
    fails(run, "secret key", "PORTAL_SECRET_KEY is not the one")


@pytest.mark.parametrize(
    ("name", "value", "what", "sentence"),
    [
        ("PORTAL_PUBLIC_URL", "http://portal.example.com", "public URL", "must start with https://"),
        ("PORTAL_SMTP_URL", "mail.example.com", "mail", "PORTAL_SMTP_URL"),
        ("PORTAL_SECRET_KEY", "short", "settings", "at least 32 random characters"),
        ("PORTAL_CAP_FORM_HOUR", "many", "settings", "PORTAL_CAP_FORM_HOUR must be a whole number"),
        ("PORTAL_DATABASE_URL", "sqlite:////nowhere/portal.db", "database", "There is no database"),
    ],
)
def test_the_doctor_names_a_setting_that_breaks_a_promise(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, what: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    fails(run, what, sentence)


def test_the_doctor_names_a_database_whose_commits_may_be_lost(
    run: Run, real_town: World, provider: type[Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "durability", lambda _: {"synchronous_commit": "on", "fsync": "off"})
    fails(run, "database", "fsync=off")


# what a business takes out


def test_an_export_streams_one_business_to_standard_output_and_is_written_down(run: Run, town: World) -> None:
    done = run("export", "--business", town.hearth.slug, "--what", "contacts")
    assert (done.code, done.out, done.err) == (0, f"{','.join(contact_export.COLUMNS)}\r\n", "")
    noted = town.read(lambda session: session.execute(sa.text("SELECT action FROM audit_entry")).scalars().all())
    assert noted[-1] == "export.started"
    assert run("export", "--business", "nobody", "--what", "ledger").code == 1
    assert run("export", "--business", town.hearth.slug, "--what", "everything").code == 2


@pytest.mark.covers("promises F")
def test_the_seal_of_an_export_is_a_file_beside_it_that_verify_takes(run: Run, town: World, tmp_path: Path) -> None:
    def agree(session: Session) -> None:
        row = subscription.lock(session, town.hearth.id, "sms", NUMBER)
        opt_in.opt_in(
            session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", confirmation="form.confirmation"
        )

    town.write(agree)
    seal = tmp_path / "checkpoint.txt"
    taken = ("export", "--business", town.hearth.slug, "--what", "contacts")
    done = run(*taken, "--checkpoint", str(seal))
    assert (done.code, done.out, done.err) == (0, run(*taken).out, "")
    assert "1 of your checkpoints kept" in run("verify", "--checkpoint", str(seal)).out
    lost = run(*taken, "--checkpoint", str(tmp_path / "nowhere" / "seal.txt"))
    assert (lost.code, "cannot be written" in lost.err) == (1, True)


@pytest.mark.covers("S-2")
def test_the_archive_is_fetched_from_a_number_on(run: Run, town: World) -> None:
    def keep(session: Session) -> None:
        archive.switch(session, town.hearth.id, is_on=True)
        row = subscription.lock(session, town.hearth.id, "sms", NUMBER)
        for text in ("one", "two", "three"):
            message.notice(session, row, text)

    town.write(keep)
    assert run("jobs", "run", "--name", "fill_archives").code == 0
    done = run("export", "--business", town.hearth.slug, "--what", "archive", "--after", "1")
    told = [json.loads(line) for line in done.out.splitlines()]
    assert [(line["number"], line["message"]["text"]) for line in told] == [(2, "two"), (3, "three")]
    assert run("export", "--business", town.hearth.slug, "--what", "archive", "--format", "csv").code == 1
    assert run("export", "--business", town.hearth.slug, "--what", "ledger", "--after", "1").code == 1


# import
@pytest.mark.covers("H-18", "P12")
def test_lists_come_in_and_only_lower_consent(run: Run, kept: Database, town: World, tmp_path: Path) -> None:
    people, stops, business = tmp_path / "people.csv", tmp_path / "stops.csv", town.hearth.slug
    people.write_text("Name,Phone,Opt in\nZoë,+14155550141,Y\nBad,12,\nAda,+14155550142,\n", encoding="utf-8")
    stops.write_text("(415) 555-0142\n", encoding="utf-8")

    def status(number: str) -> str | None:
        row = kept.read(lambda session: subscription.find(session, town.hearth.id, "sms", number))
        return row.status if row else None

    dry = run("import", "--business", business, "--what", "contacts", "--dry-run", "--json", str(people))
    assert (dry.code, dry.json["imported"], status("+14155550141")) == (0, 2, None)
    told = run("import", "--business", business, "--what", "contacts", "--json", str(people)).json
    assert (told["rows"], told["imported"], told["skipped"]) == (3, 2, 1)
    assert told["problems"] == [{"row": 3, "problem": "“12” is too short for a phone number."}]
    said = run("import", "--business", business, "--what", "opt-outs", str(stops))
    assert "1 of 1 rows came in" in said.out
    assert (status("+14155550141"), status("+14155550142")) == ("none", "opted_out")
    nowhere = run("import", "--business", business, "--what", "contacts", str(tmp_path / "nothing.csv"))
    assert (nowhere.code, nowhere.err.count("\n")) == (1, 1)


def test_reconcile_says_per_number_what_was_found_and_releases(run: Run, town: World) -> None:
    """The pretend phones' provider has no list: nothing is waited for."""
    town.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    assert run("doctor").out.count("`portal reconcile --release` ends it") == 1
    done = run("reconcile", "--release")
    assert (done.code, done.err) == (0, "")
    assert f"{OUR_NUMBER} (rehearsal, sms): this provider cannot list texts" in done.out
    assert done.out.endswith("The quarantine is over; texts leave again.\n")
    assert run("reconcile", "--release").out.endswith("There is no quarantine; texts leave as usual.\n")


def test_reconcile_does_not_release_while_a_provider_cannot_be_asked(
    run: Run, town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_TWILIO_API_URL", "http://127.0.0.1:1")
    town.write(lambda session: session.connection().execute(sa.update(sender.table).values(provider="twilio")))
    town.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    done = run("reconcile", "--release")
    assert done.code == 1
    assert "The quarantine goes on" in done.err
    assert town.read(quarantine.current) is not None
    assert "missed texts" in run("doctor").out


def test_reconcile_refuses_a_time_that_is_none(run: Run, town: World) -> None:
    done = run("reconcile", "--since", "yesterday")
    assert (done.code, "is no time" in done.err) == (1, True)
