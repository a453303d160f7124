"""The numbers that businesses text from: adding one, and changing its secrets without losing a webhook."""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal import settings as settings_of
from portal.commands import database
from portal.commands.output import answer
from portal.errors import Invalid

if TYPE_CHECKING:
    from sqlmodel import Session

OPERATOR = "operator"
REHEARSAL = "rehearsal"


def add(commands: Any) -> None:
    actions = commands.add_parser("sender", help="add a number to text from, change its secrets").add_subparsers(
        metavar="ACTION", required=True
    )
    _add_new(actions.add_parser("add", help="add a number to text from; its credentials are never shown"))
    _add_rotate(
        actions.add_parser("rotate", help="change a sender's secrets; webhooks by the old ones count until dropped")
    )


def _add_new(new: argparse.ArgumentParser) -> None:
    new.add_argument("--business", required=True, help="id or slug")
    new.add_argument("--channel", required=True, choices=("sms", "whatsapp"))
    new.add_argument("--number", required=True, help="as in +14155550100")
    new.add_argument("--provider", required=True)
    new.add_argument(
        "--credential", action="extend", nargs="+", default=[], metavar="NAME=VALUE",
        help="NAME=@FILE reads a file; without it PORTAL_CREDENTIAL_NAME from the environment",
    )  # fmt: skip
    new.add_argument("--json", action="store_true")
    new.set_defaults(run=add_sender)


def _add_rotate(rotate: argparse.ArgumentParser) -> None:
    which = rotate.add_mutually_exclusive_group(required=True)
    which.add_argument("--sender", default="", help="its id, which `sender add` told")
    which.add_argument("--number", default="", help="as in +14155550100")
    rotate.add_argument(
        "--credential", action="extend", nargs="+", default=[], metavar="NAME=VALUE",
        help="only those that change; NAME=@FILE reads a file; the environment is not looked at",
    )  # fmt: skip
    rotate.add_argument("--drop-previous", action="store_true", help="webhooks by the secrets of before count no more")
    rotate.add_argument("--json", action="store_true")
    rotate.set_defaults(run=rotate_sender)


def add_sender(arguments: argparse.Namespace) -> int:
    from portal.accounts import audit, sender
    from portal.accounts import business as businesses

    number = _number(arguments.number)
    required, optional = sender.CREDENTIALS.get(arguments.provider, ((), ()))
    names = (*required, *optional)
    credentials = _from_environment(names, os.environ) | _credentials(arguments.credential)

    def new(session: "Session") -> tuple[str, str]:
        business = businesses.named(session, arguments.business)
        made = sender.add(
            session, business, channel=arguments.channel, number=number, provider=arguments.provider,
            credentials=credentials,
        )  # fmt: skip
        audit.note(session, "sender.added", actor=OPERATOR, business_id=business.id, object=made.id)
        return made.id, business.id

    settings = settings_of.from_environment()
    with database.opened(settings) as found:
        made, business_id = found.write(new)
    values = {"sender": made, "channel": arguments.channel, "number": number, "provider": arguments.provider}
    urls = webhook_urls(settings.public_url, arguments.provider, business_id)
    return answer(values | urls, as_json=arguments.json, sentence=_added(number, arguments.provider, urls))


def webhook_urls(public_url: str, provider: str, business_id: str) -> dict[str, str]:
    """Where the provider calls us; nobody calls for a rehearsal."""
    base = f"{public_url}/webhooks/{provider}/{business_id}"
    return {} if provider == REHEARSAL else {"messages_url": f"{base}/messages", "status_url": f"{base}/status"}


def _added(number: str, provider: str, urls: Mapping[str, str]) -> str:
    lines = [f"{number} sends through {provider}."]
    if urls:
        lines += [
            f"At {provider}, set these addresses, as portal/docs/{provider}.md says:",
            f"  inbound texts  {urls['messages_url']}",
            f"  reports        {urls['status_url']}",
        ]
    return "\n".join(lines)


def rotate_sender(arguments: argparse.Namespace) -> int:
    from portal.accounts import audit, sender

    number = _number(arguments.number) if arguments.number else ""
    given = _credentials(arguments.credential)

    def rotate(session: "Session") -> dict[str, Any]:
        found = sender.named(session, sender_id=arguments.sender, number=number)
        changed = sender.rotate(session, found, given, should_drop=arguments.drop_previous)
        audit.note(
            session, "sender.rotated", actor=OPERATOR, business_id=found.business_id, object=found.id,
            changed=changed, previous="dropped" if arguments.drop_previous else "kept",
        )  # fmt: skip
        return {"sender": found.id, "number": found.number, "provider": found.provider, "changed": changed}

    with database.opened() as found:
        values = found.write(rotate)
    return answer(values, as_json=arguments.json, sentence=_rotated(values, is_dropped=arguments.drop_previous))


def _rotated(values: Mapping[str, Any], *, is_dropped: bool) -> str:
    number, changed = values["number"], ", ".join(values["changed"])
    if is_dropped and not changed:
        return f"{number}: webhooks count by the secrets in use only."
    if is_dropped:
        return f"{number} uses the new {changed}; the ones of before count no more."
    return (
        f"{number} uses the new {changed}. Webhooks by the ones of before count too, until you run "
        f"`portal sender rotate --sender {values['sender']} --drop-previous`."
    )


def _number(typed: str) -> str:
    """Raises Invalid with the sentence that says what is wrong with it."""
    from portal.consent import phone_number

    number = phone_number.parse_sender(typed)
    if not isinstance(number, str):
        raise Invalid(number.sentence)
    return number


def _from_environment(names: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[key] for name in names if environ.get(key := f"PORTAL_CREDENTIAL_{name.upper()}")}


def _credentials(given: Sequence[str]) -> dict[str, str]:
    """By name. No sentence ever repeats a value."""
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise Invalid("--credential takes NAME=VALUE, for example auth_token=@token.txt.")
        found[name] = _from_file(value[1:]) if value.startswith("@") else value
    return found


def _from_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The file {path} cannot be read.") from error
