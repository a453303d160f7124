"""Rows of the reply table in other languages than English; same columns, same tests (see `reply_rules`)."""

from portal.consent.reply_rule import How, Rule
from portal.consent.reply_rules import HELP, NO, OPT_OUT, REVIEW, START, YES

# fmt: off
RULES = (
    Rule(
        "es.stop_word", "es", OPT_OUT, How.WHOLE,
        "alto | pare | parar | baja | basta | ya basta | no mas | no mas mensajes | cancelar suscripcion",
        "¡ALTO!", "El más alto de la foto",
    ),
    Rule("es.start_word", "es", START, How.WHOLE, "comenzar", "COMENZAR", "Queremos comenzar el lunes"),
    Rule("es.yes_word", "es", YES, How.WHOLE, "si", "Sí", "Si puedo, voy"),
    Rule("es.help_word", "es", HELP, How.WHOLE, "ayuda", "AYUDA", "Gracias por la ayuda"),
    Rule("es.soft_no", "es", REVIEW, How.WHOLE, "no gracias | no me interesa", "No gracias", "Gracias, no hay prisa"),
    Rule(
        "es.stop_phrase", "es", OPT_OUT, How.INSIDE,
        r"\bno me (?:contact|escrib|mand|envi|molest)\w+ (?:nunca )?mas(?= \.|$| por| mensajes| textos)"
        r"|\bno (?:quiero|deseo)(?: recibir)?(?: mas| sus| tus| estos){0,2} (?:mensajes|textos)(?= \.|$| por)"
        r"|\bbasta de (?:mensajes|textos)\b|\bdame de baja\b|\bdeme de baja\b"
        r"|(?<!no )(?<!nao )\b(?:deje|dejen|deja|pare|paren) de (?:enviar|mandar|escribir|molestar)(?:me|nos)?(?: mas)?"
        r"(?: (?:mensajes|textos))?(?= \.|$| por)"
        r"|\b(?:borr|quit|elimin|saqu|remuev)\w{1,4} mi numero\b",
        "No me contacten más", "Por favor no paren de mandar, me encantan",
    ),
    Rule(
        "es.unclear", "es", REVIEW, How.INSIDE,
        r"\bnumero equivocado\b|^cancele(?: por favor)?$",
        "Cancele por favor", "Cancele la cita del martes",
    ),
    Rule(
        "fr.stop_word", "fr", OPT_OUT, How.WHOLE,
        "arret | arrete | arretez | desabonner | desabonnement | desinscrire | desinscription | desabonnez moi",
        "Arrêtez !", "On se voit à l'arrêt de bus",
    ),
    Rule("fr.start_word", "fr", START, How.WHOLE, "reabonner", "RÉABONNER", "On commence quand ?"),
    Rule("fr.yes_word", "fr", YES, How.WHOLE, "oui", "OUI", "Oui, mardi me va"),
    Rule("fr.help_word", "fr", HELP, How.WHOLE, "aide", "aide", "Merci de votre aide"),
    Rule(
        "fr.soft_no", "fr", REVIEW, How.WHOLE,
        "non merci | pas interesse | pas interessee",
        "Non merci", "Non, merci de venir mardi",
    ),
    Rule(
        "fr.stop_phrase", "fr", OPT_OUT, How.INSIDE,
        r"\b(?:arretez|arrete|cessez)(?: de)? (?:menvoyer|mecrire|me contacter"
        r"|(?:les|ces|vos|tous les|tous vos) (?:messages|sms|textos))(?= \.|$| svp| merci| sil)"
        r"|\bne (?:me |m )?(?:contactez|ecrivez|envoyez|menvoyez|mecrivez) plus\b"
        r"|\b(?:supprimez|retirez|effacez) mon numero\b|\bplus de (?:messages|sms|textos)(?= \.|$| svp| merci)",
        "Arrêtez les messages svp", "N'arrêtez pas, j'adore vos messages",
    ),
    Rule(
        "pt.stop_word", "pt", OPT_OUT, How.WHOLE,
        "sair | descadastrar | cancelar inscricao | parar mensagens",
        "SAIR", "Vamos sair às 9",
    ),
    Rule("pt.yes_word", "pt", YES, How.WHOLE, "sim", "SIM", "Sim, recebi o contrato"),
    Rule("pt.unclear_word", "pt", REVIEW, How.WHOLE, "chega | chega por favor", "Chega", "Quando chega o album?"),
    Rule(
        "pt.stop_phrase", "pt", OPT_OUT, How.INSIDE,
        r"\bme (?:remova|remove|tire|tira) d[ae] (?:sua |tua )?lista\b"
        r"|(?<!nao )\b(?:pare|parem|para) de (?:me )?(?:enviar|mandar|escrever)(?: mensagens)?(?= \.|$| por)"
        r"|\bnao quero (?:mais )?(?:receber )?(?:mais )?(?:suas |essas )?mensagens(?= \.|$| por)",
        "pare de enviar mensagens", "Não pare de enviar, adoro",
    ),
    Rule("de.stop_word", "de", OPT_OUT, How.WHOLE, "stopp | abmelden | abbestellen", "„Stopp“", "Stopp am Tor"),
    Rule("de.yes_word", "de", YES, How.WHOLE, "ja", "Ja", "Ja, Dienstag passt"),
    Rule("de.no_word", "de", NO, How.WHOLE, "nein", "Nein", "Nein, Dienstag nicht"),
    Rule("de.soft_no", "de", REVIEW, How.WHOLE, "kein interesse | nein danke", "Kein Interesse", "Danke, nein, Montag"),
    Rule(
        "de.stop_phrase", "de", OPT_OUT, How.INSIDE,
        r"(?:^|\. |\b(?:bitte|mochte|will) )keine (?:weiteren )?(?:nachrichten|sms) mehr"
        r"(?= \.|$| bitte| senden| schicken)"
        r"|\b(?:loschen|entfernen) sie meine nummer\b|\b(?:losch|losche|entferne) meine nummer\b",
        "Keine Nachrichten mehr bitte", "Bitte nicht stoppen, ich mag die Nachrichten",
    ),
    Rule("it.stop_word", "it", OPT_OUT, How.WHOLE, "ferma | fermare | disiscrivi", "FERMA", "La ferma del bus"),
    Rule("vi.stop_word", "vi", OPT_OUT, How.WRITTEN, "dừng", "DỪNG", "Đúng"),
    Rule("vi.stop_words", "vi", OPT_OUT, How.WHOLE, "huy dang ky", "HỦY ĐĂNG KÝ", "Hủy lịch hẹn thứ ba giúp tôi"),
    Rule("vi.yes", "vi", YES, How.WRITTEN, "có", "Có", "Co"),
    Rule("vi.yes_word", "vi", YES, How.WHOLE, "dong y", "Đồng ý", "Tôi đồng ý với giá"),
    Rule("vi.soft_no", "vi", REVIEW, How.WHOLE, "khong cam on", "Không, cảm ơn", "Cảm ơn"),
    Rule(
        "vi.stop_phrase", "vi", OPT_OUT, How.INSIDE,
        r"\bdung nhan tin\b|\bxoa so cua toi\b",
        "dung nhan tin cho toi nua", "nhan tin cho toi nhe",
    ),
    Rule("tl.stop_word", "tl", OPT_OUT, How.WHOLE, "itigil | ihinto", "Itigil", "Hihinto ako sa tindahan bago pumunta"),
    Rule(
        "tl.stop_phrase", "tl", OPT_OUT, How.INSIDE,
        r"\bhuwag (?:niyo |nyo |mo )?(?:na )?(?:akong |na ako )i ?text\b|\bpaki ?alis (?:po )?ng number ko\b",
        "Huwag niyo na akong i-text", "I-text mo ako bukas",
    ),
    Rule(
        "zh.stop_word", "zh", OPT_OUT, How.WHOLE,
        "退订 | 退訂 | 停止 | 取消订阅 | 取消訂閱 | 取消短信 | 取消簡訊",
        "退訂", "取消星期二的预约",
    ),
    Rule(
        "zh.stop_phrase", "zh", OPT_OUT, How.INSIDE,
        r"停止(?:发送|發送)(?=短信|信息|消息|簡訊|$| )|从名单中删除|從名單中刪除|"
        r"不想再收到(?:短信|簡訊|信息|消息)|(?:别|不要)再(?:给我)?发(?:短信|信息|消息)",
        "请把我从名单中删除", "请给我发短信",
    ),
    Rule(
        "ar.stop_word", "ar", OPT_OUT, How.WHOLE,
        "ستوب | الغاء الاشتراك | توقف",
        "إلغاء الاشتراك", "ألغِ موعدي يوم الثلاثاء",
    ),
    Rule("ar.yes_word", "ar", YES, How.WHOLE, "موافق | نعم", "موافق", "موافق على السعر"),
    Rule(
        "ar.stop_phrase", "ar", OPT_OUT, How.INSIDE,
        r"\bلا ترسلوا? لي(?= رسايل| بعد| \.|$)",
        "لا ترسلوا لي رسائل بعد الآن", "لا ترسلوا لي الفاتورة اليوم",
    ),
    Rule("ko.stop_word", "ko", OPT_OUT, How.WHOLE, "수신 거부 | 수신거부 | 중지", "수신 거부", "수신 확인"),
    Rule(
        "ko.stop_phrase", "ko", OPT_OUT, How.INSIDE,
        r"(?:문자|메시지) 보내지 마",
        "문자 보내지 마세요", "문자 보내 주세요",
    ),
    Rule("ru.stop_word", "ru", OPT_OUT, How.WHOLE, "стоп | отписаться", "СТОП", "Отмените мою запись на вторник"),
    Rule("ru.yes_word", "ru", YES, How.WHOLE, "да", "Да", "Да, во вторник"),
    Rule("hi.stop_phrase", "hi", OPT_OUT, How.INSIDE, r"मैसेज मत भेज", "मुझे मैसेज मत भेजो", "मुझे मैसेज भेजो"),
)
# fmt: on
