"""Rows of the reply table in German, Polish, Vietnamese and Tagalog (see `reply_languages`)."""

from portal.consent.reply_rule import How, Rule
from portal.consent.reply_rules import NO, OPT_OUT, REVIEW, YES

DE = r"(?:nachrichten?|sms|texte|mitteilungen|werbung|nachricht)"
DE_END = (
    r"(?= \.|$| (?:bitte|danke|mehr|senden|schicken|von|ab|an|zu|schreiben|erhalten|sonst|sofort|nie|wieder|ich"
    r"|auf)\b)"
)
PL = r"(?:wiadomosci|smsow|sms|smsy|esemesow|wiadomosc)"
VI = r"(?:tin nhan|nhan tin|tin|sms|text)"
TL = r"(?:text|mag ?text|itext|i text|message|mag ?message|messages|texts|kontakin|contact|kontak)"

# fmt: off
RULES = (
    Rule(
        "de.stop_word", "de", OPT_OUT, How.WHOLE,
        "stopp | abmelden | abbestellen | ende | widerruf",
        "„Stopp“", "Stopp am Tor",
    ),
    Rule(
        "de.stop_and_courtesy", "de", OPT_OUT, How.ONLY,
        "stoppen | aufhoren | abmelden | abbestellen | austragen | kundigen "
        "| abmeldung", "Bitte aufhören", "Nicht aufhören",
    ),
    Rule("de.yes_word", "de", YES, How.WHOLE, "ja", "Ja", "Ja, Dienstag passt"),
    Rule("de.no_word", "de", NO, How.WHOLE, "nein", "Nein", "Nein, Dienstag nicht"),
    Rule(
        "de.soft_no", "de", REVIEW, How.WHOLE,
        "kein interesse | nein danke",
        "Kein Interesse", "Danke, nein, Montag",
    ),
    Rule(
        "de.stop_phrase", "de", OPT_OUT, How.INSIDE,
        r"(?:^|\. |\b(?:bitte|mochte|will|wollen|mir|uns|sie|wunsche|brauche) )keine(?: (?:weiteren|weitere|ihrer"
        rf"|eure))? {DE}(?: mehr(?: bekommen| erhalten)?{DE_END}|(?= \.|$| bitte| danke| senden| schicken))"
        r"|\b(?:schluss|hor\w* (?:sie )?(?:bitte )?auf|aufhoren|stopp\w*)(?: (?:sie|mit|mir|uns|die|den|das|bitte"
        rf"|auf|zu|diese)){{0,5}} (?:{DE}|schreiben|kontaktieren|texten|senden|schicken|nerven)"
        r"|^(?:bitte )?hor\w* (?:sie )?(?:bitte )?(?:damit )?auf(?= \.|$)"
        r"|\b(?:schreib|kontaktier|text|belastig|schick)\w* (?:sie )?(?:mir|mich|uns) (?:bitte )?(?:nicht|nie|nichts"
        r"|keine nachrichten)(?: (?:mehr|wieder|an)){1,2}"
        r"|\bnicht mehr (?:kontaktier\w+|anschreiben|schreiben|texten)|\b(?:meld|trag)\w* (?:sie )?(?:mich"
        r"|uns) (?:bitte )?(?:ab|aus)(?= \.|$| bitte)"
        r"|\b(?:losch|entfern|streich)\w* (?:sie )?(?:bitte )?(?:meine (?:\w+)?nummer|mich (?:aus|von)|diese nummer)"
        r"|\bmeine nummer (?:bitte )?(?:loschen|entfernen|streichen)"
        r"|\bnehm\w* (?:sie )?(?:mich|meine nummer) (?:bitte )?(?:von|aus)|\b(?:mochte|will"
        r"|wurde)(?: mich)? (?:gern )?(?:bitte )?(?:mich )?(?:abmelden|austragen|abbestellen)"
        r"|\b(?:will|mochte|wollen|mochten)(?: ich| wir)? (?:nichts|nie)(?: mehr)? (?:\w+ ){0,3}(?:horen|erhalten"
        r"|bekommen|haben)\b"
        r"|\b(?:lass|lasst|lassen sie) (?:mich|uns) (?:bitte )?in ruhe"
        r"|\bwiderruf\w* (?:hiermit )?meine (?:einwilligung|zustimmung|erlaubnis)|\b(?:ziehe"
        r"|nehme) (?:hiermit )?meine (?:einwilligung|zustimmung)",
        "Keine Nachrichten mehr bitte", "Bitte nicht stoppen, ich mag die Nachrichten",
    ),
    Rule(
        "de.doubt", "de", REVIEW, How.INSIDE,
        r"\bfalsche (?:nummer|person)|^(?:ich bin|das ist) nicht (?!sicher|da|zu|bereit|fertig|so|gut)\w+$"
        rf"|\b(?:nicht|kein) interess|\b(?:zu|so) viele {DE}|\bspam(?= \.|$)|\bwie (?:kann ich|melde ich|bekomme ich"
        rf"|werde ich)"
        r"[\w ]{0,20}(?:ab|austragen|stoppen|los)|\b(?:woher|wer)[\w ]{1,20} meine nummer|\bkeine werbung"
        r"|\bnicht (?:nach|vor) \d+ uhr|\brufen sie (?:mich )?lieber|\bich (?:melde|zeige|verklage|blockiere) (?:sie"
        r"|euch|dich)"
        r"|\b(?:verstorben|gestorben)\b|\bbelastigung\b|\bbetrug\b|\banwalt\b",
        "Falsche Nummer", "Die Nummer 12", is_likely=True,
    ),
    Rule(
        "pl.stop_and_courtesy", "pl", OPT_OUT, How.ONLY,
        "zatrzymaj | przestan | przestancie | wypisz | wypisac | wypiszcie | rezygnuje "
        "| rezygnacja", "Przestańcie proszę", "Nie przestawajcie",
    ),
    Rule(
        "pl.stop_phrase", "pl", OPT_OUT, How.INSIDE,
        r"(?<!nie )\bprzesta\w+ (?:do mnie |mi )?(?:pisac|wysylac|przysylac|slac|nekac)|\b(?:wypis|usun|skresl"
        rf"|wykresl)\w{{0,4}} (?:mnie|mi)\b|\bprosze mnie (?:wypisac|usunac)|\bprosze nie (?:pisac|wysylac"
        rf"|kontaktowac)(?= \.|$)|\bnie (?:pisz|wysylaj|przysylaj"
        rf"|kontaktuj)\w*"
        rf"(?: (?:do|mnie|mi|wiecej|juz|sie|ze|mna|nic|{PL})){{1,5}}|\b(?:prosze )?(?:juz )?nie (?:wysylac|pisac"
        rf"|przysylac|kontaktowac)(?: (?:do|mnie|mi|wiecej|juz|{PL})){{1,4}}"
        rf"|\bnie (?:chce(?:my)?|zycze(?: sobie)?|zyczymy(?: sobie)?)(?: (?:juz|wiecej|otrzymywac|dostawac|waszych"
        rf"|zadnych|tych)){{0,4}} {PL}|\b(?:usun"
        rf"|skasuj)\w{{0,4}} (?:moj|ten) numer|\busunac (?:moj|ten) numer|\busuniecie (?:mnie|mojego|tego)"
        rf" ?(?:numeru)?|\bkoniec (?:wiadomosci|smsow|z smsami)"
        r"|\bdaj\w* mi spokoj|\b(?:cofam|wycofuje|odwoluje) (?:swoja |moja )?zgode|\banuluj\w* subskrypcj",
        "Nie piszcie do mnie więcej", "Proszę odwołać wizytę",
    ),
    Rule(
        "pl.doubt", "pl", REVIEW, How.INSIDE,
        r"^(?:to )?pomylka\b|\b(?:zly|bledny|pomylil\w*) (?:numer|pan)|^to nie (?!tak|to|problem)\w+$"
        rf"|\bnie jestem zainteresowan|^nie dziekuje$|\bjak (?:sie )?(?:wypisac|zrezygnowac|wylaczyc)|\bza duzo {PL}"
        rf"|\bspam(?= \.|$)|\bskad (?:pan\w* )?ma\w* moj numer|\bzglosze\b",
        "Zły numer", "Numer domu 12", is_likely=True,
    ),
    Rule("vi.stop_word", "vi", OPT_OUT, How.WRITTEN, "dừng | ngừng | thôi", "DỪNG", "Đúng"),
    Rule(
        "vi.stop_words", "vi", OPT_OUT, How.WHOLE,
        "huy dang ky | dung lai | huy | ngung | ngung lai | xin dung lai",
        "HỦY ĐĂNG KÝ", "Hủy lịch hẹn thứ ba giúp tôi",
    ),
    Rule("vi.yes", "vi", YES, How.WRITTEN, "có", "Có", "Co"),
    Rule("vi.yes_word", "vi", YES, How.WHOLE, "dong y", "Đồng ý", "Tôi đồng ý với giá"),
    Rule("vi.soft_no", "vi", REVIEW, How.WHOLE, "khong cam on", "Không, cảm ơn", "Cảm ơn"),
    Rule(
        "vi.stop_phrase", "vi", OPT_OUT, How.INSIDE,
        rf"\b(?:dung|ngung|thoi)(?: (?:co|viec|dung|ngay)){{0,2}} (?:gui|nhan|lien lac|lien he|lam phien|quay ray"
        r"|text|nhan tin|goi hay nhan)\b(?! (?:hoa don|anh|hinh|hang|tien|\w+ (?:ban dem|buoi toi)"
        rf"|(?:tin )?ban dem))"
        rf"|\bkhong (?:muon |can )?(?:nhan|nhan them|nhan duoc)(?: (?:them|cac|nhung|bat ky))? {VI}|\bkhong (?:gui"
        rf"|nhan) {VI} nua|\bkhong nhan tin nua|\b(?:xoa|bo|go)(?: (?:ten|so|dien thoai)){{1,3}} (?:cua )?(?:toi"
        rf"|minh|nay)|\bhuy (?:nhan|dang ky)(?: tin)?"
        r"|\bde toi yen\b|\b(?:rut lai|thu hoi|huy) (?:su )?dong y",
        "dung nhan tin cho toi nua", "nhan tin cho toi nhe",
    ),
    Rule(
        "vi.doubt", "vi", REVIEW, How.INSIDE,
        r"\b(?:nham|sai|lon) (?:so|nguoi)\b|\btoi khong phai (?:la )?\w+|\bkhong (?:quan tam|co nhu cau)\b"
        rf"|\b(?:lam sao|lam the nao|cach nao)[\w ]{{0,12}} (?:huy|dung|ngung)|\bnhieu {VI} qua|\btin rac\b"
        rf"|\bspam(?= \.|$)|\b(?:ai cho|sao co|lay)[\w ]{{0,14}} so (?:cua )?toi|\b(?:nhan|gui) (?:tin )?(?:ban dem"
        rf"|buoi toi)|\blua dao\b",
        "Nhầm số", "Số nhà 12", is_likely=True,
    ),
    Rule(
        "tl.stop_word", "tl", OPT_OUT, How.WHOLE,
        "itigil | ihinto | tigil | hinto | tama na | tama na po | ayoko na | ayoko na po | ayaw ko na "
        "| ayaw ko na po", "Itigil", "Hihinto ako sa tindahan bago pumunta",
    ),
    Rule(
        "tl.stop_and_courtesy", "tl", OPT_OUT, How.ONLY,
        "itigil | tigil | ihinto | hinto | itigil",
        "Itigil nyo na po", "Tigil ulan na",
    ),
    Rule(
        "tl.stop_phrase", "tl", OPT_OUT, How.INSIDE,
        rf"\b(?:huwag|wag)(?: (?:na|niyo|nyo|ninyo|mo|po|ako|akong|kayo|kayong|kang|ka|sana|muna)){{1,5}} (?:mag |i "
        rf"|mang |mag i)?{TL}\b|\b(?:pakitigil|paki itigil|itigil|tigil|tigilan|hinto|huminto|ihinto|tama na"
        rf"|stop)(?: (?:na|niyo|nyo|ninyo|mo|po|kayo|ang|sa|ka|pag)){{1,5}}"
        rf" (?:mag |pag ?|i |mga )?{TL}\b|\b(?:tigilan|tantanan|lubayan)(?: (?:na|niyo|nyo|ninyo|mo"
        rf"|po)){{0,3}} (?:ako|akong|ko)|\b(?:ayoko|ayaw)(?: (?:ko|na|po|ng|nang|makatanggap|tumanggap|mga"
        rf"|ko na)){{0,6}} {TL}\b"
        r"|\b(?:paki ?)?(?:alis|tanggal|delete|burahin|bura|tanggalin|alisin|remove|erase)(?: (?:na|niyo|nyo|ninyo"
        r"|mo|po|ng|ang|yung|naman)){0,4} (?:number ko|numero ko|akong?|ko|ako sa)\b",
        "Huwag niyo na akong i-text", "I-text mo ako bukas",
    ),
    Rule(
        "tl.doubt", "tl", REVIEW, How.INSIDE,
        r"\bmali(?:ng)?(?: (?:po|yung|ang|yata))* (?:number|numero)|\bhindi (?:po )?ako si \w+"
        r"|\bhindi (?:po )?(?:ako )?interesado|^ayoko(?: po)?$|\bpaano (?:po )?(?:mag |i ?|ma)?(?:unsubscribe|stop"
        r"|itigil|matigil)|\bpaano (?:nyo|niyo|mo) (?:po )?nakuha"
        r"|\b(?:ang )?dami (?:nyo|niyo|mo)(?:ng)? text|\bscam (?:to|yan|kayo)\b|\b(?:huwag"
        r"|wag)(?: \w+){0,4} (?:sa gabi|gabi na)|\bsino (?:nagbigay|nag bigay) ng number",
        "Maling number", "Number po ng bahay", is_likely=True,
    ),
)
# fmt: on
