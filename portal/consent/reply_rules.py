"""The table of how replies are read: each rule with a text that it reads and one that it must not.

Whole messages in English here; requests, doubts, everyday language and other languages in the modules beside.  Every
row is run as a test.  Rows are tried by kind, in the order of `How`, and within a kind from top to bottom.
"""

from portal.consent.reply_rule import How, Meaning, Rule

OPT_OUT, REVIEW, START, YES, NO, HELP, NONE = Meaning

# fmt: off
RULES = (
    # Whole messages: the exact list of behaviours.md X-10 and rules.md 13.1 to 13.4.
    Rule(
        "stop_word", "en", OPT_OUT, How.WHOLE,
        "stop | stopall | stop all | unsubscribe | unsub | cancel | end | quit | revoke | optout | opt out | remove"
        " | exit | exit please | please exit | stop to opt out | stop full stop | stop period | stop2quit"
        " | stop 2 quit | stop quit | stop to quit | stop to end | stop 2 end | revoked | i revoke | opted out"
        " | stopstopstop | unsubscribing | opting out | dnc | discontinue | desist | no more | stop for now "
        "| im out of here stop"
        " | do not contact | cease and desist",
        "STOP!!", "Stop by at 5?",
    ),
    Rule("start_word", "en", START, How.WHOLE, "start | unstop | un stop", "START.", "What time do we start?"),
    Rule("yes_word", "en", YES, How.WHOLE, "yes | y", "\"YES\"", "Yesterday was great"),
    Rule("no_word", "en", NO, How.WHOLE, "no | n", "No.", "No problem"),
    Rule(
        "help_word", "en", HELP, How.WHOLE,
        "help | info | help please | info please | please help", "HELP?", "Can you help with the album?",
    ),
    Rule(
        "unclear_word", "en", REVIEW, How.WHOLE,
        "x | s | td | off | delete | delet | please delete | delete please | block | unfollow | stoop | sop | stod"
        " | stop l | i want to cancel | no soliciting | del | kill | terminate | please dont | can you stop "
        "| should i stop"
        " | no need to keep texting | and subscribe | on subscribe | unsubscribed | stuff please | up out | wrong "
        "| end it"
        " | end this | its over | cancel it | cancel this | cancel me | cancel everything | id like to cancel"
        " | can i cancel | start again | i would like to cancel | please dont text | ban | mute | finish | desubscribe",
        "delete", "please delete the second photo",
    ),
    # Keywords with courtesy around them: replies/README 6.5.
    Rule(
        "stop_and_courtesy", "en", OPT_OUT, How.ONLY,
        "stop | stopp | stawp | stahp | stopall | unenroll | deregister | desubscribe | unsubscribe | unsub |"
        " optout | quit | stopstop | revoke | stop2end",
        "no stop please", "stop it you guys are the best",
    ),
    Rule("cancel_and_courtesy", "en", REVIEW, How.ONLY, "cancel", "cancel asap", "cancel order 1123"),
    Rule("end_and_courtesy", "en", OPT_OUT, How.ONLY, "end", "end please", "the end of June"),
    Rule("start_beside", "en", NONE, How.ONLY, "start | unstop", "Start please!", "starting now"),
    Rule(
        "slip", "en", OPT_OUT, How.SLIP,
        "stop | quit | cancel | revoke | remove | optout | unsubscribe",
        "stpo", "Shop",
    ),
    Rule("stop_sign", "", OPT_OUT, How.EMOJI, "🛑", "🛑🛑", "👍"),
    Rule("refusing_emoji", "", REVIEW, How.EMOJI, "✋ | 🤚 | 🚫 | ⛔ | 🔕 | 🙅 | 👎 | 🖕 | ❌", "🙅🏽", "❤️"),
    Rule(
        "stop_shouted", "en", OPT_OUT, How.NAMED,
        r"^\W{0,9}STOP(?:ALL)?\b(?=[^a-z]*[a-z])|(?<=\w )(?:STOP|UNSUBSCRIBE)\W{0,9}$",
        "STOP mind your own business", "Stop mind your own business",
    ),
)
# fmt: on
