"""A member's own password."""

from wtforms import HiddenField, PasswordField, ValidationError
from wtforms.validators import InputRequired, Length

from forms.base import BaseForm

LONG_ENOUGH = "At least 15 characters; a few words in a row work well."


class ProofForm(BaseForm):
    password = PasswordField(
        "Your password", [InputRequired("Please enter your password."), Length(max=512)],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip
    next = HiddenField()


class PasswordForm(BaseForm):
    """Whether the current password is right, and the new one strong, is decided where hashing may take its time."""

    current = PasswordField(
        "Current password", [InputRequired("Please enter your current password."), Length(max=512)],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip
    new = PasswordField(
        "New password", [InputRequired("Please choose a new password."), Length(max=512)], description=LONG_ENOUGH,
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip
    again = PasswordField(
        "New password again", [InputRequired("Please type the new password again."), Length(max=512)],
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip

    def validate_again(self, field: PasswordField) -> None:
        if field.data and self.new.data and field.data != self.new.data:
            raise ValidationError("The two do not match; please type it again.")
