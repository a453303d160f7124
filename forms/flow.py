"""An opt-in flow: its name and its four texts. Whether they may go out is for the lint to say."""

from wtforms import TextAreaField
from wtforms.validators import Length

from forms.base import BaseForm, name_field
from forms.composer import as_sent
from portal.invitations.flow import NAME_LENGTH, Flow
from portal.invitations.flow_wording import NAMES, SLOTS, Words
from portal.messaging.wording_lint import TYPED


def _text(name: str) -> TextAreaField:
    most = Length(max=TYPED, message=f"Please use at most {TYPED} characters.")
    return TextAreaField(SLOTS[name].title, [most], filters=[as_sent], description=SLOTS[name].when)


class NewFlowForm(BaseForm):
    name = name_field(NAME_LENGTH)


class FlowForm(NewFlowForm):
    message = _text("message")
    yes_text = _text("yes_text")
    no_text = _text("no_text")
    again_text = _text("again_text")

    @classmethod
    def of(cls, flow: Flow) -> "FlowForm":
        return cls(data={"name": flow.name, **{name: getattr(flow.words, name) for name in NAMES}})

    @property
    def words(self) -> Words:
        return Words(*(str(self[name].data or "")[:TYPED] for name in NAMES))
