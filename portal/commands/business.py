"""What the operator sets up by hand: businesses and their capabilities, API tokens, a lost password."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from portal.commands import database
from portal.commands.output import answer
from portal.errors import Invalid, NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

OPERATOR = "operator"
ROLES = ("owner", "manager", "staff", "counsel")
CAPABILITIES = ("first_message_gate", "whatsapp", "group_messages", "texting")


def add(commands: Any) -> None:
    _add_business(commands.add_parser("business", help="create a business, grant it a capability"))
    _add_member(commands.add_parser("member", help="a member who lost the password"))
    _add_token(commands.add_parser("token", help="make a token for the JSON API"))


def _add_business(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser("create", help="make a business and its owner")
    create.add_argument("--name", required=True)
    create.add_argument("--owner-email", required=True)
    create.add_argument(
        "--owner-password-stdin", action="store_true", help="read the password there; not for who signs in already"
    )  # fmt: skip
    create.add_argument("--main", help="id or slug of the business it is a branch of; policy and place come from there")
    create.add_argument("--region", help="where its numbers are, as in US (the default) or CA")
    create.add_argument("--timezone", help="as in America/New_York (the default)")
    create.add_argument("--json", action="store_true")
    create.set_defaults(run=create_business)
    grant = actions.add_parser("grant", help="give a business a capability, or take it")
    grant.add_argument("--business", required=True, help="id or slug")
    grant.add_argument("--capability", required=True, choices=CAPABILITIES)
    grant.add_argument("--revoke", action="store_true", help="take it away")
    grant.set_defaults(run=grant_capability)


def _add_member(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    password = actions.add_parser(
        "password", help="set a new password for a member who lost theirs; signs them out everywhere"
    )
    password.add_argument("--email", required=True)
    password.add_argument("--password-stdin", action="store_true", required=True, help="read the password there")
    password.set_defaults(run=set_password)


def _add_token(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser("create", help="make a token for the JSON API; shown once, kept as a hash")
    create.add_argument("--business", required=True, help="id or slug")
    create.add_argument("--name", required=True, help="what it is for")
    create.add_argument("--role", default="manager", choices=ROLES)
    create.add_argument("--json", action="store_true")
    create.set_defaults(run=create_token)


def create_business(arguments: argparse.Namespace) -> int:
    from portal.accounts import audit
    from portal.accounts import business as businesses

    _demand_place(arguments.region or "US", arguments.timezone or "America/New_York")
    password = _from_stdin() if arguments.owner_password_stdin else ""

    def create(session: "Session") -> dict[str, str]:
        place = {name: getattr(arguments, name) for name in ("region", "timezone") if getattr(arguments, name)}
        if arguments.main:
            made = businesses.create_branch(session, businesses.named(session, arguments.main), arguments.name)
            businesses.change(session, made, **place)
        else:
            made = businesses.create(session, arguments.name, **place)
        owner_id = _owner(session, made, arguments.owner_email, password)
        audit.note(session, "business.created", actor=OPERATOR, business_id=made.id)
        return {"business": made.id, "slug": made.slug, "member": owner_id}

    with database.opened() as found:
        made = found.write(create)
    sentence = f"{arguments.name} is set up as {made['slug']}; {arguments.owner_email} may sign in."
    return answer(made, as_json=arguments.json, sentence=sentence)


def _owner(session: "Session", business: Any, email: str, password: str) -> str:
    """The id of who owns it: a colleague from the same account, or somebody new. Raises Invalid without a password for
    somebody new."""
    from portal.accounts import member, workplace

    found = workplace.colleague(session, business, email)
    if found is not None:
        workplace.post(session, business, found, member.Role.OWNER)
        return found.id
    if not password:
        raise Invalid("Nobody of this account signs in with this address yet: add --owner-password-stdin.")
    return member.create(session, business.id, email=email, name="", role=member.Role.OWNER, password=password).id


def grant_capability(arguments: argparse.Namespace) -> int:
    from portal.accounts import audit
    from portal.accounts import business as businesses

    capability = businesses.Capability(arguments.capability)
    action = "revoked" if arguments.revoke else "granted"

    def grant(session: "Session") -> str:
        business = businesses.named(session, arguments.business)
        businesses.grant(session, business, capability, revoke=arguments.revoke)
        audit.note(session, f"capability.{action}", actor=OPERATOR, business_id=business.id, capability=str(capability))
        return business.name

    with database.opened() as found:
        name = found.write(grant)
    return answer({}, as_json=False, sentence=f"{name}: {capability} {action}.")


def set_password(arguments: argparse.Namespace) -> int:
    from portal.accounts import audit, member
    from portal.accounts import session as sign_ins

    password = _from_stdin()

    def change(session: "Session") -> None:
        found = member.by_email(session, arguments.email)
        if found is None:
            raise NotFound("Nobody signs in with this e-mail address.")
        member.change_password(session, found, member.hashed(password, found.email))
        sign_ins.end_all(session, found.id)
        audit.note(session, "member.password_set", actor=OPERATOR, business_id=found.business_id, object=found.id)

    with database.opened() as found:
        found.write(change)
    return answer({}, as_json=False, sentence="The new password is set; every browser is signed out.")


def create_token(arguments: argparse.Namespace) -> int:
    from portal.accounts import audit
    from portal.accounts import business as businesses
    from portal.accounts import session as sign_ins

    def create(session: "Session") -> str:
        business = businesses.named(session, arguments.business)
        audit.note(session, "token.created", actor=OPERATOR, business_id=business.id, name=arguments.name)
        return sign_ins.create_token(session, business.id, name=arguments.name, role=arguments.role)

    with database.opened() as found:
        token = found.write(create)
    return answer({"token": token}, as_json=arguments.json, sentence=token)


def _demand_place(region: str, timezone: str) -> None:
    """Raises Invalid for a region or zone nobody knows: numbers and hours would be read wrongly ever after."""
    import zoneinfo

    from phonenumbers import SUPPORTED_REGIONS

    if region not in SUPPORTED_REGIONS:
        raise Invalid(f"There is no region “{region}”; it is two capital letters, as in US or CA.")
    if timezone not in zoneinfo.available_timezones():
        raise Invalid(f"There is no time zone “{timezone}”; it is written as in America/New_York.")


def _from_stdin() -> str:
    """The first line; a password on the command line would be read by everyone on this machine."""
    return sys.stdin.readline().rstrip("\r\n")
