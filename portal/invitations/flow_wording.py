"""The words of an opt-in flow: the first message, what follows a Y and a N, and the question once more after silence.

They are checked by the same lint as all automatic texts. Two parts of the first message are quoted from the seed and
stay in every language (F-4): “MSG&DataRatesMayApply” and “Reply Y Yes N No”, since Y counts only where it was offered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from portal.accounts.business import Business
from portal.accounts.language import Language
from portal.messaging import wording_lint, wording_text
from portal.messaging.wording_lint import Report
from portal.messaging.wording_slot import Part, Slot

_ASKS = (Part.BRAND, Part.MSG_DATA, Part.Y_OR_N, Part.STOP)
_MOMENT = "An invitation"


def _slot(name: str, title: str, when: str, required: tuple[Part, ...], advised: tuple[Part, ...] = ()) -> Slot:
    return Slot(f"flow.{name}", _MOMENT, title, when, required, ("employee",), advised=advised)


SLOTS: Mapping[str, Slot] = {
    "message": _slot("message", "First message", "One click sends it to one contact.", _ASKS, (Part.HELP,)),
    "yes_text": _slot(
        "yes_text", "After a Y", "Right after their Y, once.", (Part.BRAND, Part.HELP, Part.STOP),
        (Part.PURPOSES, Part.FREQUENCY, Part.RATES),
    ),
    "no_text": _slot(
        "no_text", "After a N", "Right after their N, once. It confirms, and may say nothing else.",
        (Part.BRAND, Part.NO_MORE),
    ),
    "again_text": _slot(
        "again_text", "After silence", "When you invite them again, and at most once a day when they answer something "
        "that is neither Y nor N.", _ASKS, (Part.HELP,),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """With their places unfilled, or filled by `fill`."""

    message: str
    yes_text: str
    no_text: str
    again_text: str


NAMES = tuple(each.name for each in fields(Words))
SAMPLE: Mapping[Language, Words] = {
    Language.EN: Words(
        "{business} would like to text you about {purposes}. MSG&DataRatesMayApply. Reply Y Yes N No. "
        "HELP for help, STOP to opt out.",
        "{business}: thank you, you're opted in to texts about {purposes}. Msg frequency varies. Msg & data rates may "
        "apply. Reply HELP for help, STOP to opt out.",
        "{business}: you said No and will receive no more texts from us. Reply START to opt in.",
        "{business}: may we text you about {purposes}? Reply Y Yes N No. MSG&DataRatesMayApply. Reply HELP for help, "
        "STOP to opt out.",
    ),
    Language.ES: Words(
        "{business} quiere enviarle mensajes sobre {purposes}. MSG&DataRatesMayApply. Reply Y Yes N No. "
        "Responda HELP para ayuda, STOP para darse de baja.",
        "{business}: gracias, se ha suscrito a mensajes sobre {purposes}. La frecuencia puede variar. Pueden aplicarse "
        "tarifas de mensajes y datos. Responda HELP para ayuda, STOP para darse de baja.",
        "{business}: ha respondido que no y ya no va a recibir mensajes nuestros. Responda START para suscribirse.",
        "{business}: ¿quiere recibir mensajes sobre {purposes}? Reply Y Yes N No. MSG&DataRatesMayApply. "
        "Responda HELP para ayuda, STOP para darse de baja.",
    ),
    Language.FR: Words(
        "{business} souhaite vous envoyer des SMS concernant {purposes}. MSG&DataRatesMayApply. Reply Y Yes N No. "
        "Répondez HELP pour de l'aide, STOP pour vous désinscrire.",
        "{business}: merci, inscription confirmée aux SMS concernant {purposes}. La fréquence peut varier. Des frais "
        "de messages et de données peuvent s'appliquer. Répondez HELP pour de l'aide, STOP pour vous désinscrire.",
        "{business}: vous avez dit non et ne recevrez plus de SMS de notre part. Répondez START pour vous inscrire.",
        "{business}: pouvons-nous vous écrire concernant {purposes} ? Reply Y Yes N No. MSG&DataRatesMayApply. "
        "Répondez HELP pour de l'aide, STOP pour vous désinscrire.",
    ),
}
"""What every business begins with; in GSM-7, which has no á, í, ó, ú and ê."""


def check(business: Business, words: Words, employee: str = "") -> dict[str, Report]:
    """What is missing or wrong in each of the four; `employee` stands for whoever will invite."""
    language = Language(business.language)
    return {
        name: wording_lint.check(getattr(words, name), SLOTS[name], language, business, employee=employee)
        for name in NAMES
    }


def fill(business: Business, words: Words, employee: str) -> Words:
    """As they leave: with the business's own particulars, and nothing that a client typed (law 7)."""
    known = wording_text.values(business, Language(business.language), employee)
    return Words(*(wording_text.fill(getattr(words, name), known) for name in NAMES))
