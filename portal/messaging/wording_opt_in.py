"""Our words for the twelve messages of asking before the first text. The English ones are the usual defaults of such
systems letter by letter, odd prefixes included; wording_prefix.py can tidy them (behaviours.md B2.1, X-3, X-4)."""

from collections.abc import Mapping

from portal.accounts.language import Language

_ENGLISH = {
    "mt.request.client": (
        "[Auto Message] You are trying to reach <Employee Name>. As per company policy, you must provide your consent "
        "in order for your message to be delivered. To opt in, reply YES. To opt out, reply STOP."
    ),
    "mt.request.user": (
        "[Auto Message] A contact has attempted to send you a message. As per company policy, they have been sent a "
        "request to opt in. Once confirmed, you will be able to send/receive messages."
    ),
    "mt.accepted.user": "[Auto Message] Your Contact has opted in. You may continue to send/receive messages.",
    "mt.accepted.client": "[Auto Message] Opt in confirmed. To opt out at any time, reply STOP.",
    "mo.request.client": (
        "[Auto Message] <Employee Name> is trying to reach you. As per company policy, you must provide your consent "
        "to continue messaging. To Opt in, reply YES. To opt out, reply STOP."
    ),
    "mo.request.user": (
        "[Automated Message]: Your contact has been sent a request to Opt-in. Once they accept, you will be able to "
        "message with your contact."
    ),
    "mo.accepted.user": "[Auto Message]: Your Contact has opted in. You may continue to send/receive messages.",
    "mo.accepted.client": ("[Auto Message]: Opt in confirmed. If you wish to opt out at any time, reply STOP"),
    "mo.rejected.user": (
        "[Auto Message]: Your contact has opted out. No further messages can be sent to this contact until they have "
        "provided their consent again."
    ),
    "mo.rejected.client": (
        "[Auto Message]: Opt out confirmed. If you change your mind, please reply with a new message."
    ),
    "mt.rejected.user": (
        "[Auto Message] Your contact has opted out. No further messages can be sent to this contact until they have "
        "provided their consent again."
    ),
    "mt.rejected.client": (
        "[Automated Message] Opt out confirmed. If you change your mind, please reply with a new message."
    ),
}
_SPANISH_ACCEPTED = "[Mensaje auto] Su contacto ha aceptado los mensajes. Puede seguir enviando y recibiendo mensajes."
_SPANISH_REJECTED = (
    "[Mensaje auto] Su contacto se ha dado de baja. No se le puede enviar nada hasta que dé de nuevo su consentimiento."
)
_SPANISH_STOPPED = "[Mensaje auto] Baja confirmada. Si cambia de idea, responda con un nuevo mensaje."
_SPANISH = {
    "mt.request.client": (
        "[Mensaje auto] Usted intenta escribir a <Employee Name>. Por norma de la empresa, debe dar su consentimiento "
        "para que se entregue su mensaje. Para aceptar, responda SI. Para rechazar, responda STOP."
    ),
    "mt.request.user": (
        "[Mensaje auto] Un contacto ha intentado enviarle un mensaje. Por norma de la empresa, se le ha pedido su "
        "consentimiento. Cuando lo confirme, usted puede enviar y recibir mensajes."
    ),
    "mt.accepted.user": _SPANISH_ACCEPTED,
    "mt.accepted.client": (
        "[Mensaje auto] Consentimiento confirmado. Para darse de baja en cualquier momento, responda STOP."
    ),
    "mo.request.client": (
        "[Mensaje auto] <Employee Name> intenta comunicarse con usted. Por norma de la empresa, debe dar su "
        "consentimiento para continuar. Para aceptar, responda SI. Para rechazar, responda STOP."
    ),
    "mo.request.user": (
        "[Mensaje auto] Se ha pedido a su contacto su consentimiento. Cuando acepte, usted puede escribirle."
    ),
    "mo.accepted.user": _SPANISH_ACCEPTED,
    "mo.accepted.client": (
        "[Mensaje auto] Consentimiento confirmado. Si desea darse de baja en cualquier momento, responda STOP."
    ),
    "mo.rejected.user": _SPANISH_REJECTED,
    "mo.rejected.client": _SPANISH_STOPPED,
    "mt.rejected.user": _SPANISH_REJECTED,
    "mt.rejected.client": _SPANISH_STOPPED,
}
_FRENCH_ACCEPTED = (
    "[Message auto] Votre contact a donné son accord. Vous pouvez continuer à envoyer et recevoir des messages."
)
_FRENCH_REJECTED = (
    "[Message auto] Votre contact s'est désinscrit. Aucun autre message ne peut lui parvenir tant qu'il n'a pas "
    "redonné son accord."
)
_FRENCH_STOPPED = "[Message auto] Désinscription confirmée. Si vous changez d'avis, répondez par un nouveau message."
_FRENCH = {
    "mt.request.client": (
        "[Message auto] Vous essayez de joindre <Employee Name>. Selon les règles de l'entreprise, il faut votre "
        "accord pour que votre message soit remis. Pour accepter, répondez OUI. Pour refuser, répondez STOP."
    ),
    "mt.request.user": (
        "[Message auto] Un contact a essayé de vous écrire. Selon les règles de l'entreprise, son accord lui a été "
        "demandé. Une fois confirmé, vous pourrez envoyer et recevoir des messages."
    ),
    "mt.accepted.user": _FRENCH_ACCEPTED,
    "mt.accepted.client": ("[Message auto] Accord confirmé. Pour vous désinscrire à tout moment, répondez STOP."),
    "mo.request.client": (
        "[Message auto] <Employee Name> essaie de vous joindre. Selon les règles de l'entreprise, il faut votre "
        "accord pour continuer. Pour accepter, répondez OUI. Pour refuser, répondez STOP."
    ),
    "mo.request.user": (
        "[Message auto] L'accord de votre contact lui a été demandé. Une fois donné, vous pourrez lui écrire."
    ),
    "mo.accepted.user": _FRENCH_ACCEPTED,
    "mo.accepted.client": (
        "[Message auto] Accord confirmé. Si vous souhaitez vous désinscrire à tout moment, répondez STOP."
    ),
    "mo.rejected.user": _FRENCH_REJECTED,
    "mo.rejected.client": _FRENCH_STOPPED,
    "mt.rejected.user": _FRENCH_REJECTED,
    "mt.rejected.client": _FRENCH_STOPPED,
}
OPT_IN: Mapping[Language, Mapping[str, str]] = {
    Language.EN: _ENGLISH,
    Language.ES: _SPANISH,
    Language.FR: _FRENCH,
}
