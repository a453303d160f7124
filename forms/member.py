"""A new member of a business, and a new password for one who lost theirs."""

from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from forms.account import LONG_ENOUGH
from forms.base import BaseForm, stripped
from forms.business import no_link, one_line

ROLES = (
    ("staff", "Staff: reads and writes texts, records opt-outs, edits contacts"),
    ("manager", "Manager: the same, edits questionnaires and automations, exports"),
    ("owner", "Owner: everything, with consent policy and this page"),
    ("counsel", "Counsel: reads everything, changes nothing but legal holds"),
)


def _name() -> StringField:
    """Plain words: clients see them in texts (behaviours.md S-8)."""
    return StringField(
        "Name", [InputRequired("Please enter a name."), Length(max=80), one_line, no_link], filters=[stripped],
        description="Clients see it in texts, as you write it here.", render_kw={"maxlength": 80},
    )  # fmt: skip


def _role() -> RadioField:
    choices = [SelectChoice(*role) for role in ROLES]
    return RadioField("Role", [InputRequired("Please choose a role.")], choices=choices)


class NewMemberForm(BaseForm):
    """The password may be missing for a colleague who signs in already; the page knows who does."""

    name = _name()
    email = EmailField(
        "E-mail address", [InputRequired("Please enter an e-mail address."), Length(max=254)], filters=[stripped],
        description="They sign in with it.",
    )  # fmt: skip
    role = _role()
    password = PasswordField(
        "First password", [Optional(), Length(max=512)],
        description=f"{LONG_ENOUGH} Tell it to them yourself; they can change it.",
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip


class NewPasswordForm(BaseForm):
    password = PasswordField(
        "New password", [InputRequired("Please choose a password for them."), Length(max=512)],
        description=LONG_ENOUGH, render_kw={"autocomplete": "new-password"},
    )  # fmt: skip


class MemberNameForm(BaseForm):
    name = _name()


class RoleForm(BaseForm):
    role = _role()
