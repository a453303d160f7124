"""A personal link: the same questionnaire for one contact, so that the answer is that client's own act (H-24, X-13)."""

from itsdangerous import BadSignature, URLSafeSerializer

from portal.accounts.key import Secrets
from portal.contacts.contact import Contact
from portal.questionnaires.questionnaire import Questionnaire

PURPOSE = "form"


def public_url(form_origin: str, questionnaire: Questionnaire) -> str:
    """The hosted questionnaire, for anybody."""
    return f"{form_origin}/f/{questionnaire.token}"


def embed_url(form_origin: str, questionnaire: Questionnaire) -> str:
    """The same, to be shown in a frame on the business's own site."""
    return f"{form_origin}/embed/{questionnaire.token}"


def personal_url(secrets: Secrets, form_origin: str, questionnaire: Questionnaire, contact: Contact) -> str:
    """The hosted questionnaire for this contact. Whoever holds the link answers as the client."""
    assert contact.business_id == questionnaire.business_id
    token = _signer(secrets, questionnaire.business_id).dumps(contact.id)
    return f"{public_url(form_origin, questionnaire)}?c={token}"


def contact_id(secrets: Secrets, questionnaire: Questionnaire, token: str) -> str | None:
    """Whom `token` names; None when it was not made here, for this business and this purpose."""
    try:
        found = _signer(secrets, questionnaire.business_id).loads(token)
    except BadSignature:
        return None
    return found if isinstance(found, str) else None


def _signer(secrets: Secrets, business_id: str) -> URLSafeSerializer:
    """Purpose and business are part of the key, so a link of one is worth nothing for another (ASVS 9.2)."""
    return URLSafeSerializer(secrets.derived(f"link:{PURPOSE}"), salt=business_id)
