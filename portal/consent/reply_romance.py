"""Rows of the reply table in Portuguese, Italian and Haitian Creole (see `reply_languages`)."""

from portal.consent.reply_rule import How, Rule
from portal.consent.reply_rules import OPT_OUT, REVIEW, YES

PT = r"(?:mensagem|mensagens|msgs?|sms|textos?|torpedos?|notificacoes)"
PT_END = r"(?= \.|$| (?:por|mais|obrigad\w|nunca|nada|de voces|pra|para|favor|pfv|please|porque|ja)\b)"
IT = r"(?:messaggi|messaggio|sms|messaggini|notifiche)"
IT_END = r"(?= \.|$| (?:per|grazie|piu|da|a questo|mai|basta|please|perche)\b)"
HT = r"(?:mesaj|tèks|teks|sms|text)"

# fmt: off
RULES = (
    Rule(
        "pt.stop_word", "pt", OPT_OUT, How.WHOLE,
        "sair | descadastrar | cancelar inscricao | parar mensagens | cancelar | parar | pare | remover | encerrar",
        "SAIR", "Vamos sair às 9",
    ),
    Rule(
        "pt.stop_and_courtesy", "pt", OPT_OUT, How.ONLY,
        "descadastrar | descadastre | sair | remover | descadastrem",
        "me descadastre por favor", "Vou sair às 5",
    ),
    Rule("pt.yes_word", "pt", YES, How.WHOLE, "sim", "SIM", "Sim, recebi o contrato"),
    Rule(
        "pt.unclear_word", "pt", REVIEW, How.WHOLE,
        "chega | chega por favor",
        "Chega", "Quando chega o album?",
    ),
    Rule(
        "pt.stop_phrase", "pt", OPT_OUT, How.INSIDE,
        rf"(?<!nao )\b(?:pare|parem|para|parar|deixe|deixem) (?:com|com as|com os|com essas|com esses) {PT}{PT_END}"
        rf"|(?<!nao )\b(?:pare|parem|para|parar|deixe|deixem) de (?:me )?(?:enviar|mandar|escrever|contatar|incomodar"
        rf"|perturbar)(?: (?:me|mais|essas|suas|{PT})){{0,3}}{PT_END}"
        r"|\bnao (?:me |nos )?(?:mand|envi|escrev|contat|incomod|perturb|mande me|procur)\w*(?: me)?(?: (?:mais"
        rf"|nada|nenhuma|essas|suas|{PT})){{1,4}}{PT_END}"
        rf"|\bnao me (?:mand|envi|escrev|contat|incomod|perturb)\w+{PT_END}|\bnao entrem? mais em contato\b"
        r"|\bnao (?:quero|desejo|queremos|gostaria de)(?: (?:mais|receber|de|suas|essas|estas|ser|nenhuma"
        rf"|as)){{0,5}} (?:{PT}|contatad[oa]){PT_END}"
        rf"|\b(?:chega|basta|sem mais|fim)(?: (?:de|com|as)){{0,2}} {PT}{PT_END}|\b(?:cancel|par)(?:ar|e|em) (?:as "
        rf"|essas |estas |de )?(?:{PT}|minha inscricao|inscricao|minha assinatura)\b"
        r"|\b(?:remov|retir|tir|apag|exclu|delet|elimin)\w{1,3} (?:o )?(?:meu|este|esse) (?:numero|nome|cadastro"
        r"|contato|telefone|celular)\b"
        r"|\bme (?:remov|retir|tir|exclu|apag)\w{1,3}(?: (?:da|dessa|desta|de)(?: sua| tua)? lista)|\b(?:remova|tire"
        r"|retire|exclua) me d\w+ \w+ ?lista\b"
        r"|\b(?:me )?(?:deixe|deixem|deixa)(?: me)? em paz\b|\b(?:revog|retir"
        r"|cancel)\w{1,2} (?:o )?meu (?:consentimento|autorizacao)\b|\b(?:quero|queria|gostaria de) (?:sair|ser"
        r" removid[oa]) d\w+ (?:\w+ )?(?:lista|grupo)|\bme descadastr\w+",
        "pare de enviar mensagens", "Não pare de enviar, adoro",
    ),
    Rule(
        "pt.doubt", "pt", REVIEW, How.INSIDE,
        r"\bnumero errado\b|\bpessoa errada\b|^(?:aqui |eu |desculpe )*nao (?:sou|e) (?:a |o )?(?!possivel|problema"
        r"|necessario|urgente|so|hoje|de|um|uma)\w+$|\b(?:nao tenho|sem) interesse\b"
        rf"|\bnao (?:me interessa|estou interessad\w)\b|^nao obrigad[oa]$|\bmuit[ao]s {PT}|\bcomo (?:faco|saio"
        rf"|cancelo|paro)\b|\bspam(?= \.|$)|\b(?:denunciar|processar)\b|\bso lembretes\b"
        rf"|\bsem (?:promocoes|propaganda)\b|\bnao (?:me )?mande\w* {PT}|\bonde (?:conseguiu|pegou) meu numero\b"
        rf"|\b(?:faleceu|morreu)\b|\bgolpe\b|\bassedio\b",
        "Número errado", "O número da casa é 12", is_likely=True,
    ),
    Rule(
        "it.stop_word", "it", OPT_OUT, How.WHOLE,
        "ferma | fermare | disiscrivi | fermatevi | smettete | smettila | smettetela | cancellami "
        "| annulla iscrizione | disiscrivermi",
        "FERMA", "La ferma del bus",
    ),
    Rule(
        "it.stop_and_courtesy", "it", OPT_OUT, How.ONLY,
        "fermatevi | smettete | smettetela | smettila | disiscrivimi | disiscrivetemi | cancellami | cancellatemi "
        "| fermare",
        "smettetela per favore", "La fermata del bus",
    ),
    Rule(
        "it.stop_phrase", "it", OPT_OUT, How.INSIDE,
        rf"(?<!non )\b(?:smett|finit|ferm|basta)\w{{0,6}}(?: (?:di|con|i|gli|questi)){{0,2}} (?:(?:scriver|mandar"
        rf"|inviar|contattar|disturbar)\w{{1,4}}(?: {IT})?|{IT}){IT_END}"
        rf"|\bnon (?:(?:mandat|scrivet|contattat|inviat|disturbat)\w{{1,4}}|(?:mi|ci) (?:mand|scriv|contatt|invi"
        rf"|disturb)\w{{1,4}}|scriver\w+|mandar\w+|contattar\w+|inviar\w+)"
        rf"(?: (?:piu|altri|questi|{IT})){{0,3}}{IT_END}|\bnon (?:voglio|desidero|vogliamo)(?: (?:piu|ricevere|i"
        rf"|vostri|questi|altri|essere)){{0,5}} (?:{IT}|contattat[oa]){IT_END}"
        r"|\b(?:cancell|rimuov|togli|elimin|disiscriv)\w{0,4}(?:mi|temi) (?:dalla|da questa|dalle|dai)\b"
        r"|\b(?:cancell|rimuov|togli|elimin)\w{0,4} (?:il )?(?:mio|questo) (?:numero|nome|contatto)\b"
        r"|\blasci\w+ in pace\b|\b(?:revoco|ritiro) (?:il )?(?:mio )?consenso\b|\bannull\w+ (?:l)?iscrizione\b"
        r"|\bdisiscriv(?:imi|etemi)\b",
        "Non scrivetemi più", "Non smettete!",
    ),
    Rule(
        "it.doubt", "it", REVIEW, How.INSIDE,
        r"\bnumero sbagliato\b|\bsbagliato (?:numero|persona)\b|^(?:io )?non sono (?!sicur|pront|liber|ancora|in\b"
        rf"|a\b)\w+$|\bnon (?:mi|ci) interessa(?= \.|$| grazie)|^no grazie$"
        rf"|\bcome (?:faccio|posso|ci si)[\w ]{{0,10}} (?:disiscriv|cancell|ferm|smett)\w+|\btroppi {IT}"
        r"|\bspam(?= \.|$)|\bvi (?:denuncio|segnalo)\b|\bnon (?:sono )?interessat[oa]\b|\bdisiscriv\w+|\btruffa\b"
        rf"|\be mort[oa]\b",
        "Numero sbagliato", "Il numero 12", is_likely=True,
    ),
    Rule(
        "ht.stop_and_courtesy", "ht", OPT_OUT, How.ONLY, "sispann | rete | dezabone | kanpe",
        "Sispann tanpri", "Lapli a sispann",
    ),
    Rule(
        "ht.stop_phrase", "ht", OPT_OUT, How.INSIDE,
        r"(?<!pa )\bsispann (?:voye|ekri|tekste|kontakte|anmede|deranje)\b(?! foto)|\bpa (?:voye|ekri|kontakte"
        rf"|tekste|rele)(?: (?:{HT}|ban|bay|mwen|m|anko|okenn|lot)){{1,4}}(?= \.|$| tanpri)"
        rf"|\bpa (?:vle|bezwen)(?: (?:resevwa|anko|plis|okenn|jwenn)){{0,3}} {HT}|\b(?:retire|efase|wete) (?:m|mwen"
        rf"|nimewo(?: (?:m|mwen|telefon mwen))?)(?= \.|$| nan| sou| tanpri)|\bkite (?:m|mwen) (?:anpe|trankil)\b",
        "Pa voye mesaj ban mwen ankò", "Voye mesaj ban mwen",
    ),
    Rule(
        "ht.doubt", "ht", REVIEW, How.INSIDE,
        rf"\b(?:move|pa bon) nimewo\b|\bpa enterese\b|^se pa \w+$|\btwop {HT}|\bkijan pou m sispann\b"
        rf"|\bmwen pa \w+ non$|\bki moun ki ba(?:y|w)? ?(?:ou)? nimewo m",
        "Move nimewo", "Nimewo a se 12", is_likely=True,
    ),
)
# fmt: on
