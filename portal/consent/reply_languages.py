"""Rows of the reply table in Spanish and French, with what their patterns share (see `reply_rules`).

The patterns read what `reply_text.plain` writes: no accents and no apostrophes.
"""

from portal.consent.reply_rule import How, Rule
from portal.consent.reply_rules import HELP, OPT_OUT, REVIEW, START, YES

ES = r"(?:mensajes?|mensajitos?|textos?|sms|msjs?|mjs|texts|messages|notificaciones|mensajes de texto)"
ES_END = (
    r"(?= \.|$| (?:por|mas|gracias|nunca|nada|porfa\w*|ya|a este|a mi|please|de nuevo|otra vez|ni|porque|jamas"
    r"|de ustedes"
    r"|de su|de tu|de esta|anymore|desde|que|yo|usted|ustedes)\b)"
)
FR = r"(?:messages?|sms|textos?|texts|mms|mails de texto|notifications|messages textes?)"
FR_END = (
    r"(?= \.|$| (?:svp|stp|merci|sil|plus|desormais|a ce|sur ce|de votre|de vous|jamais|du tout"
    r"|maintenant|a lavenir|car|par|via)\b)"
)

# fmt: off
RULES = (
    Rule(
        "es.stop_word", "es", OPT_OUT, How.WHOLE,
        "alto | pare | parar | baja | basta | ya basta | no mas | no mas mensajes | cancelar suscripcion | cancelar"
        " | paren | eliminar | darme de baja | baja por favor | no mas por favor | ya no mas | ya no mas por favor "
        "| ya no"
        " | no molestar | no molestar mas | salir | terminar",
        "¡ALTO!", "El más alto de la foto",
    ),
    Rule(
        "es.stop_and_courtesy", "es", OPT_OUT, How.ONLY,
        "alto | pare | paren | parar | basta | detener | detengase | detenganse | detente | desuscribir "
        "| desuscribirme"
        " | desuscribanme | dessuscribir | desinscribir",
        "alto por favor", "Pare en la esquina",
    ),
    Rule("es.start_word", "es", START, How.WHOLE, "comenzar", "COMENZAR", "Queremos comenzar el lunes"),
    Rule("es.yes_word", "es", YES, How.WHOLE, "si", "Sí", "Si puedo, voy"),
    Rule("es.help_word", "es", HELP, How.WHOLE, "ayuda", "AYUDA", "Gracias por la ayuda"),
    Rule(
        "es.soft_no", "es", REVIEW, How.WHOLE,
        "no gracias | no me interesa",
        "No gracias", "Gracias, no hay prisa",
    ),
    Rule(
        "es.stop_phrase", "es", OPT_OUT, How.INSIDE,
        r"\bno (?:me|nos) (?:vuelv\w+ a )?(?:contact|escrib|mand|envi|molest|text|busqu)\w*(?: (?:mas|nada|nunca"
        rf"|{ES}|estos|sus"
        rf"|ningun|otro|a este numero)){{0,4}}{ES_END}|\bno (?:me )?vuelv\w+ a (?:escrib|mand|envi|contact|text"
        rf"|molest)\w+"
        r"|\bno (?:me )?(?:mandar|enviar|escribir|molestar|contactar|textear)(?:me|nos)?(?: (?:mas|nada"
        rf"|a este numero|{ES})){{0,4}}{ES_END}"
        r"|\bno (?:quiero|deseo) que (?:me|nos) (?:lleguen? |sigan? |esten? |vuelvan? a )?(?:escrib|mand|envi|contact"
        r"|text)\w+|\b(?:par"
        rf"|deten)\w+ (?:ya )?(?:con|a) (?:los|las|estos|sus|tantos) {ES}"
        r"|(?:^|\. )(?:por favor |ya )?(?:saqu|borr|quit|elimin)\w{1,4}(?:me|nos)(?: (?:por favor|ya"
        r"|de aqui))*(?= \.|$)"
        rf"|\bno (?:me )?(?:mande|envie|escriba)\w*(?: mas)? {ES}{ES_END}"
        r"|\bno me (?:llam|habl)\w+ ni (?:me )?(?:mand|escrib|envi|text)\w+"
        r"|\bno (?:quier[oe]n?|dese[oae]n?|queremos|deseamos|quisiera|necesit[oa]n?|necesitamos)(?: (?:recibir|mas"
        r"|sus|tus|estos|esos|los|de"
        r"|que me manden"
        rf"|que me envien|seguir|recibiendo|ningun|este tipo)){{0,5}} {ES}{ES_END}|\bno (?:quiero"
        rf"|deseo) que me (?:escrib|contact|text)\w+"
        r"|\b(?:basta|no mas|no more|ya no mas|alto a|alto con|ya basta)(?: (?:de|con|los|sus|mas|estos"
        rf"|a)){{0,3}} {ES}{ES_END}"
        r"|\b(?:dame|deme|denme|darme|darnos|doy|dan|den|dar|demen) de baja\b"
        r"|(?<!no )(?<!nao )\b(?:dej\w+|pare|paren|para|parar|cesen?) (?:ya )?de (?:enviar|mandar|escribir|molestar"
        r"|text\w+|contactar"
        rf"|fastidiar)(?: ?(?:me|nos))?(?: (?:mas|sus|tus|estos|tantos|los|{ES})){{0,3}}{ES_END}"
        r"|\b(?:borr|quit|elimin|saqu|sac|remuev|remov|retir|suprim)\w{0,5} (?:mi|este|nuestro) (?:numero|telefono"
        r"|nombre|contacto|celular)\b"
        r"|\b(?:borr|quit|elimin|saqu|sac|remuev|remov|retir)\w{0,5}(?:me|nos) (?:ya )?(?:de"
        r"|por favor de)[\w ]{0,14}(?:lista|contactos|sistema)\b"
        r"|\b(?:saqu|quit|borr)\w{1,4}(?:me|nos) de (?:ahi|aqui|esto|eso|est[ae])\b|\b(?:elimin|borr)\w{1,4} mis"
        r" datos\b|\b(?:dej\w+) (?:me )?(?:en paz|tranquil[oa])\b"
        r"|\b(?:revoc|retir|cancel|quit|anul)\w* (?:mi|el) (?:consentimiento|permiso|autorizacion)\b"
        rf"|(?<!como )\b(?:cancel|anul|suspend|deten|deteng|pare|termin)\w{{0,5}} (?:los |mis |estos |todos |mi |la "
        rf"|sus |de |de enviar ){{0,3}}"
        rf"(?:{ES}|suscripcion){ES_END}",
        "No me contacten más", "Por favor no paren de mandar, me encantan",
    ),
    Rule(
        "es.unclear", "es", REVIEW, How.INSIDE,
        r"\bnumero equivocado\b|^cancel(?:e|ar|en|a)(?:lo)?(?: por favor)?$|\bequivoc\w+ de (?:numero|persona)\b"
        r"|\bpersona equivocada\b"
        r"|^(?:esta |este |yo |esto |hola |disculpe )*no (?:soy|es) (?!posible|problema|necesario|urgente|para|el|la"
        r"|lo|un|una|de|en|hoy)\w+$"
        rf"|\baqui no (?:vive|hay|existe)\b|\b(?:no (?:me|nos) interesa|no estoy interesad[oa]){ES_END}"
        r"|\b(?:de donde|donde|como|quien)(?: \w+){0,3} (?:saco|sacaron|dio|obtuv\w+|consigui\w+|tiene"
        r"|tienen) mi numero\b"
        rf"|\bdemasiados? (?:\w+ )?{ES}|\bspam(?= \.|$)|\b(?:report|denunci|demand)\w+(?:los|las)?(?= \.|$| por)"
        rf"|\bcomo (?:cancelo|me doy|me salgo|paro|detengo|me quito"
        rf"|dejo de recibir|me borro)\b|\bno me (?:mand|escrib|envi|text|molest)\w+ (?:{ES}|[\w ]{{0,20}}(?:noche"
        rf"|despues|antes|tarde|trabajo|semana|promo\w*"
        r"|publicidad|ofertas?))|\bsolo (?:recordatorios|citas)\b|\bno (?:mas )?(?:promociones|publicidad|ofertas"
        rf"|anuncios)\b"
        r"|\b(?:fallecio|murio)\b|\ben vez de (?:mandar|enviar|textos?|mensajes?|escribir)|\bacoso\b|\bestafa\w*\b"
        rf"|\bdejen? de llamar"
        r"|\bnunca (?:me suscribi|me registre|di mi numero|pedi)|^(?:vayanse|chinga|vete|callate)\b",
        "Cancele por favor", "Cancele la cita del martes", is_likely=True,
    ),
    Rule(
        "fr.stop_word", "fr", OPT_OUT, How.WHOLE,
        "arret | arrete | arretez | desabonner | desabonnement | desinscrire | desinscription | desabonnez moi "
        "| cessez"
        " | resilier | resiliation | annuler labonnement | me desinscrire | me desabonner | fin | se desabonner "
        "| plus rien",
        "Arrêtez !", "On se voit à l'arrêt de bus",
    ),
    Rule(
        "fr.stop_and_courtesy", "fr", OPT_OUT, How.ONLY,
        "arretez | arrete | arreter | cessez | desabonner | desabonnement | desinscrire | desinscription | resilier",
        "Arrêtez svp merci", "On s'arrête au magasin",
    ),
    Rule("fr.start_word", "fr", START, How.WHOLE, "reabonner", "RÉABONNER", "On commence quand ?"),
    Rule("fr.yes_word", "fr", YES, How.WHOLE, "oui", "OUI", "Oui, mardi me va"),
    Rule("fr.help_word", "fr", HELP, How.WHOLE, "aide", "aide", "Merci de votre aide"),
    Rule(
        "fr.soft_no", "fr", REVIEW, How.WHOLE,
        "non merci | pas interesse | pas interessee | pas interesse merci | pas interessee merci",
        "Non merci", "Non, merci de venir mardi",
    ),
    Rule(
        "fr.stop_phrase", "fr", OPT_OUT, How.INSIDE,
        r"(?<!narretez )(?<!ne )\b(?:darreter|decesser|arretez|arrete|arreter|cessez|cesser|stop|stoppez|fin"
        r"|finis)(?: de| d| aux| des| a| avec)?"
        r" (?:(?:menvoyer|recevoir|mecrire|me contacter|me texter|me harceler|nous ecrire|me deranger|me spammer"
        r"|denvoyer|tout envoi|lenvoi|les envois"
        rf"|decrire|tout contact|les|ces|vos|tous"
        rf"|des|de|{FR}) ?){{1,5}}(?:(?<= )(?=\.|$)|{FR_END})"
        r"|\b(?:ne|de ne|n)? ?(?:plus|pas|jamais) (?:me |m ?|nous )(?:contacter|ecrire|envoyer|texter|envoyer|ecris"
        r"|deranger)\w*"
        rf"(?: (?:de|des|vos|ces|ce|rien|{FR})){{0,4}}{FR_END}"
        r"|\b(?:ne )?(?:me |m ?|nous )(?:contact|ecriv|envoy|text|derang|harcel)(?:ez|es|e) (?:plus|jamais)(?: (?:de"
        r"|rien|jamais|aucun|vos|ces"
        rf"|{FR})){{0,4}}{FR_END}"
        r"|\b(?:je |j)?(?:ne |n)?(?:veux|souhaite|desire|voudrais|veut|aimerais) (?:plus|pas"
        rf"|ne plus)(?: (?:recevoir|de|vos|ces|des|aucun|etre)){{0,4}} (?:{FR}"
        rf"|contactee?){FR_END}|\b(?:veux|souhaite|voudrais|aimerais|desire|peux) me (?:desabonner|desinscrire"
        rf"|retirer)\b"
        rf"|\b(?:desabonn|desinscriv|retir|enlev|supprim|effac|ot|ray|sort)\w{{1,3}} (?:moi|nous)(?= \.|$| (?:svp"
        rf"|stp|merci|de|des|sil|votre|la)\b)"
        r"|(?<!dois )\bme (?:desabonner|desinscrire)\b|\blachez (?:moi|nous)\b|^(?:arretez|arrete) (?:ca|tout)\b"
        r"|\bme (?:retirer|desabonner|desinscrire|enlever|supprimer|rayer) de (?:vos|votre|la|cette|ces)\b"
        r"|\b(?:supprim|retir|effac|enlev|oubli|otez|ray)\w{0,3} (?:mon|ce) (?:numero|nom|contact|telephone)\b"
        rf"|(?:^|\. )(?:svp |s il vous plait )?(?:plus de|pas de|aucun|plus aucun) {FR}(?= \.|$| svp| merci| sil"
        rf"| stp)"
        r"|\blaiss\w+ (?:moi|nous) (?:tranquille|en paz|en paix)\b|\bfou\w+ moi la paix\b"
        r"|\b(?:retire|revoque|annule) mon (?:consentement|accord|autorisation)\b|\bannul\w{1,3} (?:les|ces|vos|mon"
        r"|l)? ?(?:sms|messages|textos|abonnement)\b",
        "Arrêtez les messages svp", "N'arrêtez pas, j'adore vos messages",
    ),
    Rule(
        "fr.doubt", "fr", REVIEW, How.INSIDE,
        r"\b(?:mauvais|faux) numero\b|\btromp\w+ de (?:numero|personne)\b|\berreur de (?:numero|personne)\b"
        r"|\bmauvaise personne\b"
        r"|^(?:desole |bonjour )?(?:ce nest pas|je ne suis pas|cest pas) (?!sur|la|le|un|une|encore|disponible|grave"
        r"|pret|possible|libre)\w+$|\bpas interess|\bminteresse pas\b"
        rf"|\btrop de {FR}|\bspam(?= \.|$)|\bcomment(?: \w+){{0,3}} (?:desabonner|desinscrire|arreter|resilier"
        rf"|stopper)\b|\b(?:signaler|porter plainte)\b"
        rf"|\b(?:donne|eu|obtenu|trouve) mon numero\b|\bpas de (?:{FR}|pubs?|promos?|publicites?)\b"
        rf"|\bseulement les rappels\b|^annule[rz](?: svp)?$"
        r"|\b(?:decede|mort)e?\b|\bappel\w+ (?:moi )?plutot\b|\bharcel|\barnaque\b|\bplus de (?:pubs?|promos?)\b"
        r"|^(?:va te|allez vous|degage|fous)\b"
        rf"|\bdesabonn\w+|\bdesinscri\w+|\bpas (?:me |m)?(?:ecrire|texter|envoyer)\b[\w ]{{0,20}}(?:soir|nuit|apres"
        rf"|avant|travail)|\bjamais (?:inscrit|demande)",
        "Mauvais numéro", "Un bon numéro", is_likely=True,
    ),
)
# fmt: on
