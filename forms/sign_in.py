"""Signing in."""

from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from forms.base import BaseForm, stripped


class SignInForm(BaseForm):
    email = EmailField(
        "E-mail address", [InputRequired("Please enter your e-mail address."), Length(max=254)], filters=[stripped],
        render_kw={"autocomplete": "username"},
    )  # fmt: skip
    password = PasswordField(
        "Password", [InputRequired("Please enter your password."), Length(max=512)],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip
    next = HiddenField()
