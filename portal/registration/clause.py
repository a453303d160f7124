"""What a privacy policy and SMS terms have to say about texts, in plain words and from the settings (rules.md 7): for
the public page, and to copy into pages of the business's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.accounts.business import Business
from portal.consent import phone_number
from portal.registration import keyword_list


@dataclass(frozen=True)
class Clause:
    title: str
    text: str


def contact(business: Business) -> str:
    """How to reach a person, as in `call … or write to …`; nothing where nothing is known."""
    ways = [f"call {business.phone}"] if business.phone else []
    ways += [f"write to {business.email}"] if business.email else []
    return " or ".join(ways)


def privacy(business: Business) -> tuple[Clause, ...]:
    """The first sentence of the second one is looked for word by word (rules.md 7, TCR 805)."""
    name, reach = business.name, contact(business) or f"ask {business.name}"
    return (
        Clause(
            "What we keep",
            f"{name} keeps your mobile number, your answer, the words you were shown, the time, the address and "
            "browser the answer came from, and the texts between us. This is the proof of your consent and the record "
            "of our conversation, and it is used for nothing else.",
        ),
        Clause(
            "What we share",
            "No mobile information will be shared with third parties/affiliates for marketing/promotional purposes. "
            "It is not sold or rented. A company that carries our texts, or that helps us serve you, gets your number "
            "for that work alone. Whatever else we may share with anybody, text messaging opt-in data and consent are "
            "never part of it: they are not shared with any third parties.",
        ),
        Clause(
            "Your choice",
            "Reply STOP to any text and no more come. To see, correct or erase what we keep, "
            f"{reach}. After erasure we keep only what is needed never to text you again.",
        ),
    )


def terms(business: Business, numbers: Sequence[str], *, privacy_url: str) -> tuple[Clause, ...]:
    """What 30558, 30560 and 30562 look for, and what carriers want beside it."""
    name, reach = business.name, contact(business)
    shown = " and ".join(phone_number.display(each) for each in numbers)
    sent = f" They come from {shown}." if shown else ""
    support = f"Reply HELP to any text{', or ' + reach if reach else ''}."
    return (
        Clause(
            "The program",
            f"Text messages (SMS) from {name} about {business.purposes}.{sent} You get them only if you chose Yes and "
            "gave your number, or agreed by text. Consent is not a condition of purchase.",
        ),
        Clause("How often", "Message frequency varies: it follows what you and we have to do with each other."),
        Clause("Cost", "Message and data rates may apply, as in your plan. We charge nothing for texts."),
        Clause(
            "To stop",
            f"Reply STOP to opt out at any time; {', '.join(keyword_list.stop(business)[1:])} work too, and so does "
            "saying it in your own words. One last text confirms it. Reply START to come back.",
        ),
        Clause("Help and support", support),
        Clause(
            "Carriers",
            "Texts can reach phones of all major carriers. Carriers are not liable for delayed or undelivered "
            "messages.",
        ),
        Clause(
            "With whom",
            f"Your agreement is with {name} alone and holds for no other business. How we treat your number is in our "
            f"privacy policy: {privacy_url}",
        ),
    )


def written(clauses: Sequence[Clause]) -> str:
    """To copy."""
    return "\n\n".join(f"{each.title}\n{each.text}" for each in clauses)
