"""Groups: what one is called, whom to look for, and one text to all of it."""

from collections.abc import Mapping

from wtforms import HiddenField
from wtforms.validators import Length

from forms.base import BaseForm, name_field
from forms.composer import TextForm
from portal.contacts.group import NAME_LENGTH
from portal.contacts.group_choice import Wanted
from portal.contacts.opt_in_mark import Mark

LONGEST_SEARCH = 120
MARKS: dict[str, tuple[str, Mark | None]] = {
    "": ("Any", None),
    "y": ("Y: opted in", "Y"),
    "n": ("N: opted out or declined", "N"),
    "blank": ("Blank: no answer", ""),
}


class GroupForm(BaseForm):
    name = name_field(NAME_LENGTH)


class GroupTextForm(TextForm):
    """`once` makes a double click, a reload and a resent form one text to the group."""

    once = HiddenField(validators=[Length(max=64)])


def wanted(query: Mapping[str, str]) -> Wanted:
    """The filter of an address; what it does not know counts as nothing chosen."""
    project = query.get("project", "")
    return Wanted(
        q=" ".join(query.get("q", "").split())[:LONGEST_SEARCH], mark=MARKS.get(query.get("mark", ""), MARKS[""])[1],
        project_id=project if project.isalnum() else "", is_in_none=query.get("none") == "1",
    )  # fmt: skip
