"""Our own words for every automatic text, in each language; a business that writes none sends these.

They stay within GSM-7, whose alphabet lacks á, í, ó, ú, ê and ç: one such letter would make a text cost twice as much.
So they say “la frecuencia puede variar” and “inscription confirmée” where others would be more usual.
"""

from collections.abc import Mapping

from portal.accounts.language import Language
from portal.messaging.wording_opt_in import OPT_IN

VERSION = "default-1"

_RATES = {
    Language.EN: "Msg & data rates may apply.",
    Language.ES: "Pueden aplicarse tarifas de mensajes y datos.",
    Language.FR: "Des frais de messages et de données peuvent s'appliquer.",
}
_USUAL = {  # frequency and rates, as CTIA 5.1.2.1 wants them
    Language.EN: f"Msg frequency varies. {_RATES[Language.EN]}",
    Language.ES: f"La frecuencia puede variar. {_RATES[Language.ES]}",
    Language.FR: f"La fréquence peut varier. {_RATES[Language.FR]}",
}
_ENGLISH = {
    "form.confirmation": (
        f"{{business}}: you're opted in to texts about {{purposes}}. {_USUAL[Language.EN]} "
        "Reply HELP for help, STOP to opt out."
    ),
    "form.request": (
        f"{{business}}: reply YES to get texts about {{purposes}}. {_USUAL[Language.EN]} "
        "Reply HELP for help, STOP to refuse."
    ),
    "form.code": (
        "{business}: {code} is your code for texts about {purposes}. Type it on our page or reply YES. "
        f"{_RATES[Language.EN]} Reply HELP for help, STOP to refuse."
    ),
    "reply.confirmation": (
        f"{{business}}: you're opted in again to texts about {{purposes}}. {_USUAL[Language.EN]} "
        "Reply HELP for help, STOP to opt out."
    ),
    "opt_out.confirmation": (
        "{business}: You are opted out and will receive no more texts from us. Reply START to opt back in."
    ),
    "clarification": (
        "{business}: we have paused texts to this number. Reply STOP to end them for good or START to keep getting "
        "them. {questions}"
    ),
    "help": f"{{business}}: {{contact}} {_USUAL[Language.EN]} Reply STOP to opt out.",
}
_SPANISH = {
    "form.confirmation": (
        f"{{business}}: se ha suscrito a mensajes sobre {{purposes}}. {_USUAL[Language.ES]} "
        "Responda HELP para ayuda, STOP para darse de baja."
    ),
    "form.request": (
        f"{{business}}: responda SI para recibir mensajes sobre {{purposes}}. {_USUAL[Language.ES]} "
        "Responda HELP para ayuda, STOP para rechazar."
    ),
    "form.code": (
        "{business}: {code} es su clave para recibir mensajes sobre {purposes}. Escriba la clave en nuestro "
        f"formulario o responda SI. {_RATES[Language.ES]} Responda HELP para ayuda, STOP para rechazar."
    ),
    "reply.confirmation": (
        f"{{business}}: se ha suscrito de nuevo a mensajes sobre {{purposes}}. {_USUAL[Language.ES]} "
        "Responda HELP para ayuda, STOP para darse de baja."
    ),
    "opt_out.confirmation": (
        "{business}: se ha dado de baja y ya no va a recibir mensajes nuestros. Responda START para suscribirse de "
        "nuevo."
    ),
    "clarification": (
        "{business}: hemos pausado los mensajes a este teléfono. Responda STOP para terminarlos del todo o START para "
        "seguir recibiendo mensajes. {questions}"
    ),
    "help": f"{{business}}: {{contact}} {_USUAL[Language.ES]} Responda STOP para darse de baja.",
}
_FRENCH = {
    "form.confirmation": (
        f"{{business}}: inscription confirmée aux SMS concernant {{purposes}}. {_USUAL[Language.FR]} "
        "Répondez HELP pour de l'aide, STOP pour vous désinscrire."
    ),
    "form.request": (
        f"{{business}}: répondez OUI pour recevoir des SMS concernant {{purposes}}. {_USUAL[Language.FR]} "
        "Répondez HELP pour de l'aide, STOP pour refuser."
    ),
    "form.code": (
        "{business}: {code} est votre code pour les SMS concernant {purposes}. Saisissez-le sur notre page ou "
        f"répondez OUI. {_RATES[Language.FR]} Répondez HELP pour de l'aide, STOP pour refuser."
    ),
    "reply.confirmation": (
        f"{{business}}: nouvelle inscription confirmée aux SMS concernant {{purposes}}. {_USUAL[Language.FR]} "
        "Répondez HELP pour de l'aide, STOP pour vous désinscrire."
    ),
    "opt_out.confirmation": (
        "{business}: désinscription confirmée, vous ne recevrez plus de SMS de notre part. Répondez START pour vous "
        "réinscrire."
    ),
    "clarification": (
        "{business}: nous avons mis en pause les SMS vers ce numéro. Répondez STOP pour y mettre fin ou START pour "
        "continuer à les recevoir. {questions}"
    ),
    "help": f"{{business}}: {{contact}} {_USUAL[Language.FR]} Répondez STOP pour vous désinscrire.",
}
DEFAULTS: Mapping[Language, Mapping[str, str]] = {
    Language.EN: {**_ENGLISH, **OPT_IN[Language.EN]},
    Language.ES: {**_SPANISH, **OPT_IN[Language.ES]},
    Language.FR: {**_FRENCH, **OPT_IN[Language.FR]},
}
NOTICES: Mapping[str, str] = {
    "notice.opted_out": (
        "Your contact has opted out. No further messages can be sent to this contact until they have provided their "
        "consent again."
    ),
    "notice.opted_in": "Your contact has opted in. You may continue to send messages.",
}
