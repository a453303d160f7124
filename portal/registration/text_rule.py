"""What reviewers look for in the texts: those that ask, confirm, help and end, and the samples (rules.md 7)."""

import re
from collections.abc import Iterator, Sequence

from portal.messaging import wording_part
from portal.messaging.wording_lint import LEAST, MOST
from portal.messaging.wording_part import LABELS
from portal.messaging.wording_slot import Part
from portal.registration import sample, way
from portal.registration.pack import Answered, Pack
from portal.registration.rule import Rule

GROUP = "What you send"
DESCRIPTION, FLOW, SAMPLE = (40, 4096), (40, way.MOST), (20, 1024)
"""Characters, from and to."""
KEYWORDS = 255
_FIELD = re.compile(r"\[[^\[\]\n]+\]")
_WORDINGS = "/settings/wordings"


def _missing(pack: Pack, text: str, parts: Sequence[Part]) -> list[str]:
    """The parts that a filled text does not say, in words."""
    lacks = [part for part in parts if not _says(pack, text, part)]
    return [LABELS[part][:1].lower() + LABELS[part][1:] if part is not Part.HELP else "HELP" for part in lacks]


def _says(pack: Pack, text: str, part: Part) -> bool:
    """A reviewer takes MSG&DataRatesMayApply for the cost, and the purposes themselves for what it is about."""
    if part is Part.RATES and wording_part.says(text, Part.MSG_DATA, pack.language, pack.brand):
        return True
    if part is Part.PURPOSES and pack.purposes.casefold() in text.casefold():
        return True
    return wording_part.says(text, part, pack.language, pack.brand)


def _lacks(pack: Pack, what: str, text: str, parts: Sequence[Part]) -> str:
    missing = _missing(pack, text, parts)
    return f"{what} must say more. It lacks: {', '.join(missing)}." if missing else ""


def _cold(pack: Pack) -> str:
    asks_first = [each for each in pack.ways if each.kind in ("business_first", "invitation")]
    if not (pack.asks_cold and asks_first):
        return ""
    return (
        "You may ask a number by text for a reason in your own words. Switch that off under Features, so that only "
        "clients who asked for texts, gave their number for them or wrote first are asked."
    )


def _asking(pack: Pack) -> str:
    wanted = (Part.BRAND, Part.PURPOSES, Part.RATES, Part.HELP, Part.STOP)
    for each in pack.asking:
        if problem := _lacks(pack, f"The text that asks ({each.title})", each.asks, wanted):
            return problem
    return ""


def _opt_in(pack: Pack) -> str:
    wanted = (Part.BRAND, Part.PURPOSES, Part.FREQUENCY, Part.RATES, Part.HELP, Part.STOP)
    return _lacks(pack, "The confirmation of a Yes", pack.opt_in.text, wanted)


def _opt_out(pack: Pack) -> str:
    return _lacks(pack, "The confirmation of a STOP", pack.opt_out.text, (Part.BRAND, Part.NO_MORE))


def _help(pack: Pack) -> str:
    if not (pack.phone or pack.email):
        return "The answer to HELP must name a way to reach you: give a phone or an e-mail for questions in Settings."
    return _lacks(pack, "The answer to HELP", pack.help.text, (Part.BRAND, Part.CONTACT))


def _samples(pack: Pack) -> str:
    texts = [each.text for each in pack.samples]
    if not sample.LEAST <= len(texts) <= sample.MOST:
        return f"A campaign takes {sample.LEAST} to {sample.MOST} sample texts; there are {len(texts)}."
    if odd := next((each.title for each in pack.samples if not _fits(each.text, SAMPLE)), ""):
        return f"The sample “{odd}” must have {SAMPLE[0]} to {SAMPLE[1]} characters."
    if not any(_FIELD.search(each) for each in texts):
        return "A sample must show with brackets what is filled in, such as [first name]."
    if any(_says(pack, each, Part.BRAND) and re.search(r"\bSTOP\b", each) for each in texts):
        return ""
    return "One sample must name your business and say how to stop, such as “Reply STOP to opt out”."


def _fits(text: str, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= len(text) <= bounds[1]


def _lengths(pack: Pack) -> str:
    return " ".join(_odd_lengths(pack))


def _odd_lengths(pack: Pack) -> Iterator[str]:
    named = {"description": (pack.description, DESCRIPTION), "message flow": (pack.message_flow, FLOW)}
    answers = {"opt-in text": pack.opt_in, "opt-out text": pack.opt_out, "help text": pack.help}
    named |= {name: (each.text, (LEAST, MOST)) for name, each in answers.items()}
    for name, (text, bounds) in named.items():
        if not _fits(text, bounds):
            yield f"The {name} has {len(text)} characters; {bounds[0]} to {bounds[1]} are taken."
    for name, each in answers.items():
        if len(words(each)) > KEYWORDS:
            yield f"The words beside the {name} have {len(words(each))} characters; {KEYWORDS} are taken. Use fewer."


def words(answered: Answered) -> str:
    """As the field of a registry takes them: letters and digits alone."""
    return ",".join(each for each in answered.keywords if each.isascii() and each.isalnum())


RULES = (
    Rule(
        "30555", GROUP, "Nobody is texted first without a ground", _cold,
        "Nobody is asked by text without a recorded ground.", "/settings/features",
    ),
    Rule(
        "30540", GROUP, "A text that asks says who, what, cost, HELP and STOP", _asking,
        "Every text that asks says so.", _WORDINGS, applies=lambda pack: bool(pack.asking),
    ),
    Rule(
        "611", GROUP, "A complete confirmation of a Yes", _opt_in, "It has all parts.",
        f"{_WORDINGS}/edit?key=form.confirmation",
    ),
    Rule(
        "30887", GROUP, "A STOP is confirmed by name", _opt_out, "It names you and says that no more texts come.",
        f"{_WORDINGS}/edit?key=opt_out.confirmation",
    ),
    Rule("30890", GROUP, "HELP names you and a way to reach you", _help, "It does.", "/settings"),
    Rule("30893", GROUP, "Two to five sample texts as they are sent", _samples, "They fit.", "/automations"),
    Rule("Length", GROUP, "Lengths that the fields take", _lengths, "Everything fits.", _WORDINGS),
)  # fmt: skip
