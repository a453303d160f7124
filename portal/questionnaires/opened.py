"""What a client meets behind a public link: the published questions, whose they are, and who is answering."""

from dataclasses import dataclass

from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import key, sender
from portal.accounts.business import Business, Capability
from portal.consent import disclaimer
from portal.consent.disclaimer import Shown
from portal.contacts import contact
from portal.contacts.contact import Contact
from portal.errors import NotFound
from portal.questionnaires import door, link
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.question import Kind, Question
from portal.questionnaires.questionnaire import Questionnaire

BAD_LINK = "This personal link is incomplete or no longer valid. Please open it again from the message you got."


@dataclass(frozen=True)
class Opened:
    """`client` is known only through a personal link; `sender` is the number the business texts from, or nothing."""

    business: Business
    questionnaire: Questionnaire
    version: int
    title: str
    questions: tuple[Question, ...]
    client: Contact | None
    sender: str
    own_numbers: tuple[str, ...]

    def shown(self, public_url: str) -> Shown:
        """The words of today beside the opt-in question."""
        return disclaimer.current(self.business, public_url=public_url)

    def offers(self, public_url: str) -> Shown | None:
        """Those beside the question about marketing, where it is asked."""
        is_asked = any(each.kind == Kind.OPT_IN_MARKETING for each in self.questions)
        return disclaimer.marketing(self.business, public_url=public_url) if is_asked else None


def find(session: Session, token: str, *, personal: str | None = None, version: int | None = None) -> Opened:
    """The questionnaire behind `token`, in its latest version or in the one a form was shown in. Raises NotFound for
    one that is not open, for a business that may not text (H-26), and for a personal link that is not ours."""
    found, business, asked = door.behind(session, token, version)
    businesses.require(business, Capability.TEXTING)
    active = sender.of(session, business.id)
    return Opened(
        business=business,
        questionnaire=found,
        version=asked.version,
        title=asked.title,
        questions=tuple(questionnaires.questions_of(asked.questions)),
        client=_client(session, found, personal) if personal is not None else None,
        sender=active.number if active else "",
        own_numbers=tuple(sender.numbers(session, business.id)),
    )


def _client(session: Session, questionnaire: Questionnaire, personal: str) -> Contact:
    contact_id = link.contact_id(key.of(session), questionnaire, personal)
    if contact_id is None:
        raise NotFound(BAD_LINK)
    return contact.living(session, questionnaire.business_id, contact_id)
